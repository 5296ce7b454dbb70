import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'

import { unbatched } from './batches.ts'

async function* of(batches: readonly (readonly number[])[], left?: () => void) {
  try {
    for (const batch of batches) {
      await Promise.resolve()
      yield batch
    }
  } finally {
    left?.()
  }
}

const batches = fc.array(fc.array(fc.nat(), { maxLength: 5 }), { maxLength: 6 })

test.prop([batches])('one by one, in order', async (batches) => {
  const seen: number[] = []
  for await (const item of unbatched(of(batches))) seen.push(item)
  expect(seen).toEqual(batches.flat())
})

test.prop([batches, fc.integer({ min: 1, max: 40 })])('however many are asked for at once', async (batches, count) => {
  const items = unbatched(of(batches))
  const results = await Promise.all(Array.from({ length: count }, () => items.next()))
  const all = batches.flat()
  expect(results).toEqual(
    Array.from({ length: count }, (_, index) =>
      index < all.length ? { done: false, value: all[index] } : { done: true, value: undefined },
    ),
  )
})

test.each([
  ['by the loop', async (items: AsyncGenerator<number, void>) => void (await items.return())],
  ['at the end of its block', (items: AsyncGenerator<number, void>) => Promise.resolve(items[Symbol.asyncDispose]())],
])('leaving %s ends the source, and nothing comes any more', async (_how, leave) => {
  let isLeft = false
  const items = unbatched(of([[1, 2, 3], [4]], () => (isLeft = true)))
  expect(await items.next()).toEqual({ done: false, value: 1 })
  await leave(items)
  expect(isLeft).toBe(true)
  expect(await items.next()).toEqual({ done: true, value: undefined })
})

test('an error of the source is the next item, and the last', async () => {
  const items = unbatched(
    (async function* () {
      yield [1]
      throw new Error('broken')
    })(),
  )
  expect(await items.next()).toEqual({ done: false, value: 1 })
  await expect(items.next()).rejects.toThrow('broken')
  expect(await items.next()).toEqual({ done: true, value: undefined })
})

test('an error that is thrown into it comes out again', async () => {
  const items = unbatched(of([[1, 2]]))
  await items.next()
  await expect(items.throw(new Error('enough'))).rejects.toThrow('enough')
})
