import { APIError, delay, NetworkError } from '@backend-ai-sdk/core'

/** Says nothing of what was asked for: the same may work later. */
export const isTemporary = (error: unknown): boolean =>
  error instanceof NetworkError || (error instanceof APIError && (error.status >= 500 || error.status === 429))

/** Milliseconds to wait after so many failures of a transfer: doubled by each from the first on, 20 s at most, with jitter. */
export const backOff = (failures: number, first: number): number =>
  Math.min(first * 2 ** Math.min(failures, 10), 20_000) * (0.5 + Math.random() / 2)

/** Milliseconds for which a cluster may be away, such as a manager that restarts. */
const patience = 60_000

/**
 * A look that is part of something longer, which a short absence of the cluster must not end.
 *
 * @param before milliseconds since 1970 at which it is too late.
 */
export async function patiently<T>(
  look: () => Promise<T>,
  signal: AbortSignal | undefined,
  before = Infinity,
): Promise<T> {
  const end = Math.min(Date.now() + patience, before)
  for (let pause = 500; ; pause = Math.min(pause * 2, 5000)) {
    try {
      return await look()
    } catch (error) {
      if (signal?.aborted || !isTemporary(error) || Date.now() + pause > end) throw error
    }
    await delay(pause, signal)
  }
}
