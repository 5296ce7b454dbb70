/** Files of a folder, with those of this machine; one cluster on sockets for all tests. */
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import type { Fault } from '@backend-ai-sdk/emulator'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { openWorkplace, type Workplace } from '../../testing-process.ts'
import { type FakeHost, type HostOptions, type Outcome, runCommand } from '../../testing.ts'

let place: Workplace
beforeAll(async () => void (place = await openWorkplace()))
afterAll(() => place[Symbol.asyncDispose]())

let here: string
let folder: string
let count = 0
beforeEach(async () => {
  here = await mkdtemp(join(tmpdir(), 'backend-ai-cli-'))
  folder = `files-${++count}`
  await vfolder('create', folder)
})
afterEach(async () => {
  place.endChildren()
  await rm(here, { recursive: true })
})

/** In this process. */
const command = (args: readonly string[], options?: HostOptions): Promise<Outcome> =>
  runCommand(args, { cwd: here, env: place.env, ...options })
const vfolder = (...args: string[]): Promise<Outcome> => command(['vfolder', ...args])

async function put(path: string, content: string | Uint8Array = path): Promise<void> {
  await mkdir(dirname(join(here, path)), { recursive: true })
  await writeFile(join(here, path), content)
}

const contentOf = (path: string): Promise<string> => readFile(join(here, path), 'utf8')

/** Names alone. */
async function listed(path = '.'): Promise<string[]> {
  const { stdout } = await vfolder('ls', folder, path)
  return stdout
    .trimEnd()
    .split('\n')
    .slice(2)
    .map((line) => line.split(/ {2,}/)[0]!)
    .toSorted()
}

const done = { code: 0, stderr: '✔ Done.\n' }

describe('upload', () => {
  test('sends all files, with their paths', async () => {
    await put('a.txt')
    await put('empty', '')
    await put('deep/er/b.txt')
    expect(await vfolder('upload', folder, 'a.txt', './empty', 'deep/er/b.txt')).toEqual({
      ...done,
      stdout: ['a.txt', 'empty', 'deep/er/b.txt'].map((path) => `Uploading ${join(here, path)} ...\n`).join(''),
    })
    expect(await listed()).toEqual(['a.txt', 'deep', 'empty'])
    expect((await vfolder('ls', folder, 'deep/er')).stdout).toMatch(/^b\.txt +13 {2}\w{3} \d\d \d{4} [\d:]+ {2}-rw-/m)
  })

  test('takes paths from a base directory', async () => {
    await put('base/sub/a.txt')
    expect((await vfolder('upload', folder, '-b', 'base', 'base/sub/a.txt')).code).toBe(0)
    expect(await listed()).toEqual(['sub'])
  })

  test('sends directories with --recursive, twice too', async () => {
    await put('tree/a.txt')
    await put('tree/sub/.hidden')
    await mkdir(join(here, 'tree/empty'))
    for (let times = 0; times < 2; times++) expect(await vfolder('upload', folder, '-r', 'tree')).toMatchObject(done)
    expect(await listed('tree')).toEqual(['a.txt', 'empty', 'sub'])
    expect(await listed('tree/sub')).toEqual(['.hidden'])
  })

  test('replaces files that are there', async () => {
    await put('a.txt', 'old and longer')
    await vfolder('upload', folder, 'a.txt')
    await put('a.txt', 'new')
    await vfolder('upload', folder, 'a.txt')
    await put('a.txt', 'local')
    await vfolder('download', folder, 'a.txt')
    expect(await contentOf('a.txt')).toBe('new')
  })

  test('of nothing is done', async () => {
    expect(await vfolder('upload', folder)).toEqual({ ...done, stdout: '' })
  })

  test.each([
    [['nosuch'], /^✘ File ".*nosuch" does not exist\.\n$/],
    [['tree'], /^✘ ".*tree" is a directory: --recursive sends it with all that is in it\.\n$/],
    [['../x'], /^✘ File ".*x" is outside of the base directory ".*"\.\n$/],
    [['-b', 'tree', 'a.txt'], /^✘ File ".*a\.txt" is outside of the base directory ".*tree"\.\n$/],
  ])('looks first: %j', async (args, stderr) => {
    await put('a.txt')
    await put('tree/b.txt')
    const outcome = await vfolder('upload', folder, 'a.txt', ...args)
    expect(outcome).toMatchObject({ code: 4, stdout: '' })
    expect(outcome.stderr).toMatch(stderr)
    expect(await listed()).toEqual([])
  })

  test('tells JSON', async () => {
    await put('a.txt')
    const { stdout } = await command(['--output', 'json', 'vfolder', 'upload', folder, 'a.txt'])
    expect(JSON.parse(stdout)).toEqual({ ok: true, msg: 'Done.', files: [{ path: 'a.txt', size: 5, resumed_at: 0 }] })
  })
})

describe('download', () => {
  beforeEach(async () => {
    await put('up/tree/a.txt')
    await put('up/tree/sub/b.txt')
    await put('up/tree/empty', '')
    await put('up/c.txt')
    await vfolder('upload', folder, '-b', 'up', '-r', 'up/tree', 'up/c.txt')
  })

  test('gets files, with their directories', async () => {
    expect(await vfolder('download', folder, 'tree/sub/b.txt', 'c.txt', 'tree/empty')).toEqual({
      ...done,
      stdout: ['tree/sub/b.txt', 'c.txt', 'tree/empty']
        .map((path) => `Downloading to ${join(here, path)} ...\n`)
        .join(''),
    })
    expect(await contentOf('tree/sub/b.txt')).toBe('up/tree/sub/b.txt')
    expect(await contentOf('c.txt')).toBe('up/c.txt')
    expect(await contentOf('tree/empty')).toBe('')
  })

  test('gets directories', async () => {
    expect(await vfolder('download', folder, '-b', 'down', 'tree')).toMatchObject(done)
    expect(await contentOf('down/tree/a.txt')).toBe('up/tree/a.txt')
    expect(await contentOf('down/tree/sub/b.txt')).toBe('up/tree/sub/b.txt')
    expect((await readdir(join(here, 'down/tree'))).toSorted()).toEqual(['a.txt', 'empty', 'sub'])
  })

  test('asks for as much at a time, and as often, as it is told', async () => {
    await put('big', randomBytes(250_000))
    await vfolder('upload', folder, 'big')
    let requests = 0
    const isDownload = ({ url }: Request): boolean => new URL(url).pathname === '/download' && ++requests > 0
    place.cluster.faults.inject({ kind: 'status', status: 502, match: (request) => isDownload(request) && false })
    expect(await vfolder('download', folder, '--chunk-size', '100k', 'big')).toMatchObject(done)
    expect(requests).toBe(3)
    place.cluster.faults.clear()
    place.cluster.faults.inject({ kind: 'status', status: 502, match: isDownload })
    requests = 0
    expect((await vfolder('download', folder, '--max-retries', '1', 'big')).code).toBe(1)
    expect(requests).toBe(2)
    place.cluster.faults.clear()
    for (const wrong of [
      ['--max-retries', '-1'],
      ['--chunk-size', '0'],
    ])
      expect((await vfolder('download', folder, ...wrong, 'big')).code).toBe(2)
  })

  test('gets directories that the server does not list to their end', { timeout: 60_000 }, async () => {
    const names = Array.from({ length: 1001 }, (_, index) => `f${index}`)
    const code = `import os; os.mkdir("${folder}/many")\nfor n in range(1001): _ = open(f"${folder}/many/f{n}", "w").write(f"f{n}")`
    expect((await command(['run', '-q', '--rm', '-v', folder, '-c', code, 'python'])).code).toBe(0)
    const { code: exitCode, stdout } = await command(['--output', 'json', 'vfolder', 'download', folder, 'many'])
    expect(exitCode).toBe(0)
    expect((JSON.parse(stdout) as { files: object[] }).files).toHaveLength(1001)
    expect((await readdir(join(here, 'many'))).toSorted()).toEqual(names.toSorted())
    expect(await contentOf('many/f1000')).toBe('f1000')
  })

  test('overwrites, unless it is told not to', async () => {
    await put('c.txt', 'mine')
    const { code, stderr } = await vfolder('download', folder, '--no-clobber', 'c.txt')
    expect({ code, content: await contentOf('c.txt') }).toEqual({ code: 1, content: 'mine' })
    expect(stderr).toContain('c.txt')
    expect(await vfolder('download', folder, './c.txt')).toMatchObject(done)
    expect(await contentOf('c.txt')).toBe('up/c.txt')
  })

  test('of what is not there leaves nothing', async () => {
    const { code, stderr } = await vfolder('download', folder, 'nosuch')
    expect(code).toBe(1)
    expect(stderr).toMatch(/^✘ BackendAPIError: 404 Not Found\n/)
    expect(await readdir(here)).toEqual(['up'])
  })

  test.each(['/etc/passwd', '../x', 'tree/../../x'])('refuses %s', async (path) => {
    const { code, stderr } = await vfolder('download', folder, path)
    expect(code).not.toBe(0)
    expect(stderr).not.toBe('')
    expect(await readdir(here)).toEqual(['up'])
  })
})

describe('what ends too early', () => {
  const mebibyte = 1024 * 1024
  const content = randomBytes(4 * mebibyte)
  const sending = ['vfolder', 'upload', '--chunk-size', '1m']
  const getting = ['vfolder', 'download']
  beforeEach(() => put('big.bin', content))
  afterEach(() => place.cluster.faults.clear())

  const thirdPart = (): Fault =>
    place.cluster.faults.inject({
      kind: 'stall',
      match: ({ headers, method }) => method === 'PATCH' && Number(headers.get('Upload-Offset')) >= 2 * mebibyte,
    })
  const secondHalf = (): Fault =>
    place.cluster.faults.inject({ kind: 'stall', afterBytes: 2 * mebibyte, match: { path: '/download' } })

  interface Told {
    files: { path: string; resumed_at: number }[]
  }
  const again = async (args: readonly string[]): Promise<number> => {
    const { code, stdout } = await command(['--output', 'json', ...args])
    expect(code).toBe(0)
    return (JSON.parse(stdout) as Told).files[0]!.resumed_at
  }

  test('an upload is continued by the same command, after SIGKILL too', async () => {
    const args = [...sending, folder, join(here, 'big.bin'), '-b', here]
    const fault = thirdPart()
    const child = place.start(args)
    await fault.met()
    child.process.kill('SIGKILL')
    await child.ended
    expect(await listed()).toEqual([])
    fault.remove()
    expect(await again(args)).toBeGreaterThanOrEqual(2 * mebibyte)
    await put('big.bin', '')
    await command([...getting, folder, 'big.bin'])
    expect(content.equals(await readFile(join(here, 'big.bin')))).toBe(true)
  })

  test('a download is continued by the same command, after SIGKILL too', async () => {
    await command([...sending, folder, 'big.bin'])
    await rm(join(here, 'big.bin'))
    const args = [...getting, folder, 'big.bin', '-b', join(here, 'down')]
    const fault = secondHalf()
    const child = place.start(args)
    await fault.met()
    const part = join(here, 'down', '.big.bin.backend-ai.part')
    await expect.poll(async () => (await stat(part).catch(() => undefined))?.size).toBe(2 * mebibyte)
    child.process.kill('SIGKILL')
    await child.ended
    expect(await readdir(join(here, 'down'))).not.toContain('big.bin')
    fault.remove()
    expect(await again(args)).toBeGreaterThan(mebibyte)
    expect(await readdir(join(here, 'down'))).toEqual(['big.bin'])
    expect(content.equals(await readFile(join(here, 'down/big.bin')))).toBe(true)
  })

  test('Ctrl-C says so, and the bar stays', async () => {
    const fault = thirdPart()
    let host: FakeHost | undefined
    const ended = command([...sending, folder, 'big.bin'], { terminal: true, onHost: (given) => (host = given) })
    await fault.met()
    host!.emit('SIGINT')
    const { code, stderr } = await ended
    expect(code).toBe(130)
    expect(stderr).toMatch(/\/4\.00M \[[^\r]*\]\r\r\n/)
    expect(stderr).toMatch(/∙ The same command goes on where this one was\..*\r\n.*Interrupted!\n$/s)
  })

  test('a bar is for terminals', async () => {
    const { stderr } = await command([...sending, folder, 'big.bin'], { terminal: true })
    expect(stderr).toMatch(/\u001B\[2K100%\|██████████\| 4\.00M\/4\.00M \[00:0\d<00:00, [\d.]+\w?bytes\/s\]\r\r\n/)
    expect((await command([...sending, folder, 'big.bin'])).stderr).toBe('✔ Done.\n')
  })
})

test('files are moved, renamed, and deleted after asking', async () => {
  await put('a.txt')
  await vfolder('upload', folder, 'a.txt')
  expect(await vfolder('mkdir', folder, 'one', 'two')).toEqual({ ...done, stdout: '' })
  expect(await vfolder('mkdir', folder, 'one')).toMatchObject({ code: 1 })
  expect(await vfolder('mkdir', folder, '-e', 'one', 'three')).toMatchObject(done)
  expect(await vfolder('mkdir', folder, '-p', 'four/five')).toMatchObject(done)
  expect(await vfolder('mv', folder, 'a.txt', 'one/b.txt')).toEqual({ code: 0, stdout: '', stderr: '✔ Moved.\n' })
  expect(await vfolder('rename-file', folder, 'one/b.txt', 'c.txt')).toEqual({
    code: 0,
    stdout: '',
    stderr: '✔ Renamed.\n',
  })
  expect(await listed('one')).toEqual(['c.txt'])

  const remove = (input: string, ...args: string[]): Promise<Outcome> =>
    command(['vfolder', 'rm', folder, ...args], { input })
  const question = 'Are you sure? [Y/n] '
  expect(await remove('no\n', 'one/c.txt')).toEqual({ code: 1, stdout: question, stderr: '∙ Cancelled\n' })
  expect(await remove('', 'one/c.txt')).toEqual({ code: 1, stdout: question, stderr: '✘ There was no answer.\n' })
  expect(await remove('what\nY\n', 'one/c.txt')).toEqual({
    ...done,
    stdout: `${question}Please answer in y/yes/n/no.\n${question}`,
  })
  expect(await listed('one')).toEqual([])
  expect(await vfolder('delete-file', folder, '-y', '-r', 'one', 'two', 'three', 'four')).toEqual({
    ...done,
    stdout: '',
  })
  expect(await listed()).toEqual([])
  expect(await vfolder('rm', folder)).toMatchObject({ code: 2 })
})

test('ls of an empty folder is a header', async () => {
  expect(await vfolder('ls', folder)).toEqual({
    code: 0,
    stdout: 'file name    size    modified    mode\n-----------  ------  ----------  ------\n',
    stderr: '⋯ Retrieving list of files in "."...\n✔ Retrived.\n',
  })
  expect((await vfolder('ls', folder, 'nosuch')).code).toBe(1)
})

test('request-download gives a token that is good for the file', async () => {
  await put('a.txt')
  await vfolder('upload', folder, 'a.txt')
  expect((await vfolder('request-download', folder, 'a.txt')).stderr).toMatch(
    /^✔ Download token: ey[\w-]+\.[\w-]+\.[\w-]+\n$/,
  )
  const { stdout } = await command(['--output', 'json', 'vfolder', 'request-download', folder, 'a.txt'])
  const { token, url } = JSON.parse(stdout) as { token: string; url: string }
  expect(await (await fetch(`${url}?token=${token}`)).text()).toBe('a.txt')
})

test('folders are mounted in sessions', async () => {
  await put('a.txt')
  await vfolder('upload', folder, 'a.txt')
  const code = `print(open("${folder}/a.txt").read()); _ = open("${folder}/b.txt", "w").write("from inside")`
  expect(await command(['run', '-q', '--rm', '-v', folder, '-c', code, 'python'])).toEqual({
    code: 0,
    stdout: 'a.txt\n',
    stderr: '',
  })
  await vfolder('download', folder, 'b.txt')
  expect(await contentOf('b.txt')).toBe('from inside')
  const mounted = await command([
    'run',
    '-q',
    '--rm',
    '--mount',
    `${folder}=/home/work/in`,
    '-c',
    'import os; print(sorted(os.listdir("in")))',
    'python',
  ])
  expect(mounted).toMatchObject({ code: 0, stdout: "['a.txt', 'b.txt']\n" })
})
