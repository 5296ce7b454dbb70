import { afterEach, describe, expect, test, vi } from 'vitest'

import vectors from '../fixtures/signing-vectors.json' with { type: 'json' }
import { keypair } from './auth.ts'
import { ConfigError } from './errors.ts'
import { toHex } from './runtime.ts'
import {
  authorization,
  hashNames,
  hmac,
  importKey,
  importSecret,
  keyDay,
  mediaType,
  stringToSign,
  type HashName,
} from './signing.ts'

const utf8 = new TextEncoder()
const webCryptoName = (hash: string): HashName | undefined =>
  hashNames.find((name) => name.replace('-', '').toLowerCase() === hash)

/** Cases whose expectation is what a correct client computes; `neg-*` document wrong computations. */
const positive = vectors.signing.filter(({ id }) => !id.startsWith('neg-'))
const negative = vectors.signing.filter(({ id }) => id.startsWith('neg-'))

const platforms: [string, () => void][] = [
  ['what the runtime has', () => {}],
  ['WebCrypto alone, as in a page', () => void vi.stubGlobal('process', undefined)],
]
afterEach(() => void vi.unstubAllGlobals())

const partsOf = ({ input, wire }: (typeof vectors.signing)[number]) => ({
  method: input.method,
  target: wire.request_target,
  date: input.date,
  host: wire.host_header,
  contentType: wire.content_type_header,
  version: input.version,
  versionHeader: input.version_header_name.toLowerCase(),
})

describe('golden vectors, from what travels on the wire', () => {
  test('cover the cases of the reference', () => expect([positive.length, negative.length]).toEqual([59, 10]))

  describe.each(positive)('$id', (vector) => {
    const { input, expected } = vector
    const hash = webCryptoName(input.hash_type)

    test('string to sign', () =>
      expect(stringToSign(partsOf(vector), expected.body_hash)).toBe(expected.string_to_sign))

    test.skipIf(hash)('is a hash that WebCrypto lacks, and is refused', () => {
      const keys = { accessKey: input.access_key, secretKey: input.secret_key }
      expect(() => keypair({ ...keys, hash: input.hash_type as HashName })).toThrow(ConfigError)
    })
    if (!hash) return

    test('derived keys', async () => {
      const k1 = await hmac(await importKey(utf8.encode(input.secret_key), hash), expected.yyyymmdd)
      expect(toHex(k1)).toBe(expected.key1_hex)
      expect(toHex(await hmac(await importKey(k1, hash), vector.wire.host_header))).toBe(expected.key2_hex)
    })

    test.each(platforms)('hash of the empty text and signature by %s', async (_name, choose) => {
      choose()
      const secret = await importSecret(input.secret_key, hash)
      const sign = await secret.signer(expected.yyyymmdd, vector.wire.host_header)
      expect(secret.emptyHash).toBe(expected.body_hash)
      expect(await sign(expected.string_to_sign)).toBe(expected.signature)
    })

    // The servers also accept the name that the product had before; we do not send it.
    test.runIf(input.auth_scheme === 'BackendAI')('header', () =>
      expect(authorization(hash, input.access_key, expected.signature)).toBe(expected.authorization),
    )
  })

  test.each(negative.filter(({ expected }) => expected.server_result === 'reject:signature'))(
    '$id is not what we compute',
    async (vector) => {
      const { input, expected } = vector
      const secret = await importSecret(input.secret_key, 'SHA-256')
      // The day that a correct client takes: that of its own date text, in the text's own offset.
      const day = input.date.slice(0, 10).replaceAll('-', '')
      const sign = await secret.signer(day, vector.wire.host_header)
      const text = stringToSign(partsOf(vector), secret.emptyHash)
      expect(await sign(text)).not.toBe(expected.signature)
    },
  )
})

test('the day of the key is that of the date text', () => expect(keyDay('2020-12-27T05:40:22.123Z')).toBe('20201227'))

test.each([
  [null, 'application/octet-stream'],
  ['', 'application/octet-stream'],
  ['garbage', 'application/octet-stream'],
  ['Application/JSON', 'application/json'],
  ['application/json; charset=utf-8', 'application/json'],
  ['multipart/form-data; boundary=x', 'multipart/form-data'],
])('media type of %j is %s', (given, expected) => expect(mediaType(given)).toBe(expected))

test('keys cannot be read back', async () => {
  const key = await importKey(utf8.encode('secret'), 'SHA-256')
  expect(key.extractable).toBe(false)
  await expect(crypto.subtle.exportKey('raw', key)).rejects.toThrow('not extractable')
})
