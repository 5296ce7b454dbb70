/** `/stream/session/{s}/pty`: the terminal of a session (protocol 02 §4.2). */
import type { Context, Routes } from '../context.ts'
import { fromBase64, toBase64 } from '../formats/base64.ts'
import { isObject, type JsonObject, parseJson, pythonJson } from '../formats/json.ts'
import type { Profile } from '../profiles.ts'
import { findRunning } from '../sessions/session-lookup.ts'
import type { Session } from '../sessions/session.ts'
import type { ServerSocket, SocketHandler } from '../sockets/sockets.ts'
import type { SharedTerminal } from '../terminal/shared-terminal.ts'
import type { TerminalSize } from '../terminal/terminal.ts'
import { guard, notRunning } from './session-runs.ts'

export const pty: Routes = () => [
  { method: 'GET', path: '/stream/session/:session/pty', role: 'user', open: openTerminal },
]

function openTerminal(context: Context): SocketHandler {
  const session = findRunning(context, context.part('session'))
  const { terminal } = session
  if (!terminal) throw notRunning(context.profile, session)
  return (socket) => void new TerminalStream(socket, session, terminal, context)
}

const utf8 = new TextEncoder()
const largestSize = 65_535

class TerminalStream {
  readonly #socket: ServerSocket
  readonly #session: Session
  readonly #terminal: SharedTerminal
  readonly #context: Context
  readonly #isSilent: boolean
  readonly #offs: (() => void)[] = []
  /** The server handles one message at a time. */
  #handling: Promise<void> = Promise.resolve()
  #isOver = false

  constructor(socket: ServerSocket, session: Session, terminal: SharedTerminal, context: Context) {
    this.#socket = socket
    this.#session = session
    this.#terminal = terminal
    this.#context = context
    const { sessions, faults } = context.cluster
    this.#isSilent = faults.terminal === 'silent'
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- it has no listeners
    socket.onmessage = (message) => this.#receive(message)
    // oxlint-disable-next-line unicorn/prefer-add-event-listener
    socket.onclose = () => this.#detach()
    if (this.#isSilent) return
    // The manager cancels the handler, and its connection goes without a close frame (observed 23.9.10).
    const ending = new Set(['TERMINATING', 'TERMINATED'])
    this.#offs.push(
      sessions.onEvent((event) => {
        if (event.session === session && event.type === 'status' && ending.has(event.status)) {
          this.#detach()
          socket.terminate()
        }
      }),
      terminal.attach({
        get bufferedAmount() {
          return socket.bufferedAmount
        },
        show: (bytes) => this.#show(bytes),
      }),
    )
  }

  #show(bytes: Uint8Array): void {
    this.#socket.send(frameOf(bytes, this.#context.profile))
  }

  #receive(message: string | Uint8Array): void {
    if (typeof message !== 'string') return
    this.#handling = this.#handling
      .then(() => (this.#isOver ? undefined : this.#handle(message)))
      // An exception ends the handler: the socket closes, and says no word of it.
      .catch(() => this.#end())
  }

  async #handle(text: string): Promise<void> {
    const message = parseJson(text)?.value
    if (!isObject(message) || !('type' in message)) return this.#end()
    const { runner } = this.#session
    switch (message['type']) {
      case 'stdin':
        return this.#type(message['chars'])
      case 'resize': {
        // A pseudo code in the queue of runs, as is ping: both wait for a run that is active.
        if (!('rows' in message && 'cols' in message)) return this.#end()
        await this.#pass()
        const size = readSize(message)
        return size ? this.#terminal.resize(size) : undefined
      }
      case 'ping':
        return this.#pass()
      case 'restart':
        // It has gone with the route (observed 26.9.6).
        if (this.#context.profile.sessions.restart === 'gone' || !runner) return this.#end()
        return this.#context.cluster.sessions.restart(this.#session)
      default:
    }
  }

  async #type(chars: unknown): Promise<void> {
    const bytes = typeof chars === 'string' ? fromBase64(chars) : null
    // The handler calls a method that is misspelt (02 trap 15).
    if (!bytes || this.#context.cluster.faults.terminal === 'breaks-at-input') return this.#end()
    if (!this.#isSilent) await this.#terminal.write(bytes)
  }

  async #pass(): Promise<void> {
    const { runner } = this.#session
    if (runner) await guard(runner.pass(), this.#context.profile)
  }

  #end(): void {
    this.#detach()
    this.#socket.close(1000)
  }

  #detach(): void {
    this.#isOver = true
    for (const off of this.#offs.splice(0)) off()
  }
}

/** Text up to 25.5, bytes since. */
function frameOf(bytes: Uint8Array, profile: Profile): string | Uint8Array {
  const message = { type: 'out', data: toBase64(bytes) }
  return profile.stream.terminalFrames === 'text' ? pythonJson(message) : utf8.encode(JSON.stringify(message))
}

function readSize({ rows, cols }: JsonObject): TerminalSize | null {
  const isSize = (value: unknown): value is number =>
    Number.isSafeInteger(value) && (value as number) > 0 && (value as number) <= largestSize
  return isSize(rows) && isSize(cols) ? { rows, cols } : null
}
