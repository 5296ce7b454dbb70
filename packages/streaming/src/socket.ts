/** A WebSocket to the manager that is authenticated, says why it was refused, and cannot hang. */
import { NetworkError, TimeoutError, toAPIError, WebSocketError } from '@backend-ai-sdk/core'
import type { CallOptions, Query, Transport, WebSocketConstructor } from '@backend-ai-sdk/core'
import PlatformWebSocket from 'isomorphic-ws'

import { Queue } from './queue.ts'

export type Message = string | Uint8Array

export interface Close {
  code: number
  reason: string
  /** Why our side gave up, where it did: a message that is too large, a frame that is none. */
  cause?: unknown
}

/** What `ws` has beyond the browsers' WebSocket. */
interface NodeSocket extends WebSocket {
  on?(event: 'unexpected-response', listener: (request: unknown, response: RefusedUpgrade) => void): void
  on?(event: 'pong', listener: () => void): void
  ping?(): void
  pause?(): void
  resume?(): void
  terminate?(): void
}

interface RefusedUpgrade {
  statusCode?: number
  on(event: 'data', listener: (chunk: Uint8Array) => void): void
  on(event: 'end' | 'error' | 'close', listener: () => void): void
}

/** Where keys sign the upgrade, a WebSocket must carry headers; those of browsers cannot (protocol 02 §6.3). */
export function canOpenSocket(transport: Transport): boolean {
  return Boolean(transport.config.webSocket) || (PlatformWebSocket as unknown) !== globalThis.WebSocket
}

export interface SocketOptions extends CallOptions {
  query?: Query
}

/**
 * Opens a socket below the endpoint.
 *
 * @throws APIError (its subclass by status) where the upgrade is refused, with the server's reason.
 * @throws TimeoutError `connect` where it is not open within the client's `timeouts.total`: before it answers, the server
 *   looks up the session and may start a service in it.
 */
export async function openSocket(transport: Transport, path: string, options: SocketOptions = {}): Promise<Socket> {
  const url = transport.url(path, options.query)
  const headers = Object.fromEntries(await transport.authenticate(url, options))
  options.signal?.throwIfAborted()
  const address = url.href.replace(/^http/, 'ws')
  const Constructor = transport.config.webSocket ?? (PlatformWebSocket as unknown as WebSocketConstructor)
  // Compression costs 120 µs per message and most of the throughput. What code prints within 0.2 s is one message.
  const socket: NodeSocket = new Constructor(address, [], {
    headers,
    perMessageDeflate: false,
    maxPayload: 256 * 1024 * 1024,
  })
  socket.binaryType = 'arraybuffer'
  const hooks = await transport.hooks()
  hooks?.stream?.({ url, state: 'connecting' })
  try {
    await opened(socket, url, options.timeout ?? transport.config.timeouts.total, options.signal)
  } catch (error) {
    hooks?.stream?.({ url, state: 'closed', error })
    throw error
  }
  hooks?.stream?.({ url, state: 'open' })
  socket.addEventListener('close', () => hooks?.stream?.({ url, state: 'closed' }), { once: true })
  return new Socket(socket)
}

function opened(socket: NodeSocket, url: URL, limit: number, signal: AbortSignal | undefined): Promise<void> {
  const place = `GET ${url.origin}${url.pathname}`
  return new Promise((resolve, reject) => {
    const timer =
      limit > 0
        ? setTimeout(
            () =>
              fail(
                new TimeoutError(`The socket was not open within ${limit} ms (${place})`, 'connect', limit, {
                  retryable: true,
                }),
              ),
            limit,
          )
        : undefined
    const abort = (): void => fail(signal?.reason)

    function settle(): void {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      socket.removeEventListener('open', open)
      socket.removeEventListener('close', close)
    }
    function open(): void {
      settle()
      resolve()
    }
    function fail(error: unknown): void {
      settle()
      reject(error)
      end(socket)
    }
    function close({ code, reason }: CloseEvent): void {
      fail(new WebSocketError(`The socket closed before it was open (${place})`, code, reason, { retryable: true }))
    }

    signal?.addEventListener('abort', abort, { once: true })
    socket.addEventListener('open', open)
    socket.addEventListener('close', close)
    // Stays: an error after the end of the handshake has no other listener, which would end a Node process.
    socket.addEventListener('error', (event) => {
      const cause: unknown = (event as Event & { error?: unknown }).error ?? event
      const message = cause instanceof Error && cause.message ? cause.message : 'the platform gives no reason'
      fail(new NetworkError(`No answer: ${message} (${place})`, { cause, retryable: true }))
    })
    socket.on?.('unexpected-response', (_request, response) => {
      void readBody(response).then((body) =>
        fail(toAPIError({ status: response.statusCode ?? 0, method: 'GET', url: url.origin + url.pathname, body })),
      )
    })
  })
}

/** The problem document of a refusal, or its text. */
function readBody(response: RefusedUpgrade): Promise<unknown> {
  return new Promise((resolve) => {
    const decoder = new TextDecoder()
    let text = ''
    response.on('data', (chunk) => {
      if (text.length < 65_536) text += decoder.decode(chunk, { stream: true })
    })
    const done = (): void => resolve(parse(text))
    response.on('end', done)
    response.on('error', done)
    response.on('close', done)
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function end(socket: NodeSocket): void {
  if (socket.terminate) socket.terminate()
  else socket.close()
}

const pingInterval = 30_000
const pongLimit = 15_000
const bufferLimit = 1024 * 1024

/** An open socket, read message by message. */
export class Socket implements AsyncDisposable {
  readonly #socket: NodeSocket
  readonly #queue: Queue<Message>
  readonly #heartbeat: ReturnType<typeof setInterval> | undefined
  #paused = false
  #lastSign = Date.now()
  /** Resolves when the connection is gone, whoever ended it. */
  readonly closed: Promise<Close>

  constructor(socket: NodeSocket) {
    this.#socket = socket
    // A slow reader stops the sender, where the platform lets us (`ws`); browsers keep what arrives in memory.
    this.#queue = new Queue((size) => this.#limit(size))
    socket.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer>) => {
      this.#lastSign = Date.now()
      const message = typeof data === 'string' ? data : new Uint8Array(data)
      this.#queue.push(message, message.length)
    })
    let cause: unknown
    socket.addEventListener('error', (event) => (cause = (event as Event & { error?: unknown }).error))
    this.closed = new Promise((resolve) => {
      socket.addEventListener('close', ({ code, reason }) => {
        clearInterval(this.#heartbeat)
        this.#queue.end()
        resolve({ code, reason, ...(cause !== undefined && { cause }) })
      })
    })
    if (socket.ping) {
      socket.on?.('pong', () => (this.#lastSign = Date.now()))
      this.#heartbeat = setInterval(() => this.#beat(), pongLimit)
    }
  }

  /** The next message; undefined once the socket is closed. */
  next(): Promise<Message | undefined> {
    return this.#queue.next()
  }

  /** Resolves when less than 1 MiB waits to be sent. */
  async send(message: Message): Promise<void> {
    this.#socket.send(message as string | Uint8Array<ArrayBuffer>)
    while (this.#socket.bufferedAmount > bufferLimit && this.#socket.readyState === 1)
      await new Promise((resolve) => setTimeout(resolve, 5))
  }

  /** Says goodbye; {@link closed} resolves when the other side did too, or after 2 s. */
  async close(code = 1000): Promise<Close> {
    this.#resume()
    this.#socket.close(code)
    const timer = setTimeout(() => end(this.#socket), 2000)
    try {
      return await this.closed
    } finally {
      clearTimeout(timer)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  // Half-open connections show no other sign; browsers and the servers send no pings of their own.
  #beat(): void {
    const silence = Date.now() - this.#lastSign
    if (silence > pingInterval + pongLimit && !this.#paused) end(this.#socket)
    else if (silence >= pingInterval - pongLimit) this.#socket.ping?.()
  }

  #limit(size: number): void {
    if (size > 8 * bufferLimit && !this.#paused) {
      this.#paused = true
      this.#socket.pause?.()
    } else if (size < bufferLimit) this.#resume()
  }

  #resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#lastSign = Date.now()
    this.#socket.resume?.()
  }
}
