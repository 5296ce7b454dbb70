/** Files that are larger than what a process may take of the memory. */
import { spawn } from 'node:child_process'
import { mkdtemp, open, rm, stat, type FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import { expect, test } from 'vitest'

import { clientOf } from '../targets.ts'
import { needsKeys, onEachTarget, thorough, uniqueName } from './harness.ts'

const gigabyte = 1024 ** 3
const size = 5 * gigabyte
const mostMemory = 128 * 1024 ** 2
/** What is not zero: beyond the numbers of 32 bits as well, and at both ends. */
const marks = [0, 2 * gigabyte - 3, 4 * gigabyte - 3, size - 6]
const mark = Buffer.from('marked')

async function marksOf(file: FileHandle): Promise<string[]> {
  const found = marks.map((position) => file.read(Buffer.alloc(mark.length), 0, mark.length, position))
  return (await Promise.all(found)).map(({ buffer }) => buffer.toString())
}

onEachTarget('large files', (target) => {
  test('5 GiB there and back, in constant memory', { timeout: 900_000 }, async (context) => {
    context.skip(!thorough, 'takes long')
    needsKeys(context, target)
    context.skip(target.fetch !== undefined, 'another process does not reach an emulator in process')
    const isOld = target.name.startsWith('emulator') && !target.name.endsWith('26.9')
    context.skip(isOld, 'no profile has other memory')
    const work = await mkdtemp(join(tmpdir(), 'large-'))
    const folder = await clientOf(target).vfolders.create({ name: uniqueName('conf-large') })
    try {
      const path = join(work, 'sparse.bin')
      const back = join(work, 'back.bin')
      await using sparse = await open(path, 'w')
      await sparse.truncate(size)
      for (const position of marks) await sparse.write(mark, 0, mark.length, position)
      const child = spawn(
        process.execPath,
        ['--conditions=backend-ai-source', join(import.meta.dirname, 'large-program.ts')],
        { stdio: ['pipe', 'pipe', 'inherit'], signal: context.signal },
      )
      child.stdin.end(
        JSON.stringify({ endpoint: target.endpoint, keys: target.keys.user, folder: folder.id, path, back }),
      )
      const told = JSON.parse(await text(child.stdout)) as Record<'upload' | 'download', { size: number; peak: number }>
      expect(told).toMatchObject({ upload: { size }, download: { size } })
      expect(told.upload.peak).toBeLessThan(mostMemory)
      expect(told.download.peak).toBeLessThan(mostMemory)
      expect((await stat(back)).size).toBe(size)
      await using fetched = await open(back)
      expect(await marksOf(fetched)).toEqual(marks.map(() => mark.toString()))
    } finally {
      await rm(work, { recursive: true, force: true })
      await folder.deleteFiles('large.bin').catch(() => undefined)
      await folder.deleteForever().catch(() => undefined)
    }
  })
})
