/** Responses whose body is read after the call: typed errors, and the caller's signal until the end. */
import { NetworkError } from './errors.ts'
import { hasBody, passBody } from './passed-body.ts'
import { release, type Received } from './perform.ts'
import { withoutQuery } from './redact.ts'

export function rawResponse({ response, course }: Received): Response {
  if (!hasBody(response)) return response
  const { method, attempt } = course
  course.isHeld = true
  return passBody(
    response,
    async (read) => {
      try {
        const result = await read()
        if (result.done) release(course)
        return result
      } catch (cause) {
        release(course)
        // An abort and a limit of ours are no break.
        if (!(cause instanceof TypeError)) throw cause
        throw new NetworkError(`The answer broke off (${method} ${withoutQuery(attempt.url.href)})`, { cause })
      }
    },
    () => release(course),
  )
}
