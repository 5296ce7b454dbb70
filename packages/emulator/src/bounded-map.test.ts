import { expect, test } from 'vitest'

import { BoundedMap } from './bounded-map.ts'

test('keeps as many as it may, and forgets the oldest', () => {
  const map = new BoundedMap<string, number>(2)
  expect(map.add('a', 1)).toBe(1)
  map.add('b', 2)
  map.add('c', 3)
  expect(['a', 'b', 'c'].map((key) => map.get(key))).toEqual([undefined, 2, 3])
})
