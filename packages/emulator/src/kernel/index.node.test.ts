import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { checkLanguage, KernelUnavailableError, languages, startKernel } from './index.ts'

let directory: string
beforeAll(async () => void (directory = await mkdtemp(join(tmpdir(), 'index-test-'))))
afterAll(() => rm(directory, { recursive: true, force: true }))

const options = (path?: string) => ({
  home: directory,
  environment: path === undefined ? {} : { PATH: path },
  onMessage() {},
  onExit() {},
})

async function pathWith(programs: Record<string, string>): Promise<string> {
  const path = await mkdtemp(join(directory, 'path-'))
  for (const [name, text] of Object.entries(programs)) {
    await mkdir(path, { recursive: true })
    await writeFile(join(path, name), `#!/bin/sh\n${text}\n`)
    await chmod(join(path, name), 0o755)
  }
  return path
}

test('knows its languages', async () => {
  expect(languages).toEqual(['python', 'node', 'shell', 'scripted'])
  expect(await checkLanguage('node')).toEqual({
    available: true,
    version: process.versions.node,
    path: process.execPath,
  })
  expect(await checkLanguage('scripted')).toMatchObject({ available: true })
})

test('an unknown language, also one that every object knows', async () => {
  for (const name of ['cobol', 'toString', '__proto__']) {
    expect(await checkLanguage(name)).toEqual({
      available: false,
      reason: expect.stringContaining(`Unknown language '${name}'`),
    })
    await expect(startKernel(name, options())).rejects.toThrow(KernelUnavailableError)
  }
})

test('no python in PATH', async () => {
  const empty = await pathWith({})
  expect(await checkLanguage('python', empty)).toEqual({
    available: false,
    reason: 'No python3 or python 3.8 or newer in PATH.',
  })
  const failure = startKernel('python', options(empty))
  await expect(failure).rejects.toMatchObject({
    code: 'ERR_KERNEL_UNAVAILABLE',
    message: expect.stringContaining('No python3'),
  })
  // The caller falls back.
  await (await startKernel('node', options(empty))).stop()
})

test('the PATH of the process counts where the session has none', async () => {
  const before = process.env['PATH']
  try {
    process.env['PATH'] = await pathWith({})
    expect(await checkLanguage('python')).toMatchObject({ available: false })
  } finally {
    process.env['PATH'] = before
  }
})

test('passes over what is too old, broken or something else', async () => {
  const old = await pathWith({ python3: 'echo /old/python3; echo 3.7.9', python: 'echo what?' })
  expect(await checkLanguage('python', old)).toEqual({
    available: false,
    reason: `No python3 or python 3.8 or newer in PATH; ${old}/python3 is 3.7.9.`,
  })
  const young = await pathWith({ python: 'echo /young/python; echo 3.99.0' })
  expect(await checkLanguage('python', `${old}:${young}`)).toEqual({
    available: true,
    version: '3.99.0',
    path: '/young/python',
  })
})

test('a program that does not become ready is an error with what it said', async () => {
  const broken = await pathWith({ helper: 'echo no module named json >&2; exit 4' })
  const path = await pathWith({ python3: `echo ${broken}/helper; echo 3.12.0` })
  await expect(startKernel('python', options(path))).rejects.toThrow('no module named json')
})
