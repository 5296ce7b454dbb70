/** Waiting that ends with the caller's signal and leaves no listener and no timer behind. */

/** @throws the signal's reason as soon as it fires; the promise goes on for others. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
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

/**
 * A signal that follows another until it is released, so that a long-lived one keeps no trace of a call that is over.
 */
export function follow(leader: AbortSignal): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController()
  const abort = (): void => controller.abort(leader.reason)
  if (leader.aborted) abort()
  leader.addEventListener('abort', abort, { once: true })
  return { signal: controller.signal, release: () => leader.removeEventListener('abort', abort) }
}
