/** `/stream/session/{s}/execute`: one run over a WebSocket (protocol 02 §4.3). */
import type { Context, Routes } from '../context.ts'
import { isObject, parseJson, pythonJson } from '../formats/json.ts'
import { Problem } from '../problems.ts'
import type { Profile } from '../profiles.ts'
import { newHex } from '../random.ts'
import type { RunRequest } from '../sessions/code-runner.ts'
import { findRunning } from '../sessions/session-lookup.ts'
import type { Session } from '../sessions/session.ts'
import type { ServerSocket, SocketHandler } from '../sockets/sockets.ts'
import { adjust, batchCommands, guard, notRunning } from './session-runs.ts'

/** How long the server waits for something to say (02 §4.3). */
const streamFlush = 200

/** Of what the client did not read yet; above it the run's output stays with the runner. */
const highWater = 1024 * 1024

export const stream: Routes = () => [
  { method: 'GET', path: '/stream/session/:session/execute', role: 'user', open: openExecute },
]

function openExecute(context: Context): SocketHandler {
  const session = findRunning(context, context.part('session'))
  if (!session.runner) throw notRunning(context.profile, session)
  return (socket) => void runOver(socket, session, context)
}

/** Texts that the client sent and nobody took yet, and whether more can come. */
class Inbox {
  readonly #waiting: (string | Uint8Array)[] = []
  #wake: (() => void) | undefined
  closed = false

  put(message: string | Uint8Array): void {
    this.#waiting.push(message)
    this.#wake?.()
  }

  close(): void {
    this.closed = true
    this.#wake?.()
  }

  /** Null when the socket is gone. */
  async take(): Promise<string | Uint8Array | null> {
    while (this.#waiting.length === 0 && !this.closed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return this.#waiting.shift() ?? null
  }
}

async function runOver(socket: ServerSocket, session: Session, context: Context): Promise<void> {
  const inbox = new Inbox()
  const { cluster, profile } = context
  let isOver = false
  const end = (message?: Record<string, unknown>): void => {
    if (isOver) return
    isOver = true
    off()
    if (message && !inbox.closed) socket.send(pythonJson(message))
    socket.close(1000)
    inbox.close()
  }
  // The manager cancels its streams when the session ends; execute streams are told so (02 §4.1).
  const off = cluster.sessions.onEvent((event) => {
    const ends = ['TERMINATING', 'RESTARTING', 'TERMINATED'].includes(event.status)
    if (event.session === session && event.type === 'status' && ends) end(endedMessage(profile, session))
  })
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- it has no listeners
  socket.onmessage = (message) => inbox.put(message)
  // oxlint-disable-next-line unicorn/prefer-add-event-listener
  socket.onclose = () => {
    inbox.close()
    end()
  }
  const runId = newHex(16)
  try {
    const request = readRequest(await inbox.take(), profile, runId)
    if (request === null) return end()
    await loop(request)
  } catch (error) {
    // An exception inside the agent ends it without a word on 26.9.6 (observed).
    const isHidden = profile.execution.agentFailure === 'hidden' && isInternal(error)
    end(isHidden ? undefined : failureMessage(error))
  }

  async function loop(first: RunRequest): Promise<void> {
    const { runner } = session
    if (!runner) return
    let request = first
    for (;;) {
      const result = adjust(await guard(runner.execute(request, streamFlush), profile), profile)
      request = { ...first, mode: 'continue', code: '' }
      if (isOver) {
        // The client went away: the code is interrupted, the session goes on (02 §4.3).
        if (result.status !== 'finished') await runner.abandon(runId, streamFlush)
        return
      }
      const { status, console: records, exitCode, options } = result
      socket.send(pythonJson({ status, console: records, exitCode, options, files: [] }))
      if (status === 'finished') return end()
      while (socket.bufferedAmount > highWater && !inbox.closed && !cluster.timers.isStopped) {
        await cluster.timers.sleep(5)
      }
      if (status === 'waiting-input') {
        const answer = await inbox.take()
        // A binary frame as an answer ends it without a word (02 §4.3).
        if (typeof answer !== 'string') {
          end()
          await runner.abandon(runId, streamFlush)
          return
        }
        request = { ...first, mode: 'input', code: answer }
      }
    }
  }
}

/** Null: the handler ends without an answer, as it does for anything but a JSON object (observed). */
function readRequest(message: string | Uint8Array | null, profile: Profile, runId: string): RunRequest | null {
  if (typeof message !== 'string') return null
  const parsed = parseJson(message)
  if (!parsed)
    throw new StreamError("Invalid API parameters: JSONDecodeError('Expecting value: line 1 column 1 (char 0)')")
  if (!isObject(parsed.value)) return null
  const { mode, code, options } = parsed.value as { mode?: unknown; code?: unknown; options?: unknown }
  if (!mode) throw badMode('mode is missing or empty!', profile)
  if (mode !== 'query' && mode !== 'batch') throw badMode('mode has an invalid value.', profile)
  return { mode, code: typeof code === 'string' ? code : '', runId, commands: batchCommands(options) }
}

class StreamError extends Error {}

const isInternal = (error: unknown): boolean => error instanceof Problem && error.kind === 'internal-server-error'

const badMode = (text: string, profile: Profile): StreamError =>
  new StreamError(
    profile.parameters === 'typed'
      ? `BackendError: <InvalidStreamMode(400): Invalid or missing stream mode parameter. (${text})>`
      : `Invalid API parameters: AssertionError('${text}')`,
  )

function failureMessage(error: unknown): Record<string, unknown> {
  if (error instanceof StreamError) return { status: 'error', msg: error.message }
  if (error instanceof Problem) return { status: 'error', msg: `BackendError: ${error.text}` }
  console.error('The emulator failed:', error)
  return { status: 'error', msg: 'BackendError: Internal server error.' }
}

/** 26.9.6 finds no running session at its next step; older managers say what they say at their own end (observed). */
function endedMessage(profile: Profile, session: Session): Record<string, unknown> {
  if (profile.execution.endedMessage === 'server-restarting') {
    const msg = 'The API server is going to restart for maintenance. Please connect again with the same run ID.'
    return { status: 'server-restarting', msg }
  }
  const text = `No such session. (Running session ${session.id} does not exist.)`
  return { status: 'error', msg: `BackendError: <SessionNotFound(404): ${text}>` }
}
