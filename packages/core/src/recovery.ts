/**
 * What is made of an attempt that failed: an error of ours, and where that is sound another attempt. Loaded beside the
 * first call, since most calls do well.
 */
import { HTTPError, isNetworkError, isTimeoutError } from 'ky'

import { learnClock } from './clock.ts'
import { resolveRetry } from './config.ts'
import {
  AuthenticationError,
  APIError,
  BackendAIError,
  ClockSkewError,
  ConfigError,
  NetworkError,
  TimeoutError,
  toAPIError,
  type Retryable,
} from './errors.ts'
import { failOver } from './failover.ts'
import type { Attempt } from './fetch.ts'
import { UnreadableError, type Course, type Means } from './perform.ts'
import { withoutQuery } from './redact.ts'
import { backOff, isRepeatable, isReplayable, takeFromBudget } from './retry.ts'
import { explainSignature } from './signature-explanation.ts'

/** An attempt that failed. */
export interface Failure {
  readonly error: unknown
  readonly attempt: Attempt
  readonly endpoint: URL
  readonly url: URL
}

/**
 * @returns milliseconds to wait before the next attempt.
 * @throws the error that the caller gets, where there is none.
 */
export function recover(means: Means, course: Course, failure: Failure): number {
  const { hooks } = means.equipment
  const { call, method, start } = course
  const { attempt, url } = failure
  const error = errorOf(means, course, failure)
  const wait = error instanceof BackendAIError ? waitBeforeNext(means, course, failure, error) : undefined
  if (wait !== undefined) {
    hooks?.retry?.({ method, url, error: error as BackendAIError, attempt: attempt.number, delay: wait })
    return wait
  }
  if (error instanceof BackendAIError) Object.assign(error, { attempts: attempt.number })
  if (error instanceof AuthenticationError && attempt.request)
    Object.assign(error, { explanation: explainSignature(error, attempt.request, means.state.clockOffset) })
  if (!call.signal?.aborted)
    hooks?.error?.({ method, url, error, attempts: attempt.number, duration: performance.now() - start })
  throw error
}

function waitBeforeNext(
  { config, state }: Means,
  course: Course,
  { attempt, endpoint }: Failure,
  error: BackendAIError,
): number | undefined {
  const { call, timeout, start, corrections } = course
  if (!isReplayable(call)) return undefined
  const isCorrected =
    error instanceof ClockSkewError
      ? // Once: where the clock cannot be learnt, the error says so.
        corrections === 0 && attempt.response && learnClock(state, attempt.response.headers, attempt.sent, 1000)
      : mayGoElsewhere(error) && failOver(state, config.endpoints, endpoint)
  if (isCorrected) {
    course.corrections++
    return 0
  }
  const retry = call.retry === undefined ? config.retry : resolveRetry(call.retry, config.retry)
  const repetition = attempt.number - corrections
  if (!retry || repetition >= retry.attempts) return undefined
  const wait = backOff(error, repetition, retry, delayAskedFor(attempt))
  if (wait === undefined || (timeout > 0 && wait >= timeout + start - performance.now())) return undefined
  return takeFromBudget(state, retry) ? wait : undefined
}

/** Nothing has arrived where it went, or it may arrive twice; and there is time left. */
const mayGoElsewhere = (error: BackendAIError): boolean =>
  error instanceof NetworkError &&
  error.retryable === true &&
  !(error instanceof TimeoutError && error.phase === 'total')

/** `Retry-After` in seconds or as a date, or the end of the rate limit's window (since 26.9). */
function delayAskedFor({ response }: Attempt): number | undefined {
  const after = response?.headers.get('Retry-After')
  if (after) {
    const ms = /^\d+$/.test(after) ? Number(after) * 1000 : Date.parse(after) - Date.now()
    return Number.isNaN(ms) ? undefined : Math.max(0, ms)
  }
  const reset = response?.status === 429 ? response.headers.get('X-RateLimit-Reset') : null
  return reset && /^\d+$/.test(reset) ? Number(reset) * 1000 : undefined
}

const requestId = 'X-BackendAI-RequestID'

/** ky's errors become ours; our own errors pass, and so does what a program threw in an authenticator or a hook. */
function errorOf({ config }: Means, { call, connect, method }: Course, failure: Failure): unknown {
  const { error, attempt } = failure
  const url = withoutQuery(failure.url.href)
  const whetherAgain: Retryable = isRepeatable(call) || 'unknown'
  if (error instanceof TimeoutError) {
    const { message, phase, ms } = error
    return new TimeoutError(`${message} (${method} ${url})`, phase, ms, { cause: error, retryable: whetherAgain })
  }
  // ky tells its errors by their name, and would take our TimeoutError for its own.
  if (error instanceof BackendAIError) return error
  if (error instanceof HTTPError) {
    const { status, headers } = error.response as Response
    const answer = {
      status,
      method,
      url,
      body: error.data as unknown,
      requestId: attempt.request?.headers.get(requestId) ?? undefined,
      retryAfter: Number(headers.get('Retry-After')) || undefined,
    }
    // A gateway may have passed the call on before it gave up.
    return toAPIError(answer, [502, 503, 504].includes(status) ? { retryable: whetherAgain } : {})
  }
  if (isTimeoutError(error)) {
    const isFirstContact = connect > 0
    const ms = isFirstContact ? connect : (call.timeout ?? config.timeouts.total)
    const message = `No complete answer within ${ms} ms (${method} ${url})`
    return new TimeoutError(message, isFirstContact ? 'connect' : 'total', ms, {
      cause: error,
      retryable: whetherAgain,
    })
  }
  if (error instanceof UnreadableError) {
    const { status } = attempt.response!
    return new APIError({ status, method, url, body: error.body }, { cause: error.cause })
  }
  if (!attempt.request && call.headers) mustBeHeaders(call.headers)
  const { reason, code } = reasonOf(error)
  // Once there is a response, what fails is the reading of its body.
  if (attempt.response)
    return new NetworkError(`The answer broke off: ${reason} (${method} ${url})`, {
      cause: error,
      retryable: whetherAgain,
    })
  if (!isNetworkError(error)) return error
  const wasSent = !connectionFailures.test(code) && !reason.includes('client error (Connect)')
  const facts = { cause: error.cause, retryable: wasSent ? whetherAgain : true }
  return Object.assign(new NetworkError(`No answer: ${reason} (${method} ${url})`, facts), { wasSent })
}

/** ky leaves it to the platform to refuse headers, whose message repeats the value, which may be a secret. */
function mustBeHeaders(headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers))
    try {
      new Headers().set(name, value)
    } catch {
      throw new ConfigError(`The header ${JSON.stringify(name)} has a name or a value that HTTP does not allow.`)
    }
}

// Node: TypeError 'fetch failed' → Error 'connect ECONNREFUSED 127.0.0.1:1', or an AggregateError without a message.
function reasonOf(error: unknown): { reason: string; code: string } {
  let cause: unknown = error
  let code = ''
  while (cause instanceof Error && cause.cause) cause = cause.cause
  if (typeof cause === 'object' && cause !== null && 'code' in cause) code = String(cause.code)
  return { reason: (cause instanceof Error ? cause.message : String(cause)) || code, code }
}

/** Failures before anything of the request could leave, as Node and Bun name them; Deno says `client error (Connect)`. */
const connectionFailures =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|ConnectionRefused|FailedToOpenSocket)$/

export { assumedServer, contact } from './negotiation.ts'
