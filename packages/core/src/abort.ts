/** Waiting that ends with the caller's signal and leaves no listener and no timer behind. */

/** @throws the signal's reason as soon as it fires; the promise goes on for others. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

export async function delay(ms: number, signal?: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  try {
    await abortable(new Promise<void>((resolve) => (timer = setTimeout(resolve, ms))), signal)
  } finally {
    clearTimeout(timer)
  }
}

/** `setTimeout` knows no longer one. */
export const longestTime = 0x7fffffff

export interface Following {
  readonly signal: AbortSignal
  /** Time does not matter any more. */
  stopClock(): void
  release(): void
}

/**
 * A signal that follows another until it is released, so that a long-lived one keeps no trace of a call that is over,
 * and that fires after a time, with a `TimeoutError` of the platform.
 *
 * @param ms 0 is no limit.
 */
export function follow(leader: AbortSignal | undefined, ms = 0): Following {
  const controller = new AbortController()
  const abort = (): void => controller.abort(leader!.reason)
  if (leader?.aborted) abort()
  leader?.addEventListener('abort', abort, { once: true })
  const end = (): void => controller.abort(new DOMException('Time is up.', 'TimeoutError'))
  const timer = ms > 0 ? setTimeout(end, Math.min(ms, longestTime)) : undefined
  return {
    signal: controller.signal,
    stopClock: () => clearTimeout(timer),
    release() {
      clearTimeout(timer)
      leader?.removeEventListener('abort', abort)
    },
  }
}
