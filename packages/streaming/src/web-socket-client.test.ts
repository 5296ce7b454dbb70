import { NetworkError, TimeoutError, WebSocketError } from '@backend-ai-sdk/core'
import { describe, expect, onTestFinished, test, vi } from 'vitest'

import {
  openWebSocketOver,
  type ByteStreams,
  type HandshakeOptions,
  type StreamWebSocket,
} from './web-socket-client.ts'

const decoder = new TextDecoder('latin1')
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

/** The other side of a connection in memory. */
class Server {
  readonly streams: ByteStreams
  #output!: ReadableStreamDefaultController<Uint8Array>
  /** What was written to it. */
  input: number[] = []
  isCancelled = false
  #onInput: () => void = () => {}

  constructor() {
    this.streams = {
      readable: new ReadableStream<Uint8Array>({
        start: (controller) => void (this.#output = controller),
        cancel: () => void (this.isCancelled = true),
      }),
      writable: new WritableStream<Uint8Array>({
        write: (bytes) => {
          this.input.push(...bytes)
          this.#onInput()
        },
      }),
    }
  }

  say(bytes: Uint8Array | string): void {
    this.#output.enqueue(typeof bytes === 'string' ? utf8(bytes) : bytes)
  }

  end(): void {
    if (!this.isCancelled) this.#output.close()
    this.isCancelled = true
  }

  async heard(count: number): Promise<number[]> {
    while (this.input.length < count) await new Promise<void>((resolve) => (this.#onInput = resolve))
    return this.input.splice(0, count)
  }

  /** The head of the request. */
  async request(): Promise<string> {
    let text = ''
    while (!text.endsWith('\r\n\r\n')) text += String.fromCharCode(...(await this.heard(1)))
    return text
  }

  async accept(rest: Uint8Array = new Uint8Array()): Promise<string> {
    const head = await this.request()
    const key = /Sec-WebSocket-Key: (\S+)/.exec(head)![1]!
    const digest = await crypto.subtle.digest(
      'SHA-1',
      new Uint8Array(utf8(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)),
    )
    const accept = btoa(String.fromCharCode(...new Uint8Array(digest)))
    const answer = utf8(`HTTP/1.1 101 Switching Protocols\r\nsec-websocket-accept: ${accept}\r\n\r\n`)
    this.say(new Uint8Array([...answer, ...rest]))
    return head
  }

  /** A frame, unmasked. */
  async frame(): Promise<{ opcode: number; data: Uint8Array }> {
    const [first = 0, second = 0] = await this.heard(2)
    let length = second & 0x7f
    if (length >= 126) length = (await this.heard(length === 126 ? 2 : 8)).reduce((sum, byte) => sum * 256 + byte, 0)
    const mask = await this.heard(4)
    const data = Uint8Array.from(await this.heard(length), (byte, at) => byte ^ mask[at & 3]!)
    return { opcode: first & 0x0f, data }
  }
}

const frame = (opcode: number, data: Uint8Array | string): Uint8Array => {
  const bytes = typeof data === 'string' ? utf8(data) : data
  return new Uint8Array([0x80 | opcode, bytes.length, ...bytes])
}

async function open(options: Partial<HandshakeOptions> = {}): Promise<{ server: Server; socket: StreamWebSocket }> {
  const server = new Server()
  const opening = openWebSocketOver(server.streams, { path: '/ws', timeout: 5000, ...options })
  await server.accept()
  const socket = await opening
  onTestFinished(async () => {
    const closing = socket.close()
    server.end()
    await closing
  })
  return { server, socket }
}

describe('opening', () => {
  test('asks for the path and the protocol, and reads what comes with the answer', async () => {
    const server = new Server()
    const opening = openWebSocketOver(server.streams, { path: '/ws?a=b', protocols: ['tty'], timeout: 5000 })
    const head = await server.accept(frame(1, 'first'))
    expect(head).toMatch(/^GET \/ws\?a=b HTTP\/1\.1\r\nHost: 127\.0\.0\.1\r\n/)
    expect(head).toContain('Sec-WebSocket-Protocol: tty\r\n')
    const socket = await opening
    expect(await socket.next()).toBe('first')
    const closing = socket.close()
    server.end()
    await closing
  })

  test.each([
    ['another status', 'HTTP/1.1 404 Not Found\r\n\r\nno', 'HTTP/1.1 404 Not Found'],
    ['the answer to another request', 'HTTP/1.1 101 OK\r\nSec-WebSocket-Accept: x\r\n\r\n', 'another request'],
    ['a head that does not end', 'x'.repeat(20_000), 'a head that does not end'],
  ])('%s', async (_what, answer, message) => {
    const server = new Server()
    const opening = openWebSocketOver(server.streams, { path: '/ws', timeout: 5000 })
    await server.request()
    server.say(answer)
    await expect(opening).rejects.toThrow(WebSocketError)
    await expect(opening).rejects.toThrow(message)
    await vi.waitFor(() => expect(server.isCancelled).toBe(true))
  })

  test('a connection that ends, or says nothing', async () => {
    const server = new Server()
    const opening = openWebSocketOver(server.streams, { path: '/ws', timeout: 5000 })
    await server.request()
    server.end()
    await expect(opening).rejects.toThrow(NetworkError)
    const silent = openWebSocketOver(new Server().streams, { path: '/ws', timeout: 20 })
    await expect(silent).rejects.toThrow(TimeoutError)
  })

  test('an abort is passed on', async () => {
    const controller = new AbortController()
    const opening = openWebSocketOver(new Server().streams, { path: '/ws', timeout: 5000, signal: controller.signal })
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(opening).rejects.toBe(reason)
  })
})

test('sends and receives', async () => {
  const { server, socket } = await open()
  await socket.send('한')
  expect(await server.frame()).toEqual({ opcode: 1, data: utf8('한') })
  const large = new Uint8Array(70_000).fill(7)
  const sent = socket.send(large)
  expect((await server.frame()).data).toEqual(large)
  await sent
  server.say(frame(2, new Uint8Array([1, 2])))
  expect(await socket.next()).toEqual(new Uint8Array([1, 2]))
  expect(socket.take()).toBeUndefined()
  expect(socket.received).toBe(1)
})

test('pings are answered while nobody reads', async () => {
  const { server } = await open()
  for (let count = 0; count < 100; count++) server.say(frame(2, 'x'))
  server.say(frame(9, 'are you there'))
  expect(await server.frame()).toEqual({ opcode: 10, data: utf8('are you there') })
})

test('tells how much waits to be read, and stops where nobody does', async () => {
  const held: number[] = []
  const { server, socket } = await open({ onHeld: (bytes) => held.push(bytes) })
  const part = new Uint8Array(10 + 1024 * 1024)
  part.set([0x82, 127, 0, 0, 0, 0, 0, 16, 0, 0])
  for (let count = 0; count < 12; count++) server.say(part)
  await vi.waitFor(() => expect(held.at(-1)).toBeGreaterThan(8 * 1024 * 1024))
  const most = held.at(-1)!
  server.say(frame(9, 'still there?'))
  expect(most).toBeLessThan(10 * 1024 * 1024)
  for (let count = 0; count < 12; count++) expect(await socket.next()).toHaveLength(1024 * 1024)
  expect((await server.frame()).opcode).toBe(10)
})

describe('ends', () => {
  test('with the code of the other side', async () => {
    const { server, socket } = await open()
    server.say(frame(2, 'last'))
    server.say(frame(8, new Uint8Array([3, 233, ...utf8('bye')])))
    expect(await socket.closed).toEqual({ code: 1001, reason: 'bye' })
    expect(decoder.decode((await socket.next()) as Uint8Array)).toBe('last')
    expect(await socket.next()).toBeUndefined()
    expect(await server.frame()).toEqual({ opcode: 8, data: new Uint8Array([3, 233]) })
  })

  test('with 1006 where the connection just ends', async () => {
    const { server, socket } = await open()
    server.end()
    expect(await socket.closed).toEqual({ code: 1006, reason: '' })
    expect(socket.isOpen).toBe(false)
  })

  test('by our side, when the other says goodbye too', async () => {
    const { server, socket } = await open()
    const closing = socket.close()
    expect(await server.frame()).toEqual({ opcode: 8, data: new Uint8Array([3, 232]) })
    server.say(frame(8, new Uint8Array([3, 232])))
    expect(await closing).toEqual({ code: 1000, reason: '' })
    expect(server.isCancelled).toBe(true)
  })

  test('by what is no frame, which the other side is told', async () => {
    const { server, socket } = await open()
    server.say(new Uint8Array([0xff, 0xff]))
    expect(await socket.closed).toMatchObject({ code: 1006, cause: { closeCode: 1002 } })
    expect(await server.frame()).toEqual({ opcode: 8, data: new Uint8Array([3, 234]) })
  })
})
