/** Limits for the silence of a server, before the headers of its answer and within the body. */
import { abortable } from './abort.ts'
import type { Timeouts } from './config.ts'
import { TimeoutError } from './errors.ts'
import type { Fetch } from './fetch.ts'
import { passBody } from './passed-body.ts'

/** Ends a request whose server is silent for too long; 0 is no limit. */
export async function fetchWithin(
  send: Fetch,
  request: Request,
  { headers, idle }: Required<Pick<Timeouts, 'headers' | 'idle'>>,
): Promise<Response> {
  const stalled = new AbortController()

  async function limited<T>(waiting: Promise<T>, phase: 'headers' | 'idle', ms: number): Promise<T> {
    if (ms === 0) return waiting
    const where = phase === 'headers' ? 'sent no headers' : 'was silent'
    const error = new TimeoutError(`The server ${where} for ${ms} ms.`, phase, ms)
    const timer = setTimeout(() => stalled.abort(error), ms)
    try {
      return await abortable(waiting, stalled.signal)
    } finally {
      clearTimeout(timer)
    }
  }

  const signal = AbortSignal.any([request.signal, stalled.signal])
  const [phase, ms] =
    headers > 0 && (idle === 0 || headers <= idle) ? (['headers', headers] as const) : (['idle', idle] as const)
  const response = await limited(send(new Request(request, { signal })), phase, ms)
  // The clock runs only while a read waits for the network: a slow consumer is no silent server.
  return idle === 0 ? response : passBody(response, (read) => limited(read(), 'idle', idle))
}
