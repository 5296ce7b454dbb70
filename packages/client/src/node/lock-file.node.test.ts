import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { lockFile } from './lock-file.ts'

let here: string
let path: string
beforeEach(async () => {
  here = await mkdtemp(join(tmpdir(), 'lock-file-'))
  path = join(here, 'lock')
})
afterEach(() => rm(here, { recursive: true }))

async function mustBeFree(): Promise<void> {
  const unlock = await lockFile(path)
  expect(unlock).toBeTypeOf('function')
  await unlock!()
  expect(await readdir(here)).toEqual([])
}

/** As another process writes it. */
const owned = (facts: { pid?: number; host?: string }): Promise<void> =>
  writeFile(path, JSON.stringify({ id: 'of another', pid: process.ppid, host: hostname(), ...facts }))

async function age(): Promise<void> {
  const before = new Date(Date.now() - 61_000)
  await utimes(path, before, before)
}

test('one at a time', async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, () => lockFile(path)))
  const [unlock, ...others] = answers.filter((answer) => answer !== undefined)
  expect(others).toEqual([])
  expect(await lockFile(path)).toBeUndefined()
  await unlock!()
  await mustBeFree()
})

test('of a process that lives', async () => {
  await owned({})
  expect(await lockFile(path)).toBeUndefined()
  await age()
  await mustBeFree()
})

test('of a process that is gone, or whose number this one has', async () => {
  const child = spawn(process.execPath, ['-e', ''])
  await once(child, 'exit')
  for (const pid of [child.pid!, process.pid]) {
    await owned({ pid })
    expect(await readdir(here)).toEqual(['lock'])
    await mustBeFree()
  }
})

test('of another machine, as long as it is touched', async () => {
  await owned({ host: 'elsewhere', pid: 1 })
  expect(await lockFile(path)).toBeUndefined()
  await age()
  await mustBeFree()
})

test('that is being written', async () => {
  await writeFile(path, '')
  expect(await lockFile(path)).toBeUndefined()
  await age()
  await mustBeFree()
})

test('that is abandoned goes to one of those that find it', async () => {
  await owned({ pid: process.pid })
  const answers = await Promise.all(Array.from({ length: 10 }, () => lockFile(path)))
  const [unlock, ...others] = answers.filter((answer) => answer !== undefined)
  expect(unlock).toBeTypeOf('function')
  expect(others).toEqual([])
  // What another one has taken over stays.
  await owned({})
  await unlock!()
  expect(await readFile(path, 'utf8')).toContain('of another')
})
