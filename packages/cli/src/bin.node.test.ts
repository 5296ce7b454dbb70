/** The command as a process of its own, against a cluster on a socket. */
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

import { openWorkplace, type Workplace } from './testing-process.ts'

let place: Workplace
beforeAll(async () => void (place = await openWorkplace()))
afterAll(() => place[Symbol.asyncDispose]())
afterEach(() => place.endChildren())

const start = (args: readonly string[], env?: Record<string, string>) => place.start(args, env)
const command = (...args: string[]) => place.command(...args)

test('start, ps, info, run and rm', async () => {
  const started = await command('start', '-q', '-t', 'life-1', 'python')
  expect(started).toMatchObject({ code: 0, stderr: '' })
  const id = started.stdout.trim()
  expect(await command('ps', '--plain', '-f', 'session_id,name,status')).toEqual({
    code: 0,
    stdout: `${id}  life-1  RUNNING\n`,
    stderr: '',
  })
  expect((await command('info', 'life-1')).stdout).toMatch(
    new RegExp(`^Session Name: {7}life-1\\nSession ID: {9}${id}\\n`),
  )
  expect(await command('run', '-t', 'life-1', '-c', 'print(6 * 7)', 'python')).toEqual({
    code: 0,
    stdout: '42\n',
    stderr:
      '∙ Session name prefix: life-1\n✔ [0] Reusing session life-1...\n✔ [0] Execution finished. (exit code = 0)\n',
  })
  expect(await command('rm', 'life-1')).toMatchObject({ code: 0, stderr: '⋯ Terminating the session(s)...\n✔ Done.\n' })
  expect(await command('ps')).toEqual({ code: 0, stdout: 'There are no matching sessions.\n', stderr: '' })
})

test('run uploads files, and its exit code is that of the program', async () => {
  await writeFile(join(place.directory, 'mycode.py'), 'import sys\nprint("this is my code")\nsys.exit(7)\n')
  const { code, stdout } = await command('run', '--rm', '--exec', 'python3 mycode.py', 'python', 'mycode.py')
  expect({ code, stdout }).toEqual({ code: 7, stdout: 'this is my code\n' })
})

test('run reads the standard input, and does not wait for its end', async () => {
  const child = start(['run', '-q', '--rm', '-c', 'print(input("name? "))', 'python'])
  await child.wrote(/name\? /)
  child.process.stdin.write('kim\n')
  expect(await child.outcome()).toEqual({ code: 0, stdout: 'name? kim\n', stderr: '' })
})

describe('Ctrl-C', () => {
  test('interrupts the remote program, cleans up, and ends with 130', async () => {
    const child = start(['run', '--rm', '-t', 'stop-1', '-c', 'print("start"); import time; time.sleep(100)', 'python'])
    await child.wrote(/start\n/)
    child.process.kill('SIGINT')
    expect(await child.ended).toBe(130)
    expect(child.stderr).toMatch(/✔ \[0\] Cleaned up the session\.\nInterrupted!\n$/)
    await expect.poll(() => place.statusOf('stop-1')).toBe('TERMINATED')
  })
})

test('who stops reading stops the program', async () => {
  const child = start([
    'run',
    '-q',
    '--rm',
    '-t',
    'pipe-1',
    '-c',
    'while True: print("x" * 1000, flush=True)',
    'python',
  ])
  await child.wrote(/x/)
  child.process.stdout.destroy()
  expect(await child.ended).toBe(141)
  expect(child.stderr).toBe('')
  await expect.poll(() => place.statusOf('pipe-1')).toBe('TERMINATED')
})

describe('failures are told in one line', () => {
  test('of the configuration', async () => {
    const child = start(['ps'], { BACKEND_ENDPOINT: '' })
    expect(await child.outcome()).toEqual({
      code: 1,
      stdout: '',
      stderr: '✘ ConfigError: BACKEND_ENDPOINT is no absolute URL such as https://api.example.com.\n',
    })
  })

  test('of the network', async () => {
    const server = createServer()
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    await new Promise((resolve) => server.close(resolve))
    const { code, stdout, stderr } = await start(['ps'], { BACKEND_ENDPOINT: `http://127.0.0.1:${port}` }).outcome()
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toBe(
      `✘ BackendClientError: Request to the API endpoint has failed. Check your network connection and/or the server status. ➜ No answer: connect ECONNREFUSED 127.0.0.1:${port} (GET http://127.0.0.1:${port}/)\n`,
    )
  })

  test('with a stack where that is asked for', async () => {
    const { stderr } = await start(['run', '-c', 'x', '-t', 'ab', 'python'], { BACKEND_DEBUG: '1' }).outcome()
    expect(stderr).toMatch(/^✘ Client session token should be 4 to 64 characters long\.\nError: .*\n {4}at /)
  })
})

describe('dev', () => {
  const variablesOf = (stdout: string): Record<string, string> =>
    Object.fromEntries([...stdout.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name, value]) => [name!, value!]))

  test.each(['SIGINT', 'SIGTERM'] as const)('is a cluster for the other commands until %s', async (signal) => {
    const dev = start(['dev', '--profile', '23.09'])
    await dev.wrote(/export BACKEND_SECRET_KEY=.*\n/)
    const variables = variablesOf(dev.stdout)
    expect(Object.keys(variables)).toEqual([
      'BACKEND_ENDPOINT',
      'BACKEND_ENDPOINT_TYPE',
      'BACKEND_ACCESS_KEY',
      'BACKEND_SECRET_KEY',
    ])
    expect((await start(['config'], variables).outcome()).stdout).toContain('\nServer version: 23.09.10 ')
    const run = start(['run', '-c', 'print("start"); import time; time.sleep(100)', 'python'], variables)
    await run.wrote(/start\n/)
    dev.process.kill(signal)
    expect(await dev.ended).toBe(0)
    expect(dev.stderr).toMatch(
      /^∙ This is a local cluster .* at http:\/\/127\.0\.0\.1:\d+; [^]*Stop it with Ctrl-C[^]*✔ Stopped\.\n$/,
    )
    expect(dev.stderr).not.toContain(variables['BACKEND_SECRET_KEY'])
    // Whatever ran in it is gone with it.
    expect(await run.ended).toBe(1)
  })

  test('has other keys each time, those of the role that is asked for', async () => {
    const first = start(['--output', 'json', 'dev', '--role', 'superadmin'])
    const second = start(['--output', 'json', 'dev', '--role', 'superadmin'])
    await Promise.all([first.wrote(/^\}$/m), second.wrote(/^\}$/m)])
    const [one, other] = [first, second].map((child) => JSON.parse(child.stdout).environment as Record<string, string>)
    expect(one!['BACKEND_SECRET_KEY']).not.toBe(other!['BACKEND_SECRET_KEY'])
    await start(['start', '-q', '-t', 'mine', 'shell'], one).outcome()
    expect((await start(['ps'], one).outcome()).stdout).toMatch(/^Session Name {4}Owner {2}/)
  })

  test('tells that a port is in use', async () => {
    const port = new URL(place.cluster.url).port
    expect(await command('dev', '--port', port)).toEqual({
      code: 1,
      stdout: '',
      stderr: `✘ Port ${port} is in use: choose another one with --port.\n`,
    })
    expect((await command('dev', '--profile', '19.03')).code).toBe(2)
    expect((await command('dev', '--port', '99999')).code).toBe(4)
  })
})
