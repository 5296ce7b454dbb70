/** A terminal of a session in the terminal of the user. */
import type { Terminal, TerminalEnd, TerminalOptions, TerminalSize, TerminalState } from '@backend-ai-sdk/client'

import type { Context, HostProcess } from '../context.ts'
import { WaitingLine } from '../waiting-line.ts'
import { EscapeKeys } from './escape-keys.ts'
import { RawMode } from './raw-mode.ts'
import { TerminalModes } from './terminal-modes.ts'

export interface AttachOptions {
  /** Of the session, for messages. */
  readonly label: string
  /** The character that is the way out at the start of a line; undefined: none. */
  readonly escape: string | undefined
  readonly open: (options: TerminalOptions) => Promise<Terminal>
}

/** How it was left. */
export type Departure = 'detached' | 'ended'

export const departureText = (departure: Departure): string =>
  departure === 'detached' ? 'Left the terminal.' : 'The terminal has ended.'

/** Bytes that wait for a connection, above which nothing more is read from the keyboard. */
const mostWaiting = 1024 * 1024

/** @throws what the terminal failed with, or the signal's reason. The local terminal is then as it was. */
export async function attach(context: Context, options: AttachOptions): Promise<Departure> {
  const { host, signal } = context
  using connection = new ConnectionLine(context, options)
  const terminal = await options.open({ ...sizeOf(host), signal, onState: (state) => connection.show(state) })
  connection.begin()
  const modes = new TerminalModes()
  let isLeaving = false
  const leave = (): void => {
    isLeaving = true
    void terminal.close()
  }
  const raw = new RawMode(host, modes)
  const hands = [followSize(host, terminal), passKeys(context, terminal, options, leave), raw]
  try {
    await show(context, terminal, modes)
  } finally {
    for (const hand of hands) hand[Symbol.dispose]()
    await terminal.close()
  }
  return departure(await terminal.closed, isLeaving, signal)
}

function departure(end: TerminalEnd, isLeaving: boolean, signal: AbortSignal): Departure {
  signal.throwIfAborted()
  if (isLeaving) return 'detached'
  if (end.reason === 'failed') throw end.cause
  return 'ended'
}

/** What the session writes, byte for byte. */
async function show({ output }: Context, terminal: Terminal, modes: TerminalModes): Promise<void> {
  const reader = terminal.readable.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      modes.read(value)
      await output.write(value)
    }
  } catch {
    // Its end says why.
  } finally {
    reader.releaseLock()
  }
}

function passKeys(
  { host, output }: Context,
  terminal: Terminal,
  { escape, label }: AttachOptions,
  leave: () => void,
): Disposable {
  const { stdin } = host
  const keys = new EscapeKeys(escape)
  const writer = terminal.writable.getWriter()
  let waiting = 0
  let isOver = false
  const send = (input: Uint8Array): void => {
    waiting += input.length
    if (waiting > mostWaiting) stdin.pause()
    const sent = (): void => {
      waiting -= input.length
      if (waiting <= mostWaiting && !isOver) stdin.resume()
    }
    // Where it cannot be sent, the end of the terminal says why.
    writer.write(input).then(sent, () => {})
  }
  const read = (data: Buffer | string): void => {
    const { input, asks } = keys.read(Buffer.from(data))
    if (input.length > 0) send(input)
    if (asks === 'detach') leave()
    else if (asks === 'help')
      output.status('info', `This is session ${label}: ${escape}. leaves it, ${escape}${escape} sends ${escape}.`)
  }
  stdin.on('data', read)
  // The terminal of the user is gone.
  stdin.on('end', leave)
  stdin.resume()
  return {
    [Symbol.dispose]() {
      isOver = true
      stdin.off('data', read)
      stdin.off('end', leave)
      stdin.pause()
      writer.releaseLock()
    },
  }
}

/** Undefined where nobody knows; the client then has a size of its own. */
function sizeOf({ stdout, stderr }: HostProcess): TerminalSize | undefined {
  const { rows, columns } = stdout.isTTY ? stdout : stderr
  return rows && columns ? { rows, cols: columns } : undefined
}

function followSize(host: HostProcess, terminal: Terminal): Disposable {
  const follow = (): void => {
    const size = sizeOf(host)
    if (size) terminal.resize(size)
  }
  host.stdout.on?.('resize', follow)
  // It may have changed while the connection was made.
  follow()
  return { [Symbol.dispose]: () => void host.stdout.off?.('resize', follow) }
}

/** How the connection stands, for as long as there is none. */
class ConnectionLine implements Disposable {
  readonly #context: Context
  readonly #options: AttachOptions
  #line: WaitingLine | undefined
  #isAttached = false

  constructor(context: Context, options: AttachOptions) {
    this.#context = context
    this.#options = options
    this.#line = new WaitingLine(context.output, `Opening a terminal of session ${options.label}...`)
  }

  begin(): void {
    this[Symbol.dispose]()
    this.#isAttached = true
  }

  show(state: TerminalState): void {
    if (!this.#isAttached) return
    if (state.type !== 'reconnecting') return this[Symbol.dispose]()
    const { escape } = this.#options
    const wayOut = escape === undefined ? '' : `; ${escape}. leaves it`
    const text = `The connection is lost and looked for, try ${state.attempt}${wayOut}`
    if (this.#line) return this.#line.update(text)
    // Below what the session wrote.
    this.#context.host.stderr.write('\r\n')
    this.#line = new WaitingLine(this.#context.output, text)
  }

  [Symbol.dispose](): void {
    this.#line?.[Symbol.dispose]()
    this.#line = undefined
  }
}
