/** The emulator on a real loopback socket: raw requests, and nothing left afterwards. */
import { spawn } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, expect, test } from 'vitest'

import type { Emulator, EmulatorOptions } from './index.ts'
import { serve, type ServedEmulator } from './node.ts'
import { callerOf, playing, signedHeaders, simpleScript, userOf } from './testing.ts'

let served: ServedEmulator
afterEach(() => served?.close())

const start = async (options: EmulatorOptions = {}): Promise<ServedEmulator> => {
  served = await serve({ ...playing(simpleScript), ...options })
  return served
}

/** A request as it is written, and the answer as it comes. */
function raw(url: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text))
    let answer = ''
    socket.on('data', (data) => (answer += data.toString('utf8')))
    socket.on('end', () => resolve(answer))
    socket.on('error', reject)
  })
}

async function signedRaw(
  emulator: Emulator,
  url: string,
  target: string,
  more: Record<string, string> = {},
): Promise<string> {
  const user = userOf(emulator, 'user@lablup.com')
  const headers = await signedHeaders(user, 'GET', new URL(url), { target, contentType: null })
  const lines = Object.entries({ Host: new URL(url).host, Connection: 'close', ...headers, ...more })
  return raw(url, `GET ${target} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`)
}

test('listens on loopback only', async () => {
  const { url } = await start()
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  const answer = await fetch(url)
  expect(await answer.json()).toEqual({ version: 'v9.20250722', manager: '26.9.6' })
})

test('keeps connections open as long as the manager does', async () => {
  const { url } = await start()
  const answer = await fetch(url)
  await answer.body?.cancel()
  expect(answer.headers.get('Keep-Alive')).toBe('timeout=30')
})

test.each([
  "/auth/test?echo=a'b",
  '/auth/test?echo=a+b%20c',
  '/auth/test?echo=%2f&x=[1]',
  '/auth/test?echo=%EB%8D%B0|^',
])('the signature covers the target as it came: %s', async (target) => {
  const { url, emulator } = await start({ profile: '26.9' })
  expect(await signedRaw(emulator, url, target)).toMatch(/^HTTP\/1\.1 200 /)
})

test('and the Host as it came', async () => {
  const { url, emulator } = await start()
  const user = userOf(emulator, 'user@lablup.com')
  const headers = await signedHeaders(user, 'GET', new URL('http://cluster.example:8081'), { target: '/auth/role' })
  const lines = Object.entries({ Host: 'cluster.example:8081', Connection: 'close', ...headers })
  const text = `GET /auth/role HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
  expect(await raw(url, text)).toMatch(/^HTTP\/1\.1 200 /)
})

test('a GET with a body is read where the release does', async () => {
  const { url, emulator } = await start({ profile: '23.09' })
  const user = userOf(emulator, 'user@lablup.com')
  const headers = await signedHeaders(user, 'GET', new URL(url), { target: '/auth/test' })
  const lines = Object.entries({ Host: new URL(url).host, Connection: 'close', 'Content-Length': '12', ...headers })
  const text = `GET /auth/test HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n{"echo":"x"}`
  expect(await raw(url, text)).toContain('{"authorized": "yes", "echo": "x"}')
})

test('BLAKE2 and SHA-3 work here', async () => {
  const { nodeHmac } = await import('./node.ts')
  for (const [hash, length] of [
    ['md5', 16],
    ['sha3_512', 64],
    ['blake2b', 64],
    ['blake2s', 32],
  ] as const) {
    expect(nodeHmac(hash, new Uint8Array([1]), new Uint8Array()).length).toBe(length)
  }
})

test('an upgrade of another URL is answered', async () => {
  const { url, emulator } = await start()
  const upgrade = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  }
  expect(await signedRaw(emulator, url, '/auth/role', upgrade)).toMatch(/^HTTP\/1\.1 200 [^]*global_role/)
  expect(await signedRaw(emulator, url, '/nope', upgrade)).toMatch(/^HTTP\/1\.1 404 [^]*url-not-found/)
})

test('its process ends by itself after close, with sessions, sockets and polls open', async () => {
  const program = `
    import { serve } from '${new URL('node.ts', import.meta.url).href}'
    import { callerOf, signedHeaders } from '${new URL('testing.ts', import.meta.url).href}'
    import { WebSocket } from 'ws'
    const served = await serve()
    const call = callerOf(served.emulator, 'user@lablup.com', served.url)
    const made = await call('POST', '/session', { name: 'real', image: 'shell' })
    const run = (await call('POST', '/session/real', { mode: 'query', code: 'echo $((6 * 7))', run_id: null })).body
    console.log(made.body.status, JSON.stringify(run.result?.console ?? run))
    const user = served.emulator.users.find(({ email }) => email === 'user@lablup.com')
    const target = new URL(served.url + '/stream/session/real/execute')
    const socket = new WebSocket(target.href.replace('http', 'ws'), [], { headers: await signedHeaders(user, 'GET', target, { contentType: null }) })
    await new Promise((resolve) => socket.on('open', resolve))
    socket.send(JSON.stringify({ mode: 'query', code: 'sleep 60' }))
    await new Promise((resolve) => socket.once('message', resolve))
    fetch(served.url + '/').catch(() => {})
    await served.close()
    console.log('closed', process.getActiveResourcesInfo().filter((name) => /TCP|Process|Pipe/.test(name)).length)
  `
  const child = spawn(process.execPath, ['--conditions=backend-ai-source', '--input-type=module', '-e', program], {
    cwd: new URL('.', import.meta.url),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (data: Buffer) => (output += data.toString('utf8')))
  child.stderr.on('data', (data: Buffer) => (output += data.toString('utf8')))
  const code = await new Promise((resolve) => child.on('close', resolve))
  expect(output).toContain('RUNNING [["stdout","42\\n"]]')
  expect(output).toContain('closed')
  expect(code).toBe(0)
})

test('nothing of a session is left in the work directory', async () => {
  const workDirectory = await mkdtemp(join(tmpdir(), 'emulator-test-'))
  const { emulator } = await start({ workDirectory })
  const call = callerOf(emulator)
  const { sessionId } = (await call('POST', '/session', { name: 'one-more', image: 'python' })).body as {
    sessionId: string
  }
  expect(await readdir(workDirectory)).toEqual([sessionId])
  await emulator.stop()
  expect(await readdir(workDirectory)).toEqual([])
  await rm(workDirectory, { recursive: true })
})
