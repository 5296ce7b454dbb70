import { ResponseTooLargeError } from './errors.ts'
import { passBody } from './passed-body.ts'
import { withoutQuery } from './redact.ts'

/** The response with a body that ends with an error where it is longer than allowed. */
export function limitBody(url: URL, method: string, response: Response, maxBytes: number): Response {
  let bytes = 0
  return passBody(response, async (read) => {
    const result = await read()
    bytes += result.value?.byteLength ?? 0
    if (bytes <= maxBytes) return result
    const call = `${method} ${withoutQuery(url.href)}`
    throw new ResponseTooLargeError(`The answer is longer than ${maxBytes} bytes (${call})`, maxBytes)
  })
}
