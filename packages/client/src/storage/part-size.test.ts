import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'

import { firstPart, nextPartSize, smallestPart } from './part-size.ts'

const mebibyte = 1024 * 1024
const most = 16 * mebibyte

/** Of a line with so many bytes per second, and a wait of its own for each request. */
function partsOf(rate: number, wait: number, count: number): number[] {
  const sizes = [firstPart]
  while (sizes.length < count) sizes.push(nextPartSize(sizes.at(-1)!, (sizes.at(-1)! / rate) * 1000 + wait, most))
  return sizes
}

test('a fast line doubles up to the limit, a slow one takes smaller parts', () => {
  expect(partsOf(1e9, 1, 6).map((size) => size / mebibyte)).toEqual([1, 2, 4, 8, 16, 16])
  expect(partsOf(4 * mebibyte, 0, 4).map((size) => size / mebibyte)).toEqual([1, 2, 4, 4])
  expect(partsOf(100_000, 0, 3)).toEqual([firstPart, smallestPart, smallestPart])
})

test.prop([fc.integer({ min: smallestPart, max: most }), fc.integer({ min: 0, max: 20 })])(
  'a part takes about a second',
  (rate, wait) => {
    const size = partsOf(rate, wait, 12).at(-1)!
    expect(size / rate).toBeGreaterThan(0.9)
    expect(size / rate).toBeLessThan(1.1)
  },
)

test.prop([fc.nat(64 * mebibyte), fc.double({ min: 0, noNaN: true }), fc.integer({ min: 1, max: 64 * mebibyte })])(
  'whatever was measured, a part is a number of bytes within the limits',
  (sent, took, most) => {
    const size = nextPartSize(sent, took, most)
    expect(Number.isInteger(size)).toBe(true)
    expect(size).toBeGreaterThanOrEqual(Math.min(smallestPart, most))
    expect(size).toBeLessThanOrEqual(most)
  },
)
