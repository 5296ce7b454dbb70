/** One attempt of a request: who it is from, then the platform's `fetch`. */
import type { Authenticator } from './auth.ts'
import { BackendAIError } from './errors.ts'
import type { Means } from './perform.ts'

export type Fetch = typeof globalThis.fetch

/** What an attempt leaves behind, for whoever has to make sense of its failure. */
export interface Attempt {
  /** Counted from 1. */
  readonly number: number
  readonly auth: Authenticator
  /** Where it is text. */
  readonly body?: string | undefined
  /** Of the answer's body. */
  readonly maxBytes?: number | undefined
  /** By the machine's clock. */
  sent: number
  request?: Request
  response?: Response
}

/**
 * Authenticates each attempt anew, so that a repeated request carries a fresh date. Failures below HTTP become one
 * recognisable form, because Bun's are not seen as network errors by ky (Bun 1.4.5: neither wrapped nor retried).
 */
export function attemptFetch({ config, state, equipment }: Means, attempt: Attempt): Fetch {
  return async (input, init) => {
    const request = (attempt.request = input as Request)
    const { method, url, headers, signal } = request
    await equipment.beforeAttempt?.(request, attempt)
    await attempt.auth.prepare({ method, url: new URL(url), headers, now: state.now() })
    attempt.sent = state.machine()
    const { body } = attempt
    const send = equipment.fetch ?? config.fetch
    let response
    try {
      response = await (send
        ? send(request, init)
        : // The body of a request is a stream to Node, which takes its time (50 µs); a text is not.
          body === undefined
          ? fetch(request)
          : fetch(url, { method, headers, signal, body, redirect: 'manual', credentials: 'omit' }))
    } catch (error) {
      throw signal.aborted || error instanceof BackendAIError ? error : new TypeError('fetch failed', { cause: error })
    }
    await equipment.afterAttempt?.(request, response, attempt)
    attempt.response = response
    if (attempt.maxBytes === undefined || isKnownToFit(response, attempt.maxBytes)) return response
    const { limitBody } = await import('./limited-body.ts')
    return limitBody(request, response, attempt.maxBytes)
  }
}

/** The length of what is compressed says nothing. */
function isKnownToFit({ headers }: Response, maxBytes: number): boolean {
  return Number(headers.get('Content-Length') ?? maxBytes + 1) <= maxBytes && !headers.has('Content-Encoding')
}
