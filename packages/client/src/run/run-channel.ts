/** The two ways a run's results come: over the execute socket, or by asking again and again. */
import { delay, ExecutionError, path, randomHex, type CallOptions, type Transport } from '@backend-ai-sdk/core'
import type { ExecuteRequest, ExecuteResult } from '@backend-ai-sdk/streaming'

export interface RunChannel {
  /** Of the last result: final once nothing of the run is running any more. */
  readonly status: ExecuteResult['status']
  /** The next result; what came since the last is in its console. */
  next(): Promise<ExecuteResult>
  /** Answers `waiting-input`. */
  input(text: string): Promise<void>
  /** After the final result, or where none will come. */
  close(): Promise<void>
}

/** Results come every 0.2 s. */
export async function socketChannel(
  transport: Transport,
  session: string,
  request: ExecuteRequest,
  options: CallOptions,
): Promise<RunChannel> {
  // Loaded with the first run: pages that only list sessions need no sockets.
  const { openExecution } = await import('@backend-ai-sdk/streaming')
  const { total } = transport.config.timeouts
  // The manager only looks up the session; proxies that swallow upgrades say nothing, and then there are polls.
  const timeout = total > 0 ? Math.min(total, openLimit) : openLimit
  const execution = await openExecution(transport, session, request, { timeout, ...options })
  let status: ExecuteResult['status'] = 'continued'
  return {
    get status() {
      return status
    },
    next: oneAtATime(async () => {
      const result = await execution.next()
      status = result.status
      return result
    }),
    input(text) {
      status = 'continued'
      return execution.input(text)
    },
    // The webserver of 26.9 does not pass on that the manager closed.
    close: () => execution.close(),
  }
}

/**
 * Ends a run that its reader has left, so that the session can run other code. A socket that just closes does not: the
 * servers go on with the run until the code ends (seen on 23.9.10 and 26.9.6).
 */
export async function interruptRun(transport: Transport, session: string, channel: RunChannel): Promise<void> {
  const end = Date.now() + interruptLimit
  try {
    if (channel.status === 'waiting-input') {
      // The server reads nothing but input now. Sent after the interrupt, it would answer the next run's question.
      await channel.input('')
      await channel.next()
    }
    if (isFinal(channel.status)) return
    await transport.send({ method: 'POST', path: path`/session/${session}/interrupt`, timeout: interruptLimit })
    // The interrupt has no result of its own: the run has to be read to its end. Code may ignore it.
    while (!isFinal(channel.status) && Date.now() < end) {
      const { status } = await channel.next()
      // Code that goes on after the interrupt may ask again.
      if (status === 'waiting-input') await channel.input('')
    }
  } finally {
    await channel.close()
  }
}

/**
 * An aborted reader leaves its wait behind, and the one that ends the run goes on with it: a request that is cut off
 * would take its results along.
 */
function oneAtATime<T>(wait: () => Promise<T>): () => Promise<T> {
  let waiting: Promise<T> | undefined
  return () => (waiting ??= wait().finally(() => (waiting = undefined)))
}

const interruptLimit = 10_000
const openLimit = 15_000

export const isFinal = (status: ExecuteResult['status']): boolean =>
  !['continued', 'waiting-input', 'clean-finished', 'build-finished'].includes(status)

type PollMode = ExecuteRequest['mode'] | 'continue' | 'input'

/**
 * Results come every 2 s, or when something ends. The run id is ours, so that another process can go on with the run,
 * and so that a run which the server lost can be settled.
 */
export class PollingChannel implements RunChannel {
  readonly #transport: Transport
  readonly #session: string
  readonly runId: string
  status: ExecuteResult['status'] = 'continued'
  #next: { mode: PollMode; code: string; options?: unknown } | undefined

  /** Results without anything so far, of a run that was started elsewhere. */
  #silent: number | undefined
  #probed = false

  /** @param run without a request, to go on with a run that was started elsewhere. */
  constructor(transport: Transport, session: string, run: { request?: ExecuteRequest; runId?: string | undefined }) {
    this.#transport = transport
    this.#session = session
    this.runId = run.runId ?? randomHex(16)
    this.#next = run.request
    if (!run.request) this.#silent = 0
  }

  readonly next = oneAtATime(() => this.#fetchNext())

  async #fetchNext(): Promise<ExecuteResult> {
    const step = this.#next ?? { mode: 'continue', code: '' }
    this.#next = undefined
    const result = await this.#post(step)
    return this.#silent === undefined ? result : this.#probe(result)
  }

  /**
   * A run whose end was read already is `continued` for ever (protocol 02 §3.4). So after two silent results an empty
   * query is sent under its id: if the run is over, it ends at once; else its own end comes first.
   */
  async #probe(result: ExecuteResult): Promise<ExecuteResult> {
    if (result.status !== 'continued' || result.console.length > 0) {
      this.#silent = undefined
      return result
    }
    if (++this.#silent! < 2) return result
    this.#silent = undefined
    const start = performance.now()
    const probed = await this.#post({ mode: 'query', code: '' })
    const isEmpty = probed.status === 'finished' && probed.console.length === 0
    if (isEmpty && (await this.#isAtOnce(performance.now() - start)))
      throw new ExecutionError(`Run ${this.runId} is not active: it has ended, and its end was read.`)
    this.#probed = true
    return probed
  }

  /** Is it no longer than an empty query takes by itself? On a machine that is busy this may be more than a second. */
  async #isAtOnce(duration: number): Promise<boolean> {
    if (duration < 1000) return true
    await delay(300)
    const start = performance.now()
    await this.#post({ mode: 'query', code: '' })
    return duration < 3 * (performance.now() - start)
  }

  async input(text: string): Promise<void> {
    this.status = 'continued'
    this.#next = { mode: 'input', code: text }
  }

  async close(): Promise<void> {
    // The probe's own `finished` is on its way: it must not be taken for the end of the next run.
    if (this.#probed) await delay(300)
  }

  /**
   * Ends a run whose last result the server lost: an empty query under the same run id brings the `finished` that the
   * server waits for (tried on 23.9.10 and 26.9.6; without it all later runs of the session hang).
   */
  async settle(): Promise<void> {
    await this.#post({ mode: 'query', code: '' })
    for (let tries = 0; !isFinal(this.status) && tries < 5; tries++) await this.#post({ mode: 'continue', code: '' })
    // If the code was still running, its own `finished` came first and that of the query is on its way: it must not
    // be taken for the end of the next run.
    await delay(300)
  }

  async #post(step: { mode: PollMode; code: string; options?: unknown }): Promise<ExecuteResult> {
    const { result } = await this.#transport.request<{ result: ExecuteResult }>({
      method: 'POST',
      path: path`/session/${this.#session}`,
      // Servers up to 25.5 read the first id, later ones the second.
      json: { ...step, runId: this.runId, run_id: this.runId },
      // An agent that does not answer is reported after 30 s.
      timeout: 45_000,
      // Results that are not read are lost, and one may hold all that code has printed: 100 MB were seen.
      maxResponseBytes: Number.POSITIVE_INFINITY,
    })
    this.status = result.status
    return { ...result, console: result.console ?? [] }
  }
}
