/** Node's crypto module, which Deno and Bun have too: an HMAC takes 2 µs where WebCrypto takes 40 (docs/performance.md). */
import type { HashName, SecretKey } from './signing.ts'

interface Crypto {
  createSecretKey: (key: Uint8Array) => object
  createHash: (hash: string) => Digest
  createHmac: (hash: string, key: object) => { update(text: string): Digest }
}

interface Digest {
  digest(): Uint8Array
  digest(encoding: 'hex'): string
}

export function importSecret(crypto: unknown, bytes: Uint8Array, hash: HashName): SecretKey {
  const { createHash, createHmac, createSecretKey } = crypto as Crypto
  const name = hash.replace('-', '')
  const hmac = (key: object, text: string): Digest => createHmac(name, key).update(text)
  const secret = createSecretKey(bytes)
  return {
    emptyHash: createHash(name).digest('hex'),
    signer(day, host) {
      const k1 = createSecretKey(hmac(secret, day).digest())
      const k2 = createSecretKey(hmac(k1, host).digest())
      return (text) => hmac(k2, text).digest('hex')
    },
  }
}
