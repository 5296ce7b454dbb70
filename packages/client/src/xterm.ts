/** A terminal of a session in a terminal of xterm.js. */
import type { Terminal, TerminalSize, TerminalState } from '@backend-ai-sdk/streaming'

interface Disposable {
  dispose(): void
}

/** What is used of the `Terminal` of `@xterm/xterm` and `@xterm/headless`, from release 4 on. */
export interface Xterm extends TerminalSize {
  write(data: string | Uint8Array, callback?: () => void): void
  onData(listener: (text: string) => void): Disposable
  onBinary(listener: (text: string) => void): Disposable
  onResize(listener: (size: TerminalSize) => void): Disposable
}

export interface TerminalAddonOptions {
  /**
   * A line for a change of state, undefined for none. Default: one when the connection is lost, and one at an end that
   * the page has not brought about. That output may be missing is told by the terminal itself, by its `gapMarker`.
   */
  divider?: (state: TerminalState) => string | undefined
}

/** Bytes that xterm.js has not yet painted; beyond, the server waits. */
const unpaintedLimit = 512 * 1024

/**
 * Connects xterm.js with a terminal of a session: bytes both ways, as fast as they are painted; the size; and lines that
 * tell of a connection that is lost. What the terminal has shown before is painted again. {@link dispose}, which is
 * called with that of xterm.js, leaves the terminal as it is: another addon may take it on.
 *
 * @example
 * await using terminal = await session.terminal({ rows: xterm.rows, cols: xterm.cols })
 * xterm.loadAddon(new TerminalAddon(terminal))
 */
export class TerminalAddon {
  readonly #terminal: Terminal
  readonly #divider: (state: TerminalState) => string | undefined
  #ends: (() => void)[] = []

  constructor(terminal: Terminal, { divider = defaultDivider() }: TerminalAddonOptions = {}) {
    this.#terminal = terminal
    this.#divider = divider
  }

  /** Called by `loadAddon()`. @throws TypeError where a stream of the terminal is locked by something else. */
  activate(xterm: Xterm): void {
    const terminal = this.#terminal
    const reader = terminal.readable.getReader()
    const writer = terminal.writable.getWriter()
    const encoder = new TextEncoder()
    const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.codePointAt(0)!)
    // Of a terminal that is over; the state has told of it.
    const send = (input: Uint8Array): void => void writer.write(input).catch(() => {})
    const resize = ({ rows, cols }: TerminalSize): void => terminal.resize({ rows, cols })
    const listeners = [
      xterm.onData((text) => send(encoder.encode(text))),
      // Reports of the mouse, whose characters are bytes.
      xterm.onBinary((text) => send(bytesOf(text))),
      xterm.onResize(resize),
    ]
    this.#ends = [
      ...listeners.map((listener) => () => listener.dispose()),
      terminal.subscribe((state) => this.#tell(xterm, state)),
      () => reader.releaseLock(),
      () => writer.releaseLock(),
    ]
    const history = terminal.history()
    if (history.length > 0) xterm.write(history)
    resize(xterm)
    if (terminal.state.type !== 'open') this.#tell(xterm, terminal.state)
    void paint(reader, xterm)
  }

  dispose(): void {
    for (const end of this.#ends.splice(0)) end()
  }

  #tell(xterm: Xterm, state: TerminalState): void {
    const text = this.#divider(state)
    if (text) xterm.write(`\r\n\u001B[0;2m── ${text} ──\u001B[0m\r\n`)
  }
}

/** Ends with the stream, or its reader. */
async function paint(reader: ReadableStreamDefaultReader<Uint8Array>, xterm: Xterm): Promise<void> {
  let unpainted = 0
  let goOn: (() => void) | undefined
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      unpainted += value.length
      xterm.write(value, () => {
        unpainted -= value.length
        if (unpainted <= unpaintedLimit) goOn?.()
      })
      if (unpainted > unpaintedLimit) await new Promise<void>((resolve) => (goOn = resolve))
    }
  } catch {
    // Released, or failed, which the state has told of.
  }
}

function defaultDivider(): (state: TerminalState) => string | undefined {
  let isLost = false
  return (state) => {
    const wasLost = isLost
    isLost = state.type === 'reconnecting'
    if (isLost && !wasLost) return 'connection lost, looking for it'
    if (state.type !== 'closed' || state.reason === 'closed') return undefined
    if (state.reason === 'ended') return 'the session or its shell has ended'
    return `the terminal has failed: ${state.cause instanceof Error ? state.cause.message : String(state.cause)}`
  }
}
