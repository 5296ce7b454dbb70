/** What all terminals share: connections that follow each other, and two streams that outlive them. */
import { abortable, ConfigError, delay, StreamError } from '@backend-ai-sdk/core'

import { isTemporary, onWake, Outage } from './reconnect.ts'
import { RingBuffer } from './ring-buffer.ts'
import type { Terminal, TerminalEnd, TerminalOptions, TerminalSize, TerminalState } from './terminal.ts'

export interface LineEnd {
  /** It ended by itself, as the shell does. */
  readonly isFinal?: boolean
  readonly cause?: unknown
}

/** One connection of a terminal. */
export interface TerminalLine {
  readonly isOpen: boolean
  /** Messages that have come. */
  readonly received: number
  /** Resolves when it is gone, whoever ended it. */
  readonly closed: Promise<LineEnd>
  /** The output that has come, at least a byte of it; undefined once it is closed and all of it was read. */
  next(): Promise<Uint8Array | undefined>
  /** Resolves when it takes more. */
  send(input: Uint8Array): Promise<void>
  resize(size: TerminalSize): void
  restart(): Promise<void>
  /** Asks for a sign of life, and ends where there is none soon. */
  check(): void
  close(): Promise<void>
}

/** What differs from one kind of terminal to the other. */
export interface TerminalKind {
  connect(size: TerminalSize, options: { signal: AbortSignal; timeout?: number | undefined }): Promise<TerminalLine>
  /** Looks whether there is nothing left to connect to. */
  hasEnded(signal: AbortSignal): Promise<boolean>
  /** A sentence about a connection that was lost and found. */
  describeGap(facts: { seconds: number; inputMayBeMissing: boolean }): string
}

const backOff = { least: 500, most: 15_000 }
/** A connection that stood for so long was found; one that breaks before belongs to the same outage. */
const steady = 10_000
/** Milliseconds for one try, where a network may swallow all that is sent. */
const tryLimit = 20_000
const historySize = 256 * 1024
/** Bytes of input in one message: as JSON with base64 it stays below the servers' 1 MiB. */
const pieceSize = 512 * 1024
/** Each is a run of pseudo code in the session. */
const resizeInterval = 100
/** Milliseconds of silence after which the server is asked whether there is anything left that could speak. */
const lookInterval = 15_000
/** Connections whose output nobody has read yet; each may hold some MiB. */
const unreadLines = 3

/** Opens the first connection: what refuses it is the error that it is. */
export async function openTerminal(kind: TerminalKind, options: TerminalOptions): Promise<Terminal> {
  options.signal?.throwIfAborted()
  const terminal = new ReconnectingTerminal(kind, options)
  await terminal.start()
  return terminal
}

class ReconnectingTerminal implements Terminal {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array | string>
  readonly closed: Promise<TerminalEnd>
  readonly #kind: TerminalKind
  readonly #options: TerminalOptions
  #state: TerminalState = { type: 'connecting' }
  #size: TerminalSize
  /** Ends all that waits and counts time. */
  readonly #life = new AbortController()
  readonly #history = new RingBuffer(historySize)
  /** What is to be read, in its order: the last one is the connection that stands, or stood last. */
  readonly #unread: (TerminalLine | Uint8Array)[] = []
  #line: TerminalLine | undefined
  readonly #listeners = new Set<(state: TerminalState) => void>()
  /** Who waits for a change of the above. */
  readonly #waiting: (() => void)[] = []
  /** When the last input was sent, counted in messages that had come. */
  #sentAt = -1
  /** How many messages had come when the silence was last looked at. */
  #looked = -1
  #outage: Outage | undefined
  #isResizing = false
  #isOutputOver = false
  #endWait: (() => void) | undefined
  #resolveClosed!: (end: TerminalEnd) => void
  #input!: WritableStreamDefaultController
  #output!: ReadableStreamDefaultController<Uint8Array>

  constructor(kind: TerminalKind, options: TerminalOptions) {
    this.#kind = kind
    this.#options = options
    this.#size = checkedSize({ rows: options.rows ?? 24, cols: options.cols ?? 80 })
    this.closed = new Promise((resolve) => (this.#resolveClosed = resolve))
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => void (this.#output = controller),
        pull: () => this.#pull(),
        cancel: () => {
          this.#isOutputOver = true
          return this.close()
        },
      },
      // Holds nothing itself: what was not asked for stays with the connection, which then stops the server.
      { highWaterMark: 0 },
    )
    this.writable = new WritableStream<Uint8Array | string>({
      start: (controller) => void (this.#input = controller),
      write: (chunk) => this.#write(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk),
    })
  }

  async start(): Promise<void> {
    const { signal, timeout } = this.#options
    const abort = (): void => this.#end('closed', signal!.reason)
    signal?.addEventListener('abort', abort, { once: true })
    const forgetWake = onWake(() => this.#wake())
    const looking = setInterval(() => void this.#look(), lookInterval)
    this.#life.signal.addEventListener('abort', () => {
      signal?.removeEventListener('abort', abort)
      forgetWake()
      clearInterval(looking)
    })
    const { onState } = this.#options
    if (onState) {
      this.subscribe((state) => onState(state))
      tell(onState, this.#state)
    }
    try {
      const line = await this.#connect(timeout)
      void this.#keep(line).catch((error: unknown) => this.#end('failed', error))
    } catch (error) {
      const reason = signal?.aborted ? signal.reason : error
      // Who opens it is told by what is thrown.
      this.#listeners.clear()
      this.#end('failed', reason)
      throw reason
    }
  }

  get state(): TerminalState {
    return this.#state
  }

  subscribe(listener: (state: TerminalState) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  resize(size: TerminalSize): void {
    this.#size = checkedSize(size)
    if (this.#isResizing || this.#isOver) return
    this.#isResizing = true
    void this.#sendSize().finally(() => (this.#isResizing = false))
  }

  async restart(): Promise<void> {
    const line = await this.#openLine()
    await line.restart()
  }

  history(): Uint8Array<ArrayBuffer> {
    return this.#history.contents()
  }

  async close(): Promise<void> {
    const line = this.#line
    this.#end('closed')
    await line?.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** One connection after the other. */
  async #keep(first: TerminalLine): Promise<void> {
    for (let line = first; ;) {
      const start = performance.now()
      this.#sentAt = this.#looked = -1
      this.#line = line
      this.#unread.push(line)
      this.#setState({ type: 'open' })
      const { isFinal, cause } = await line.closed
      this.#line = undefined
      if (this.#isOver) return
      if (isFinal) return this.#end('ended', cause)
      if (cause !== undefined && !isTemporary(cause)) return this.#end('failed', cause)
      // What was sent before the last message that came has arrived.
      const inputMayBeMissing = this.#sentAt === line.received
      if (performance.now() - start > steady) this.#outage = undefined
      this.#outage ??= new Outage({ ...backOff, patience: this.#options.patience ?? 300_000 })
      const found = await this.#find(this.#outage, cause)
      if (!found) return this.#end('ended')
      this.#mark(this.#outage, inputMayBeMissing)
      line = found
    }
  }

  /** @returns the next connection, or undefined where there is nothing left to connect to. */
  async #find(outage: Outage, lost: unknown): Promise<TerminalLine | undefined> {
    const { signal } = this.#life
    for (let cause = lost; ;) {
      const wait = outage.next()
      const nextTry = Date.now() + (wait ?? 0)
      this.#setState({ type: 'reconnecting', attempt: outage.tries, nextTry, cause })
      const ending = this.#kind.hasEnded(signal).then((hasEnded) => {
        if (hasEnded) this.#endWait?.()
        return hasEnded
      })
      if (wait !== undefined) await this.#wait(wait)
      if (await ending) return undefined
      if (wait === undefined) {
        const message = `The terminal was lost, and not found again within ${outage.patience} ms.`
        throw new StreamError(message, { cause, retryable: true })
      }
      try {
        while (this.#unread.length > unreadLines) await this.#change()
        return await this.#connect(tryLimit)
      } catch (error) {
        signal.throwIfAborted()
        // The session may have ended since the server was asked.
        if (!isTemporary(error) && (await this.#kind.hasEnded(signal))) return undefined
        if (!isTemporary(error)) throw error
        cause = error
      }
    }
  }

  async #connect(timeout: number | undefined): Promise<TerminalLine> {
    const size = this.#size
    const { signal } = this.#life
    const line = await this.#kind.connect(size, { signal, timeout })
    if (signal.aborted) {
      void line.close()
      throw signal.reason
    }
    if (size !== this.#size) line.resize(this.#size)
    return line
  }

  async #wait(ms: number): Promise<void> {
    const { signal } = this.#life
    const waking = new AbortController()
    this.#endWait = () => waking.abort()
    signal.addEventListener('abort', this.#endWait, { once: true })
    try {
      await delay(ms, waking.signal)
    } catch {
      signal.throwIfAborted()
    } finally {
      signal.removeEventListener('abort', this.#endWait)
      this.#endWait = undefined
    }
  }

  #wake(): void {
    this.#outage?.renew()
    this.#endWait?.()
    this.#line?.check()
  }

  // Of 26.9.6: the terminal of a session that has ended stays open, and answers pings.
  async #look(): Promise<void> {
    const line = this.#line
    if (!line) return
    const { received } = line
    const isSilent = this.#looked === received
    this.#looked = received
    if (isSilent && (await this.#kind.hasEnded(this.#life.signal)) && line === this.#line) {
      this.#end('ended')
      await line.close()
    }
  }

  #mark(outage: Outage, inputMayBeMissing: boolean): void {
    const { gapMarker } = this.#options
    if (gapMarker === false) return
    const seconds = Math.max(1, Math.round((Date.now() - outage.start) / 1000))
    const text = this.#kind.describeGap({ seconds, inputMayBeMissing })
    this.#unread.push(new TextEncoder().encode(gapMarker ?? `\r\n\u001B[0;2m[${text}]\u001B[0m\r\n`))
  }

  async #pull(): Promise<void> {
    for (;;) {
      const [source] = this.#unread
      const chunk = source instanceof Uint8Array ? source : await source?.next()
      if (this.#isOutputOver) return
      // Its reader has left meanwhile, and the next one is to get what it has not seen.
      if (chunk && !this.readable.locked) return this.#putBack(source!, chunk)
      if (source && (source === chunk || chunk === undefined)) {
        this.#unread.shift()
        this.#announce()
      }
      if (chunk) {
        this.#history.push(chunk)
        return this.#output.enqueue(chunk)
      }
      if (source) continue
      if (this.#state.type === 'closed') return this.#endOutput(this.#state)
      await this.#change()
    }
  }

  #putBack(source: TerminalLine | Uint8Array, chunk: Uint8Array): void {
    if (source !== chunk) this.#unread.unshift(chunk)
  }

  #write(chunk: Uint8Array): Promise<void> {
    const line = this.#line
    if (!line?.isOpen || chunk.length === 0 || chunk.length > pieceSize) return this.#writePieces(chunk)
    // What is typed: each promise on its way would be felt.
    this.#sentAt = line.received
    return line.send(chunk)
  }

  async #writePieces(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length; at += pieceSize) {
      const line = this.#line?.isOpen ? this.#line : await this.#openLine()
      this.#sentAt = line.received
      await line.send(chunk.subarray(at, at + pieceSize))
    }
  }

  /** The connection that stands, or the next one. */
  async #openLine(): Promise<TerminalLine> {
    for (;;) {
      if (this.#line?.isOpen) return this.#line
      if (this.#state.type === 'closed') throw errorOf(this.#state)
      await abortable(this.#change(), this.#input.signal)
    }
  }

  async #sendSize(): Promise<void> {
    let sent: TerminalSize | undefined
    // What is told at once is one change.
    await Promise.resolve()
    while (this.#line && sent !== this.#size) {
      sent = this.#size
      this.#line.resize(sent)
      await delay(resizeInterval, this.#life.signal).catch(() => {})
    }
  }

  get #isOver(): boolean {
    return this.#state.type === 'closed'
  }

  #end(reason: TerminalEnd['reason'], cause?: unknown): void {
    if (this.#isOver) return
    const end: TerminalEnd = { type: 'closed', reason, ...(cause !== undefined && { cause }) }
    const line = this.#line
    this.#line = undefined
    this.#life.abort()
    this.#setState(end)
    this.#resolveClosed(end)
    this.#input.error(errorOf(end))
    // What came before an end is still handed out; a caller that closes wants no more.
    if (reason === 'closed' || this.#unread.length === 0) this.#endOutput(end)
    if (reason === 'failed' || cause !== undefined) void line?.close()
  }

  #endOutput(end: TerminalEnd): void {
    if (this.#isOutputOver) return
    this.#isOutputOver = true
    this.#unread.length = 0
    if (end.reason === 'failed' || (end.reason === 'closed' && 'cause' in end)) this.#output.error(end.cause)
    else this.#output.close()
  }

  #setState(state: TerminalState): void {
    this.#state = state
    this.#announce()
    for (const listener of this.#listeners) tell(listener, state)
  }

  #announce(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }
}

/** What a program throws in its own listener is not the terminal's: it goes where errors of listeners go. */
function tell(listener: (state: TerminalState) => void, state: TerminalState): void {
  try {
    listener(state)
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}

/** Of what is written after the end. */
function errorOf({ reason, cause }: TerminalEnd): unknown {
  if (reason === 'failed' || (reason === 'closed' && cause !== undefined)) return cause
  return new StreamError(`The terminal is over: it ${reason === 'ended' ? 'has ended' : 'was closed'}.`)
}

/** @throws ConfigError for what is no size. */
function checkedSize({ rows, cols }: TerminalSize): TerminalSize {
  for (const [name, value] of Object.entries({ rows, cols }))
    if (!Number.isInteger(value) || value < 1 || value > 65_535)
      throw new ConfigError(`A terminal's ${name} must be a whole number from 1 to 65535.`)
  return { rows, cols }
}
