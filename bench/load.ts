/** Calls one after another, or several at a time, for a while. */
import type { Variant } from './round-robin.ts'

export interface Load {
  inFlight: number
  /** Of one turn. */
  milliseconds: number
}

/** @returns a variant that tells microseconds. */
export function load(call: () => unknown, { inFlight, milliseconds }: Load): Variant {
  return async () => {
    const start = performance.now()
    const end = start + milliseconds
    let calls = 0
    async function worker(): Promise<void> {
      do {
        await call()
        calls++
      } while (performance.now() < end)
    }
    await Promise.all(Array.from({ length: inFlight }, worker))
    return { calls, time: (performance.now() - start) * 1000 }
  }
}
