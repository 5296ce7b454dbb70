/** The emulator behind msw: requests that a page or a test makes to the endpoint never leave the process. */
import { http, type RequestHandler } from 'msw'

import { ConnectionFault } from './faults/faults.ts'
import type { Emulator } from './index.ts'

/**
 * For `setupServer(...)` of `msw/node` and `setupWorker(...)` in browsers. Without an endpoint it answers all hosts; with
 * one also the origin of the storage proxy.
 * Faults that were injected into the emulator are met here too: `fetch` rejects where there is no answer.
 */
export function handlers(emulator: Emulator, endpoint?: string): RequestHandler[] {
  const base = endpoint === undefined ? '*' : new URL(endpoint).href.replace(/\/$/, '')
  const answer = async ({ request }: { request: Request }): Promise<Response> => {
    try {
      return await emulator.fetch(request)
    } catch (error) {
      // What msw's handlers throw would be a 500.
      if (error instanceof ConnectionFault || request.signal.aborted) return Response.error()
      throw error
    }
  }
  return endpoint === undefined
    ? [http.all('*', answer)]
    : [base, emulator.storageProxy.url].flatMap((origin) => [
        http.all(`${origin}/`, answer),
        http.all(`${origin}/*`, answer),
      ])
}
