import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { type Cluster, idleKernels, openCluster } from '../../testing.ts'

let cluster: Cluster
beforeEach(() => void (cluster = openCluster(idleKernels)))
afterEach(() => cluster[Symbol.asyncDispose]())

const text = 'one\r\ntwo\n\n  셋'

test('of the standard input, byte by byte', async () => {
  expect(await cluster.run(['dotfile', 'create', '.aws/config'], { input: text })).toEqual({
    code: 0,
    stdout: '',
    stderr: '∙ Dotfile .aws/config created and ready\n',
  })
  expect(await cluster.run(['dotfile', 'get', '.aws/config'])).toEqual({ code: 0, stdout: text, stderr: '' })
  const { stdout } = await cluster.run(['--output', 'json', 'dotfile', 'get', '.aws/config'])
  expect(JSON.parse(stdout)).toEqual({ path: '.aws/config', data: text, permission: '755' })
})

test('of a file, updated and listed', async () => {
  const file = join(tmpdir(), `dotfile-${process.pid}`)
  await writeFile(file, text)
  await cluster.run(['dotfile', 'create', '--perm', '600', '-f', file, '.first'])
  expect(await cluster.run(['dotfile', 'update', '.first'], { input: `${'x'.repeat(40)}\nmore` })).toMatchObject({
    code: 0,
    stderr: '∙ Dotfile .first updated\n',
  })
  await cluster.run(['dotfile', 'create', '-f', file, '.second'])
  await rm(file)
  expect((await cluster.run(['dotfile', 'list'])).stdout.split('\n').map((line) => line.trim())).toEqual([
    'Path     Data                              Permission',
    '-------  ------------------------------  ------------',
    `.first   ${'x'.repeat(30)}           755`,
    '.second  one                                      755',
    '',
  ])
})

test('nothing', async () => {
  expect(await cluster.run(['dotfile', 'list'])).toMatchObject({ stdout: 'There is no dotfiles created yet.\n' })
  expect(await cluster.run(['dotfile', 'get', '.none'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('404') as string,
  })
  expect(await cluster.run(['dotfile', 'create', '-f', 'no/such/file', '.x'])).toMatchObject({ code: 4 })
  expect(await cluster.run(['dotfile', 'create', '--perm', '999', '.x'], { input: 'x' })).toMatchObject({ code: 1 })
})

test.each([
  [[], 'y\n', true],
  [[], 'yes\n', false],
  [[], '', false],
  [['-f'], '', true],
] as const)('is deleted with %j and %j: %s', async (flags, input, isDeleted) => {
  await cluster.run(['dotfile', 'create', '.x'], { input: 'x' })
  const question = flags.length > 0 ? '' : '∙ Are you sure? (y/[n])\n'
  const end = isDeleted ? '∙ Dotfile .x deleted\n' : '∙ Aborting.\n'
  expect(await cluster.run(['dotfile', 'delete', ...flags, '.x'], { input })).toEqual({
    code: 0,
    stdout: '',
    stderr: question + end,
  })
  expect((await cluster.run(['dotfile', 'get', '.x'])).code).toBe(isDeleted ? 1 : 0)
})

test('of a project and of a domain', async () => {
  await cluster[Symbol.asyncDispose]()
  cluster = openCluster({ ...idleKernels, role: 'superadmin' })
  for (const scope of [
    ['-g', 'default'],
    ['-d', 'default'],
    ['-g', 'default', '-d', 'default'],
  ]) {
    await cluster.run(['dotfile', 'create', ...scope, '.x'], { input: scope.join() })
    expect((await cluster.run(['dotfile', 'get', ...scope, '.x'])).stdout).toBe(scope.slice(0, 2).join())
  }
  expect((await cluster.run(['dotfile', 'get', '.x'])).code).toBe(1)
})
