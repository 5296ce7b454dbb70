import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { base64, portableBase64 } from './base64.ts'

test.each([
  ['of the platform', base64],
  ['of our own', portableBase64],
])('what is encoded is decoded, %s', (_name, codec) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100_000 }), (bytes) => {
      const text = codec.encode(bytes)
      expect(text).toBe(Buffer.from(bytes).toString('base64'))
      expect(codec.decode(text)).toEqual(bytes)
    }),
    { numRuns: 30 },
  )
  expect(() => codec.decode('%')).toThrow(Error)
})
