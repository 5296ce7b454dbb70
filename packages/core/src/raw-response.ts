/** Responses whose body is read after the call: typed errors, and the caller's signal until the end. */
import { NetworkError } from './errors.ts'
import type { Sent } from './perform.ts'

export function rawResponse(response: Response, { method, url, hold }: Sent): Response {
  if (!response.body) return response
  const release = hold()
  const reader = response.body.getReader()
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read()
        if (!done) return controller.enqueue(value)
        release()
        controller.close()
      } catch (cause) {
        release()
        throw isBreak(cause)
          ? new NetworkError(`The answer broke off (${method} ${url.origin}${url.pathname})`, { cause })
          : cause
      }
    },
    cancel(reason) {
      release()
      return reader.cancel(reason)
    },
  })
  return new Response(body, response)
}

/** An abort and a limit of ours are no break. */
const isBreak = (error: unknown): boolean => error instanceof TypeError
