import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { RingBuffer } from './ring-buffer.ts'

test('holds the last bytes, from the beginning of a line on', () => {
  const chunk = fc.array(fc.constantFrom(10, 65, 66, 67), { maxLength: 60 }).map((bytes) => new Uint8Array(bytes))
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 40 }), fc.integer({ min: 1, max: 64 }), (chunks, capacity) => {
      const buffer = new RingBuffer(capacity)
      for (const part of chunks) buffer.push(part)
      const all = chunks.flatMap((part) => [...part])
      const last = all.slice(-capacity)
      const expected = all.length > capacity ? last.slice(last.indexOf(10) + 1) : last
      expect([...buffer.contents()]).toEqual(expected)
    }),
  )
})

test('large chunks, and many', () => {
  const buffer = new RingBuffer(256 * 1024)
  const bytes = Uint8Array.from({ length: 1_000_000 }, (_, at) => at % 251)
  for (let at = 0; at < bytes.length; at += 33_333) buffer.push(bytes.subarray(at, at + 33_333))
  const contents = buffer.contents()
  expect(contents.length).toBeGreaterThan(250 * 1024)
  expect(contents).toEqual(bytes.slice(-contents.length))
})
