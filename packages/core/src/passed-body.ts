/** Bodies that are looked at on their way to the reader. */

type Read = () => Promise<ReadableStreamReadResult<Uint8Array<ArrayBuffer>>>

/** Chromium shows responses of these statuses with a body, and refuses to make one. */
const bodiless: ReadonlySet<number> = new Set([101, 204, 205, 304])

export const hasBody = ({ body, status }: Response): boolean => body !== null && !bodiless.has(status)

/**
 * The response with a body of which each piece comes through `next`; what that throws ends it.
 *
 * @param cancelled is told of a reader that leaves.
 */
export function passBody(response: Response, next: (read: Read) => ReturnType<Read>, cancelled = () => {}): Response {
  if (!hasBody(response)) return response
  const reader = response.body!.getReader()
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await next(() => reader.read())
        if (done) controller.close()
        else controller.enqueue(value)
      } catch (error) {
        // Not waited for: where the network is silent, it does not end.
        void reader.cancel(error).catch(() => {})
        throw error
      }
    },
    cancel(reason) {
      cancelled()
      return reader.cancel(reason)
    },
  })
  return new Response(body, response)
}
