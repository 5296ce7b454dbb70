/** Whether a call that failed is tried again, and when: the rules for requests and upgrades alike. */
import { learnClock } from './clock.ts'
import { resolveRetry } from './config.ts'
import { ClockSkewError, NetworkError, TimeoutError, type BackendAIError } from './errors.ts'
import { failOver } from './failover.ts'
import type { Attempt } from './fetch.ts'
import type { Course, Means } from './perform.ts'
import { backOff, isReplayable, takeFromBudget } from './retry.ts'

/** @returns milliseconds to wait before the next attempt, or undefined where there is none. */
export function waitBeforeNext(
  { config, state }: Means,
  course: Pick<Course, 'call' | 'timeout' | 'start' | 'corrections' | 'attempt'>,
  error: BackendAIError,
): number | undefined {
  const { call, timeout, start, corrections, attempt } = course
  if (!isReplayable(call)) return undefined
  const isCorrected =
    error instanceof ClockSkewError
      ? // Once: where the clock cannot be learnt, the error says so.
        corrections === 0 && attempt.response && learnClock(state, attempt.response.headers, attempt.sent, 1000)
      : mayGoElsewhere(error) && failOver(state, config.endpoints, attempt.endpoint)
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
