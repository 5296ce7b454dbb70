/** A WebSocket to the manager that is authenticated, says why it was refused, and cannot hang. */
import { APIError, ConfigError, NetworkError, StreamError, TimeoutError } from '@backend-ai-sdk/core'
import type { CallOptions, Query, Transport, Upgrade, WebSocketConstructor } from '@backend-ai-sdk/core'
import PlatformWebSocket from 'isomorphic-ws'

import { opened, terminate, type NodeSocket } from './handshake.ts'
import { Queue } from './queue.ts'

export type Message = string | Uint8Array

export interface Close {
  code: number
  reason: string
  /** Why our side gave up, where it did: silence, a message that is too large, a frame that is none. */
  cause?: unknown
}

/**
 * Where keys sign the upgrade, a WebSocket must carry headers; those of browsers cannot (protocol 02 §6.3). They carry
 * the cookie of a login.
 */
export function canOpenSocket({ config }: Transport): boolean {
  const isBrowser = (PlatformWebSocket as unknown) === globalThis.WebSocket
  return !isBrowser || config.webSocket !== undefined || config.auth.credentials === 'include'
}

export interface SocketOptions extends CallOptions {
  query?: Query
  /** Longer messages end the socket. Default 256 MiB: what code prints within 0.2 s is one message. */
  maxMessageBytes?: number
  /**
   * A path that is asked for where the platform or a proxy does not tell why an upgrade is refused: pages see no
   * status, and the webserver answers 500 or 502 whatever the manager said.
   */
  probe?: string
  /** The reason that the answer to {@link probe} holds, where it is no refusal itself. */
  reasonIn?: (answer: unknown) => Error | undefined
}

/**
 * Opens a socket below the endpoint. Too many requests, and a server that is away, are tried again by the client's
 * `retry`.
 *
 * @throws ConfigError in pages, with keys.
 * @throws APIError (its subclass by status) where the upgrade is refused, with the server's reason.
 * @throws TimeoutError `connect` where it is not open within `timeout`, the client's `timeouts.total` by default: before
 *   it answers, the server looks up the session and may start a service in it.
 */
export async function openSocket(transport: Transport, path: string, options: SocketOptions = {}): Promise<Socket> {
  const { query, signal, timeout, probe, reasonIn } = options
  if (!canOpenSocket(transport)) throw new ConfigError('Pages cannot sign a WebSocket with keys: it needs a login.')
  return transport.upgrade({ path, query, signal, timeout }, async (upgrade) => {
    try {
      return await openOnce(transport, upgrade, options)
    } catch (error) {
      if (!probe || !isUnexplained(error)) throw error
      // What the probe is told is the reason.
      const answer = await explain(transport, { path: probe, signal, timeout: upgrade.left })
      throw reasonIn?.(answer) ?? error
    }
  })
}

const isUnexplained = (error: unknown): boolean =>
  error instanceof APIError
    ? error.status === 500 || error.status === 502
    : error instanceof NetworkError && !(error instanceof TimeoutError)

async function explain(transport: Transport, probe: CallOptions & { path: string }): Promise<unknown> {
  try {
    return await transport.request({ ...probe, retry: false })
  } catch (error) {
    if (error instanceof APIError || probe.signal?.aborted) throw error
    return undefined
  }
}

async function openOnce(transport: Transport, upgrade: Upgrade, options: SocketOptions): Promise<Socket> {
  const { signal, maxMessageBytes = 256 * 1024 * 1024 } = options
  const { url } = upgrade
  const hooks = await transport.hooks()
  const Constructor = transport.config.webSocket ?? (PlatformWebSocket as unknown as WebSocketConstructor)
  // Compression costs 120 µs per message and most of the throughput.
  const socket: NodeSocket = new Constructor(url.href.replace(/^http/, 'ws'), [], {
    headers: Object.fromEntries(upgrade.headers),
    perMessageDeflate: false,
    maxPayload: maxMessageBytes,
  })
  // What `ws` gives by default is no copy.
  if (!socket.ping) socket.binaryType = 'arraybuffer'
  // Listens from the start: the first message may come together with the answer to the upgrade.
  const reader = new Socket(socket, maxMessageBytes, transport.config.timeouts.idle || silenceLimit)
  hooks?.stream?.({ url, state: 'connecting' })
  try {
    await opened(socket, upgrade, signal)
  } catch (error) {
    hooks?.stream?.({ url, state: 'closed', error })
    throw error
  }
  hooks?.stream?.({ url, state: 'open' })
  void reader.closed.then(() => hooks?.stream?.({ url, state: 'closed' }))
  return reader
}

/** Servers take frames of 4 MiB (webserver) to 16 MiB at most; none of ours is longer than this. */
const frameLimit = 1024 * 1024

/** Bytes as the frames that a server takes; views, no copies. */
export function* cutIntoFrames(bytes: Uint8Array): Generator<Uint8Array, void, undefined> {
  for (let start = 0; start < bytes.length; start += frameLimit) yield bytes.subarray(start, start + frameLimit)
}

/** Milliseconds of silence after which a socket counts as dead, where the client's `timeouts.idle` says nothing. */
const silenceLimit = 45_000
/** Bytes that may wait to be sent. */
const sendLimit = 1024 * 1024
/** Bytes that wait to be read before the sender is stopped. */
const readLimit = 8 * 1024 * 1024
/** What is typed waits for nothing, and for no promise of its own. */
const sent = Promise.resolve()
/** Milliseconds for a sign of life that is asked for. */
const checkLimit = 5_000

/** As a plain array: Node's own have other methods of the same names. */
const bytesOf = (data: ArrayBuffer | Uint8Array): Uint8Array =>
  ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data)

/** A socket, read message by message. */
export class Socket implements AsyncDisposable {
  readonly #socket: NodeSocket
  readonly #queue: Queue<Message>
  #heartbeat: ReturnType<typeof setInterval> | undefined
  readonly #heldLimit: number
  readonly #silenceLimit: number
  #cause: unknown
  #paused = false
  #leaving = false
  #lastSign = Date.now()
  #checking: ReturnType<typeof setTimeout> | undefined
  /** Messages that have come, read or not. */
  received = 0
  /** Resolves when the connection is gone, whoever ended it. */
  readonly closed: Promise<Close>

  constructor(socket: NodeSocket, maxMessageBytes: number, silence: number) {
    this.#socket = socket
    this.#silenceLimit = silence
    this.#heldLimit = Math.max(maxMessageBytes, 4 * readLimit)
    this.#queue = new Queue((size) => this.#limit(size))
    socket.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer | Uint8Array>) => {
      this.#lastSign = Date.now()
      // What nobody will read would only fill memory.
      if (this.#leaving) return
      this.received++
      const message = typeof data === 'string' ? data : bytesOf(data)
      // `ws` ends the socket before it holds the whole message, the browsers' does not.
      if (message.length > maxMessageBytes)
        this.#fail(new StreamError(`A message of ${message.length} bytes is over the limit of ${maxMessageBytes}.`))
      else this.#queue.push(message, message.length)
    })
    socket.addEventListener('error', (event) => (this.#cause ??= (event as Event & { error?: unknown }).error))
    // `ws` says of a connection that is reset no more than of one that ends.
    socket.on?.('upgrade', ({ socket: connection }) =>
      connection?.once?.('error', (error) => {
        if (!connection.readableEnded) this.#cause ??= error
      }),
    )
    this.closed = new Promise((resolve) => {
      socket.addEventListener('close', ({ code, reason }) => {
        clearInterval(this.#heartbeat)
        clearTimeout(this.#checking)
        this.#queue.end()
        resolve({ code, reason, ...(this.#cause !== undefined && { cause: this.#cause }) })
      })
    })
    if (!socket.ping) return
    socket.on?.('pong', () => (this.#lastSign = Date.now()))
    socket.addEventListener('open', () => (this.#heartbeat = setInterval(() => this.#beat(), silence / 3)))
  }

  /** The next message; undefined once the socket is closed. */
  next(): Promise<Message | undefined> {
    return this.#queue.next()
  }

  /** A message that has come already. */
  take(): Message | undefined {
    return this.#queue.take()
  }

  /** What is sent otherwise is lost. */
  get isOpen(): boolean {
    return this.#socket.readyState === 1
  }

  /** Resolves when less than 1 MiB waits to be sent, or the socket is closed. Longer bytes: see {@link cutIntoFrames}. */
  send(message: Message): Promise<void> {
    this.#socket.send(message as string | Uint8Array<ArrayBuffer>)
    return this.#socket.bufferedAmount > sendLimit ? this.#sent(sendLimit) : sent
  }

  /** Resolves when all was handed to the system, or the socket is closed. */
  flush(): Promise<void> {
    return this.#sent(0)
  }

  async #sent(left: number): Promise<void> {
    while (this.#socket.bufferedAmount > left && this.#socket.readyState === 1)
      await new Promise((resolve) => setTimeout(resolve, 5))
  }

  /** Says goodbye after what was sent; {@link closed} resolves when the other side did too, or after 2 s without progress. */
  async close(code = 1000): Promise<Close> {
    this.#leaving = true
    this.#resume()
    this.#socket.close(code)
    let waiting = this.#socket.bufferedAmount
    const timer = setInterval(() => {
      const left = this.#socket.bufferedAmount
      if (left >= waiting) terminate(this.#socket)
      waiting = left
    }, 2000)
    try {
      return await this.closed
    } finally {
      clearInterval(timer)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /**
   * Ends the connection unless it gives a sign of life within 5 s: it is asked for one where the platform lets us (`ws`);
   * in browsers, silence alone counts.
   */
  check(): void {
    const asked = Date.now()
    if (this.isOpen) this.#socket.ping?.()
    clearTimeout(this.#checking)
    this.#checking = setTimeout(() => {
      if (this.#lastSign < asked && !this.#paused)
        this.#fail(new TimeoutError(`The other side gave no sign of life within ${checkLimit} ms.`, 'idle', checkLimit))
    }, checkLimit)
  }

  // Half-open connections show no other sign; browsers and the servers send no pings of their own. The servers take a
  // ping for a sign that the session is in use.
  #beat(): void {
    const silence = Date.now() - this.#lastSign
    if (silence > this.#silenceLimit && !this.#paused)
      this.#fail(new TimeoutError(`The other side was silent for ${silence} ms.`, 'idle', silence))
    else if (silence >= this.#silenceLimit / 3) this.#socket.ping?.()
  }

  /** A slow reader stops the sender, where the platform lets us (`ws`); what others hold in memory has an end. */
  #limit(size: number): void {
    if (size > this.#heldLimit && !this.#socket.pause)
      this.#fail(new StreamError(`${size} bytes wait to be read, and this platform cannot stop the sender.`))
    else if (size > readLimit && !this.#paused) {
      this.#paused = true
      this.#socket.pause?.()
    } else if (size < sendLimit) this.#resume()
  }

  #resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#lastSign = Date.now()
    this.#socket.resume?.()
  }

  #fail(cause: unknown): void {
    this.#cause ??= cause
    this.#queue.end()
    terminate(this.#socket)
  }
}
