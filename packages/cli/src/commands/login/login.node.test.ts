import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createEmulator, type EmulatorOptions } from '@backend-ai-sdk/emulator'
import { expect, onTestFinished, test } from 'vitest'

import { runCommand, type HostOptions } from '../../testing.ts'

const username = 'user@lablup.com'
const password = 'a password of four words'

async function open(options: EmulatorOptions = {}) {
  const emulator = createEmulator({ users: [{ email: username, password }], ...options })
  const state = await mkdtemp(join(tmpdir(), 'backend-ai-state-'))
  onTestFinished(async () => {
    await emulator.stop()
    await rm(state, { recursive: true })
  })
  const env = {
    BACKEND_ENDPOINT: 'http://console.test',
    BACKEND_ENDPOINT_TYPE: 'session',
    XDG_STATE_HOME: state,
  }
  const platform = {
    fetch: (input: RequestInfo | URL, init?: RequestInit) => emulator.webserver.fetch(new Request(input, init)),
    webSocket: emulator.webserver.WebSocket,
  }
  const run = (args: readonly string[], host: HostOptions = {}) =>
    runCommand(args, { ...host, env: { ...env, ...host.env } }, platform)
  return { emulator, run, env, file: join(state, 'backend.ai', 'logins.json') }
}

test('logs in for the commands that follow, and out', async () => {
  const { run, file } = await open()
  const entered = await run(['login'], { input: `${username}\n${password}\n` })
  expect(entered).toEqual({ code: 0, stdout: 'User ID: ', stderr: '✔ Login succeeded.\n' })
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(await readFile(file, 'utf8')).not.toContain(password)
  expect((await run(['ps'])).code).toBe(0)
  const { stdout } = await run(['config'])
  expect(stdout).toContain('API endpoint: http://console.test (mode: session)\n')
  expect(stdout).toContain(`Username: "${username}"\n`)
  expect(await run(['logout'])).toMatchObject({ code: 0, stderr: '✔ Logout done.\n' })
  await expect(stat(file)).rejects.toThrow('ENOENT')
  expect((await run(['ps'])).stderr).toBe(
    '✘ BackendAPIError: 401 Unauthorized\n  Unauthorized access\n  ➜ Nobody is logged in: `backend.ai login`.\n',
  )
  expect((await run(['config'])).stdout).toContain('Username: (not logged in)\n')
})

test('on a terminal the password is not shown', async () => {
  const { run } = await open()
  let step = 0
  const outcome = await run(['login'], {
    terminal: true,
    onStdout: (text, host) => text.endsWith('User ID: ') && step++ === 0 && host.type(`${username}\n`),
    onStderr: (text, host) => text.endsWith('Password: ') && step++ === 1 && host.type(`${password}\r`),
  })
  expect(outcome.code).toBe(0)
  expect(outcome.stdout + outcome.stderr).not.toContain('words')
})

test('takes name and password from variables, and the password from a pipe', async () => {
  const { run } = await open()
  const env = { BACKEND_USER: username, BACKEND_PASSWORD: password }
  expect(await run(['login'], { env })).toEqual({ code: 0, stdout: '', stderr: '✔ Login succeeded.\n' })
  const piped = { env: { BACKEND_USER: username }, input: `${password}\n` }
  expect((await run(['login', '--password-stdin'], piped)).code).toBe(0)
})

test('a wrong password, and the tenth', async () => {
  const { run } = await open()
  const env = { BACKEND_USER: username, BACKEND_PASSWORD: 'another' }
  const rejected = { code: 1, stdout: '', stderr: '✘ Login failed.\n✘ User credential mismatch.\n' }
  for (let failure = 0; failure < 10; failure++) expect(await run(['login'], { env })).toEqual(rejected)
  expect((await run(['login'], { env })).stderr).toContain('Too many failures: wait 20 minutes')
})

test('asks for a one-time password', async () => {
  const { run } = await open({ users: [{ email: username, password, otp: '123456' }] })
  const env = { BACKEND_USER: username, BACKEND_PASSWORD: password }
  expect((await run(['login'], { env, input: '000000\n123456\n' })).code).toBe(0)
  await run(['logout'])
  expect((await run(['login', '--otp', '123456'], { env })).code).toBe(0)
  await run(['logout'])
  expect((await run(['login'], { env })).stderr).toContain('A one-time password is required.')
})

test('registers a second factor', async () => {
  const { run } = await open({ users: [{ email: username, password, otp: '123456', otpUnregistered: true }] })
  const env = { BACKEND_USER: username, BACKEND_PASSWORD: password }
  const { code, stderr } = await run(['login'], { env, input: '123456\n' })
  expect(code).toBe(0)
  expect(stderr).toContain('otpauth://totp/')
})

test('one login at a time', async () => {
  const { run, emulator } = await open({ policy: { concurrentLogins: 1 } })
  const env = { BACKEND_USER: username, BACKEND_PASSWORD: password }
  const [user] = emulator.state.users.values()
  emulator.state.logins.set('elsewhere', { userId: user!.id })
  expect((await run(['login'], { env })).stderr).toContain('--force ends that login.')
  expect((await run(['login', '--force'], { env })).code).toBe(0)
})

test('changes a password, also one that has expired', async () => {
  const { run } = await open({ users: [{ email: username, password, passwordExpired: true }] })
  const env = { BACKEND_USER: username }
  const login = (word: string) => run(['login', '--password-stdin'], { env, input: `${word}\n` })
  expect((await login(password)).stderr).toContain('`backend.ai update-password` changes it.')
  const change = (...words: string[]) => run(['update-password'], { env, input: `${words.join('\n')}\n` })
  expect((await change(password, 'a', 'b')).stderr).toBe('✘ Nothing was changed: the new passwords differ.\n')
  expect(await change(password, 'a newer one', 'a newer one')).toMatchObject({
    code: 0,
    stderr: '✔ Password updated.\n',
  })
  expect((await login('a newer one')).code).toBe(0)
  expect((await change('a newer one', 'the newest', 'the newest')).code).toBe(0)
})

test.each(['login', 'logout', 'update-password'])(
  '%s says that keys need none, before anything is asked',
  async (name) => {
    const { run } = await open()
    const { code, stdout, stderr } = await run([name], { env: { BACKEND_ENDPOINT_TYPE: 'api' } })
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: `∙ To use ${name}, your endpoint type must be "session".\nAborted!\n`,
    })
  },
)

test('a manager is told before anything is asked', async () => {
  const { emulator, env } = await open()
  const platform = { fetch: (input: RequestInfo | URL, init?: RequestInit) => emulator.fetch(new Request(input, init)) }
  const { code, stdout, stderr } = await runCommand(['login'], { env, input: `${username}\n${password}\n` }, platform)
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toContain('This endpoint takes no logins: it is a manager, which takes keys.')
})

test.each([
  [502, '<title>502 Bad Gateway</title>'],
  [503, '<title>503 Service Temporarily Unavailable</title>'],
])('a webserver that is down behind a proxy that says %d', async (status, body) => {
  const { env } = await open()
  const fetch = async () => new Response(body, { status, headers: { 'Content-Type': 'text/html' } })
  const { code, stdout, stderr } = await runCommand(['login'], { env }, { fetch })
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toContain(String(status))
  const { stdout: report } = await runCommand(['doctor'], { env }, { fetch })
  expect(report).toContain(`✘ http://console.test answers, and what is behind it does not: status ${status}.`)
})

test('a name that has not been there, another user after the first, and the cookie of another server', async () => {
  const second = { email: 'second@lablup.com', password: 'of the second' }
  const { run, emulator } = await open({ users: [{ email: username, password }, second] })
  const env = { BACKEND_USER: 'nobody@lablup.com', BACKEND_PASSWORD: password }
  expect((await run(['login'], { env })).stderr).toBe('✘ Login failed.\n✘ User credential mismatch.\n')
  await run(['login'], { env: { ...env, BACKEND_USER: username } })
  const change = { BACKEND_USER: second.email, BACKEND_PASSWORD: second.password }
  expect((await run(['login'], { env: change })).code).toBe(0)
  expect((await run(['config'])).stdout).toContain(`Username: "${second.email}"\n`)
  emulator.state.logins.clear()
  expect(await run(['ps'])).toMatchObject({ code: 1, stderr: expect.stringContaining('401') as string })
  expect((await run(['doctor'])).stdout).toContain('✘ Nobody is logged in: `backend.ai login`.')
})

test('no secret is shown, also with all that can be told', async () => {
  const { run, file } = await open({ users: [{ email: username, password, otp: '123456' }] })
  const env = { BACKEND_USER: username, BACKEND_PASSWORD: password }
  const told = [
    await run(['login'], { env, input: '000000\n123456\n' }),
    await run(['config']),
    await run(['--output', 'json', 'config']),
    await run(['doctor']),
    await run(['info', 'nothing']),
    await run(['update-password'], { env, input: `wrong${password}\na newer one\na newer one\n` }),
  ]
  const { login } = (JSON.parse(await readFile(file, 'utf8')) as Record<string, { login: string }>)[
    'http://console.test'
  ]!
  for (const secret of [password, '123456', '000000', 'a newer one', login.split(';')[0]!])
    expect(JSON.stringify(told)).not.toContain(secret)
})

test('a file that is no use is written anew, and nothing else is left', async () => {
  const { run, file } = await open()
  const env = { BACKEND_USER: username, BACKEND_PASSWORD: password }
  await run(['login'], { env })
  const { writeFile } = await import('node:fs/promises')
  await writeFile(file, '{')
  expect((await run(['login'], { env })).code).toBe(0)
  expect(await readdir(join(file, '..'))).toEqual(['logins.json'])
})

test('doctor tells what is wrong', async () => {
  const { run } = await open()
  expect(await run(['doctor'])).toEqual({
    code: 1,
    stdout: [
      '∙ http://console.test/ (login)',
      '✔ Backend.AI 26.9.6, spoken with as v9.20250722',
      '✘ Nobody is logged in: `backend.ai login`.',
      '',
    ].join('\n'),
    stderr: '',
  })
  await run(['login'], { env: { BACKEND_USER: username, BACKEND_PASSWORD: password } })
  expect((await run(['doctor'])).stdout).toContain('✔ Calls can work.\n')
  const { stdout, code } = await run(['--output', 'json', 'doctor'], {
    env: { BACKEND_ENDPOINT_TYPE: 'api', BACKEND_ACCESS_KEY: 'A', BACKEND_SECRET_KEY: 'S' },
  })
  expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 1, mode: 'keys', findings: [{ code: 'wrong-mode' }] })
})
