import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket as TCPSocket } from 'node:net'

import {
  createTransport,
  keypair,
  NetworkError,
  NotFoundError,
  TimeoutError,
  type Transport,
} from '@backend-ai-sdk/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocketServer, type WebSocket as ServerSocket } from 'ws'

import { openExecution } from './execute.ts'
import { canOpenSocket, openSocket } from './socket.ts'

let server: Server
let sockets: WebSocketServer
let transport: Transport
let upgrades: { url: string; headers: NodeJS.Dict<string | string[]> }[]
let connections: TCPSocket[]
let accept: (socket: TCPSocket) => boolean

beforeEach(async () => {
  upgrades = []
  connections = []
  accept = () => true
  server = createServer()
  sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket, head) => {
    upgrades.push({ url: request.url!, headers: request.headers })
    connections.push(socket as TCPSocket)
    if (accept(socket as TCPSocket))
      sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  transport = transportTo(`http://127.0.0.1:${port}`)
})

afterEach(() => {
  for (const client of sockets.clients) client.terminate()
  server.closeAllConnections()
  server.close()
})

const transportTo = (endpoint: string, timeouts = {}): Transport =>
  createTransport({
    endpoint,
    auth: keypair({ accessKey: 'AKIA', secretKey: 'x' }),
    apiVersion: 'v7.20230615',
    timeouts,
  })

const connection = async (): Promise<ServerSocket> => (await once(sockets, 'connection'))[0] as ServerSocket

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(() => undefined).catch((error: unknown) => error)

test('here, keys can open sockets', () => expect(canOpenSocket(transport)).toBe(true))

test('the upgrade is signed, without compression', async () => {
  await using socket = await openSocket(transport, '/stream/session/x/pty', { query: { a: 'b c' } })
  expect(socket).toBeDefined()
  expect(upgrades).toMatchObject([
    {
      url: '/stream/session/x/pty?a=b+c',
      headers: {
        authorization: expect.stringMatching(
          /^BackendAI signMethod=HMAC-SHA256, credential=AKIA:[\da-f]{64}$/,
        ) as string,
        'x-backendai-version': 'v7.20230615',
      },
    },
  ])
  expect(upgrades[0]!.headers).not.toHaveProperty('sec-websocket-extensions')
})

test('messages of both kinds, both ways, then the end', async () => {
  const connected = connection()
  const socket = await openSocket(transport, '/x')
  const peer = await connected
  const received: unknown[] = []
  peer.on('message', (data, isBinary) => received.push(isBinary ? [...(data as Buffer)] : (data as Buffer).toString()))
  await socket.send('text 한글')
  await socket.send(new Uint8Array([0, 255]))
  peer.send('hello')
  peer.send(new Uint8Array([1, 2]))
  expect([await socket.next(), await socket.next()]).toEqual(['hello', new Uint8Array([1, 2])])
  const closed = once(peer, 'close')
  peer.close(1001, 'bye')
  expect(await socket.next()).toBeUndefined()
  expect(await socket.closed).toEqual({ code: 1001, reason: 'bye' })
  await closed
  expect(received).toEqual(['text 한글', [0, 255]])
})

describe('a refused upgrade is the error that it is', () => {
  test('with the reason of the server', async () => {
    const problem = JSON.stringify({ type: 'https://api.backend.ai/probs/object-not-found', title: 'No such session.' })
    accept = (socket) => {
      socket.end(
        `HTTP/1.1 404 Not Found\r\nContent-Type: application/problem+json\r\nContent-Length: ${problem.length}\r\n\r\n${problem}`,
      )
      return false
    }
    const error = await rejection(openSocket(transport, '/x', { query: { token: 'hunter2' } }))
    expect(error).toBeInstanceOf(NotFoundError)
    expect(error).toMatchObject({ status: 404, title: 'No such session.' })
    expect(String(error)).not.toContain('hunter2')
  })

  test('with the page of a proxy', async () => {
    accept = (socket) => {
      socket.end('HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\n<html>proxy</html>')
      return false
    }
    expect(await rejection(openSocket(transport, '/x'))).toMatchObject({
      status: 502,
      message: expect.stringContaining('<html>proxy') as string,
    })
  })

  test('cut off', async () => {
    accept = (socket) => {
      socket.destroy()
      return false
    }
    expect(await rejection(openSocket(transport, '/x'))).toBeInstanceOf(NetworkError)
  })
})

test('nobody listens', async () => {
  expect(await rejection(openSocket(transportTo('http://127.0.0.1:1'), '/x'))).toMatchObject({
    code: 'ERR_NETWORK',
    message: expect.stringContaining('ECONNREFUSED') as string,
  })
})

test('a server that does not answer', async () => {
  accept = () => false
  const error = await rejection(openSocket(transport, '/x', { timeout: 30 }))
  expect(error).toBeInstanceOf(TimeoutError)
  expect(error).toMatchObject({ phase: 'connect', ms: 30 })
})

test('an abort while it opens', async () => {
  accept = () => false
  const controller = new AbortController()
  const reason = new Error('left')
  const opening = rejection(openSocket(transport, '/x', { signal: controller.signal }))
  await once(server, 'upgrade')
  controller.abort(reason)
  expect(await opening).toBe(reason)
})

test('a half-open connection is noticed within the time that may be idle', async () => {
  const connecting = connection()
  const socket = await openSocket(transportTo(transport.config.endpoint.href, { idle: 300 }), '/stream')
  const pinged = once(await connecting, 'ping')
  await pinged
  expect(socket.isOpen).toBe(true)
  connections[0]!.pause()
  const { code, cause } = await socket.closed
  expect(code).toBe(1006)
  expect(cause).toBeInstanceOf(TimeoutError)
  expect(cause).toMatchObject({ phase: 'idle' })
})

test('close says goodbye, and does not wait for ever for an answer', async () => {
  const connected = connection()
  const socket = await openSocket(transport, '/x')
  const peer = await connected
  // Reads nothing more, as a manager that is busy with a run.
  peer.pause()
  expect(await socket.close()).toMatchObject({ code: 1006 })
})

test('a slow reader stops the sender', async () => {
  const connected = connection()
  const socket = await openSocket(transport, '/x')
  const peer = await connected
  const megabyte = 'x'.repeat(1024 * 1024)
  for (let n = 0; n < 64; n++) peer.send(megabyte)
  // What neither our queue nor the buffers of the system take stays with the sender.
  let held = -1
  while (held !== peer.bufferedAmount) {
    held = peer.bufferedAmount
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  expect(held).toBeGreaterThan(20 * 1024 * 1024)
  for (let n = 0; n < 64; n++) expect(((await socket.next()) as string).length).toBe(1024 * 1024)
  await socket.close()
})

describe('execution', () => {
  const open = async () => {
    const connected = connection()
    const opening = openExecution(transport, 'a b', { mode: 'query', code: '1', options: {} })
    const peer = await connected
    const request = once(peer, 'message').then(([data]) => JSON.parse(String(data)) as unknown)
    return { execution: await opening, peer, request: await request }
  }

  test('sends its request at once, and input as raw text', async () => {
    const { execution, peer, request } = await open()
    expect(upgrades[0]!.url).toBe('/stream/session/a%20b/execute')
    expect(request).toEqual({ mode: 'query', code: '1', options: {} })
    const input = once(peer, 'message')
    await execution.input('text "as it is"')
    expect(String((await input)[0])).toBe('text "as it is"')
    await execution.close()
  })

  test('results, with what may be missing filled in', async () => {
    const { execution, peer } = await open()
    peer.send('{"status":"continued"}')
    peer.send(new TextEncoder().encode('{"status":"finished","console":[["stdout","x"]],"exitCode":0}'))
    expect(await execution.next()).toEqual({ status: 'continued', console: [], exitCode: null, options: null })
    expect(await execution.next()).toMatchObject({ status: 'finished', console: [['stdout', 'x']], exitCode: 0 })
    await execution.close()
  })

  test.each(['nonsense', '[]', 'null', '{"status":1}', '"text"'])('%s is no result', async (text) => {
    const { execution, peer } = await open()
    peer.send(text)
    expect(await rejection(execution.next())).toMatchObject({ code: 'ERR_STREAM' })
    await execution.close()
  })

  test('16 MiB that are no result are an error of a few letters', async () => {
    const { execution, peer } = await open()
    peer.send('x'.repeat(16 * 1024 * 1024))
    const error = (await rejection(execution.next())) as Error
    expect(error).toMatchObject({ code: 'ERR_STREAM' })
    expect(error.message.length).toBeLessThan(300)
    await execution.close()
  })

  test('a message that is longer than any', async () => {
    const connected = connection()
    const socket = await openSocket(transport, '/x', { maxMessageBytes: 1000 })
    const peer = await connected
    peer.send(new Uint8Array(1001))
    expect(await socket.next()).toBeUndefined()
    expect(await socket.closed).toMatchObject({ code: 1006, cause: { code: 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' } })
  })

  test('a socket that closes without a result', async () => {
    const { execution, peer } = await open()
    peer.close(1000)
    expect(await rejection(execution.next())).toMatchObject({ code: 'ERR_WEB_SOCKET', closeCode: 1000 })
  })

  test('a socket that breaks says why', async () => {
    const { execution } = await open()
    // A frame with a reserved bit.
    connections[0]!.write(Buffer.from([0xf1, 0x00]))
    const error = await rejection(execution.next())
    expect(error).toMatchObject({
      code: 'ERR_WEB_SOCKET',
      message: expect.stringContaining('RSV2 and RSV3') as string,
      cause: expect.any(Error) as Error,
    })
  })
})
