import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'

import { Pages } from './pages.ts'

function pagesOf(count: number, limit: number) {
  const asked: number[] = []
  const pages = new Pages(async (offset) => {
    asked.push(offset)
    return {
      items: Array.from({ length: Math.max(0, Math.min(limit, count - offset)) }, (_, i) => offset + i),
      totalCount: count,
    }
  })
  return { pages, asked }
}

test.prop([fc.nat(50), fc.integer({ min: 1, max: 20 })])('reads every item once, in order', async (count, limit) => {
  const { pages } = pagesOf(count, limit)
  expect(await pages.all()).toEqual(Array.from({ length: count }, (_, i) => i))
})

test('sends nothing before it is read, and no page more than is needed', async () => {
  const { pages, asked } = pagesOf(100, 10)
  expect(asked).toEqual([])
  expect(await pages.all({ max: 15 })).toHaveLength(15)
  expect(asked).toEqual([0, 10])
  expect(await pages.all({ max: 0 })).toEqual([])
  expect(asked).toEqual([0, 10])
})

test('one page, with the number of all', async () => {
  expect(await pagesOf(25, 10).pages.page({ offset: 20 })).toEqual({
    items: [20, 21, 22, 23, 24],
    totalCount: 25,
    offset: 20,
  })
})

test('ends at an empty page, also where the total says that there is more', async () => {
  const pages = new Pages(async () => ({ items: [], totalCount: 5 }))
  expect(await pages.all()).toEqual([])
})
