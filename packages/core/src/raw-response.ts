/** Responses whose body is read after the call: typed errors, and the caller's signal until the end. */
import { NetworkError } from './errors.ts'
import { hasBody, passBody } from './passed-body.ts'
import type { Sent } from './perform.ts'
import { withoutQuery } from './redact.ts'

export function rawResponse(response: Response, { method, url, hold }: Sent): Response {
  if (!hasBody(response)) return response
  const release = hold()
  return passBody(
    response,
    async (read) => {
      try {
        const result = await read()
        if (result.done) release()
        return result
      } catch (cause) {
        release()
        // An abort and a limit of ours are no break.
        if (!(cause instanceof TypeError)) throw cause
        throw new NetworkError(`The answer broke off (${method} ${withoutQuery(url.href)})`, { cause })
      }
    },
    release,
  )
}
