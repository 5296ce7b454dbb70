/** `logs`: what the container of a session has written, and writes (protocol 05 §5.5). */
import {
  APIError,
  BackendAIError,
  type CallOptions,
  type Client,
  type ComputeSession,
  delay,
  path,
  TimeoutError,
} from '@backend-ai-sdk/client'

import { connect } from '../../connection.ts'
import type { Context } from '../../context.ts'
import { Failure } from '../../failures.ts'
import { findSession } from '../../session-fields.ts'
import { statusText, WaitingLine } from '../../waiting-line.ts'
import type { LogsFlags } from './command.ts'
import { GrowingText, type NewText } from './growing-text.ts'

export default async function logs(context: Context, flags: LogsFlags, reference: string): Promise<void> {
  const { output, options, signal } = context
  const { client } = connect(context)
  const id = await findSession(client, reference, { signal })
  if (id === undefined) throw new Failure('There is no such compute session.')
  const read = (timeout?: number): Promise<string> => readLogs(client, id, flags, { signal, timeout })
  if (flags.follow) return await follow(context, client, id, read)
  output.status('wait', 'Retrieving live container logs...')
  const text = await read()
  if (options.output === 'json') await output.json({ session_id: id, logs: text })
  else {
    await output.print(text)
    output.status('done', 'End of logs.')
  }
}

async function readLogs(client: Client, id: string, { kernel }: LogsFlags, options: CallOptions): Promise<string> {
  const query = kernel === undefined ? {} : { kernel_id: kernel }
  const { result } = await client.request<{ result: { logs: string } }>({
    path: path`/session/${id}/logs`,
    query,
    ...options,
  })
  return result.logs
}

const ends = new Set<string>(['TERMINATED', 'CANCELLED', 'ERROR'])
const leastPause = 1000
const longestPause = 10_000
/** Milliseconds: the log of a container that ends meanwhile may not come at all (23.09). */
const readLimit = { first: 10_000, last: 60_000 }
/** Milliseconds for which a server that does not answer is looked for. */
const patience = 300_000

type Read = (timeout?: number) => Promise<string>

async function follow(context: Context, client: Client, id: string, read: Read): Promise<void> {
  const { output, signal } = context
  const session = await client.sessions.get(id, { signal })
  await untilBegun(context, session)
  const follower = new Follower(context, session, read)
  for (let lost: number | undefined; ;) {
    const start = performance.now()
    try {
      const end = await follower.look()
      if (end !== undefined) return output.status('info', `Session ${session.name} has ended (${end}).`)
      lost = undefined
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof BackendAIError) || error.retryable === false) throw error
      lost ??= start
      if (start - lost > patience) throw error
      output.wait('The server does not answer, and is asked again...', '⋯')
    }
    // The whole log comes each time: a long one is asked for less often.
    await delay(Math.min(Math.max(leastPause, 4 * (performance.now() - start)), longestPause), signal)
  }
}

async function untilBegun({ output, signal }: Context, session: ComputeSession): Promise<void> {
  if (session.status.startsWith('RUNNING') || ends.has(session.status)) return
  using line = new WaitingLine(output, statusText(session.name, { status: session.status }))
  await session.waitFor(['RUNNING', 'RUNNING_DEGRADED', 'TERMINATING', 'TERMINATED', 'CANCELLED', 'ERROR'], {
    signal,
    onProgress: (report) => line.update(statusText(session.name, report)),
  })
}

/** Shows what is new each time. */
class Follower {
  readonly #context: Context
  readonly #session: ComputeSession
  readonly #read: Read
  readonly #log = new GrowingText()
  #limit = readLimit.first

  constructor(context: Context, session: ComputeSession, read: Read) {
    this.#context = context
    this.#session = session
    this.#read = read
  }

  /** @returns the status of a session that has ended. */
  async look(): Promise<string | undefined> {
    const { signal } = this.#context
    // Before the log, so that the last one is read after the end.
    const { status } = await this.#session.info({ signal })
    const hasEnded = ends.has(status)
    const text = await this.#text(hasEnded)
    if (text !== undefined) await this.#show(this.#log.read(text, hasEnded))
    return hasEnded ? status : undefined
  }

  async #text(hasEnded: boolean): Promise<string | undefined> {
    try {
      return await this.#read(hasEnded ? undefined : this.#limit)
    } catch (error) {
      if (error instanceof TimeoutError && !hasEnded) this.#limit = Math.min(2 * this.#limit, readLimit.last)
      // A log is moved while its container ends; of a session that never had one there is none.
      else if (!(error instanceof APIError) || (await this.#isRunning())) throw error
      return undefined
    }
  }

  async #isRunning(): Promise<boolean> {
    const { status } = await this.#session.info({ signal: this.#context.signal })
    return status.startsWith('RUNNING')
  }

  async #show({ text, gap }: NewText): Promise<void> {
    const { options, output } = this.#context
    if (gap) output.status('warn', 'The server has cut the beginning of the log off: some of it may be missing.')
    if (text) await (options.output === 'json' ? output.print(JSON.stringify({ logs: text })) : output.write(text))
  }
}
