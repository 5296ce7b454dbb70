/** Files on their way to folders and back, over lines that break. */
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import {
  appendFile,
  chmod,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { DownloadError, NotFoundError, UploadError, type Client, type VFolder } from '@backend-ai-sdk/client'
import { downloadDirectory, downloadTo, uploadPath } from '@backend-ai-sdk/client/node'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { clientOf } from '../targets.ts'
import { cuttingProxy, type CuttingProxy } from './cutting-proxy.ts'
import { needs, needsKeys, onEachTarget, rejection, smallSlots, thorough, uniqueName } from './harness.ts'

const megabyte = 1024 * 1024
const large = (thorough ? 1024 : 64) * megabyte

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const bytes of createReadStream(path)) hash.update(bytes as Buffer)
  return hash.digest('hex')
}

onEachTarget('transfers', (target) => {
  const client = clientOf(target)
  let folder: VFolder
  let work: string

  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), 'transfers-'))
    folder = await client.vfolders.create({ name: uniqueName('conf-transfer') })
  }, 60_000)
  afterAll(async () => {
    await rm(work, { recursive: true, force: true })
    await folder.deleteForever().catch(() => undefined)
  }, 60_000)

  async function randomFile(name: string, size: number): Promise<string> {
    const path = join(work, name)
    await using file = await open(path, 'w')
    for (let written = 0; written < size; written += megabyte)
      await file.write(randomBytes(Math.min(megabyte, size - written)))
    return path
  }

  const storageOrigin = async (): Promise<URL> => {
    const { url } = await client.request<{ url: string }>({
      method: 'POST',
      path: `/folders/${folder.segment}/request-download`,
      json: { path: 'x', archive: false },
    })
    return new URL(url)
  }

  /** The folder, through a line that breaks 20 times within the file. */
  async function overBrokenLine(size: number): Promise<{ broken: VFolder; proxy: CuttingProxy }> {
    const origin = await storageOrigin()
    const proxy = await cuttingProxy(
      origin,
      Array.from({ length: 20 }, () => Math.random() * (size / 20) * 0.9 + 1000),
    )
    const other: Client = client.with({ storageProxies: { [origin.origin]: proxy.origin } })
    return { broken: await other.vfolders.get(folder.id), proxy }
  }

  test('a file arrives as it is, over a line that breaks 20 times', { timeout: 240_000 }, async (context) => {
    context.skip(target.fetch !== undefined, 'in process there is no line')
    const path = await randomFile('large.bin', large)
    const digest = await digestOf(path)
    const there = await overBrokenLine(large)
    await using toProxy = there.proxy
    const [uploaded] = await uploadPath(there.broken, path, { to: 'deep/down/large.bin' })
    expect(uploaded).toMatchObject({ path: 'deep/down/large.bin', size: large })
    expect(toProxy.cuts).toBeGreaterThan(10)
    const back = join(work, 'back.bin')
    const again = await overBrokenLine(large)
    await using fromProxy = again.proxy
    await downloadTo(again.broken, 'deep/down/large.bin', back)
    expect(fromProxy.cuts).toBeGreaterThan(10)
    expect(await digestOf(back)).toBe(digest)
    expect((await readdir(work)).filter((name) => name.startsWith('.'))).toEqual([])
    await rm(back)
    await rm(path)
  })

  /** In another process. */
  function uploader(order: object) {
    const program = join(import.meta.dirname, 'upload-program.ts')
    const child = spawn(process.execPath, ['--conditions=backend-ai-source', program], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    child.stdin.end(JSON.stringify(order))
    return child
  }

  test('an upload that was killed goes on in a new process', { timeout: 120_000 }, async (context) => {
    needsKeys(context, target)
    context.skip(target.fetch !== undefined, 'another process does not reach an emulator in process')
    const size = 32 * megabyte
    const path = await randomFile('killed.bin', size)
    const store = join(work, 'store')
    const order = {
      endpoint: target.endpoint,
      keys: target.keys.user,
      folder: folder.id,
      path,
      to: 'killed.bin',
      store,
    }
    const first = uploader(order)
    for await (const line of createInterface(first.stdout)) if (Number(line) > 6 * megabyte) first.kill('SIGKILL')
    const note = (await readdir(store)).find((name) => name.endsWith('.json'))
    expect((await stat(join(store, note!))).mode & 0o777).toBe(0o600)
    let last = ''
    for await (const line of createInterface(uploader(order).stdout)) last = line
    expect(last).toMatch(/^resumed at [1-9]\d{6,}$/)
    expect(await readdir(store)).toEqual([])
    const back = join(work, 'killed-back.bin')
    await downloadTo(folder, 'killed.bin', back)
    expect(await digestOf(back)).toBe(await digestOf(path))
  })

  test(
    'two processes that send the same file are not in the way of each other',
    { timeout: 120_000 },
    async (context) => {
      needsKeys(context, target)
      context.skip(target.fetch !== undefined, 'another process does not reach an emulator in process')
      const path = await randomFile('twice.bin', 16 * megabyte)
      const order = {
        endpoint: target.endpoint,
        keys: target.keys.user,
        folder: folder.id,
        path,
        to: 'twice.bin',
        store: join(work, 'store-of-two'),
      }
      const lines = [uploader(order), uploader(order)].map(async ({ stdout }) => {
        let last = ''
        for await (const line of createInterface(stdout)) last = line
        return last
      })
      expect(await Promise.all(lines)).toEqual(['resumed at 0', 'resumed at 0'])
      expect(await readdir(order.store)).toEqual([])
      const back = join(work, 'twice-back.bin')
      await downloadTo(folder, 'twice.bin', back)
      expect(await digestOf(back)).toBe(await digestOf(path))
    },
  )

  test('empty files, names of all kinds, bytes, blobs and streams', async () => {
    const text = 'text of 한글'
    const bytes = new TextEncoder().encode(text)
    const stream = new Blob([bytes]).stream()
    const pieces = (async function* () {
      yield bytes.slice(0, 3)
      yield new Uint8Array()
      yield bytes.slice(3)
    })()
    const files = [
      { path: 'kinds/empty', source: '' },
      { path: 'kinds/text', source: text },
      { path: 'kinds/한글 a#?%2F.txt', source: new Blob([text]) },
      { path: 'kinds/back\\slash', source: bytes },
      { path: 'kinds/..%2F..', source: bytes },
      { path: 'kinds/stream', source: stream, size: bytes.length },
      { path: 'kinds/pieces', source: pieces, size: bytes.length },
    ]
    const uploaded = await folder.uploadAll(files)
    expect(uploaded.map(({ path }) => path)).toEqual(files.map(({ path }) => path))
    const read = await Promise.all(files.map(async ({ path }) => (await folder.download(path)).text()))
    expect(read).toEqual(['', ...Array.from({ length: files.length - 1 }, () => text)])
    expect((await folder.download('kinds/empty')).size).toBe(0)
    // Storage proxies do not hand it out but in an archive.
    await folder.upload('kinds/line\nend', text)
    expect(await rejection(folder.download('kinds/line\nend'))).toMatchObject({ code: 'ERR_DOWNLOAD', reason: 'name' })
    const back = join(work, 'kinds')
    expect(await downloadDirectory(folder, 'kinds', back)).toHaveLength(files.length + 1)
    expect(await readFile(join(back, 'line\nend'), 'utf8')).toBe(text)
    expect(await readFile(join(back, '..%2F..'), 'utf8')).toBe(text)
  })

  test('progress is told, to the last byte', async () => {
    const size = 3 * megabyte
    const upload = await folder.startUpload([{ path: 'progress', source: new Blob([randomBytes(size)]) }], {
      partSize: megabyte,
    })
    upload.pause()
    expect(upload.isPaused).toBe(true)
    upload.resume()
    let last
    for await (const progress of upload) last = progress
    expect(last).toMatchObject({ path: 'progress', sent: size, total: size, filesDone: 1, filesTotal: 1 })
    expect(await upload.done).toEqual([{ path: 'progress', size, resumedAt: 0 }])
  })

  test('what cannot be sent leaves the folder as it was', async () => {
    await folder.upload('kept', 'before')
    const path = await randomFile('growing.bin', 3 * megabyte)
    const received = expect.any(Number) as number
    const changing = uploadPath(folder, path, {
      to: 'kept',
      partSize: megabyte,
      onProgress: () => void appendFile(path, 'more'),
    })
    expect(await rejection(changing)).toMatchObject({ code: 'ERR_UPLOAD', reason: 'source-changed', received })
    const shrinking = uploadPath(folder, path, {
      to: 'kept',
      partSize: megabyte,
      onProgress: () => void truncate(path, megabyte),
    })
    expect(await rejection(shrinking)).toMatchObject({ reason: 'source-changed', received })
    expect(await (await folder.download('kept')).text()).toBe('before')
    await folder.upload('some/file', 'x')
    expect(await rejection(folder.upload('some', 'x', { patience: 2000 }))).toMatchObject({ reason: 'directory' })
    for (const wrong of ['../x', '/x', 'a/../x', '', '.'])
      expect(await rejection(folder.upload(wrong, 'x'))).toBeInstanceOf(TypeError)
    const reason = new Error('enough')
    const aborted = folder.upload('aborted', new Uint8Array(megabyte), { signal: AbortSignal.abort(reason) })
    expect(await rejection(aborted)).toBe(reason)
  })

  test('downloads stand at their place whole, or not at all', async () => {
    await folder.upload('whole', 'new')
    const path = join(work, 'whole')
    await writeFile(path, 'old')
    const refused = await rejection(downloadTo(folder, 'whole', path, { noClobber: true }))
    expect(refused).toMatchObject({ code: 'ERR_DOWNLOAD', reason: 'exists' })
    expect(await readFile(path, 'utf8')).toBe('old')
    await downloadTo(folder, 'whole', path)
    expect(await readFile(path, 'utf8')).toBe('new')
    expect(await rejection(downloadTo(folder, 'whole', work))).toMatchObject({ reason: 'directory' })
    expect(await rejection(downloadTo(folder, 'not there', join(work, 'none')))).toBeInstanceOf(NotFoundError)
    expect(await readdir(work)).not.toContain('none')
  })

  test('a file that changes while it is read is noticed', async () => {
    const size = 4 * megabyte
    await folder.upload('changing', new Uint8Array(randomBytes(size)))
    const part = join(work, '.changing.backend-ai.part')
    const path = join(work, 'changing')
    const { version } = await folder.download('changing', { start: 1 })
    await writeFile(part, 'stale part of an older file')
    const facts = { folder: folder.id, path: 'changing', version: 'Mon, 01 Jan 2001 00:00:00 GMT' }
    await writeFile(`${part}.json`, JSON.stringify(facts))
    expect(await downloadTo(folder, 'changing', path)).toMatchObject({ size, resumedAt: 0 })
    await writeFile(part, (await readFile(path)).subarray(0, megabyte))
    await writeFile(`${part}.json`, JSON.stringify({ ...facts, version }))
    expect(await downloadTo(folder, 'changing', path)).toMatchObject({ size, resumedAt: megabyte - 1 })
    const error = await rejection(folder.download('changing', { start: size + 1 }))
    expect(error).toBeInstanceOf(DownloadError)
  })

  test('directories go there and back', { timeout: 600_000 }, async () => {
    // Each file takes two requests there and two back, one of them to the manager, which all wait for: it answers 12 to 42
    // a second, the more the quieter the machine is (2000 files on 23.09: 53 s and 61 s).
    const counts: Record<string, number> = { 'real-26.9-session': 300, 'real-23.09-session': 300 }
    const many = counts[target.name] ?? 2000
    const files = thorough ? many : 60
    const tree = join(work, 'tree')
    for (let index = 0; index < files; index++) {
      await mkdir(join(tree, `d${index % 20}`), { recursive: true })
      await writeFile(join(tree, `d${index % 20}`, `f${index}`), `content ${index}`)
    }
    await mkdir(join(tree, 'empty'))
    await writeFile(join(tree, '.backendaiignore'), '*.log\n/d0/\n')
    await writeFile(join(tree, 'd1', 'x.log'), 'left out')
    await chmod(join(tree, 'd1'), 0o755)
    const uploaded = await uploadPath(folder, tree, { to: 'tree', parallel: 8 })
    const expected = files - files / 20 + 1
    expect(uploaded).toHaveLength(expected)
    const back = join(work, 'tree-back')
    const fetched = await downloadDirectory(folder, 'tree', back, { parallel: 8 })
    expect(fetched).toHaveLength(expected)
    expect(await readFile(join(back, 'd3', 'f43'), 'utf8')).toBe('content 43')
    expect((await readdir(back)).sort()).toEqual(
      ['.backendaiignore', 'empty', ...Array.from({ length: 19 }, (_, index) => `d${index + 1}`)].sort(),
    )
  })

  test('a directory with more entries than servers list', { timeout: 240_000 }, async (context) => {
    context.skip(!thorough, 'takes long')
    const names = Array.from({ length: 1200 }, (_, index) => `many/f${index}`)
    if (target.name.startsWith('real-')) {
      // Their managers would take minutes for the uploads.
      await using session = await client.sessions.create({
        image: target.pythonImage,
        slots: smallSlots,
        name: uniqueName(),
        mounts: [folder.name],
      })
      const code = [
        'import os',
        `os.makedirs('${folder.name}/many/empty')`,
        `for name in range(1200): _ = open(f'${folder.name}/many/f{name}', 'w').write(f'many/f{name}')`,
      ].join('\n')
      await session.run(code).result()
    } else {
      await folder.uploadAll(
        names.map((path) => ({ path, source: path })),
        { parallel: 16 },
      )
      await folder.mkdir('many/empty')
    }
    const back = join(work, 'many-back')
    const fetched = await downloadDirectory(folder, 'many', back)
    expect(fetched.map(({ path }) => path).toSorted()).toEqual(names.toSorted())
    expect(await readdir(back)).toHaveLength(1201)
    expect(await readFile(join(back, 'f1199'), 'utf8')).toBe('many/f1199')
  })

  test('archives come to their end', async (context) => {
    await folder.uploadAll([
      { path: 'archive/a', source: 'a' },
      { path: 'archive/b/c', source: 'c' },
    ])
    const bytes = await (await folder.downloadArchive('archive')).bytes()
    expect(new TextDecoder('latin1').decode(bytes)).toMatch(/^PK[^]*b\/c[^]*PK\x05\x06/)
    await needs(context, client, 'vfolder-download-archive')
    const several = await (await folder.downloadArchive(['archive/a', 'archive/b'])).bytes()
    expect(new TextDecoder('latin1').decode(several)).toMatch(/^PK[^]*PK\x05\x06/)
  })

  test('no error and no log has the token', async () => {
    const lines: unknown[] = []
    const logger = Object.fromEntries(
      ['debug', 'info', 'warn', 'error'].map((level) => [level, (...data: unknown[]) => void lines.push(...data)]),
    ) as unknown as Console
    const watched = await client.with({ logger, logLevel: 'debug' }).vfolders.get(folder.id)
    await watched.upload('logged', 'x')
    const error = await rejection(watched.download('not there'))
    const all = JSON.stringify([lines, error, String(error)])
    expect(all).toContain('/upload?token=')
    expect(all).not.toContain('eyJ')
    expect(error).not.toBeInstanceOf(UploadError)
  })
})
