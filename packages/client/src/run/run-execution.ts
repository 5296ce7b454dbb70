/** How a run goes: its turn, its channel, what is done about the faults of servers, and its end. */
import {
  APIError,
  ExecutionError,
  NetworkError,
  NotFoundError,
  randomHex,
  SessionBlockedError,
  SessionEndedError,
} from '@backend-ai-sdk/core'
import { StreamError, supports, TimeoutError, WebSocketError } from '@backend-ai-sdk/core'
import type { ServerInfo, Transport } from '@backend-ai-sdk/core'
import type { ExecuteRequest } from '@backend-ai-sdk/streaming'

import { endedError } from '../sessions/session-status.ts'
import { holdBack, toWireBatch, type BatchCommands } from './batch.ts'
import { fetchRuntime } from './image-runtime.ts'
import { pythonPrelude } from './python-prelude.ts'
import { interruptRun, isFinal, PollingChannel, socketChannel, type RunChannel } from './run-channel.ts'
import type { RunItem } from './run-items.ts'
import { LostResult, RunReader } from './run-reader.ts'
import { RunTurns } from './run-turns.ts'
import type { RunOptions, RunResult, RunSession, RunSource } from './run.ts'

/** Everything that a run brings. */
export async function collect(run: AsyncIterable<RunItem>): Promise<RunResult> {
  const result: RunResult = { exitCode: -1, stdout: '', stderr: '', media: [], html: [] }
  for await (const item of run) {
    if (item.type === 'stdout' || item.type === 'stderr') result[item.type] += item.text
    else if (item.type === 'media') result.media.push({ mime: item.mime, data: item.data })
    else if (item.type === 'html') result.html.push(item.html)
    else if (item.type === 'finished') result.exitCode = item.exitCode
  }
  return result
}

/** Nobody is there to be asked. */
export function refuseInput(): never {
  throw new ExecutionError("The code reads input: give it with the option 'input'.")
}

/** Reads a run to its end; interrupts it where the reader leaves before. */
export async function* readRun(
  session: RunSession,
  source: RunSource,
  options: RunOptions,
  runId: string | undefined,
): AsyncGenerator<RunItem, void, undefined> {
  const { signal, clear } = limited(options)
  const endTurn = await RunTurns.of(session.transport.config.auth)
    .take(session.id, runId, signal)
    .finally(() => signal?.aborted && clear())
  let channel: RunChannel | undefined
  let failure: unknown
  let detached = false
  try {
    const server = await session.transport.server({ signal })
    const opened = await openChannel(session, source, options, runId, server, signal)
    channel = opened.channel
    const reader = new RunReader(channel, { mark: opened.mark, input: options.input, signal })
    for await (const item of reader.items()) {
      if (item.type === 'finished') await finish(session, channel, item.exitCode)
      yield item
    }
    if (options.check) reader.check(server)
  } catch (error) {
    failure = signal?.aborted ? signal.reason : channel ? await explain(session, channel, error) : error
    throw failure
  } finally {
    const gone = failure instanceof SessionEndedError || failure instanceof SessionBlockedError
    if (channel && !gone && !isFinal(channel.status)) {
      // A resumable run goes on when its reader leaves it, or cannot reach the server any more.
      if (runId && !signal?.aborted && (failure === undefined || failure instanceof NetworkError)) detached = true
      // What went wrong is thrown already; that the code could not be interrupted too adds nothing.
      else await interruptRun(session.transport, session.id, channel).catch(() => undefined)
    }
    // After the last result of a run that failed, not all servers close.
    else if (failure !== undefined) await channel?.close()
    clear()
    endTurn(detached)
  }
}

async function finish(session: RunSession, channel: RunChannel, exitCode: number): Promise<void> {
  await channel.close()
  // 130 is also what the server says for a kernel that is gone (protocol 02 §3.2).
  const ended = exitCode === 130 ? await endedError(session.transport, session.id) : undefined
  if (ended) throw ended
}

interface OpenedRun {
  channel: RunChannel
  /** Of held-back batch steps. */
  mark?: string
}

async function openChannel(
  session: RunSession,
  source: RunSource,
  options: RunOptions,
  runId: string | undefined,
  server: ServerInfo,
  signal: AbortSignal | undefined,
): Promise<OpenedRun> {
  const { transport, id } = session
  if ('handle' in source) return { channel: new PollingChannel(transport, id, { runId }) }
  if ('code' in source && options.prelude !== false && needsPrelude(server)) await preparePython(session)
  const turns = RunTurns.of(transport.config.auth)
  const { canOpenSocket } = await import('@backend-ai-sdk/streaming')
  if (!runId && canOpenSocket(transport) && turns.mayOpenSocket) {
    const { request, mark } = await toRequest(session, source, server, true)
    try {
      return { channel: await socketChannel(transport, id, request, { signal }), ...(mark && { mark }) }
    } catch (error) {
      if (signal?.aborted || !isNoWay(error)) throw error
      turns.leaveSocketsAlone()
    }
  }
  const { request, mark } = await toRequest(session, source, server, false)
  return { channel: new PollingChannel(transport, id, { request, runId }), ...(mark && { mark }) }
}

/**
 * A socket that could not be opened, so that nothing was sent: proxies that know none, or that the environment names and
 * sockets go past. What the manager itself refuses has a problem type, and is said again to those who poll.
 */
const isNoWay = (error: unknown): boolean =>
  error instanceof APIError
    ? error.problemType === '' || error.status === 502 || error.status === 504
    : error instanceof NetworkError || error instanceof WebSocketError

async function toRequest(
  session: RunSession,
  source: { code: string } | { batch: BatchCommands },
  server: ServerInfo,
  overSocket: boolean,
): Promise<{ request: ExecuteRequest; mark?: string }> {
  if ('code' in source) return { request: { mode: 'query', code: source.code, options: {} } }
  const commands = toWireBatch(source.batch)
  if (supports(server, 'execute-lossless-batch')) return { request: { mode: 'batch', code: '', options: commands } }
  // Over the socket the gap is the manager's own round trip to its agent, by polling it is ours to the manager.
  const roundTrip = overSocket ? 0 : await measureRoundTrip(session.transport)
  const seconds = Math.max(0.5, (4 * roundTrip) / 1000)
  const mark = randomHex(8)
  const runtime = commands.build === '*' || commands.exec === '*' ? await runtimeOf(session) : undefined
  return {
    request: { mode: 'batch', code: '', options: holdBack(commands, runtime, mark, seconds, server.release) },
    mark,
  }
}

async function measureRoundTrip(transport: Transport): Promise<number> {
  const start = performance.now()
  await transport.send({ path: '/', anonymous: true })
  return performance.now() - start
}

/** `python`, …, as the image says. */
function runtimeOf({ transport, image }: RunSession): Promise<string | undefined> {
  return RunTurns.of(transport.config.auth).runtimeOf(image ?? '', () =>
    image ? fetchRuntime(transport, image) : Promise.resolve(undefined),
  )
}

const needsPrelude = (server: ServerInfo): boolean =>
  !supports(server, 'execute-html') || !supports(server, 'execute-long-records')

/** Of no effect, and quick, where it was done before. */
async function preparePython(session: RunSession): Promise<void> {
  const turns = RunTurns.of(session.transport.config.auth)
  if (turns.isPrepared(session.id) || (await runtimeOf(session)) !== 'python') return
  const channel = new PollingChannel(session.transport, session.id, {
    request: { mode: 'query', code: pythonPrelude, options: {} },
  })
  while ((await channel.next()).status === 'continued');
  turns.setPrepared(session.id)
}

/** Finds out what a failure means to the session, and sets right what can be. */
async function explain(session: RunSession, channel: RunChannel, error: unknown): Promise<unknown> {
  const lost = error instanceof LostResult || (error instanceof APIError ? error.status === 500 : isRefusedRun(error))
  if (!lost && !(error instanceof StreamError || error instanceof NotFoundError)) return error
  // A kernel that died is noticed by the manager with a delay.
  const ended = await endedError(session.transport, session.id, { cause: error, patience: lost ? 0 : 3000 })
  if (ended) return ended
  if (channel.status === 'server-restarting') return restartError(error)
  if (!lost) return error
  if (channel instanceof PollingChannel) {
    const settled = await channel.settle().then(
      () => true,
      () => false,
    )
    if (settled)
      return new ExecutionError('The server lost a result of this run; the session can go on.', { cause: error })
  }
  const endedLater = await endedError(session.transport, session.id, { cause: error, patience: 3000 })
  if (endedLater) return endedLater
  RunTurns.of(session.transport.config.auth).block(session.id)
  const message =
    'The server failed over a result of this run, most likely html, and cannot run code in this session any more.'
  return new SessionBlockedError(message, { cause: error })
}

/** The same message comes of a session that has ended (protocol 02, trap 14), of which this one shows no sign. */
const restartError = (cause: unknown): WebSocketError =>
  new WebSocketError(
    'The manager ends the run, most likely because it restarts: results are lost, and the code may go on. Runs with { resumable: true } survive this.',
    1012,
    '',
    { cause, retryable: 'unknown' },
  )

/** How a socket ends whose run failed inside the server: an `error` message (23.09), or nothing (26.9). */
const isRefusedRun = (error: unknown): boolean => error instanceof WebSocketError && error.closeCode === 1000

/** The caller's signal together with the time limit. */
function limited({ signal, timeout = 0 }: RunOptions): { signal: AbortSignal | undefined; clear: () => void } {
  if (!(timeout > 0)) return { signal, clear: () => {} }
  const controller = new AbortController()
  const error = new TimeoutError(`The run took longer than ${timeout} ms and was interrupted.`, 'total', timeout)
  const timer = setTimeout(() => controller.abort(error), timeout)
  return {
    signal: signal ? AbortSignal.any([signal, controller.signal]) : controller.signal,
    clear: () => clearTimeout(timer),
  }
}
