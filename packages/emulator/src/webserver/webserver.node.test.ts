/** The webserver at an address of its own: logins, and calls, streams and sockets behind `/func`. */
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'

import { serve, type ServedEmulator, type ServeOptions } from '../node.ts'
import { start as scriptedTerminal } from '../terminal/scripted.ts'
import { callerOf, playing, simpleScript, userOf } from '../testing.ts'

interface Place {
  cluster: ServedEmulator
  web: string
  cookie: string
}

async function start(options: ServeOptions = {}): Promise<ServedEmulator> {
  const cluster = await serve({ ...playing(simpleScript), terminals: scriptedTerminal, ...options })
  onTestFinished(() => cluster.close())
  return cluster
}

const logIn = (cluster: ServedEmulator, password?: string): Promise<Response> => {
  const user = userOf(cluster.emulator, 'user@lablup.com')
  return fetch(`${cluster.webserverUrl}/server/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username: user.email, password: password ?? user.password }),
  })
}

/** Logged in, with the session `streams`. */
async function place(options: ServeOptions = {}): Promise<Place> {
  const cluster = await start(options)
  const login = await logIn(cluster)
  await login.body?.cancel()
  const [cookie = ''] = login.headers.getSetCookie()[0]?.split(';') ?? []
  await callerOf(cluster.emulator)('POST', '/session', { name: 'streams', image: 'python' })
  return { cluster, web: cluster.webserverUrl, cookie }
}

const socketOf = ({ web, cookie }: Place, path: string): WebSocket =>
  new WebSocket(`${web.replace('http', 'ws')}/func${path}`, { headers: { cookie } })

const closeOf = (socket: WebSocket): Promise<number> => new Promise((resolve) => socket.once('close', resolve))

test.each([
  ['20.09', false],
  ['23.09', false],
  ['26.9', true],
] as const)('the cookie of %s is for https alone: %s', async (profile, isSecure) => {
  const login = await logIn(await start({ profile }))
  expect(await login.json()).toMatchObject({ authenticated: true })
  const [cookie = ''] = login.headers.getSetCookie()
  expect([cookie.includes('HttpOnly'), cookie.includes('Secure')]).toEqual([true, isSecure])
})

test('calls go on to the manager, as the user that is logged in', async () => {
  const { web, cookie, cluster } = await place()
  expect(web).not.toBe(cluster.url)
  const answer = await fetch(`${web}/func/session/streams`, { headers: { cookie } })
  expect([answer.status, await answer.json()]).toMatchObject([200, { image: expect.stringContaining('python') }])
  expect((await fetch(`${web}/func/session/streams`)).status).toBe(401)
  expect(await (await logIn(cluster, 'wrong')).json()).toMatchObject({ authenticated: false })
})

test('a terminal, through the cookie alone', async () => {
  const there = await place()
  const socket = socketOf(there, '/stream/session/streams/pty')
  let screen = ''
  const shown = new Promise<void>((resolve) => {
    socket.on('message', (data: Buffer) => {
      screen += atob((JSON.parse(data.toString()) as { data: string }).data)
      if (screen.includes('marker-42')) resolve()
    })
  })
  await new Promise<void>((resolve) => socket.once('open', resolve))
  socket.send(JSON.stringify({ type: 'stdin', chars: btoa('echo marker-$((40+2))\r') }))
  await shown
  const closed = closeOf(socket)
  socket.close(1000)
  expect(await closed).toBe(1000)
})

test('a tunnel brings its bytes, and never its close code', async () => {
  const socket = socketOf(await place(), '/stream/session/streams/tcpproxy?app=webapp')
  const closed = closeOf(socket)
  let text = ''
  socket.on('message', (data: Buffer) => (text += data.toString()))
  await new Promise<void>((resolve) => socket.once('open', resolve))
  socket.send(Buffer.from('GET / HTTP/1.0\r\n\r\n'))
  // The manager's own is 1001.
  expect(await closed).toBe(1000)
  expect(text).toContain('Directory listing for /')
})

test.each([
  ['of the manager becomes 502', true, '/stream/session/unknown/pty', 502],
  ['without a login is 401', false, '/stream/session/streams/pty', 401],
])('an upgrade refused: that %s', async (_name, isLoggedIn, path, status) => {
  const there = await place()
  const socket = socketOf(isLoggedIn ? there : { ...there, cookie: '' }, path)
  socket.on('error', () => {})
  const refused = await new Promise<number | undefined>((resolve) => {
    socket.once('unexpected-response', (request, response) => {
      resolve(response.statusCode)
      request.destroy()
    })
  })
  expect(refused).toBe(status)
})

test('events come as they happen', async () => {
  const { web, cookie, cluster } = await place()
  const headers = { cookie, Accept: 'text/event-stream' }
  const answer = await fetch(`${web}/func/events/session?sessionName=streams`, { headers })
  const texts = answer.body?.pipeThrough(new TextDecoderStream()) ?? []
  await callerOf(cluster.emulator)('DELETE', '/session/streams')
  let seen = ''
  for await (const text of texts) {
    seen += text
    if (seen.includes('event: session_terminated')) break
  }
  expect(seen).toContain('event: session_terminated')
})

test('ends with the cluster, whatever is open', async () => {
  const there = await place()
  const socket = socketOf(there, '/stream/session/streams/pty')
  await new Promise<void>((resolve) => socket.once('open', resolve))
  const closed = closeOf(socket)
  await there.cluster.close()
  expect(await closed).toBe(1006)
  await expect(fetch(there.web)).rejects.toThrow('fetch failed')
})

test('a port that is taken leaves nothing behind', async () => {
  const { webserverUrl } = await start()
  const webserverPort = Number(new URL(webserverUrl).port)
  await expect(serve({ webserverPort })).rejects.toMatchObject({ code: 'EADDRINUSE' })
})
