import { afterEach, expect, test, vi } from 'vitest'

import { indexedDBStore, memoryStore } from './upload-store.ts'

afterEach(() => vi.unstubAllGlobals())

test('in memory: one at a time', async () => {
  const store = memoryStore()
  const free = await store.lock!('key')
  expect(await store.lock!('key')).toBeUndefined()
  expect(await store.lock!('another')).toBeTypeOf('function')
  await free!()
  expect(await store.lock!('key')).toBeTypeOf('function')
})

test('in pages without locks: one at a time, also of those that ask at once', async () => {
  vi.stubGlobal('navigator', {})
  const tabs = [indexedDBStore(), indexedDBStore(), indexedDBStore()]
  const at = (key: string) => Promise.all(tabs.map((tab) => tab.lock!(key)))
  const answers = await at('key')
  const [free, ...others] = answers.filter((answer) => answer !== undefined)
  expect(free).toBeTypeOf('function')
  expect(others).toEqual([])
  expect(await at('key')).toEqual([undefined, undefined, undefined])
  await free!()
  const again = await tabs[1]!.lock!('key')
  expect(again).toBeTypeOf('function')
  await again!()
})
