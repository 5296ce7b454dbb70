/** A WebSocket over any two streams of bytes, such as a tunnel: what ttyd speaks inside a session. */
import { abortable, NetworkError, TimeoutError, WebSocketError } from '@backend-ai-sdk/core'

import { concatenate } from './bytes.ts'
import { Queue } from './queue.ts'
import type { Close, Message } from './socket.ts'
import { encodeClose, encodeFrame, FrameParser, type FrameMessage } from './web-socket-frames.ts'

export interface ByteStreams {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
}

export interface HandshakeOptions {
  /** With its query: `/ws`. */
  path: string
  /** Default `127.0.0.1`. */
  host?: string
  protocols?: readonly string[]
  signal?: AbortSignal | undefined
  /** Milliseconds. */
  timeout: number
  /** Told how many bytes wait to be read, whenever that changes. */
  onHeld?: (bytes: number) => void
}

const maxMessageBytes = 16 * 1024 * 1024
const maxHeadBytes = 16 * 1024
/** Bytes that wait to be read; beyond, the other side is not read any more. */
const readLimit = 8 * 1024 * 1024
/** Milliseconds for the other side to say goodbye too, and for a sign of life that is asked for. */
const patience = 2_000
/** Of RFC 6455 §1.3. */
const acceptSuffix = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/**
 * @throws WebSocketError where the other side does not switch to the protocol, with what it says instead.
 * @throws TimeoutError `connect`. @throws NetworkError where the connection ends before.
 */
export async function openWebSocketOver(streams: ByteStreams, options: HandshakeOptions): Promise<StreamWebSocket> {
  const { signal, timeout } = options
  const reader = streams.readable.getReader()
  const writer = streams.writable.getWriter()
  const limit = new AbortController()
  const timer = setTimeout(
    () =>
      limit.abort(
        new TimeoutError(`The socket was not open within ${timeout} ms.`, 'connect', timeout, { retryable: true }),
      ),
    timeout,
  )
  try {
    const rest = await abortable(abortable(shakeHands(reader, writer, options), limit.signal), signal)
    return new StreamWebSocket(reader, writer, rest, options.onHeld)
  } catch (error) {
    void reader.cancel(error).catch(() => {})
    void writer.abort(error).catch(() => {})
    throw error
  } finally {
    clearTimeout(timer)
  }
}

/** @returns what came behind the answer. */
async function shakeHands(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  writer: WritableStreamDefaultWriter<Uint8Array>,
  { path, host = '127.0.0.1', protocols = [] }: HandshakeOptions,
): Promise<Uint8Array> {
  const key = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))))
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${key}`,
    'Sec-WebSocket-Version: 13',
    ...(protocols.length > 0 ? [`Sec-WebSocket-Protocol: ${protocols.join(', ')}`] : []),
  ]
  await writer.write(new TextEncoder().encode(`${lines.join('\r\n')}\r\n\r\n`))
  let head: Uint8Array = new Uint8Array()
  let end = -1
  while (end === -1) {
    const { done, value } = await reader.read()
    if (done) throw new NetworkError('The connection ended before the socket was open.', { retryable: true })
    head = concatenate([head, value], head.length + value.length)
    end = endOfHead(head)
    if (end === -1 && head.length > maxHeadBytes) throw refused('a head that does not end')
  }
  const [status = '', ...fields] = new TextDecoder().decode(head.subarray(0, end)).split('\r\n')
  if (!/^HTTP\/1\.1 101\b/.test(status)) throw refused(JSON.stringify(status.slice(0, 200)))
  const accept = fields.find((field) => /^sec-websocket-accept:/i.test(field))?.replace(/^[^:]*:\s*/, '')
  const expected = await acceptOf(key)
  if (expected !== undefined && accept?.trim() !== expected) throw refused('the answer to another request')
  return head.subarray(end + 4)
}

const refused = (what: string): WebSocketError =>
  new WebSocketError(`The app does not open a socket: it answers with ${what}.`, 1006, '', { retryable: false })

function endOfHead(bytes: Uint8Array): number {
  for (let at = 0; at + 3 < bytes.length; at++)
    if (bytes[at] === 13 && bytes[at + 1] === 10 && bytes[at + 2] === 13 && bytes[at + 3] === 10) return at
  return -1
}

/** Undefined on plain http pages, which have no hashes: what is not checked there is that no cache answers. */
async function acceptOf(key: string): Promise<string | undefined> {
  const { subtle } = globalThis.crypto as { subtle?: SubtleCrypto }
  if (!subtle) return undefined
  const digest = await subtle.digest('SHA-1', new TextEncoder().encode(key + acceptSuffix))
  return btoa(String.fromCharCode(...new Uint8Array(digest)))
}

/** An open socket, read message by message. Pings are answered while nobody reads. */
export class StreamWebSocket {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>
  readonly #queue: Queue<Message>
  readonly #parser = new FrameParser(maxMessageBytes)
  #held = 0
  #drained: (() => void) | undefined
  #isOpen = true
  #lastSign = Date.now()
  #timer: ReturnType<typeof setTimeout> | undefined
  #resolveClosed!: (close: Close) => void
  /** Messages that have come, read or not. */
  received = 0
  /** Resolves when the connection is gone, whoever ended it. */
  readonly closed: Promise<Close>

  constructor(
    reader: ReadableStreamDefaultReader<Uint8Array>,
    writer: WritableStreamDefaultWriter<Uint8Array>,
    rest: Uint8Array,
    onHeld: (bytes: number) => void = () => {},
  ) {
    this.#reader = reader
    this.#writer = writer
    this.#queue = new Queue((size) => {
      this.#held = size
      if (size <= readLimit) this.#drained?.()
      onHeld(size)
    })
    this.closed = new Promise((resolve) => (this.#resolveClosed = resolve))
    void this.#read(rest).then(
      () => this.#end({ code: 1006, reason: '' }),
      (cause: unknown) => this.#end({ code: 1006, reason: '', cause }),
    )
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /** The next message; undefined once the socket is closed. */
  next(): Promise<Message | undefined> {
    return this.#queue.next()
  }

  /** A message that has come already. */
  take(): Message | undefined {
    return this.#queue.take()
  }

  /** Resolves when the connection takes more. */
  async send(message: Message): Promise<void> {
    await this.#write(encodeFrame(typeof message === 'string' ? 'text' : 'binary', message))
  }

  /** Ends the connection unless it gives a sign of life within 2 s. */
  check(): void {
    const asked = Date.now()
    void this.#write(encodeFrame('ping', '')).catch(() => {})
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      if (this.#lastSign >= asked) return
      const cause = new TimeoutError(`The other side gave no sign of life within ${patience} ms.`, 'idle', patience)
      this.#end({ code: 1006, reason: '', cause })
    }, patience)
  }

  /** Says goodbye; {@link closed} resolves when the other side did too, or after 2 s. */
  async close(code = 1000): Promise<Close> {
    this.#isOpen = false
    void this.#write(encodeClose(code)).catch(() => {})
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#end({ code: 1006, reason: '' }), patience)
    return this.closed
  }

  async #read(rest: Uint8Array): Promise<void> {
    for (let chunk: Uint8Array | undefined = rest; chunk;) {
      this.#lastSign = Date.now()
      try {
        for (const message of this.#parser.push(chunk)) this.#hear(message)
      } catch (error) {
        const { closeCode } = error as WebSocketError
        await this.#write(encodeClose(closeCode)).catch(() => {})
        throw error
      }
      while (this.#held > readLimit) await new Promise<void>((resolve) => (this.#drained = resolve))
      chunk = (await this.#reader.read()).value
    }
  }

  #hear(message: FrameMessage): void {
    if (message.type === 'ping') void this.#write(encodeFrame('pong', message.data)).catch(() => {})
    else if (message.type === 'close') {
      const { code, reason } = message
      void this.#write(encodeClose(code)).catch(() => {})
      this.#end({ code, reason })
    } else if (message.type !== 'pong') {
      this.received++
      this.#queue.push(message.data, message.data.length)
    }
  }

  async #write(frame: Uint8Array): Promise<void> {
    await this.#writer.write(frame)
  }

  /** The first end counts. */
  #end(close: Close): void {
    this.#isOpen = false
    clearTimeout(this.#timer)
    this.#queue.end()
    this.#drained?.()
    this.#resolveClosed(close)
    // What was written last has left, or never will.
    void this.#writer.close().catch(() => {})
    void this.#reader.cancel().catch(() => {})
  }
}
