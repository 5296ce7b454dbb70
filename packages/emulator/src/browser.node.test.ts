import { readFile } from 'node:fs/promises'

import { expect, test } from 'vitest'

import { createEmulator } from './browser.ts'
import { callerOf } from './testing.ts'

/** All that a bundler would follow from a file, dynamic imports too; what is only types is erased before. */
async function reachable(entry: URL, seen = new Map<string, string[]>()): Promise<Map<string, string[]>> {
  if (seen.has(entry.href)) return seen
  const text = (await readFile(entry, 'utf8')).replaceAll(/^(?:import|export) type [^']*'[^']+'$/gm, '')
  const names = [...text.matchAll(/(?:\bfrom |\bimport\(|^import )'([^']+)'/gm)].map((match) => match[1] as string)
  seen.set(entry.href, names)
  for (const name of names) if (name.startsWith('.')) await reachable(new URL(name, entry), seen)
  return seen
}

test.each(['./browser.ts', './msw.ts'])('nothing that %s reaches is of Node', async (entry) => {
  const files = await reachable(new URL(entry, import.meta.url))
  expect([...files].filter(([, names]) => names.some((name) => name.startsWith('node:')))).toEqual([])
})

test('the walk sees what it should: the entry for Node does reach it', async () => {
  const files = await reachable(new URL('./index.ts', import.meta.url))
  expect([...files.values()].flat()).toContain('node:fs/promises')
})

test('runs the scripted kernel, whatever the language, without a directory', async () => {
  await using emulator = createEmulator()
  const call = callerOf(emulator)
  const created = await call('POST', '/session', { image: 'python', clientSessionToken: 'page-session', config: {} })
  expect(created.status).toBe(201)
  expect(created.body).toMatchObject({ status: 'RUNNING' })
  const ran = await call('POST', '/session/page-session', { mode: 'query', code: 'print(1)', runId: 'r', run_id: 'r' })
  expect(ran.status).toBe(200)
})
