/** Bodies that stall, break or trickle. */
import { chunksOf } from '../formats/byte-streams.ts'

export type Bytes = Uint8Array<ArrayBuffer>
export type ByteStream = AsyncGenerator<Bytes, void, undefined>

/** Both parts of a body, and `between` when the first has been taken. */
export async function* split(chunks: AsyncIterable<Bytes>, at: number, between: () => Promise<void>): ByteStream {
  let left = at
  let isOver = false
  for await (const chunk of chunks) {
    if (!isOver && chunk.length > left) {
      isOver = true
      if (left > 0) yield chunk.slice(0, left)
      await between()
      yield chunk.slice(left)
    } else {
      left -= chunk.length
      yield chunk
    }
  }
}

/** So many bytes at a time, `pause` before each. */
export async function* trickle(chunks: AsyncIterable<Bytes>, bytes: number, pause: () => Promise<void>): ByteStream {
  for await (const chunk of chunks) {
    for (let start = 0; start < chunk.length; start += bytes) {
      await pause()
      yield chunk.slice(start, start + bytes)
    }
  }
}

const bodies = new WeakSet<Response>()

/** A body that may break: a socket server has to write it itself. */
export const hasFaultyBody = (response: Response): boolean => bodies.has(response)

/**
 * The response with its body led through `lead`. `signal` breaks the body at any time, with its reason. `end` is called
 * once, when nothing of it is to come any more: with a reason where the reader does not want the rest.
 */
export async function withBody(
  response: Response,
  lead: (chunks: AsyncIterable<Bytes>) => ByteStream,
  signal: AbortSignal,
  end: (reason?: unknown) => void,
): Promise<Response> {
  const { body, status, statusText } = response
  if (!body) {
    end()
    return response
  }
  const headers = new Headers(response.headers)
  let source: AsyncIterable<Bytes>
  // Those of known length may be files, and archives are as long as they like.
  if (headers.has('Content-Length') || isStream(headers)) source = chunksOf(body, signal)
  else {
    const whole = new Uint8Array(await response.arrayBuffer())
    // Known to the client, so that it can tell what is missing.
    headers.set('Content-Length', String(whole.length))
    source = (async function* () {
      yield whole
    })()
  }
  const made = new Response(streamOf(lead(source), signal, end), { status, statusText, headers })
  bodies.add(made)
  return made
}

const isStream = (headers: Headers): boolean =>
  /^(?:text\/event-stream|application\/zip)/.test(headers.get('Content-Type') ?? '')

/** The same request, of whose body so many bytes come before `then`, with which the body fails or goes on. */
export function limitedRequest(request: Request, bytes: number, then: () => Promise<void>): Request {
  const { url, method, headers, signal, body } = request
  if (!body) return request
  const limited = split(chunksOf(body, signal), bytes, then)
  // Node asks for `duplex`, which TypeScript does not know.
  const init: RequestInit & { duplex: 'half' } = {
    method,
    headers,
    signal,
    body: streamOf(limited, signal, () => {}),
    duplex: 'half',
  }
  return new Request(url, init)
}

function streamOf(chunks: ByteStream, signal: AbortSignal, end: (reason?: unknown) => void): ReadableStream<Bytes> {
  let fail: () => void = () => {}
  let isOver = false
  const finish = (reason?: unknown): void => {
    if (isOver) return
    isOver = true
    signal.removeEventListener('abort', fail)
    end(reason)
    void chunks.return().catch(() => {})
  }
  return new ReadableStream<Bytes>(
    {
      start(controller) {
        fail = () => {
          controller.error(signal.reason)
          finish()
        }
        if (signal.aborted) fail()
        else signal.addEventListener('abort', fail)
      },
      async pull(controller) {
        try {
          const { done, value } = await chunks.next()
          if (isOver) return
          if (done) {
            controller.close()
            finish()
          } else controller.enqueue(value)
        } catch (error) {
          if (!isOver) controller.error(error)
          finish()
        }
      },
      cancel(reason) {
        finish(reason ?? new DOMException('The body was cancelled.', 'AbortError'))
      },
    },
    { highWaterMark: 0 },
  )
}
