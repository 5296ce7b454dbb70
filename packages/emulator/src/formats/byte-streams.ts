/** Bodies and files, one portion at a time. */
import type { Bytes } from '../storage/file-system.ts'

/** Asks for nothing that nobody reads. A reader that leaves ends the source, of which `leave` hears first. */
export function streamFrom(chunks: AsyncIterable<Bytes>, leave?: () => void): ReadableStream<Bytes> {
  const iterator = chunks[Symbol.asyncIterator]()
  return new ReadableStream<Bytes>(
    {
      async pull(controller) {
        const { done, value } = await iterator.next()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      async cancel() {
        leave?.()
        await iterator.return?.()
      },
    },
    { highWaterMark: 0 },
  )
}

/** @throws the signal's reason when its sender gives up. */
export async function* chunksOf(
  body: ReadableStream<Bytes> | null,
  signal?: AbortSignal,
): AsyncGenerator<Bytes, void, undefined> {
  if (!body) return
  const reader = body.getReader()
  const cancel = (): void => void reader.cancel(signal?.reason).catch(() => {})
  signal?.addEventListener('abort', cancel)
  try {
    signal?.throwIfAborted()
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value
    signal?.throwIfAborted()
  } finally {
    signal?.removeEventListener('abort', cancel)
    void reader.cancel().catch(() => {})
  }
}
