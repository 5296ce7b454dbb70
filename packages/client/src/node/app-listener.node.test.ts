import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer as createHTTPServer, get } from 'node:http'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

import { ConfigError, NotFoundError } from '@backend-ai-sdk/core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { problem, TestManager } from '../../../streaming/src/testing.ts'
import { ComputeSession } from '../sessions/compute-session.ts'
import { listen, type AppListener, type ListenOptions } from './app-listener.ts'

let manager: TestManager
let session: ComputeSession
let echo: Server
let connected: Socket[]
let serve: (socket: Socket) => void
const errors: unknown[] = []

beforeEach(async () => {
  errors.length = 0
  connected = []
  serve = (socket) => socket.pipe(socket)
  manager = await TestManager.start()
  echo = createServer({ allowHalfOpen: true }, (socket) => {
    connected.push(socket)
    socket.on('error', () => {})
    serve(socket)
  })
  const port = await portOf(echo)
  manager.apps = [
    { name: 'echo', protocol: 'tcp', ports: [port] },
    { name: 'web', protocol: 'http', ports: [port], url_template: '{protocol}://{host}:{port}/lab' },
    { name: 'own', protocol: 'preopen', ports: [port] },
  ]
  session = new ComputeSession(manager.transport(), {
    id: 'some-id',
    name: 'some-name',
    image: 'python',
    status: 'RUNNING',
    servicePorts: [],
    created: true,
  })
})

afterEach(async () => {
  await manager[Symbol.asyncDispose]()
  for (const socket of connected) socket.destroy()
  echo.close()
})

async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

const open = (options: ListenOptions = {}, app = 'echo'): Promise<AppListener> =>
  listen(session, app, { onError: (error) => errors.push(error), ...options })

/** Says it, closes its half, and reads to the end. */
async function ask(port: number, bytes: Uint8Array | string): Promise<Buffer> {
  const socket = connect(port, '127.0.0.1')
  socket.end(bytes)
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** A client that has closed its half is waited for a moment. */
const left = async (listener: AppListener): Promise<number> => {
  const start = Date.now()
  while (listener.connections > 0 && Date.now() - start < 5000) await new Promise((resolve) => setTimeout(resolve, 20))
  return listener.connections
}

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(() => undefined).catch((error: unknown) => error)

test('a connection is a tunnel', async () => {
  serve = (socket) => socket.once('data', (data) => socket.end(`you said ${String(data)}`))
  await using listener = await open()
  expect(listener).toMatchObject({ host: '127.0.0.1', app: { name: 'echo', protocol: 'tcp' } })
  expect(String(await ask(listener.port, 'hello'))).toBe('you said hello')
  expect(manager.upgrades[0]!.url).toBe('/stream/session/some-id/tcpproxy?app=echo')
  expect(await left(listener)).toBe(0)
  expect(errors).toEqual([])
})

test.each([
  ['web', {}, /^http:\/\/127\.0\.0\.1:\d+\/lab$/],
  ['web', { host: '0.0.0.0' }, /^http:\/\/127\.0\.0\.1:\d+\/lab$/],
  ['web', { host: '::1' }, /^http:\/\/\[::1\]:\d+\/lab$/],
  ['echo', {}, /^tcp:\/\/127\.0\.0\.1:\d+$/],
  ['own', { host: 'localhost' }, /^http:\/\/localhost:\d+$/],
])('the address of %s at %j', async (app, options, url) => {
  await using listener = await open(options, app)
  expect(listener.url).toMatch(url)
})

test('50 connections at a time, 2 MB there and back in each', async () => {
  await using listener = await open()
  const bytes = randomBytes(2_000_000)
  const talk = (): Promise<boolean> =>
    new Promise((resolve, reject) => {
      const socket = connect(listener.port, '127.0.0.1')
      const hash = createHash('sha256')
      let size = 0
      socket.on('error', reject).on('data', (chunk) => {
        hash.update(chunk)
        if ((size += chunk.length) < bytes.length) return
        socket.destroy()
        resolve(hash.digest('hex') === createHash('sha256').update(bytes).digest('hex'))
      })
      socket.write(bytes)
    })
  const all = await Promise.all(Array.from({ length: 50 }, talk))
  expect(all).toEqual(Array.from({ length: 50 }, () => true))
  expect(await left(listener)).toBe(0)
  expect(errors).toEqual([])
})

test('an HTTP server, whose connection is kept', async () => {
  const server = createHTTPServer((_request, response) => response.end('page'))
  manager.apps[0]!.ports = [await portOf(server)]
  await using listener = await open()
  const answer = await fetch(`http://127.0.0.1:${listener.port}/`)
  expect(await answer.text()).toBe('page')
  expect(listener.connections).toBe(1)
  server.closeAllConnections()
  server.close()
})

test('a server that is slow is asked for eight at a time', async () => {
  manager.refuse = () => null
  await using listener = await open()
  const clients = Array.from({ length: 20 }, () => connect(listener.port, '127.0.0.1').on('error', () => {}))
  await vi.waitFor(() => expect([listener.connections, manager.upgrades.length]).toEqual([20, 8]))
  // Who leaves gives way to the next.
  for (const client of clients.slice(0, 8)) client.resetAndDestroy()
  await vi.waitFor(() => expect([listener.connections, manager.upgrades.length]).toEqual([12, 16]))
  for (const client of clients) client.destroy()
})

test('a slow client stops the app', async () => {
  let written = 0
  serve = (socket) => {
    const write = (): void => {
      while (written < 400 && socket.write(Buffer.alloc(1024 * 1024))) written++
    }
    socket.on('drain', write)
    write()
  }
  await using listener = await open()
  const client = connect(listener.port, '127.0.0.1').pause()
  await once(manager.server, 'upgrade')
  let before = -1
  while (before !== written) {
    before = written
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  expect(written).toBeGreaterThan(1)
  expect(written).toBeLessThan(200)
  client.destroy()
})

describe('what cannot be', () => {
  test('an app that the session does not have', async () => {
    const error = await rejection(open({}, 'ecko'))
    expect(error).toBeInstanceOf(NotFoundError)
    expect((error as Error).message).toContain("no app 'ecko': did you mean 'echo'? It has echo, web, own.")
  })

  test('a port that is in use', async () => {
    await using listener = await open()
    const error = await rejection(open({ port: listener.port }))
    expect(error).toBeInstanceOf(ConfigError)
    expect(error).toMatchObject({
      message: `Cannot listen on port ${listener.port} of 127.0.0.1: it is in use.`,
      cause: expect.objectContaining({ code: 'EADDRINUSE' }) as unknown,
    })
  })

  test('an address that is not here', async () => {
    expect(await rejection(open({ host: '192.0.2.1' }))).toBeInstanceOf(ConfigError)
  })

  test('options that are misspelt', async () => {
    expect(await rejection(open({ prot: 1 } as ListenOptions))).toBeInstanceOf(ConfigError)
  })
})

describe('a connection that fails', () => {
  test('is told to the client and to the program, and closed', async () => {
    manager.refuse = () => problem(500, 'Internal server error.', '', { msg: 'Failed to launch the app service' })
    await using listener = await open()
    const answer = String(await ask(listener.port, 'GET / HTTP/1.1\r\n\r\n'))
    expect(answer).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\nConnection: close\r\n/)
    expect(answer).toContain('Failed to launch the app service')
    expect(errors).toMatchObject([{ code: 'ERR_SERVER', status: 500 }])
    expect(await left(listener)).toBe(0)
  })

  test('as HTTP clients see it', async () => {
    manager.accept = (socket) => socket.close(1011)
    await using listener = await open()
    const answer = await fetch(`http://127.0.0.1:${listener.port}/`)
    expect(answer.status).toBe(503)
    expect(await answer.text()).toContain('could not connect to the app')
  })

  test('in the middle of an answer: it is reset, not ended', async () => {
    manager.accept = (socket) =>
      socket.on('message', () => {
        socket.send(Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'))
        socket.close(1011)
      })
    await using listener = await open()
    const request = get({ port: listener.port, host: '127.0.0.1', agent: false })
    const ended = new Promise<unknown>((resolve) => {
      request.on('error', resolve)
      request.on('response', (response) => response.on('error', resolve).resume())
    })
    expect(await ended).toMatchObject({ code: 'ECONNRESET' })
    expect(errors).toMatchObject([{ closeCode: 1011 }])
  })

  test('because the app is not up yet: what was said is said again', async () => {
    const { accept } = manager
    manager.accept = (socket, request) => {
      if (manager.upgrades.length <= 2) socket.on('message', () => socket.close(1013))
      else accept(socket, request)
    }
    serve = (socket) => socket.once('data', (data) => socket.end(`you said ${String(data)}`))
    await using listener = await open()
    expect(String(await ask(listener.port, 'hello'))).toBe('you said hello')
    expect(manager.upgrades).toHaveLength(3)
    expect(errors).toEqual([])
  })

  test('because there are too many', async () => {
    await using listener = await open({ maxConnections: 1 })
    const first = connect(listener.port, '127.0.0.1')
    await vi.waitFor(() => expect(connected).toHaveLength(1))
    expect(String(await ask(listener.port, 'x'))).toContain("There are 1 connections to 'echo' already.")
    first.destroy()
    expect(await left(listener)).toBe(0)
    expect(errors).toHaveLength(1)
  })
})

test('a client that leaves while its tunnel opens', async () => {
  manager.refuse = () => null
  await using listener = await open()
  const client = connect(listener.port, '127.0.0.1')
  await vi.waitFor(() => expect(manager.upgrades).toHaveLength(1))
  client.resetAndDestroy()
  await once(manager.connections[0]!.resume(), 'end')
  expect(await left(listener)).toBe(0)
  expect(errors).toEqual([])
})

test('a client that leaves takes its tunnel along', async () => {
  await using listener = await open()
  const client = connect(listener.port, '127.0.0.1')
  client.write('x')
  await once(client, 'data')
  client.end()
  await once(connected[0]!, 'end')
  expect(await left(listener)).toBe(0)
})

test('closing ends everything', async () => {
  const listener = await open()
  const clients = Array.from({ length: 5 }, () => connect(listener.port, '127.0.0.1').on('error', () => {}))
  for (const client of clients) client.write('x')
  await Promise.all(clients.map((client) => once(client, 'data')))
  const ended = clients.map((client) => once(client.resume(), 'close'))
  await listener.close()
  await listener.closed
  await Promise.all(ended)
  expect(listener.connections).toBe(0)
  expect(errors).toEqual([])
  expect(await rejection(once(connect(listener.port, '127.0.0.1'), 'connect'))).toMatchObject({ code: 'ECONNREFUSED' })
})

test('a signal ends it', async () => {
  const controller = new AbortController()
  const listener = await open({ signal: controller.signal })
  controller.abort()
  expect(await listener.closed).toBeUndefined()
})

test('a process whose listener is closed ends by itself', async () => {
  const program = `
    import { createClient, keypair } from '@backend-ai-sdk/client'
    import { ComputeSession } from '@backend-ai-sdk/client'
    import { listen } from '@backend-ai-sdk/client/node'
    const client = createClient({ endpoint: '${manager.endpoint}', auth: keypair({ accessKey: 'a', secretKey: 'b' }), apiVersion: 'v9.20250722' })
    const session = new ComputeSession(client.transport, { id: 'x', name: 'x', image: 'x', status: 'RUNNING', servicePorts: [], created: false })
    const listener = await listen(session, 'echo')
    const { connect } = await import('node:net')
    const socket = connect(listener.port, '127.0.0.1')
    socket.write('said')
    socket.once('data', async (data) => { console.log(String(data)); await listener.close(); socket.destroy() })
  `
  const child = spawn(
    process.execPath,
    ['--conditions=backend-ai-source', '--input-type=module-typescript', '-e', program],
    {
      cwd: `${import.meta.dirname}/..`,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  let output = ''
  child.stdout.on('data', (data) => (output += String(data)))
  const [code] = (await once(child, 'close')) as [number]
  expect({ code, output }).toEqual({ code: 0, output: 'said\n' })
})
