/** One attempt of a request: who it is from, then the platform's `fetch`. */
import type { Authenticator } from './auth.ts'
import { BackendAIError } from './errors.ts'

export type Fetch = typeof globalThis.fetch

/**
 * Authenticates each attempt anew, so that a retried request carries a fresh date. Failures below HTTP become one
 * recognisable form, because Bun's are not seen as network errors by ky (Bun 1.4.5: neither wrapped nor retried).
 */
export function attempt(auth: Authenticator, platformFetch: Fetch | undefined, idle: number): Fetch {
  return async (input, init) => {
    const request = input as Request
    await auth.prepare({ method: request.method, url: new URL(request.url), headers: request.headers })
    const send: Fetch = platformFetch ?? globalThis.fetch
    try {
      if (idle === 0) return await send(request, init)
      const { fetchWithIdleLimit } = await import('./idle-limit.ts')
      return await fetchWithIdleLimit(send, request, idle)
    } catch (error) {
      if (request.signal.aborted || error instanceof BackendAIError) throw error
      throw new TypeError('fetch failed', { cause: error })
    }
  }
}
