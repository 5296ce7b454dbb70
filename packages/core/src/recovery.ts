/**
 * What becomes of a call whose first attempt did not do well: ky goes on with it, reads what a refusal says, and where
 * that is sound waits and makes further attempts; its errors become ours. Loaded when it is needed, since most calls do
 * well.
 */
import ky, { HTTPError, isNetworkError, isTimeoutError } from 'ky'

import { follow, longestTime } from './abort.ts'
import {
  AuthenticationError,
  APIError,
  BackendAIError,
  ConfigError,
  NetworkError,
  TimeoutError,
  toAPIError,
  type Retryable,
} from './errors.ts'
import { attempt, nextAttempt } from './fetch.ts'
import { waitBeforeNext } from './next-attempt.ts'
import { UnreadableError, type Course, type Means } from './perform.ts'
import { withoutQuery } from './redact.ts'
import { isRepeatable } from './retry.ts'
import { explainSignature } from './signature-explanation.ts'

/**
 * Resolves when an attempt did well.
 *
 * @param first the attempt that did not, as ky's first.
 * @throws the error that the caller gets.
 */
export async function recover<T>(means: Means, course: Course<T>, first: Promise<Response>): Promise<void> {
  const { hooks } = means.equipment
  const { call, method, start, timeout, connect } = course
  const following = follow(call.signal)
  course.followings.push(following)
  let made: Promise<Response> | undefined = first
  let wait = 0
  try {
    await ky(course.attempt.url, {
      method,
      signal: following.signal,
      timeout: connect || false,
      totalTimeout: timeout > 0 && Math.min(Math.max(1, timeout + start - performance.now()), longestTime),
      fetch(request) {
        if (!made) course.attempt = nextAttempt(means, call, course.attempt.number + 1)
        const latest = made ?? attempt(means, course, (request as Request).signal)
        made = undefined
        return latest
      },
      retry: {
        limit: Number.MAX_SAFE_INTEGER,
        methods: [method as 'get'],
        shouldRetry({ error }) {
          const failure = errorOf(means, course, error)
          const next = failure instanceof BackendAIError ? waitBeforeNext(means, course, failure) : undefined
          if (next === undefined) return false
          wait = next
          const { number, url } = course.attempt
          hooks?.retry?.({ method, url, error: failure as BackendAIError, attempt: number, delay: wait })
          return true
        },
        delay: () => wait,
      },
    })
  } catch (cause) {
    call.signal?.throwIfAborted()
    const { number: attempts, url, headers } = course.attempt
    const error = errorOf(means, course, cause)
    if (error instanceof BackendAIError) Object.assign(error, { attempts })
    if (error instanceof AuthenticationError && headers)
      Object.assign(error, { explanation: explainSignature(error, { method, url, headers }, means.state.clockOffset) })
    hooks?.error?.({ method, url, error, attempts, duration: performance.now() - start })
    throw error
  }
}

const requestId = 'X-BackendAI-RequestID'

/** ky's errors become ours; our own errors pass, and so does what a program threw in an authenticator or a hook. */
function errorOf({ config }: Means, { attempt, call, connect, method }: Course, error: unknown): unknown {
  const url = withoutQuery(attempt.url.href)
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
      requestId: attempt.headers?.get(requestId) ?? undefined,
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
  if (!attempt.headers && call.headers) mustBeHeaders(call.headers)
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
