/** The emulator behind msw: requests that a page or a test makes to the endpoint never leave the process. */
import { http, type RequestHandler } from 'msw'

import type { Emulator } from './index.ts'

/** For `setupServer(...)` of `msw/node` and `setupWorker(...)` in browsers. Without an endpoint it answers all hosts. */
export function handlers(emulator: Emulator, endpoint?: string): RequestHandler[] {
  const base = endpoint === undefined ? '*' : new URL(endpoint).href.replace(/\/$/, '')
  const answer = ({ request }: { request: Request }): Promise<Response> => emulator.fetch(request)
  return endpoint === undefined
    ? [http.all('*', answer)]
    : [http.all(`${base}/`, answer), http.all(`${base}/*`, answer)]
}
