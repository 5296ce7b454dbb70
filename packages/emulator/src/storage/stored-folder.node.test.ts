import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { array, assert as assertProperty, asyncProperty, constantFrom } from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { openDisk } from './disk.ts'
import { MemoryFileSystem } from './memory.ts'
import { Storage } from './storage.ts'
import { type StoredFolder } from './stored-folder.ts'

const id = '8f3f2f5e-0e5c-4f0f-a0a4-c3d1b2e4f567'
const bytes = (text: string) => new TextEncoder().encode(text)

async function textOf(chunks: AsyncIterable<Uint8Array<ArrayBuffer>>): Promise<string> {
  const parts: Uint8Array<ArrayBuffer>[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return new Blob(parts).text()
}

const namesOf = async (folder: StoredFolder, path = ''): Promise<string[]> =>
  (await folder.list(path)).map(({ name }) => name).toSorted()

const opened: Storage[] = []
afterEach(() => Promise.all(opened.splice(0).map((storage) => storage.dispose())))

async function newFolder(where: 'disk' | 'memory', folderId = id): Promise<StoredFolder> {
  const storage = new Storage(() =>
    where === 'disk' ? openDisk() : Promise.resolve(new MemoryFileSystem(() => Date.now())),
  )
  opened.push(storage)
  const folder = await storage.volume('local:volume1').folder(folderId)
  await folder.create()
  return folder
}

describe.each(['disk', 'memory'] as const)('%s', (where) => {
  let folder: StoredFolder
  beforeEach(async () => {
    folder = await newFolder(where)
  })

  test('makes directories', async () => {
    await folder.makeDirectory('a/b', { parents: true })
    expect(await namesOf(folder, 'a')).toEqual(['b'])
    await folder.makeDirectory('a', { existOk: true })
    await expect(folder.makeDirectory('a')).rejects.toMatchObject({ code: 'EEXIST', errno: 17, path: 'a' })
    await expect(folder.makeDirectory('x/y')).rejects.toMatchObject({ code: 'ENOENT', path: 'x/y' })
    await folder.write('f', 0, [bytes('x')])
    await expect(folder.makeDirectory('f', { existOk: true })).rejects.toMatchObject({ code: 'EEXIST' })
    await expect(folder.makeDirectory('f/g', { parents: true })).rejects.toMatchObject({ code: 'ENOTDIR' })
  })

  test('writes and reads parts', async () => {
    expect(await folder.write('f', 0, [bytes('hello'), bytes(' world')])).toBe(11)
    await folder.write('f', 6, [bytes('W')])
    await folder.write('f', 'end', [bytes('!')])
    expect(await textOf(folder.read('f'))).toBe('hello World!')
    expect(await textOf(folder.read('f', 6, 11))).toBe('World')
    expect(await textOf(folder.read('f', 6, 6))).toBe('')
    await folder.resize('f', 4)
    expect(await folder.inspect('f')).toMatchObject({ type: 'file', size: 4 })
    await expect(textOf(folder.read('nothing'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('what came before a failure stays', async () => {
    const failing = (async function* () {
      yield bytes('kept')
      throw new Error('cut')
    })()
    await expect(folder.write('f', 'end', failing)).rejects.toThrow('cut')
    expect(await textOf(folder.read('f'))).toBe('kept')
  })

  test('renames and moves', async () => {
    await folder.write('f', 0, [bytes('f')])
    await folder.write('g', 0, [bytes('g')])
    await folder.makeDirectory('d/e', { parents: true })
    await folder.rename('f', 'g')
    expect(await textOf(folder.read('g'))).toBe('f')
    await folder.move('g', 'd')
    expect(await namesOf(folder, 'd')).toEqual(['e', 'g'])
    await folder.makeDirectory('n')
    await expect(folder.rename('n', 'd')).rejects.toMatchObject({ code: 'ENOTEMPTY' })
    await expect(folder.rename('n', 'no/such')).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(folder.rename('nothing', 'x')).rejects.toMatchObject({ code: 'ENOENT', path: 'nothing' })
    await expect(folder.rename('d', 'd/e/x')).rejects.toMatchObject({ code: 'EINVAL' })
  })

  test('removes', async () => {
    await folder.makeDirectory('d/e', { parents: true })
    await folder.write('d/e/f', 0, [bytes('f')])
    await expect(folder.remove('d')).rejects.toMatchObject({ code: 'EISDIR' })
    await folder.remove('d/e/f')
    await folder.remove('d', { recursive: true })
    await expect(folder.remove('d')).rejects.toMatchObject({ code: 'ENOENT' })
    expect(await namesOf(folder)).toEqual([])
    await folder.remove('.', { recursive: true })
    expect(await folder.exists()).toBe(false)
    await expect(folder.list()).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('copies and counts', async () => {
    await folder.makeDirectory('d/empty', { parents: true })
    await folder.write('d/f', 0, [bytes('hello')])
    const copy = await newFolder(where, id.replace('8', '9'))
    await folder.copyTo(copy)
    expect(await namesOf(copy, 'd')).toEqual(['empty', 'f'])
    expect(await copy.usage()).toEqual({ files: 1, bytes: 5 })
  })

  test('lists a thousand entries at most', async () => {
    for (let index = 0; index < 1001; index += 1) await folder.write(String(index), 0, [])
    expect(await folder.list()).toHaveLength(1000)
    expect((await folder.usage()).files).toBe(1001)
  })

  test('no path leads out of it', async () => {
    await assertProperty(
      asyncProperty(
        array(constantFrom('..', '.', '', 'a', 'b'), { maxLength: 6 }).map((parts) => parts.join('/')),
        async (path) => {
          let depth = 0
          let leaves = path.startsWith('/')
          for (const part of path.split('/')) {
            if (part === '..') depth -= 1
            else if (part !== '' && part !== '.') depth += 1
            leaves ||= depth < 0
          }
          const outcome = folder.makeDirectory(path, { parents: true, existOk: true }).then(
            () => 'inside',
            (error: Error) => error.name,
          )
          expect(await outcome).toBe(leaves ? 'OutsideError' : 'inside')
        },
      ),
      { numRuns: 50 },
    )
  })
})

describe('links on a disk', () => {
  test('are followed within their folder, and nowhere else', async () => {
    const folder = await newFolder('disk')
    const directory = folder.directory!
    await mkdir(join(directory, 'd'))
    await writeFile(join(directory, 'd', 'f'), 'inside')
    await symlink('d', join(directory, 'in'))
    await symlink('f', join(directory, 'd', 'g'))
    await symlink(tmpdir(), join(directory, 'out'))
    await symlink('nowhere', join(directory, 'broken'))
    expect(await textOf(folder.read('in/g'))).toBe('inside')
    for (const path of ['out', 'out/x']) {
      await expect(folder.list(path)).rejects.toThrow(/leads out|No such/)
      await expect(folder.write(path, 0, [])).rejects.toThrow('leads out')
      await expect(folder.makeDirectory(path, { parents: true })).rejects.toThrow('leads out')
    }
    const walked: string[] = []
    for await (const { path, status } of folder.walk('')) walked.push(`${path} ${status.type}`)
    expect(walked).toEqual(['d directory', 'd/f file', 'd/g file'])
    await folder.remove('out')
    expect(await namesOf(folder)).toEqual(['broken', 'd', 'in'])
  })
})
