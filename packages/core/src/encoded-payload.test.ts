import { expect, test } from 'vitest'

import vectors from '../fixtures/signing-vectors.json' with { type: 'json' }
import { decodePayload, encodePayload } from './encoded-payload.ts'

test.each(vectors.encoded_payload)('golden vector for $endpoint', async ({ endpoint, iv, plaintext, payload }) => {
  expect(await encodePayload(plaintext, endpoint, iv)).toBe(payload)
  expect(await decodePayload(payload, endpoint)).toBe(plaintext)
})

test('a random iv is 16 letters or digits, and new each time', async () => {
  const [a, b] = await Promise.all([encodePayload('x', 'http://h'), encodePayload('x', 'http://h')])
  expect(a.slice(0, 17)).toMatch(/^[A-Za-z0-9]{16}:$/)
  expect(a).not.toBe(b)
})

test('another endpoint cannot read it', async () => {
  await expect(decodePayload(await encodePayload('secret', 'http://a'), 'http://b')).rejects.toBeInstanceOf(Error)
})
