/** The server's time, learnt from its answers: it refuses requests that are 15 minutes off (protocol §2.6). */
import type { TransportState } from './state.ts'

/** A `Date` header knows whole seconds, and an answer may have been long on its way. */
const tolerance = 60_000

/**
 * @param sent when the request left, by the machine's clock.
 * @param least difference in milliseconds that is worth a change.
 * @returns whether the offset has changed.
 */
export function learnClock(state: TransportState, headers: Headers, sent: number, least = tolerance): boolean {
  const date = Date.parse(headers.get('Date') ?? '')
  // What a cache kept tells of the past.
  if (Number.isNaN(date) || headers.has('Age')) return false
  const offset = Math.round(date + 500 - (sent + state.machine()) / 2)
  if (Math.abs(offset - state.clockOffset) < least) return false
  state.clockOffset = Math.abs(offset) < tolerance ? 0 : offset
  return true
}
