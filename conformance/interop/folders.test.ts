/** Files that the official client sends and fetches are whole, through the storage proxy. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { onEachClient } from './harness.ts'
import { environmentOf, runCommand } from './python-process.ts'

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

onEachClient((version, place) => {
  test('`backend.ai vfolder` makes a folder, uploads, lists, downloads and moves', async ({ signal }) => {
    const { directory, home, target } = place()
    const folder = `interop-${crypto.randomUUID().slice(0, 8)}`
    const run = async (...args: string[]): Promise<string> => {
      const options = { env: environmentOf(target, 'user', home), cwd: home, signal }
      const { status, stdout, stderr } = await runCommand(directory, ['vfolder', ...args], options)
      expect([args, status, status === 0 ? '' : stderr]).toEqual([args, 0, ''])
      return stdout
    }
    // More than one part of the 16 MiB that the client sends at a time.
    const bytes = randomBytes(20_000_000)
    await writeFile(join(home, 'large.bin'), bytes)
    await mkdir(join(home, 'tree/below'), { recursive: true })
    await writeFile(join(home, 'tree/below/small.txt'), 'small')

    await run('create', folder, 'local:volume1')
    try {
      await run('upload', folder, 'large.bin')
      await run('upload', '-r', folder, 'tree')
      await run('mkdir', folder, 'made')
      const listed = await run('ls', folder)
      for (const line of [/^large\.bin +20000000 /m, /^tree /m, /^made /m]) expect(listed).toMatch(line)
      await rm(join(home, 'large.bin'))
      await run('download', folder, 'large.bin')
      expect(hashOf(await readFile(join(home, 'large.bin')))).toBe(hashOf(bytes))
      await run('mv', folder, 'large.bin', 'made/large.bin')
      await run('rename-file', folder, 'made/large.bin', 'renamed.bin')
      expect(await run('ls', folder, 'made')).toMatch(version === '26.9.6' ? /^renamed\.bin .*33188/m : /-rw-r--r--/)
      expect(await run('ls', folder, 'tree/below')).toMatch(/^small\.txt +5 /m)
    } finally {
      await run('delete', folder)
    }
    // Python starts eleven times.
  }, 240_000)
})
