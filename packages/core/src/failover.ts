/** Several addresses of one cluster stand in for each other. */
import type { TransportState } from './state.ts'

/** For how long an address that could not be reached is left alone, in milliseconds. */
const restTime = 30_000

/**
 * Tells that an address could not be reached: another becomes the current one, and stays until it fails.
 *
 * @returns whether that one is not known to be down too.
 */
export function failOver(state: TransportState, endpoints: readonly URL[], failed: URL): boolean {
  const now = state.machine()
  state.failed.set(failed, now)
  // Another call has noticed already.
  if (state.endpoint !== failed) return true
  const begin = endpoints.indexOf(failed)
  const others = endpoints.map((_, index) => endpoints[(begin + index) % endpoints.length]!).slice(1)
  const healthy = others.find((other) => now - (state.failed.get(other) ?? Number.NEGATIVE_INFINITY) >= restTime)
  // Where all are down, they still take turns.
  state.endpoint = healthy ?? others[0] ?? failed
  return healthy !== undefined
}
