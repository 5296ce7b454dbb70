/**
 * The terminal of ttyd, an app of most sessions, through a tunnel (protocol 02 §7.2). Its protocol as ttyd 1.7 speaks
 * it: the first byte of a message says what the rest is.
 */
import { StreamError, UnsupportedError, type Transport } from '@backend-ai-sdk/core'

import { concatenate } from './bytes.ts'
import { asTemporary } from './reconnect.ts'
import { openTerminal, type LineEnd, type TerminalKind, type TerminalLine } from './reconnecting-terminal.ts'
import { hasEnded } from './session-end.ts'
import type { Message } from './socket.ts'
import type { Terminal, TerminalOptions, TerminalSize } from './terminal.ts'
import { openTunnel, type Tunnel } from './tunnel.ts'
import { openWebSocketOver, type StreamWebSocket } from './web-socket-client.ts'

export interface TtydOptions extends TerminalOptions {
  /** Default `ttyd`. */
  app?: string | undefined
  /** Stops the app, so that the next connection starts it anew. Without it, {@link Terminal.restart} is not supported. */
  stop?: ((options: { signal: AbortSignal }) => Promise<void>) | undefined
}

const asked = { input: 0x30, resize: 0x31, pause: 0x32, resume: 0x33 } as const
const said = { output: 0x30, title: 0x31, preferences: 0x32 } as const

/** Milliseconds for the first answer: the server may have to start the app. */
const handshakeLimit = 30_000
/** Bytes that wait to be read, when ttyd is asked to hold its program, and when to let it go on. */
const pauseAbove = 1024 * 1024
const resumeBelow = 256 * 1024
/** Bytes that one read takes together. */
const portion = 256 * 1024

/** Close codes that ttyd sends when its shell has ended, with 0 and with another exit code. */
const shellEnds = new Set([1000, 1011])

const encoder = new TextEncoder()

/**
 * Opens the terminal of ttyd in a session.
 *
 * @throws NotFoundError where the session has no such app. @throws ServerError where it does not start.
 */
export function openTtyd(transport: Transport, session: string, options: TtydOptions = {}): Promise<Terminal> {
  return openTerminal(new Ttyd(transport, session, options), options)
}

class Ttyd implements TerminalKind {
  readonly #transport: Transport
  readonly #session: string
  readonly options: TtydOptions

  constructor(transport: Transport, session: string, options: TtydOptions) {
    this.#transport = transport
    this.#session = session
    this.options = options
  }

  async connect(size: TerminalSize, { signal, timeout }: { signal: AbortSignal; timeout?: number | undefined }) {
    const { app = 'ttyd' } = this.options
    const tunnel = await openTunnel(this.#transport, this.#session, {
      app,
      signal,
      ...(timeout !== undefined && { timeout }),
    })
    let onHeld = (_bytes: number): void => {}
    const socket = await openWebSocketOver(tunnel, {
      path: '/ws',
      protocols: ['tty'],
      signal,
      timeout: Math.min(timeout ?? handshakeLimit, handshakeLimit),
      onHeld: (bytes) => onHeld(bytes),
    })
    const line = new TtydLine(socket, tunnel, this)
    onHeld = (bytes) => line.hold(bytes)
    await socket.send(encoder.encode(JSON.stringify({ AuthToken: '', columns: size.cols, rows: size.rows })))
    return line
  }

  hasEnded(signal: AbortSignal): Promise<boolean> {
    return hasEnded(this.#transport, this.#session, { signal })
  }

  describeGap({ seconds, inputMayBeMissing }: { seconds: number; inputMayBeMissing: boolean }): string {
    const missing = `output${inputMayBeMissing ? ', and the last input,' : ''} may be missing`
    return `connection lost for ${seconds} s; ${missing}, and the shell may be a new one`
  }
}

class TtydLine implements TerminalLine {
  readonly closed: Promise<LineEnd>
  readonly #socket: StreamWebSocket
  readonly #ttyd: Ttyd
  #isHeld = false
  #isRestarting = false

  constructor(socket: StreamWebSocket, tunnel: Tunnel, ttyd: Ttyd) {
    this.#socket = socket
    this.#ttyd = ttyd
    this.closed = socket.closed.then(async ({ code, reason, cause }) => {
      await tunnel.close()
      if (shellEnds.has(code) && !this.#isRestarting) return { isFinal: true }
      return { cause: asTemporary({ code, reason, cause: cause ?? (await tunnel.closed).cause }) }
    })
  }

  get isOpen(): boolean {
    return this.#socket.isOpen
  }

  get received(): number {
    return this.#socket.received
  }

  /** Asks ttyd to hold its program, so that its pings still come through while nobody reads. */
  hold(bytes: number): void {
    const isHeld = this.#isHeld ? bytes > resumeBelow : bytes > pauseAbove
    if (isHeld === this.#isHeld || !this.isOpen) return
    this.#isHeld = isHeld
    void this.#socket.send(new Uint8Array([isHeld ? asked.pause : asked.resume])).catch(() => {})
  }

  async next(): Promise<Uint8Array | undefined> {
    for (;;) {
      let message = await this.#socket.next()
      if (message === undefined) return undefined
      const chunks: Uint8Array[] = []
      let size = 0
      for (; message !== undefined; message = size < portion ? this.#socket.take() : undefined) {
        const output = this.#read(message)
        if (!output?.length) continue
        chunks.push(output)
        size += output.length
      }
      if (size > 0) return concatenate(chunks, size)
    }
  }

  #read(message: Message): Uint8Array | undefined {
    const bytes = typeof message === 'string' ? encoder.encode(message) : message
    const [kind] = bytes
    if (kind === said.output) return bytes.subarray(1)
    if (kind !== said.title && kind !== said.preferences)
      this.#ttyd.options.onUnreadable?.(new StreamError(`ttyd sent a message of the unknown kind ${kind}.`))
    return undefined
  }

  async send(input: Uint8Array): Promise<void> {
    if (input.length === 0) return
    const message = new Uint8Array(1 + input.length)
    message[0] = asked.input
    message.set(input, 1)
    await this.#socket.send(message)
  }

  resize({ rows, cols }: TerminalSize): void {
    const message = encoder.encode(`1${JSON.stringify({ columns: cols, rows })}`)
    void this.#socket.send(message).catch(() => {})
  }

  async restart(): Promise<void> {
    const { stop } = this.#ttyd.options
    if (!stop) throw new UnsupportedError('This terminal cannot be restarted.', 'terminal-restart', 'ttyd')
    this.#isRestarting = true
    await stop({ signal: AbortSignal.timeout(handshakeLimit) })
    await this.#socket.close()
  }

  check(): void {
    this.#socket.check()
  }

  async close(): Promise<void> {
    await this.#socket.close()
  }
}
