import { ResponseTooLargeError } from './errors.ts'
import { withoutQuery } from './redact.ts'

/** The response with a body that ends with an error where it is longer than allowed. */
export function limitBody({ method, url }: Request, response: Response, maxBytes: number): Response {
  if (!response.body) return response
  const reader = response.body.getReader()
  let bytes = 0
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reader.read()
      if (done) return controller.close()
      bytes += value.byteLength
      if (bytes <= maxBytes) return controller.enqueue(value)
      const error = new ResponseTooLargeError(
        `The answer is longer than ${maxBytes} bytes (${method} ${withoutQuery(url)})`,
        maxBytes,
      )
      await reader.cancel(error)
      throw error
    },
    cancel: (reason) => reader.cancel(reason),
  })
  return new Response(body, response)
}
