/** The keyed hashes that the manager accepts (protocol 01 §2.7), those of WebCrypto by default. */
import { type HashName, importSecret, type Sign } from '@backend-ai-sdk/core/signing'

import { BoundedMap } from '../bounded-map.ts'

export type HmacFunction = (
  /** Python's name of the hash: `sha256`, `sha3_512`, `blake2b`. */
  hash: string,
  key: Uint8Array,
  message: Uint8Array,
) => Uint8Array | Promise<Uint8Array>

/** Hash of the empty string, the last line of what is signed. `shake_*` exist and crash the manager: none here. */
export const emptyHashes: Readonly<Record<string, string>> = {
  md5: 'd41d8cd98f00b204e9800998ecf8427e',
  sha1: 'da39a3ee5e6b4b0d3255bfef95601890afd80709',
  sha224: 'd14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f',
  sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  sha384: '38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b',
  sha512:
    'cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e',
  sha3_224: '6b4e03423667dbb73b6e15454f0eb1abd4597f9a1b078e3f5b5a6bc7',
  sha3_256: 'a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a',
  sha3_384: '0c63a75b845e4f7d01107d852e4c2485c51a50aaaa94fc61995e71bbee983a2ac3713831264adb47fb6bd1e058d5f004',
  sha3_512:
    'a69f73cca23a9ac5c8b567dc185a756e97c982164fe25859e0d1dcc1475c80a615b2123af1f5f94c11e3e9402c3ac558f500199d95b6d3e301758586281dcd26',
  blake2b:
    '786a02f742015903c6c6fd852552d272912f4740e15847618a86e217f71f5419d25e1031afee585313896444934eb04b903a685b1448b755d56f701afe9be2ce',
  blake2s: '69217a3079908094e11121d042354a7c1f55b6482ca1a51e1b250dfd1ed0eef9',
}

export const crashingHashes: ReadonlySet<string> = new Set(['shake_128', 'shake_256'])

const webCryptoNames: Readonly<Record<string, HashName>> = {
  sha1: 'SHA-1',
  sha256: 'SHA-256',
  sha384: 'SHA-384',
  sha512: 'SHA-512',
}

/** Null for a hash that this platform cannot compute. */
export async function keyedHash(
  hash: string,
  key: Uint8Array<ArrayBuffer>,
  message: Uint8Array<ArrayBuffer>,
  others: HmacFunction | undefined,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const name = webCryptoNames[hash]
  if (name === undefined) return others ? new Uint8Array(await others(hash, key, message)) : null
  const cryptoKey = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: name }, false, ['sign'])
  return new Uint8Array(await crypto.subtle.sign('HMAC', cryptoKey, message))
}

/** What a signing key is made of (protocol 01 §2.1). */
interface KeyParts {
  hash: string
  secretKey: string
  /** `YYYYMMDD` */
  day: string
  host: string
}

const utf8 = new TextEncoder()

/** To derive a key takes longer than all else that a request needs, and clients call one host all day. */
const signers = new BoundedMap<string, Sign>(100)

/** Signs with the key of a day and host; null for a hash that this platform cannot compute. */
export async function signerOf(parts: KeyParts, others: HmacFunction | undefined): Promise<Sign | null> {
  const { hash, secretKey, day, host } = parts
  const name = webCryptoNames[hash]
  if (name === undefined) {
    if (!others) return null
    const dayKey = await others(hash, utf8.encode(secretKey), utf8.encode(day))
    const key = await others(hash, dayKey, utf8.encode(host))
    return async (text) => toHex(await others(hash, key, utf8.encode(text)))
  }
  const id = JSON.stringify([name, secretKey, day, host])
  const known = signers.get(id)
  if (known) return known
  const secret = await importSecret(secretKey, name)
  return signers.add(id, await secret.signer(day, host))
}

const toHex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

/** Compares in a time that does not depend on where the texts differ. */
export function sameText(left: string, right: string): boolean {
  const length = Math.max(left.length, right.length)
  let difference = left.length ^ right.length
  for (let index = 0; index < length; index += 1) difference |= left.charCodeAt(index) ^ right.charCodeAt(index)
  return difference === 0
}
