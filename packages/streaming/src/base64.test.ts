import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { base64, decodeFew, portableBase64 } from './base64.ts'

test.each([
  ['of the platform', base64],
  ['of our own', portableBase64],
])('what is encoded is decoded, %s', (_name, codec) => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 100_000 })), (bytes) => {
      const text = codec.encode(bytes)
      expect(text).toBe(Buffer.from(bytes).toString('base64'))
      expect(codec.decode(text)).toEqual(bytes)
    }),
    { numRuns: 100 },
  )
  expect(() => codec.decode('%')).toThrow(Error)
})

test('a few bytes are decoded where they stand, and nothing that is no base64', () => {
  const ascii = (text: string): Uint8Array => new TextEncoder().encode(`<${text}>`)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 255 }), (bytes) => {
      const text = base64.encode(bytes)
      expect(decodeFew(ascii(text), 1, 1 + text.length)).toEqual(bytes)
    }),
  )
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), (text) => {
      const bytes = ascii(text)
      const isBase64 = /^(?:[\w+/]{4})*(?:[\w+/]{2}==|[\w+/]{3}=)?$/.test(text) && !text.includes('_')
      expect(decodeFew(bytes, 1, bytes.length - 1) !== undefined).toBe(isBase64)
    }),
  )
  const many = base64.encode(new Uint8Array(300))
  expect(decodeFew(ascii(many), 1, 1 + many.length)).toBeUndefined()
})
