import { abortable } from './abort.ts'
import { TimeoutError } from './errors.ts'
import type { Fetch } from './fetch.ts'

/** Ends a request whose server is silent for too long, before the headers or between two pieces of the body. */
export async function fetchWithIdleLimit(send: Fetch, request: Request, ms: number): Promise<Response> {
  const stalled = new AbortController()

  async function limited<T>(waiting: Promise<T>): Promise<T> {
    const error = new TimeoutError(`The server was silent for ${ms} ms.`, 'idle', ms, { retryable: 'unknown' })
    const timer = setTimeout(() => stalled.abort(error), ms)
    try {
      return await abortable(waiting, stalled.signal)
    } finally {
      clearTimeout(timer)
    }
  }

  const signal = AbortSignal.any([request.signal, stalled.signal])
  const response = await limited(send(new Request(request, { signal })))
  if (!response.body) return response
  const reader = response.body.getReader()
  // The clock runs only while a read waits for the network: a slow consumer is no silent server.
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await limited(reader.read())
      if (done) controller.close()
      else controller.enqueue(value)
    },
    cancel: (reason) => reader.cancel(reason),
  })
  return new Response(body, response)
}
