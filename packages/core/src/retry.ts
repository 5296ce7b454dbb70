/** Which calls may be sent again, and when. */
import type { Call } from './call.ts'
import type { BackendAIError } from './errors.ts'
import type { TransportState } from './state.ts'

/**
 * Calls that may arrive twice: reads, and writes that the server makes idempotent. All others are sent again only
 * where it is certain that they did not arrive, or were refused before anything was done.
 */
const repeatableRoutes: readonly {
  method: string
  path: RegExp
  where?: (json: Record<string, unknown>) => boolean
}[] = [
  { method: 'GET', path: /./ },
  { method: 'HEAD', path: /./ },
  { method: 'OPTIONS', path: /./ },
  // A query changes nothing; a mutation may.
  { method: 'POST', path: /^\/admin\/(gql|graphql)$/, where: ({ query }) => !/\bmutation\b/.test(String(query)) },
  // Reads with a body.
  { method: 'POST', path: /^\/resource\/check-presets$/ },
  // What they ask for is what there is after the first, too (protocol 03).
  { method: 'POST', path: /^\/folders\/[^/]+\/update-options$/ },
  { method: 'POST', path: /^\/folders\/[^/]+\/mkdir$/, where: ({ exist_ok }) => exist_ok === true },
  { method: 'POST', path: /^\/folders\/(_\/shared|invitations\/update\/[^/]+)$/ },
  // Of one name there is one session: the second time it is found (protocol 02 §1.1).
  { method: 'POST', path: /^\/session$/, where: ({ name, reuseIfExists }) => Boolean(name) && reuseIfExists === true },
]

export function isRepeatable({ method = 'GET', path, json }: Call): boolean {
  return repeatableRoutes.some(
    (route) =>
      route.method === method &&
      route.path.test(path) &&
      (route.where?.((json ?? {}) as Record<string, unknown>) ?? true),
  )
}

/** A stream is gone once it was sent. */
export const isReplayable = ({ body }: Call): boolean => !(body instanceof ReadableStream)

export interface RetryOptions {
  /** How often a call is sent at most. Default 3. */
  attempts?: number
  /** Milliseconds that the first repetition waits at most; doubled for each further one. Default 250. */
  delay?: number
  /** Milliseconds that any repetition waits at most. Where a server asks for more, the call fails at once. Default 20,000. */
  maxDelay?: number
  /**
   * Repetitions that a client has in store, for all of its calls; one comes back every 5 seconds. Keeps clients from
   * making a server's bad time worse. Default 10.
   */
  budget?: number
}

/** Statuses that pass by themselves. A 500 seldom does. */
const passing: ReadonlySet<number> = new Set([429, 502, 503, 504])

/** Too many requests count against the limit too, and most servers do not say how long to wait (protocol §4.6). */
const patience = 2_000

/**
 * @param repetition counted from 1.
 * @param wanted milliseconds that the server asks to wait.
 * @returns milliseconds to wait, or undefined where the call should fail.
 */
export function backOff(
  error: BackendAIError & { status?: number },
  repetition: number,
  { delay, maxDelay }: Required<RetryOptions>,
  wanted: number | undefined,
): number | undefined {
  if (error.retryable !== true) return undefined
  if (error.status !== undefined && (!passing.has(error.status) || error.code === 'ERR_MAINTENANCE')) return undefined
  if (wanted !== undefined) return wanted <= maxDelay ? wanted : undefined
  const ceiling = Math.min(maxDelay, delay * 2 ** (repetition - 1))
  // Full jitter: clients that failed together do not come back together.
  return Math.random() * ceiling + (error.status === 429 ? Math.min(patience, maxDelay) : 0)
}

/** Milliseconds after which the budget has one more. */
const refillTime = 5_000

/** @returns whether there was one left to take. */
export function takeFromBudget(state: TransportState, { budget }: Required<RetryOptions>): boolean {
  const now = state.machine()
  const { left, at } = (state.budget ??= { left: budget, at: now })
  const refilled = Math.min(budget, left + Math.max(0, now - at) / refillTime)
  if (refilled < 1) return false
  state.budget = { left: refilled - 1, at: now }
  return true
}
