/** The terminal of a session's code runner, over `/stream/session/…/pty` (protocol 02 §4.2). */
import { path, StreamError, UnsupportedError, type Transport } from '@backend-ai-sdk/core'

import { base64, decodeFew } from './base64.ts'
import { concatenate } from './bytes.ts'
import { asTemporary } from './reconnect.ts'
import { openTerminal, type LineEnd, type TerminalKind, type TerminalLine } from './reconnecting-terminal.ts'
import { hasEnded } from './session-end.ts'
import { openSocket, type Message, type Socket } from './socket.ts'
import type { Terminal, TerminalOptions, TerminalSize } from './terminal.ts'

/** Milliseconds after the first input within which a terminal that works has echoed something. */
const muteLimit = 5_000
/** Connections that the server may close without a word. */
const silentLines = 3
/** Bytes that one read takes together. */
const portion = 256 * 1024

export interface PtyOptions extends TerminalOptions {
  /** Milliseconds within which output must have come, or opening fails. Default: opening does not wait for output. */
  speaksWithin?: number | undefined
}

/**
 * Opens the terminal of a session.
 *
 * @throws UnsupportedError before anything is sent, where the server's release cannot have one that works.
 * @throws APIError where the server refuses it.
 */
export async function openPty(transport: Transport, session: string, options: PtyOptions = {}): Promise<Terminal> {
  await transport.mustSupport('session-pty', options)
  const { release } = await transport.server(options)
  return openTerminal(new Pty(transport, session, release, options), options)
}

class Pty implements TerminalKind {
  readonly transport: Transport
  readonly #session: string
  readonly #release: string
  readonly #options: PtyOptions
  #hasSpoken = false
  #silentLines = 0

  constructor(transport: Transport, session: string, release: string, options: PtyOptions) {
    this.transport = transport
    this.#session = session
    this.#release = release
    this.#options = options
  }

  async connect(size: TerminalSize, options: { signal: AbortSignal; timeout?: number | undefined }) {
    const socket = await openSocket(this.transport, path`/stream/session/${this.#session}/pty`, options)
    const line = new PtyLine(socket, this)
    line.resize(size)
    const { speaksWithin } = this.#options
    if (speaksWithin !== undefined && !this.#hasSpoken && !(await line.speaks(speaksWithin))) {
      void line.close()
      throw this.muteError()
    }
    return line
  }

  hasEnded(signal: AbortSignal): Promise<boolean> {
    return hasEnded(this.transport, this.#session, { signal })
  }

  describeGap({ seconds, inputMayBeMissing }: { seconds: number; inputMayBeMissing: boolean }): string {
    return `connection lost for ${seconds} s; output${inputMayBeMissing ? ', and the last input,' : ''} may be missing`
  }

  get isMute(): boolean {
    return !this.#hasSpoken
  }

  spoke(): void {
    this.#hasSpoken = true
  }

  /** Called when the server closed a connection. */
  lineEnded(): UnsupportedError | undefined {
    return this.isMute && ++this.#silentLines >= silentLines ? this.muteError() : undefined
  }

  unreadable(error: StreamError): void {
    this.#options.onUnreadable?.(error)
  }

  /** A Docker cluster of release 26 connects the two ends of a terminal so that neither hears the other. */
  muteError(): UnsupportedError {
    return new UnsupportedError(
      `The terminal of this server (release ${this.#release}) says nothing, not even to input: that is a fault of the server, unless code runs in the session, which holds its terminal up. session.terminal() opens one that works.`,
      'session-pty',
      this.#release,
    )
  }
}

class PtyLine implements TerminalLine {
  readonly closed: Promise<LineEnd>
  readonly #socket: Socket
  readonly #pty: Pty
  #first: Promise<Message | undefined> | undefined
  #mute: ReturnType<typeof setTimeout> | undefined
  #failure: unknown

  constructor(socket: Socket, pty: Pty) {
    this.#socket = socket
    this.#pty = pty
    this.#first = socket.next()
    void this.#first.then((message) => {
      if (message === undefined) return
      clearTimeout(this.#mute)
      pty.spoke()
    })
    this.closed = socket.closed.then((close) => {
      clearTimeout(this.#mute)
      return { cause: this.#failure ?? pty.lineEnded() ?? asTemporary(close) }
    })
  }

  get isOpen(): boolean {
    return this.#socket.isOpen
  }

  get received(): number {
    return this.#socket.received
  }

  async speaks(ms: number): Promise<boolean> {
    let timer: ReturnType<typeof setTimeout> | undefined
    const silence = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), ms)))
    try {
      return (await Promise.race([this.#first, silence])) !== undefined
    } finally {
      clearTimeout(timer)
    }
  }

  async next(): Promise<Uint8Array | undefined> {
    for (;;) {
      let message = await (this.#first ?? this.#socket.next())
      this.#first = undefined
      if (message === undefined) return undefined
      const chunks: Uint8Array[] = []
      let size = 0
      // What has come meanwhile is read at once.
      for (; message !== undefined; message = size < portion ? this.#socket.take() : undefined) {
        const chunk = this.#parse(message)
        if (!chunk?.length) continue
        chunks.push(chunk)
        size += chunk.length
      }
      if (size > 0) return concatenate(chunks, size)
    }
  }

  #parse(message: Message): Uint8Array | undefined {
    try {
      return parseTerminalMessage(message)
    } catch (error) {
      this.#pty.unreadable(error as StreamError)
      return undefined
    }
  }

  send(input: Uint8Array): Promise<void> {
    if (this.#pty.isMute && !this.#mute) this.#mute = setTimeout(() => this.#end(), muteLimit)
    return this.#socket.send(`{"type":"stdin","chars":"${base64.encode(input)}"}`)
  }

  resize({ rows, cols }: TerminalSize): void {
    void this.#socket.send(JSON.stringify({ type: 'resize', rows, cols }))
  }

  async restart(): Promise<void> {
    // Gone with release 26.8, which closes the terminal instead.
    await this.#pty.transport.mustSupport('session-restart')
    await this.#socket.send('{"type":"restart"}')
  }

  check(): void {
    this.#socket.check()
  }

  async close(): Promise<void> {
    await this.#socket.close()
  }

  #end(): void {
    this.#failure = this.#pty.muteError()
    void this.#socket.close()
  }
}

const decoder = new TextDecoder()

/** How servers write their output, with the spaces of Python's JSON and without. */
const outputs = ['{"type":"out","data":"', '{"type": "out", "data": "']

/** Text up to release 25.5, binary since. @throws StreamError for what is no output. */
export function parseTerminalMessage(message: Message): Uint8Array {
  if (typeof message !== 'string') {
    const output = parseFew(message)
    if (output) return output
  }
  const text = typeof message === 'string' ? message : decoder.decode(message)
  return parseQuickly(text) ?? parse(text)
}

/** An echo: without any copy as text. */
function parseFew(message: Uint8Array): Uint8Array | undefined {
  const end = message.length - 2
  if (message[end] !== quote || message[end + 1] !== brace) return undefined
  const begin = outputs.find((output) => startsWith(message, output))
  return begin === undefined ? undefined : decodeFew(message, begin.length, end)
}

const [quote, brace] = [0x22, 0x7d]

function startsWith(message: Uint8Array, text: string): boolean {
  for (let at = 0; at < text.length; at++) if (message[at] !== text.charCodeAt(at)) return false
  return true
}

/** Without JSON, which takes longer than all the rest. */
function parseQuickly(text: string): Uint8Array | undefined {
  const begin = outputs.find((output) => text.startsWith(output))
  if (begin === undefined || !text.endsWith('"}')) return undefined
  try {
    return base64.decode(text.slice(begin.length, -2))
  } catch {
    return undefined
  }
}

function parse(text: string): Uint8Array {
  try {
    const { type, data } = JSON.parse(text) as { type?: unknown; data?: unknown }
    if (type !== 'out' || typeof data !== 'string') throw new TypeError('it is no output')
    return base64.decode(data)
  } catch (cause) {
    throw new StreamError(`The terminal sent what cannot be read: ${text.slice(0, 200)}`, { cause })
  }
}
