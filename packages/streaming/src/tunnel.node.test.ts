import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket as TCPSocket } from 'node:net'

import { ConfigError, NotFoundError, ServerError, UnsupportedError, type ClientOptions } from '@backend-ai-sdk/core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { WebSocket as ServerSocket } from 'ws'

import { problem, TestManager } from './testing.ts'
import { openTunnel, type Tunnel, type TunnelOptions } from './tunnel.ts'

let manager: TestManager
let app: Server
let connected: TCPSocket[]
let serve: (socket: TCPSocket) => void

beforeEach(async () => {
  manager = await TestManager.start()
  connected = []
  serve = (socket) => socket.pipe(socket)
  app = createServer({ allowHalfOpen: true }, (socket) => {
    connected.push(socket)
    socket.on('error', () => {})
    serve(socket)
  })
  app.listen(0, '127.0.0.1')
  await once(app, 'listening')
  manager.apps = [{ name: 'echo', protocol: 'tcp', ports: [(app.address() as AddressInfo).port] }]
})

afterEach(async () => {
  vi.useRealTimers()
  await manager[Symbol.asyncDispose]()
  for (const socket of connected) socket.destroy()
  app.close()
})

const open = (options: Partial<TunnelOptions> = {}, client: Partial<ClientOptions> = {}): Promise<Tunnel> =>
  openTunnel(manager.transport(client), 'a b', { app: 'echo', ...options })

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(() => undefined).catch((error: unknown) => error)

async function readAll(tunnel: Tunnel): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of tunnel.readable) chunks.push(chunk)
  return Buffer.concat(chunks)
}

test('bytes go both ways, and the end of the app is the end', async () => {
  serve = (socket) => socket.once('data', (data) => socket.end(`you said ${String(data)}`))
  const tunnel = await open()
  const writer = tunnel.writable.getWriter()
  await writer.write(new TextEncoder().encode('hello'))
  expect(String(await readAll(tunnel))).toBe('you said hello')
  expect(await tunnel.closed).toEqual({ code: 1001, reason: '' })
  // As with any connection that the other side has closed.
  expect(await rejection(writer.write(new Uint8Array(1)))).toMatchObject({ code: 'ERR_WEB_SOCKET', closeCode: 1001 })
})

test('what the app needs to start is sent as the server takes it', async () => {
  await using tunnel = await open({
    port: 2000,
    arguments: { '--flag': null, '--name': ['a', 'b'] },
    environ: { NAME: 'x=y&z' },
  })
  expect(tunnel).toBeDefined()
  const { pathname, searchParams } = new URL(manager.upgrades[0]!.url, 'http://x')
  expect(pathname).toBe('/stream/session/a%20b/tcpproxy')
  expect(Object.fromEntries(searchParams)).toEqual({
    app: 'echo',
    port: '2000',
    arguments: '{"--flag":null,"--name":["a","b"]}',
    envs: '{"NAME":"x=y&z"}',
  })
})

test('what is empty is not sent', async () => {
  await using tunnel = await open({ arguments: {}, environ: {} })
  expect(tunnel).toBeDefined()
  expect(manager.upgrades[0]!.url).toBe('/stream/session/a%20b/tcpproxy?app=echo')
})

test('options that cannot work', async () => {
  expect(await rejection(open({ args: {} } as Partial<TunnelOptions>))).toBeInstanceOf(ConfigError)
  expect(await rejection(open({ app: '' }))).toBeInstanceOf(ConfigError)
  const error = await rejection(open({ port: 2000 }, { release: '25.15.0' }))
  expect(error).toBeInstanceOf(UnsupportedError)
  expect(manager.upgrades).toEqual([])
})

test('100 MB in both directions at a time, with bounded memory', { timeout: 60_000 }, async () => {
  const tunnel = await open()
  const size = 100 * 1024 * 1024
  const piece = randomBytes(3 * 1024 * 1024)
  const sent = createHash('sha256')
  const received = createHash('sha256')
  const before = process.memoryUsage().rss
  let most = 0
  const sending = (async () => {
    const writer = tunnel.writable.getWriter()
    for (let left = size; left > 0; left -= piece.length) {
      const bytes = piece.subarray(0, Math.min(left, piece.length))
      sent.update(bytes)
      await writer.write(bytes)
      most = Math.max(most, process.memoryUsage().rss)
    }
    await writer.close()
  })()
  let length = 0
  for await (const chunk of tunnel.readable) {
    received.update(chunk)
    if ((length += chunk.length) === size) break
  }
  await sending
  expect(received.digest('hex')).toBe(sent.digest('hex'))
  // The relay and the app are in this process too.
  expect(most - before).toBeLessThan(150 * 1024 * 1024)
})

test('frames are 1 MiB at most', async () => {
  const sizes: number[] = []
  manager.accept = (socket) => socket.on('message', (data) => sizes.push((data as Buffer).length))
  const tunnel = await open()
  await tunnel.writable.getWriter().write(new Uint8Array(2.5 * 1024 * 1024))
  await tunnel.close()
  expect(sizes).toEqual([1048576, 1048576, 524288])
})

test('close waits for what was written', async () => {
  const received = Promise.withResolvers<number>()
  serve = (socket) => {
    let size = 0
    socket.on('data', (data) => (size += data.length)).on('end', () => received.resolve(size))
  }
  const tunnel = await open()
  const writer = tunnel.writable.getWriter()
  await writer.write(new Uint8Array(5 * 1024 * 1024))
  await writer.close()
  await tunnel.close()
  expect(await received.promise).toBe(5 * 1024 * 1024)
})

test('a slow reader stops the app', async () => {
  let written = 0
  serve = (socket) => {
    const chunk = Buffer.alloc(1024 * 1024)
    const write = (): void => {
      while (written < 400 && socket.write(chunk)) written++
    }
    socket.on('drain', write)
    write()
  }
  await using tunnel = await open()
  const reader = tunnel.readable.getReader()
  await reader.read()
  let before = -1
  while (before !== written) {
    before = written
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  expect(written).toBeLessThan(200)
})

test('50 at a time', async () => {
  const bytes = randomBytes(100_000)
  const echoed = await Promise.all(
    Array.from({ length: 50 }, async () => {
      await using tunnel = await open()
      await tunnel.writable.getWriter().write(bytes)
      const parts: Uint8Array[] = []
      let size = 0
      for await (const part of tunnel.readable) {
        parts.push(part)
        if ((size += part.length) === bytes.length) break
      }
      return Buffer.concat(parts).equals(bytes)
    }),
  )
  expect(echoed).toEqual(Array.from({ length: 50 }, () => true))
})

describe('an end that is none', () => {
  const closing = async (code: number, client: Partial<ClientOptions> = {}): Promise<unknown> => {
    manager.accept = (socket) => (code === 1006 ? socket.terminate() : socket.close(code))
    return rejection(readAll(await open({}, client)))
  }

  test('the app refuses connections', async () => {
    manager.apps = []
    const tunnel = await open()
    expect(await rejection(readAll(tunnel))).toMatchObject({
      code: 'ERR_WEB_SOCKET',
      closeCode: 1013,
      retryable: true,
      message: "The app 'echo' refuses connections (1013).",
    })
  })

  test('the server cannot connect', async () => {
    expect(await closing(1011)).toMatchObject({ closeCode: 1011, retryable: 'unknown' })
  })

  test('the connection just ends', async () => {
    expect(await closing(1006)).toMatchObject({ code: 'ERR_WEB_SOCKET', closeCode: 1006 })
  })

  test('which is how releases end that say no code', async () => {
    expect(await closing(1006, { apiVersion: 'v7.20230615', release: '23.9.10' })).toBeUndefined()
  })

  test('the webserver, which passes on no code', async () => {
    expect(await closing(1000)).toBeUndefined()
  })

  test('a connection that is reset, whatever the release', async () => {
    manager.accept = (socket) => socket.send('x', () => manager.connections[0]!.resetAndDestroy())
    const tunnel = await open({}, { apiVersion: 'v7.20230615', release: '23.9.10' })
    expect(await rejection(readAll(tunnel))).toMatchObject({
      closeCode: 1006,
      cause: expect.objectContaining({ code: 'ECONNRESET' }) as unknown,
    })
  })

  test('but not behind the end', async () => {
    manager.accept = () => {
      const connection = manager.connections[0]!
      // A close frame of 1001, and a reset as soon as it is answered.
      connection.write(Buffer.from([0x88, 2, 0x03, 0xe9]))
      connection.once('data', () => connection.resetAndDestroy())
    }
    expect(String(await readAll(await open()))).toBe('')
  })

  test('a frame of more than 16 MiB', async () => {
    manager.accept = (socket) => socket.send(new Uint8Array(16 * 1024 * 1024 + 1))
    expect(await rejection(readAll(await open()))).toMatchObject({ code: 'ERR_WEB_SOCKET', closeCode: 1006 })
  })

  test('a frame that is none', async () => {
    manager.accept = () => manager.connections[0]!.write(Buffer.from([0xf1, 0x00]))
    expect(await rejection(readAll(await open()))).toMatchObject({
      code: 'ERR_WEB_SOCKET',
      cause: expect.any(Error) as unknown,
    })
  })

  test('texts are no part of it', async () => {
    manager.accept = (socket) => {
      socket.send('text')
      socket.send(Buffer.from('bytes'))
      socket.close(1001)
    }
    expect(String(await readAll(await open()))).toBe('bytes')
  })
})

test('a half-open connection is noticed', async () => {
  const accepted = Promise.withResolvers<ServerSocket>()
  let pings = 0
  manager.accept = (socket) => accepted.resolve(socket.on('ping', () => pings++))
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] })
  const tunnel = await open()
  await accepted.promise
  const reading = rejection(readAll(tunnel))
  vi.advanceTimersByTime(15_000)
  vi.advanceTimersByTime(15_000)
  await vi.waitFor(() => expect(pings).toBe(2))
  // The pongs have come: another 30 s pass before they are missed.
  await new Promise((resolve) => setTimeout(resolve, 50))
  manager.connections[0]!.pause()
  for (let n = 0; n < 4; n++) vi.advanceTimersByTime(15_000)
  expect(await reading).toMatchObject({
    code: 'ERR_WEB_SOCKET',
    closeCode: 1006,
    cause: expect.objectContaining({ code: 'ERR_TIMEOUT', phase: 'idle' }) as unknown,
  })
})

describe('the signal', () => {
  test('ends the opening', async () => {
    manager.refuse = () => null
    const controller = new AbortController()
    const reason = new Error('left')
    const opening = rejection(open({ signal: controller.signal }))
    await once(manager.server, 'upgrade')
    controller.abort(reason)
    expect(await opening).toBe(reason)
  })

  test('ends the connection, for both streams', async () => {
    const controller = new AbortController()
    const reason = new Error('left')
    const tunnel = await open({ signal: controller.signal })
    const reading = rejection(readAll(tunnel))
    controller.abort(reason)
    expect(await reading).toBe(reason)
    expect(await rejection(tunnel.writable.getWriter().write(new Uint8Array(1)))).toBe(reason)
    await tunnel.closed
  })
})

test.each(['readable', 'writable'] as const)('who leaves %s leaves the connection', async (side) => {
  const tunnel = await open()
  await (side === 'readable' ? tunnel.readable.cancel() : tunnel.writable.abort())
  expect(await tunnel.closed).toMatchObject({ code: 1000 })
  await vi.waitFor(() => expect(connected[0]!.destroyed || connected[0]!.readableEnded).toBe(true))
})

test('close ends what is being read', async () => {
  const tunnel = await open()
  const reading = readAll(tunnel)
  await tunnel.close()
  expect((await reading).length).toBe(0)
})

describe('an upgrade that is refused', () => {
  test('an app that is not there', async () => {
    manager.refuse = () => problem(404, 'No such app service.')
    const error = await rejection(open())
    expect(error).toBeInstanceOf(NotFoundError)
    expect(error).toMatchObject({ title: 'No such app service.', attempts: 1 })
  })

  test('an app that does not start', async () => {
    manager.refuse = () =>
      problem(500, 'Internal server error.', '', { msg: 'Failed to launch the app service', data: 'TimeoutError' })
    const error = await rejection(open())
    expect(error).toBeInstanceOf(ServerError)
    expect(error).toMatchObject({ msg: 'Failed to launch the app service', data: 'TimeoutError', attempts: 1 })
  })

  describe('a webserver that does not pass on the reason', () => {
    beforeEach(() => {
      manager.refuse = () => problem(502, 'Bad gateway.')
    })

    const answer = (status: number, body: unknown): void => {
      manager.respond = (request, response) => {
        expect(request.url).toBe('/stream/session/a%20b/apps')
        response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
      }
    }
    const apps = (name: string) => [
      { name: 'sshd', protocol: 'tcp', ports: [2200] },
      { name, protocol: 'http', ports: [8080] },
    ]

    test('a session that is not there', async () => {
      answer(404, { title: 'No such session.' })
      expect(await rejection(open())).toMatchObject({ code: 'ERR_NOT_FOUND', title: 'No such session.', attempts: 1 })
    })

    test('an app that is not there', async () => {
      answer(200, apps('other'))
      const error = await rejection(open())
      expect(error).toMatchObject({ code: 'ERR_NOT_FOUND', status: 404, attempts: 1 })
      expect(error).toHaveProperty('message', expect.stringMatching(/There is no '.+', only sshd, other\./))
      expect(manager.upgrades).toHaveLength(1)
    })

    test('a port that is not there', async () => {
      answer(200, apps('echo'))
      expect(await rejection(open({ port: 1 }))).toMatchObject({ code: 'ERR_INVALID_REQUEST', attempts: 1 })
    })

    test.each([
      ['all is there', undefined],
      ['no list', {}],
    ])('%s: the refusal stands', async (_name, list) => {
      answer(200, list ?? apps('echo'))
      expect(await rejection(open())).toMatchObject({ code: 'ERR_SERVER', status: 502, attempts: 3 })
    })
  })
})
