import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { type Cluster, idleKernels, openCluster } from '../../testing.ts'

let cluster: Cluster
let cwd: string
beforeEach(async () => {
  cluster = openCluster(idleKernels)
  cwd = await mkdtemp(join(tmpdir(), 'backend-ai-cli-'))
  await cluster.run(['start', '-q', '-t', 'train-1', 'python'])
})
afterEach(async () => {
  await cluster[Symbol.asyncDispose]()
  await rm(cwd, { recursive: true })
})

test('files go there and come back', async () => {
  await mkdir(join(cwd, 'src/한글'), { recursive: true })
  await writeFile(join(cwd, 'src/한글/a "b".py'), 'print(1)\r\n')
  await writeFile(join(cwd, 'empty'), '')
  const uploaded = await cluster.run(['upload', 'train-1', 'src/한글/a "b".py', 'empty'], { cwd })
  expect(uploaded).toEqual({ code: 0, stdout: '', stderr: '⋯ Uploading files...\n✔ Uploaded.\n' })
  const dest = join(cwd, 'made/here')
  const downloaded = await cluster.run(['download', 'train-1', 'src', 'empty', '--dest', 'made/here'], { cwd })
  expect(downloaded).toEqual({
    code: 0,
    stdout: '',
    stderr: `⋯ Downloading file(s) from train-1...\n✔ Downloaded to ${dest}.\n`,
  })
  expect(await readFile(join(dest, 'src/한글/a "b".py'), 'utf8')).toBe('print(1)\r\n')
  expect(await readFile(join(dest, 'empty'), 'utf8')).toBe('')
})

test('on a terminal with a bar', async () => {
  await writeFile(join(cwd, 'a.txt'), 'x'.repeat(25))
  const { stderr } = await cluster.run(['upload', 'train-1', 'a.txt'], { cwd, terminal: true })
  expect(stderr).toMatch(/Uploading files: 100%\|██████████\| 25\.0\/25\.0 \[00:00<00:00, .*bytes\/s, file=a\.txt\]/)
})

test.each([
  [['upload', 'train-1', 'nothing'], 2, /^✘ File "nothing" does not exist\.\n$/],
  [['upload', 'train-1', '../outside'], 2, /^✘ File "..\/outside" does not exist\.\n$/],
  [['upload', 'train-1', '..'], 4, /^✘ File ".*" is outside of the base directory ".*"\.\n$/],
  [['upload', 'train-1'], 0, /^∙ Please specify one or more file paths after session ID or name\.\n$/],
  [['download', 'train-1'], 0, /^∙ Please specify one or more file paths after session ID or name\.\n$/],
  [['upload'], 2, /Usage: backend\.ai upload/],
  [['download', 'train-1', '../up'], 1, /ConfigError: "..\/up" is no path below a session's home/],
  [['download', 'train-1', 'nothing'], 1, /^⋯ .*\n✘ BackendAPIError: 500/],
  [['ls', 'nobody'], 1, /NotFoundError|404/],
  [['ls', 'train-1', 'nothing'], 1, /^⋯ .*\n✘ BackendAPIError: 404.*\n.*\n.*FileNotFoundError/],
] as const)('%j ends with %i', async (args, code, stderr) => {
  const outcome = await cluster.run(args, { cwd })
  expect(outcome.code).toBe(code)
  expect(outcome.stderr).toMatch(stderr)
})

test('a folder as a table, and as JSON', async () => {
  await writeFile(join(cwd, 'a.txt'), 'x'.repeat(1229))
  await cluster.run(['upload', 'train-1', 'a.txt'], { cwd })
  const { code, stdout, stderr } = await cluster.run(['ls', 'train-1'])
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: '⋯ Retrieving list of files in "/home/work"...\n✔ Retrived.\n',
  })
  const [header, , ...rows] = stdout.split('\n')
  expect(header).toMatch(/^File name +Size +Modified +Mode$/)
  expect(rows.find((row) => row.startsWith('a.txt'))).toMatch(
    /^a\.txt +1\.2 KiB +[A-Z][a-z]{2} \d\d \d{4} \d\d:\d\d:\d\d +-rw-r--r--$/,
  )
  const json = await cluster.run(['--output', 'json', 'ls', 'train-1'])
  expect(JSON.parse(json.stdout)).toMatchObject({
    items: expect.arrayContaining([expect.objectContaining({ name: 'a.txt', size: 1229, mode: '644' })]) as unknown,
  })
})
