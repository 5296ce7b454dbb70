import { once } from 'node:events'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { join } from 'node:path'

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

import { type Child, openWorkplace, type Workplace } from '../../testing-process.ts'

let place: Workplace
beforeAll(async () => {
  place = await openWorkplace()
  await place.command('start', '-q', '-t', 'train-1', 'python')
})
afterAll(() => place[Symbol.asyncDispose]())
afterEach(() => place.endChildren())

const available = /available at:\n {2}(\S+)\n/
const urlOf = ({ stderr }: Child): string => available.exec(stderr)![1]!

async function occupied(port: number): Promise<Server & { port: number }> {
  const server = createServer()
  await once(server.listen(port, '127.0.0.1'), 'listening')
  return Object.assign(server, { port: (server.address() as AddressInfo).port })
}

test.each(['SIGINT', 'SIGTERM'] as const)('listens until %s', async (signal) => {
  const child = place.start(['app', '-b', '0', 'train-1', 'sshd'])
  await child.wrote(available, 'stderr')
  const url = urlOf(child)
  expect(url).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/)
  child.process.kill(signal)
  expect(await child.outcome()).toEqual({
    code: 0,
    stdout: '',
    stderr: `∙ A local proxy to the application "sshd" provided by the session "train-1" is available at:\n  ${url}\n∙ Shutting down....\n∙ The local proxy to "sshd" has terminated.\n`,
  })
})

describe('a port that is in use', () => {
  test('is a failure where it was asked for', async () => {
    const server = await occupied(0)
    expect(await place.command('app', '-b', String(server.port), 'train-1', 'sshd')).toEqual({
      code: 1,
      stdout: '',
      stderr: `✘ Port ${server.port} is in use: choose another one with -b, or a free one with -b 0.\n`,
    })
    server.close()
  })

  test('gives way to a free one where none was', async () => {
    // In use by us, or by somebody else.
    const server = await occupied(8080).catch(() => undefined)
    const child = place.start(['app', 'train-1', 'sshd'])
    await child.wrote(available, 'stderr')
    expect(urlOf(child)).not.toContain(':8080')
    child.process.kill('SIGINT')
    expect(await child.ended).toBe(0)
    server?.close()
  })
})

test('an app that there is not', async () => {
  const { code, stderr } = await place.command('app', 'train-1', 'nothing')
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringMatching(/^✘ The app "nothing" is not supported by the session\.\n {2}It has .*sshd/),
  })
})

test('opens the browser', async () => {
  const opener = join(place.directory, 'xdg-open')
  const seen = join(place.directory, 'opened')
  await writeFile(opener, `#!/bin/sh\nprintf %s "$1" > '${seen}.new' && mv '${seen}.new' '${seen}'\n`)
  await chmod(opener, 0o755)
  const child = place.start(['app', '--open', '-b', '0', 'train-1', 'ttyd'], {
    PATH: `${place.directory}:${place.env['PATH']}`,
  })
  await child.wrote(available, 'stderr')
  await expect.poll(() => readFile(seen, 'utf8').catch(() => '')).toBe(urlOf(child))
  expect(urlOf(child)).toMatch(/^http:\/\/127\.0\.0\.1:\d+/)
})

test('leads to the app, for as many as want to', async () => {
  await place.command('run', '-q', '-t', 'train-1', '-c', 'open("page.html", "w").write("<p>page</p>")', 'python')
  const child = place.start(['app', '-b', '0', 'train-1', 'webapp'])
  await child.wrote(available, 'stderr')
  const answers = await Promise.all(
    Array.from({ length: 10 }, async () => await (await fetch(new URL('page.html', urlOf(child)))).text()),
  )
  expect(new Set(answers)).toEqual(new Set(['<p>page</p>']))
})

test('ends with the session', async () => {
  await place.command('start', '-q', '-t', 'other-1', 'python')
  const child = place.start(['app', '-b', '0', 'other-1', 'webapp'])
  await child.wrote(available, 'stderr')
  const url = urlOf(child)
  expect((await fetch(url)).status).toBe(200)
  await place.command('rm', 'other-1')
  // A connection that fails makes it look.
  await fetch(url).catch(() => {})
  const { code, stderr } = await child.outcome()
  expect(code).toBe(1)
  expect(stderr).toMatch(/\n✘ Session other-1 has ended \(TERMINATED\)\.\n/)
})
