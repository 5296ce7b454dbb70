import { expect, test } from 'vitest'

import { Queue } from './queue.ts'

test('hands items on in order, whether asked before or after', async () => {
  const queue = new Queue<number>()
  const early = queue.next()
  queue.push(1)
  queue.push(2)
  expect([await early, await queue.next()]).toEqual([1, 2])
})

test('the end settles everyone who waits, and what is held comes first', async () => {
  const queue = new Queue<number>()
  queue.push(1)
  queue.end()
  queue.push(2)
  expect([await queue.next(), await queue.next(), await queue.next()]).toEqual([1, undefined, undefined])
  const waiting = new Queue<number>()
  const both = Promise.all([waiting.next(), waiting.next()])
  waiting.end()
  expect(await both).toEqual([undefined, undefined])
})

test('an error is told to everyone, and the first end counts', async () => {
  const queue = new Queue<number>()
  const waiting = queue.next()
  const error = new Error('broke')
  queue.end(error)
  queue.end()
  await expect(waiting).rejects.toBe(error)
  await expect(queue.next()).rejects.toBe(error)
})

test('tells how much it holds', async () => {
  const sizes: number[] = []
  const queue = new Queue<string>((size) => sizes.push(size))
  queue.push('a', 10)
  queue.push('b', 5)
  await queue.next()
  await queue.next()
  expect(sizes).toEqual([10, 15, 5, 0])
})
