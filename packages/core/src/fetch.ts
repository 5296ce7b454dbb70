/** One attempt of a call: who it is from, the platform's `fetch`, and what comes back. */
import { abortable } from './abort.ts'
import { anonymous, type Authenticator } from './auth.ts'
import type { Answered, Call } from './call.ts'
import { BackendAIError } from './errors.ts'
import { lazy } from './lazy.ts'
import type { Course, Means } from './perform.ts'

export type Fetch = typeof globalThis.fetch

/** What an attempt leaves behind, for whoever has to make sense of its failure. */
export interface Attempt<T = unknown> {
  /** Counted from 1. */
  readonly number: number
  readonly endpoint: URL
  readonly url: URL
  /** By the machine's clock. */
  sent: number
  /** With the credentials, once there are any. */
  headers?: Headers
  response?: Response
  /** Where it did well. */
  answer?: Answered<T>
}

/** A request before it is sent: headers can be added. */
export interface Outgoing {
  readonly method: string
  readonly url: URL
  readonly headers: Headers
  readonly signal: AbortSignal
  /** To whichever `fetch` it is. */
  dispatch(): Promise<Response>
}

const limitedBody = lazy(() => import('./limited-body.ts'))

/** @throws ConfigError for a path that is wrong. */
export function nextAttempt<T>(means: Means, call: Call, number: number): Attempt<T> {
  const { endpoint } = means.state
  return { number, endpoint, url: means.url(call, endpoint), sent: 0 }
}

/**
 * From its turn among other calls to the last byte of the answer.
 *
 * @returns the response. Where it is no success, its body is still to be read.
 * @throws the reason of the signal, even where a `fetch` of the caller's does not heed it.
 */
export async function attempt<T>(means: Means, course: Course<T>, signal: AbortSignal): Promise<Response> {
  const { limiter } = means.equipment
  await limiter?.enter(signal)
  try {
    return await abortable(exchange(means, course, signal), signal)
  } finally {
    limiter?.leave()
  }
}

async function exchange<T>(means: Means, course: Course<T>, signal: AbortSignal): Promise<Response> {
  const { call, method, maxBytes, attempt, read } = course
  const auth = call.anonymous ? anonymous() : means.config.auth
  const response = await send(means, outgoing(means, course, signal), auth, attempt)
  const isFitting = maxBytes === undefined || isKnownToFit(response, maxBytes)
  const limited = isFitting ? response : (await limitedBody()).limitBody(attempt.url, method, response, maxBytes)
  if (response.ok) {
    const data = await read({ response: limited, course })
    attempt.answer = { data, response, attempts: attempt.number }
  }
  return limited
}

function outgoing<T>(means: Means, { call, method, body, ...course }: Course<T>, signal: AbortSignal): Outgoing {
  const { url } = course.attempt
  const headers = new Headers(course.headers)
  const { credentials = 'omit' } = means.config.auth
  if (call.json !== undefined && !headers.has('Content-Type')) headers.set('Content-Type', 'application/json')
  // A redirected request would carry a signature that does not fit, to a host that should not see it.
  const init: RequestInit & { duplex?: 'half' } = { method, headers, signal, redirect: 'manual', credentials }
  if (body !== undefined) init.body = body
  if (body instanceof ReadableStream) init.duplex = 'half'
  const send = means.equipment.fetch ?? means.config.fetch
  // The platform names the type of other bodies, and it is signed. Where that is not needed, no request is made: to Node
  // the body of one is a stream, which takes its time (50 µs).
  if (!send && (body === undefined || call.json !== undefined))
    return { method, url, headers, signal, dispatch: () => fetch(url, init) }
  const request = new Request(url, init)
  return { method, url, headers: request.headers, signal, dispatch: () => (send ?? fetch)(request) }
}

/**
 * Authenticates each attempt anew, so that a repeated request carries a fresh date. Failures below HTTP become one
 * recognisable form, because Bun's are not seen as network errors by ky (Bun 1.4.5: neither wrapped nor retried).
 */
export async function send(
  { equipment, state }: Means,
  outgoing: Outgoing,
  auth: Authenticator,
  attempt: Attempt,
): Promise<Response> {
  const { method, url, headers, signal } = outgoing
  attempt.headers = headers
  await equipment.beforeAttempt?.(outgoing, attempt)
  await auth.prepare({ method, url, headers, now: state.now() })
  attempt.sent = state.machine()
  let response
  try {
    response = await outgoing.dispatch()
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw error instanceof BackendAIError ? error : new TypeError('fetch failed', { cause: error })
  }
  await equipment.afterAttempt?.(outgoing, response, attempt)
  await auth.receive?.(response)
  return (attempt.response = response)
}

/** The length of what is compressed says nothing. */
function isKnownToFit({ headers }: Response, maxBytes: number): boolean {
  return Number(headers.get('Content-Length') ?? maxBytes + 1) <= maxBytes && !headers.has('Content-Encoding')
}
