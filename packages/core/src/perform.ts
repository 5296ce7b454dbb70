/** The life of a call: its attempts, what is made of their failures, and the waiting between them. */
import type { KyInstance, Options, ResponsePromise } from 'ky'

import { delay, follow } from './abort.ts'
import { anonymous } from './auth.ts'
import type { Answered, Call } from './call.ts'
import type { Config } from './config.ts'
import type { Equipment } from './equipment.ts'
import { NetworkError } from './errors.ts'
import { attemptFetch, type Attempt } from './fetch.ts'
import type * as Recovery from './recovery.ts'
import type { TransportState } from './state.ts'

/** What the calls of a transport have in common. */
export interface Means {
  readonly config: Config
  readonly state: TransportState
  readonly ky: KyInstance
  equipment: Equipment
  url(call: Call, endpoint: URL): URL
  /** Of failures. */
  readonly recovery: () => Promise<typeof Recovery>
}

/** A request that is on its way. */
export interface Sent {
  readonly response: ResponsePromise
  readonly method: string
  readonly url: URL
  readonly attempt: Attempt
  /** The body is read after the call: the caller's signal counts until the function is called that this returns. */
  readonly hold: () => () => void
}

/** An answer that is no JSON, or not what was asked for. */
export class UnreadableError extends Error {
  readonly body: string

  constructor(body: string, cause: unknown) {
    super('unreadable', { cause })
    this.body = body
  }
}

export interface PerformOptions {
  /** Milliseconds for each attempt, where a first contact is sought. */
  connect?: number
  /** Longer bodies are an error. */
  maxBytes?: number | undefined
}

/** A call under way. */
export interface Course {
  /** Milliseconds for each attempt of a first contact. */
  readonly connect: number
  readonly call: Call
  readonly method: string
  /** By the clock of `performance`. */
  readonly start: number
  /** Milliseconds for the whole call; 0 is no limit. */
  readonly timeout: number
  /** Attempts that were made because an address or a clock was wrong: they are no repetitions. */
  corrections: number
}

/** @param headers of every attempt, without the credentials. */
export async function perform<T>(
  means: Means,
  call: Call,
  headers: Readonly<Record<string, string>>,
  read: (sent: Sent) => Promise<T>,
  { connect = 0, maxBytes }: PerformOptions = {},
): Promise<Answered<T>> {
  const { config, state } = means
  const { hooks, limiter } = means.equipment
  const { method = 'GET', signal, timeout = config.timeouts.total } = call
  const body = call.json === undefined ? undefined : JSON.stringify(call.json)
  const start = performance.now()
  const course: Course = { call, method, start, timeout, connect, corrections: 0 }
  for (let number = 1; ; number++) {
    const endpoint = state.endpoint
    const url = means.url(call, endpoint)
    const attempt: Attempt = { number, auth: call.anonymous ? anonymous() : config.auth, body, maxBytes, sent: 0 }
    // Nothing between it and `leave` can throw, as a path that is wrong does.
    await limiter?.enter(signal)
    const following = signal && follow(signal)
    let answered: Answered<T> | undefined
    let wait = 0
    let isHeld = false
    try {
      const all = new Headers(headers)
      if (body !== undefined && !all.has('Content-Type')) all.set('Content-Type', 'application/json')
      const response = means.ky(url, {
        method,
        headers: all,
        body: body ?? call.body,
        signal: following?.signal,
        totalTimeout: connect || (timeout > 0 && Math.max(1, timeout + start - performance.now())),
        fetch: attemptFetch(means, attempt),
      } as Options)
      // Beside the call: where the network is gone, it cannot be loaded any more.
      means.recovery().catch(() => {})
      const hold = (): (() => void) => {
        isHeld = true
        return () => following?.release()
      }
      const data = await read({ response, method, url, attempt, hold })
      answered = { data, response: attempt.response!, attempts: number }
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      const { recover } = await means.recovery().catch(() => {
        throw new NetworkError('No answer.', { cause: error })
      })
      wait = recover(means, course, { error, attempt, endpoint, url })
    } finally {
      limiter?.leave()
      if (!isHeld) following?.release()
    }
    if (answered) {
      hooks?.success?.({ method, url, attempts: number, duration: performance.now() - start })
      return answered
    }
    if (wait > 0) await delay(wait, signal)
  }
}
