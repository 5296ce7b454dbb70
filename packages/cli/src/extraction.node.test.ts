import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { ArchiveEntry } from '@backend-ai-sdk/client'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { extract } from './extraction.ts'

let root: string
beforeEach(async () => void (root = await mkdtemp(join(tmpdir(), 'backend-ai-cli-'))))
afterEach(() => rm(root, { recursive: true }))

const modified = new Date(1_600_000_000_000)
const file = (name: string, text: string, mode = '644'): ArchiveEntry => ({
  name,
  type: 'file',
  mode,
  modified,
  data: new TextEncoder().encode(text),
})
const link = (name: string, target: string): ArchiveEntry => ({
  ...file(name, ''),
  type: 'symlink',
  target,
})

test('files, with folders, modes and times; what is there is replaced', async () => {
  const dest = join(root, 'dest')
  await mkdir(join(dest, 'dir'), { recursive: true })
  await writeFile(join(dest, 'dir/run.sh'), 'a longer one that was here')
  const folder: ArchiveEntry = { ...file('dir/nothing', ''), type: 'directory' }
  expect(await extract([folder, file('dir/run.sh', 'echo', '4755'), link('dir/link', 'run.sh')], dest)).toEqual([])
  expect(await readFile(join(dest, 'dir/link'), 'utf8')).toBe('echo')
  const { mode, mtimeMs } = await stat(join(dest, 'dir/run.sh'))
  expect([mode & 0o7777, mtimeMs]).toEqual([0o755, modified.getTime()])
  expect((await readdir(join(dest, 'dir'))).toSorted()).toEqual(['link', 'nothing', 'run.sh'])
})

test('nothing is written outside', async () => {
  const outside = join(root, 'outside')
  const dest = join(root, 'dest')
  await mkdir(outside)
  await mkdir(dest)
  expect(
    await extract([link('up', '../outside'), link('abs', outside), link('deep/up', '../../outside')], dest),
  ).toEqual(['up', 'abs', 'deep/up'])
  // A link that was there before.
  await symlink(outside, join(dest, 'old'))
  await expect(extract([file('old/a', 'x')], dest)).rejects.toThrow('because a link leads there')
  // One of a file is replaced, not followed.
  await writeFile(join(outside, 'b'), 'kept')
  await symlink(join(outside, 'b'), join(dest, 'b'))
  await extract([file('b', 'new')], dest)
  expect(await readFile(join(outside, 'b'), 'utf8')).toBe('kept')
  await expect(readlink(join(dest, 'b'))).rejects.toThrow('EINVAL')
  expect(await readdir(outside)).toEqual(['b'])
})

test('a directory where a file is to be stays, and nothing is left half-written', async () => {
  await mkdir(join(root, 'a'))
  await expect(extract([file('a', 'x')], root)).rejects.toThrow('is a directory')
  expect(await readdir(root)).toEqual(['a'])
})
