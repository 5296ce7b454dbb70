/**
 * `emulator.WebSocket`: a WebSocket constructor without a network, with the face that browsers and the package `ws`
 * share, and `ws`' `unexpected-response` for refused upgrades.
 */
import { SocketPair } from './socket-pair.ts'
import type { SocketHandler } from './sockets.ts'

export interface WebSocketOptions {
  headers?: Readonly<Record<string, string>>
}

export type Upgrade = (request: Request) => Promise<Response | SocketHandler>

type Listener = (...values: never[]) => void
type Data = string | ArrayBuffer | ArrayBufferView | Blob

/** Of `ws`' unexpected-response: enough of node's IncomingMessage to read status and body. */
interface RefusalResponse {
  readonly statusCode: number
  readonly statusMessage: string
  readonly headers: Readonly<Record<string, string>>
  on(event: 'data', listener: (chunk: Uint8Array) => void): RefusalResponse
  on(event: 'end' | 'error' | 'close', listener: () => void): RefusalResponse
  resume(): RefusalResponse
}

export interface EmulatorWebSocket extends EventTarget {
  readonly url: string
  readonly protocol: string
  readonly extensions: string
  readonly readyState: number
  readonly bufferedAmount: number
  binaryType: string
  onopen: ((event: Event) => void) | null
  onmessage: ((event: MessageEvent) => void) | null
  onclose: ((event: CloseEvent) => void) | null
  onerror: ((event: Event) => void) | null
  send(data: Data): void
  close(code?: number, reason?: string): void
  /** As of `ws`: what follows exists there and not in browsers. */
  on(event: string, listener: Listener): EmulatorWebSocket
  once(event: string, listener: Listener): EmulatorWebSocket
  off(event: string, listener: Listener): EmulatorWebSocket
  ping(): void
  terminate(): void
}

export interface EmulatorWebSocketConstructor {
  new (url: string | URL, protocols?: string | readonly string[] | null, options?: WebSocketOptions): EmulatorWebSocket
  readonly CONNECTING: 0
  readonly OPEN: 1
  readonly CLOSING: 2
  readonly CLOSED: 3
}

const states = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 } as const

const utf8 = new TextEncoder()

/** A node Buffer where there is one, as `ws` gives it. */
function asBuffer(bytes: Uint8Array): Uint8Array {
  const { Buffer } = globalThis as { Buffer?: { from(bytes: Uint8Array): Uint8Array } }
  return Buffer?.from(bytes) ?? bytes
}

/** `CloseEvent` is missing on Node 22. */
function closeEvent(code: number, reason: string, wasClean: boolean): CloseEvent {
  return Object.assign(new Event('close'), { code, reason, wasClean })
}

export function webSocketClass(upgrade: Upgrade, isStopped: () => boolean): EmulatorWebSocketConstructor {
  class InProcessWebSocket extends EventTarget implements EmulatorWebSocket {
    static readonly CONNECTING = states.CONNECTING
    static readonly OPEN = states.OPEN
    static readonly CLOSING = states.CLOSING
    static readonly CLOSED = states.CLOSED
    readonly CONNECTING = states.CONNECTING
    readonly OPEN = states.OPEN
    readonly CLOSING = states.CLOSING
    readonly CLOSED = states.CLOSED

    readonly url: string
    readonly protocol = ''
    readonly extensions = ''
    binaryType = 'arraybuffer'
    onopen: ((event: Event) => void) | null = null
    onmessage: ((event: MessageEvent) => void) | null = null
    onclose: ((event: CloseEvent) => void) | null = null
    onerror: ((event: Event) => void) | null = null
    readonly #listeners = new Map<string, Set<Listener>>()
    readonly #pair: SocketPair
    /** Aborted where the socket fails: nobody waits for the answer any more. */
    readonly #connecting = new AbortController()
    #readyState: number = states.CONNECTING

    constructor(url: string | URL, _protocols?: string | readonly string[] | null, options: WebSocketOptions = {}) {
      super()
      this.url = String(url)
      this.#pair = new SocketPair({
        receive: (data) => this.#receive(data),
        closed: (code, reason, wasClean) => this.#closed(code, reason, wasClean),
        failed: (message) => this.#broken(message),
      })
      void this.#connect(options.headers ?? {})
    }

    get readyState(): number {
      return this.#readyState
    }

    get bufferedAmount(): number {
      return this.#pair.bufferedAmount
    }

    send(data: Data): void {
      if (this.#readyState === states.CONNECTING) {
        throw new DOMException('The socket is not open yet.', 'InvalidStateError')
      }
      if (this.#readyState !== states.OPEN) return
      if (typeof data === 'string') this.#pair.sendToServer(data)
      else if (data instanceof Blob) void data.arrayBuffer().then((bytes) => this.send(bytes))
      else if (data instanceof ArrayBuffer) this.#pair.sendToServer(new Uint8Array(data.slice(0)))
      else this.#pair.sendToServer(new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice())
    }

    close(code = 1000, reason = ''): void {
      if (this.#readyState === states.CONNECTING) {
        this.#fail(new Error('The socket was closed before it was open.'))
        return
      }
      if (this.#readyState !== states.OPEN) return
      this.#readyState = states.CLOSING
      this.#pair.closeByClient(code, reason, true)
    }

    /** Answered by the server itself, without an event that anybody needs. */
    ping(): void {
      if (this.#readyState !== states.OPEN || !this.#pair.answersPings) return
      queueMicrotask(() => this.#call('pong', asBuffer(new Uint8Array())))
    }

    terminate(): void {
      if (this.#readyState === states.CONNECTING) this.#fail(new Error('The socket was closed before it was open.'))
      else if (this.#readyState !== states.CLOSED) {
        this.#readyState = states.CLOSING
        this.#pair.closeByClient(1006, '', false)
      }
    }

    on(event: string, listener: Listener): this {
      const listeners = this.#listeners.get(event) ?? new Set()
      this.#listeners.set(event, listeners.add(listener))
      return this
    }

    once(event: string, listener: Listener): this {
      const once = (...values: never[]): void => {
        this.off(event, once)
        listener(...values)
      }
      return this.on(event, once)
    }

    off(event: string, listener: Listener): this {
      this.#listeners.get(event)?.delete(listener)
      return this
    }

    async #connect(headers: Readonly<Record<string, string>>): Promise<void> {
      let answer: Response | SocketHandler
      try {
        if (isStopped()) throw new Error('The emulator has stopped.')
        const address = this.url.replace(/^ws/, 'http')
        answer = await upgrade(new Request(address, { headers: { ...headers }, signal: this.#connecting.signal }))
      } catch (error) {
        this.#fail(error instanceof Error ? error : new Error(String(error)))
        return
      }
      if (this.#readyState !== states.CONNECTING) return
      if (answer instanceof Response) {
        await this.#refused(answer)
        return
      }
      this.#readyState = states.OPEN
      answer(this.#pair.server)
      this.#emit('open', new Event('open'))
    }

    /** Whoever wants to know why is told first; an error it is anyway. */
    async #refused(answer: Response): Promise<void> {
      const body = new Uint8Array(await answer.arrayBuffer())
      this.#call('unexpected-response', {}, refusal(answer, body))
      // Until the listener has read the body, which it hears of in the next turns.
      for (let turn = 0; turn < 8; turn += 1) await Promise.resolve()
      this.#fail(new Error(`Unexpected server response: ${answer.status}`))
    }

    #receive(data: string | Uint8Array): void {
      if (this.#readyState !== states.OPEN && this.#readyState !== states.CLOSING) return
      const isText = typeof data === 'string'
      const value = isText ? data : this.#binary(data)
      this.#emit('message', new MessageEvent('message', { data: value }), [
        asBuffer(isText ? utf8.encode(data) : data),
        !isText,
      ])
    }

    #binary(data: Uint8Array): unknown {
      const copy = data.slice()
      if (this.binaryType === 'blob') return new Blob([copy])
      return this.binaryType === 'nodebuffer' ? asBuffer(copy) : copy.buffer
    }

    #closed(code: number, reason: string, wasClean: boolean): void {
      if (this.#readyState === states.CLOSED) return
      this.#readyState = states.CLOSED
      this.#emit('close', closeEvent(code, reason, wasClean), [code, asBuffer(utf8.encode(reason))])
    }

    /** What came is no frame: the client ends the connection. */
    #broken(message: string): void {
      if (this.#readyState === states.CLOSED) return
      const error = new Error(message)
      this.#emit('error', Object.assign(new Event('error'), { message, error }), [error])
      this.#pair.closeByClient(1006, '', false)
    }

    #fail(error: Error): void {
      if (this.#readyState === states.CLOSED) return
      this.#readyState = states.CLOSED
      this.#connecting.abort(error)
      queueMicrotask(() => {
        const event = Object.assign(new Event('error'), { message: error.message, error })
        this.#emit('error', event, [error])
        this.#emit('close', closeEvent(1006, '', false), [1006, asBuffer(new Uint8Array())])
      })
    }

    #emit(name: 'open' | 'message' | 'close' | 'error', event: Event, values: unknown[] = []): void {
      this.#call(name, ...values)
      const handler = this[`on${name}`] as ((event: Event) => void) | null
      handler?.call(this, event)
      this.dispatchEvent(event)
    }

    #call(name: string, ...values: unknown[]): void {
      for (const listener of this.#listeners.get(name) ?? []) {
        ;(listener as (...values: unknown[]) => void)(...values)
      }
    }
  }
  return InProcessWebSocket
}

function refusal(answer: Response, body: Uint8Array): RefusalResponse {
  const response: RefusalResponse = {
    statusCode: answer.status,
    statusMessage: answer.statusText,
    headers: Object.fromEntries(answer.headers),
    on(event: string, listener: (chunk: Uint8Array) => void) {
      // In the order of registration, after the caller's turn.
      queueMicrotask(() => {
        if (event === 'data') listener(asBuffer(body))
        if (event === 'end' || event === 'close') queueMicrotask(() => listener(body))
      })
      return response
    },
    resume: () => response,
  }
  return response
}
