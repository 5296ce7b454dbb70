import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { DownloadError, keypair, NotFoundError } from '@backend-ai-sdk/core'
import { createEmulator } from '@backend-ai-sdk/emulator'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'

import { createClient } from '../client.ts'
import type { VFolder } from '../storage/vfolder.ts'
import { downloadDirectory, downloadTo } from './download-to.ts'

let here: string
afterEach(() => rm(here, { recursive: true, force: true }))

type Change = (request: Request, response: Response) => Promise<Response> | Response

interface Place {
  folder: VFolder
  /** Between the client and the cluster. */
  meddle: (change: Change) => void
}

async function place(profile: '23.09' | '26.9' = '26.9'): Promise<Place> {
  here = await mkdtemp(join(tmpdir(), 'download-to-'))
  const emulator = createEmulator({ profile })
  onTestFinished(() => emulator.stop())
  let change: Change = (_, response) => response
  const client = createClient({
    endpoint: 'http://cluster.example',
    auth: keypair(emulator.users.find(({ role }) => role === 'user')!),
    fetch: async (input) => {
      const request = input as Request
      return change(request.clone(), await emulator.fetch(request))
    },
  })
  const folder = await client.vfolders.create({ name: 'data' })
  return { folder, meddle: (given) => (change = given) }
}

/** All files and directories, those at the end with a slash. */
async function tree(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  return entries
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1) + (entry.isDirectory() ? '/' : ''))
    .toSorted()
}

/** As long as lists are. */
async function longList(response: Response): Promise<Response> {
  const { items } = (await response.json()) as { items: object[] }
  return Response.json({ items: Array.from({ length: 1000 }, () => items[0]) })
}

test.each(['23.09', '26.9'] as const)('a directory that is not listed to its end, of %s', async (profile) => {
  const { folder, meddle } = await place(profile)
  const names = ['f7', 'odd/empty', 'back\\slash', 'line\nend', '한글', '%2F', 'two  spaces ', '..hidden']
  const files = names.map((name) => ({ path: `many/${name}`, source: name.endsWith('empty') ? '' : name }))
  await folder.uploadAll(files)
  await folder.mkdir('many/nothing')
  meddle(async (request, response) =>
    new URL(request.url).pathname.endsWith('/files') ? longList(response) : response,
  )
  const told: object[] = []
  const to = join(here, 'to')
  const fetched = await downloadDirectory(folder, 'many', to, { onProgress: (progress) => told.push(progress) })
  expect(fetched).toHaveLength(names.length)
  expect(fetched).toContainEqual({ path: 'many/f7', localPath: join(to, 'f7'), size: 2, resumedAt: 0 })
  expect(await tree(to)).toEqual([...names, 'nothing/', 'odd/'].toSorted())
  for (const { path, source } of files)
    expect(await readFile(join(here, path.replace('many', 'to')), 'utf8')).toBe(source)
  expect(told.at(-1)).toMatchObject({ path: 'many', total: undefined })
  expect(await downloadDirectory(folder, '', join(here, 'root'))).toHaveLength(names.length)
  const refused: unknown = await downloadDirectory(folder, 'many', to, { noClobber: true }).catch(
    (error: unknown) => error,
  )
  expect(refused).toMatchObject({ reason: 'exists' })
})

describe('an archive that cannot be unpacked', () => {
  /** Of the archive some bytes are others. */
  async function withArchive(
    path: string,
    change: (bytes: Buffer<ArrayBuffer>) => Buffer<ArrayBuffer>,
  ): Promise<Place> {
    const there = await place()
    await there.folder.uploadAll([
      { path, source: 'some content' },
      { path: 'dir/aa', source: 'other content' },
    ])
    there.meddle(async (request, response) => {
      const { pathname } = new URL(request.url)
      if (pathname.endsWith('/files')) return longList(response)
      if (pathname !== '/download') return response
      const bytes = Buffer.from(await response.arrayBuffer())
      return new Response(change(bytes), { headers: response.headers })
    })
    return there
  }

  function replaced(bytes: Buffer<ArrayBuffer>, from: string, to: string): Buffer<ArrayBuffer> {
    const text = bytes.toString('latin1')
    expect(text).toContain(from)
    return Buffer.from(text.replaceAll(from, to), 'latin1')
  }

  test.each([
    ['zz/x', '../x'],
    ['zzzz', '/zzz'],
    ['zzzz', 'z/..'],
    ['zzzz', 'zz\0z'],
    ['zzzz', '\xFF\xFFzz'],
  ])('for a name: %j', async (name, evil) => {
    const { folder } = await withArchive(`dir/${name}`, (bytes) => replaced(bytes, name, evil))
    const to = join(here, 'to')
    const error: unknown = await downloadDirectory(folder, 'dir', to).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(DownloadError)
    expect(await readdir(here)).toEqual(['to'])
    expect((await tree(to)).filter((path) => !['aa', 'zz/', 'z/'].includes(path))).toEqual([])
  })

  test('for bytes that are not those that were packed', async () => {
    const { folder } = await withArchive('dir/zz', (bytes) => {
      // In the compressed content of the last file.
      const at = bytes.lastIndexOf(Buffer.from('PK\u0003\u0004', 'latin1')) + 30 + 2 + 4
      bytes[at]! ^= 0x10
      return bytes
    })
    const to = join(here, 'to')
    const error: unknown = await downloadDirectory(folder, 'dir', to).catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'ERR_DOWNLOAD', reason: 'truncated' })
    expect(await tree(to)).toEqual(['aa'])
  })

  test('for its end, which is missing', async () => {
    const { folder } = await withArchive('dir/zz', (bytes) => bytes.subarray(0, -30))
    const error: unknown = await downloadDirectory(folder, 'dir', join(here, 'to')).catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'ERR_DOWNLOAD', reason: 'truncated' })
    expect(await tree(here)).toEqual(['to/'])
  })

  test('for a signal', async () => {
    const { folder } = await withArchive('dir/zz', (bytes) => bytes)
    const reason = new Error('enough')
    const controller = new AbortController()
    const { signal } = controller
    const onProgress = (): void => controller.abort(reason)
    const error: unknown = await downloadDirectory(folder, 'dir', join(here, 'to'), { signal, onProgress }).catch(
      (error: unknown) => error,
    )
    expect(error).toBe(reason)
    expect(await tree(here)).toEqual(['to/'])
  })
})

test('a full disk', async (context) => {
  const { folder, meddle } = await place()
  await folder.upload('dir/large', new Uint8Array(randomBytes(300_000)))
  const small = join(here, 'small')
  await mkdir(small)
  const mounting = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', small])
  context.skip(mounting.status !== 0, 'only root can make a small disk')
  try {
    const full = { code: 'ERR_DOWNLOAD', reason: 'disk-full', path: 'dir/large' }
    await expect(downloadTo(folder, 'dir/large', join(small, 'large'))).rejects.toMatchObject(full)
    await expect(downloadDirectory(folder, 'dir', small)).rejects.toMatchObject(full)
    meddle((request, response) => (new URL(request.url).pathname.endsWith('/files') ? longList(response) : response))
    await expect(downloadDirectory(folder, 'dir', small)).rejects.toMatchObject({ ...full, path: 'dir' })
    expect(await tree(small)).toEqual([])
  } finally {
    spawnSync('umount', [small])
  }
})

test('two downloads to one place', async () => {
  const { folder } = await place()
  const content = randomBytes(300_000)
  await folder.upload('large', new Uint8Array(content))
  const to = join(here, 'large')
  await Promise.all(Array.from({ length: 4 }, () => downloadTo(folder, 'large', to)))
  expect(content.equals(await readFile(to))).toBe(true)
  const another = join(here, 'another')
  const outcomes = await Promise.allSettled(
    Array.from({ length: 4 }, () => downloadTo(folder, 'large', another, { noClobber: true })),
  )
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  for (const outcome of outcomes)
    expect(outcome).toMatchObject(outcome.status === 'rejected' ? { reason: { reason: 'exists' } } : {})
  expect(content.equals(await readFile(another))).toBe(true)
  expect(await tree(here)).toEqual(['another', 'large'])
})

test('a directory that is not there', async () => {
  const { folder } = await place()
  await expect(downloadDirectory(folder, 'none', join(here, 'to'))).rejects.toThrow(NotFoundError)
  expect(await tree(here)).toEqual([])
})

test('a file where a directory is to be', async () => {
  const { folder } = await place()
  await folder.uploadAll([{ path: 'dir/sub/x', source: 'x' }])
  await mkdir(join(here, 'to'))
  await writeFile(join(here, 'to', 'sub'), 'mine')
  const refusal = { code: 'ERR_DOWNLOAD', reason: 'exists' }
  await expect(downloadDirectory(folder, 'dir', join(here, 'to'))).rejects.toMatchObject(refusal)
  await expect(downloadTo(folder, 'dir/sub/x', join(here, 'to', 'sub', 'x'))).rejects.toMatchObject(refusal)
  expect(await readFile(join(here, 'to', 'sub'), 'utf8')).toBe('mine')
})
