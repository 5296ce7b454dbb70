/** Requests for another protocol, which `fetch` cannot send: attempts by the rules that hold for calls. */
import { delay } from './abort.ts'
import type { Call } from './call.ts'
import { AuthenticationError, BackendAIError, toAPIError, type APIError } from './errors.ts'
import { nextAttempt, type Attempt } from './fetch.ts'
import { waitBeforeNext } from './next-attempt.ts'
import type { Means } from './perform.ts'
import { withoutQuery } from './redact.ts'
import { explainSignature } from './signature-explanation.ts'

/** What a server answered in place of the other protocol. */
export interface Refusal {
  status: number
  headers: Headers
  /** Parsed JSON, or text. */
  body: unknown
}

/** One attempt. */
export interface Upgrade {
  readonly url: URL
  /** That prove who asks, with a fresh date. */
  readonly headers: Headers
  /** Milliseconds for all attempts; 0 is no limit. */
  readonly timeout: number
  /** Milliseconds that are left for this one, at least 1; 0 is no limit. */
  readonly left: number
  /** The error that a refusal stands for, to be thrown; its headers are read for what they tell of time. */
  readonly refused: (refusal: Refusal) => APIError
}

/** @param open is called again where that is sound: too many requests, a server that is away, a clock that is wrong. */
export async function upgrade<T>(
  means: Means,
  call: Call,
  apiVersion: string,
  open: (upgrade: Upgrade) => Promise<T>,
): Promise<T> {
  const { config, state } = means
  const { limiter, hooks } = means.equipment
  const { signal, timeout = config.timeouts.total } = call
  const method = 'GET'
  const start = performance.now()
  const course = { call, start, timeout, corrections: 0, attempt: nextAttempt(means, call, 1) }
  for (;;) {
    const { attempt } = course
    const { url, number } = attempt
    // It waits for its turn, but keeps no place: what it opens may last, and a program may ask for more meanwhile.
    await limiter?.enter(signal)
    limiter?.leave()
    try {
      const headers = (attempt.headers = new Headers({ 'X-BackendAI-Version': apiVersion }))
      await config.auth.prepare({ method, url, headers, now: state.now() })
      signal?.throwIfAborted()
      attempt.sent = state.machine()
      const left = timeout > 0 ? Math.max(1, timeout + start - performance.now()) : 0
      return await open({ url, headers, timeout, left, refused: (refusal) => errorOf(attempt, refusal) })
    } catch (error) {
      signal?.throwIfAborted()
      if (!(error instanceof BackendAIError)) throw error
      const delayed = waitBeforeNext(means, course, error)
      const isLate = timeout > 0 && performance.now() - start >= timeout
      if (delayed === undefined || isLate) {
        Object.assign(error, { attempts: number })
        if (error instanceof AuthenticationError && attempt.headers) {
          const request = { method, url, headers: attempt.headers }
          Object.assign(error, { explanation: explainSignature(error, request, state.clockOffset) })
        }
        hooks?.error?.({ method, url, error, attempts: number, duration: performance.now() - start })
        throw error
      }
      hooks?.retry?.({ method, url, error, attempt: number, delay: delayed })
      if (delayed > 0) await delay(delayed, signal)
    }
    course.attempt = nextAttempt(means, call, number + 1)
  }
}

function errorOf(attempt: Attempt, { status, headers, body }: Refusal): APIError {
  // For what its headers tell of time.
  if (status >= 200) attempt.response = new Response(null, { status, headers })
  const retryAfter = Number(headers.get('Retry-After')) || undefined
  const answer = { status, method: 'GET', url: withoutQuery(attempt.url.href), body, retryAfter }
  // Nothing was done that a second attempt could do twice.
  return toAPIError(answer, [502, 503, 504].includes(status) ? { retryable: true } : {})
}
