/** With an `ssh` of our own: what it is given, and what is left behind. */
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { openWorkplace, type Workplace } from '../../testing-process.ts'

let place: Workplace
let temporary: string
beforeAll(async () => {
  place = await openWorkplace()
  temporary = join(place.directory, 'tmp')
  await mkdir(temporary)
  await writeFile(join(place.directory, 'id_container'), 'the key\n')
  await place.command('run', '-q', '-t', 'train-1', '--exec', 'true', 'python', 'id_container')
  await place.command('start', '-q', '-t', 'nokey-1', 'python')
  const { home } = [...place.cluster.emulator.sessions.all()].find(({ spec }) => spec.name === 'nokey-1')!
  await rm(join(home, 'id_container'))
})
afterAll(() => place[Symbol.asyncDispose]())

async function program(name: string, script: string): Promise<void> {
  const path = join(place.directory, name)
  await writeFile(path, `#!/bin/sh\n${script}\n`)
  await chmod(path, 0o755)
}

const findKey = 'for word; do [ "$last" = -i ] && key=$word; last=$word; done'
const show = `echo "$0" | sed 's,.*/,,'; printf '%s\\n' "$@"; ${findKey}; ls -ld "$key" | cut -c1-10; ls -ld "$(dirname "$key")" | cut -c1-10; cat "$key"`

beforeEach(async () => {
  await program('ssh', `${show}; exit 7`)
  await program('scp', `${show}; exit 0`)
})
afterEach(async () => {
  place.endChildren()
  const left = (await readdir(temporary)).filter((name) => name.startsWith('backend-ai'))
  if (left.length > 0) throw new Error(`There is still ${left.join(', ')}.`)
})

const start = (...args: string[]) =>
  place.start(args, { PATH: `${place.directory}:${place.env['PATH']}`, TMPDIR: temporary })

const proxy = /^∙ running a temporary sshd proxy at localhost:(\d+) \.\.\.\n$/

test('ssh has a tunnel, and a key that only the user can read; its exit code is ours', async () => {
  const { code, stdout, stderr } = await start('ssh', 'train-1', '-v', 'mkdir', '-p', 'x').outcome()
  expect({ code, stderr }).toEqual({ code: 7, stderr: expect.stringMatching(proxy) })
  const port = proxy.exec(stderr)![1]!
  const [name, ...lines] = stdout.trimEnd().split('\n')
  const at = lines.indexOf('-i')
  expect(name).toBe('ssh')
  expect(lines.slice(0, at)).toEqual(expect.arrayContaining(['StrictHostKeyChecking=no', 'HostName=127.0.0.1']))
  expect(lines[at + 1]).toMatch(/\/backend-ai-ssh-\w+\/id_container$/)
  expect(lines.slice(at + 2)).toEqual([
    '-p',
    port,
    'work@localhost',
    '-v',
    'mkdir',
    '-p',
    'x',
    '-rw-------',
    'drwx------',
    'the key',
  ])
})

test('scp has paths of the session', async () => {
  const { code, stdout, stderr } = await start('scp', '-r', 'train-1', 'up', ':data', '-l', '100').outcome()
  expect(code).toBe(0)
  const lines = stdout.trimEnd().split('\n')
  expect(lines.slice(lines.indexOf('-P'), -3)).toEqual([
    '-P',
    proxy.exec(stderr)![1]!,
    '-r',
    '-l',
    '100',
    '--',
    'up',
    'work@localhost:data',
  ])
  expect((await start('scp', 'train-1', 'work@localhost:a', '.').outcome()).code).toBe(0)
  expect(await start('scp', 'train-1', 'a', 'b').outcome()).toEqual({
    code: 4,
    stdout: '',
    stderr: '✘ Neither SRC nor DST is in the session: write :PATH for one of them.\n',
  })
})

test('the working directory keeps its files', async () => {
  await start('ssh', 'train-1').outcome()
  expect(await readFile(join(place.directory, 'id_container'), 'utf8')).toBe('the key\n')
})

describe('without', () => {
  test('a key of the session: why, and what to do', async () => {
    const { code, stderr } = await start('ssh', 'nokey-1').outcome()
    expect(code).toBe(1)
    expect(stderr).toMatch(/^✘ Failed to download the SSH key from the session:\n[^]*give yours with -i PATH\.\n$/)
    const own = await start('ssh', '-i', join(place.directory, 'id_container'), 'nokey-1').outcome()
    expect(own.code).toBe(7)
  })

  test('the program', async () => {
    const child = place.start(['ssh', 'train-1'], { PATH: temporary, TMPDIR: temporary })
    const { code, stderr } = await child.outcome()
    expect(code).toBe(1)
    expect(stderr).toMatch(/\n✘ The program ssh is not there: it comes with OpenSSH\.\n$/)
  })

  test('a session', async () => {
    expect(await start('ssh', 'nobody').outcome()).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^✘ BackendAPIError: 404 Not Found\n/),
    })
  })
})

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s ends ssh too, and the key is gone', async (signal, code) => {
  await program('ssh', 'echo running; exec sleep 100')
  const child = start('ssh', 'train-1')
  await child.wrote(/running/)
  child.process.kill(signal)
  // `close` comes when all who have its output have ended: so has ssh.
  expect(await child.outcome()).toMatchObject({ code, stderr: expect.stringMatching(/Interrupted!\n$/) })
})
