/** Server-sent events: a stream that ends, goes on or tells of a gap, and never hangs (protocol 02 §5.1). */
import { APIError, delay, EventStreamError, NetworkError } from '@backend-ai-sdk/core'
import type { CallOptions, Query, Transport } from '@backend-ai-sdk/core'
import { createParser } from 'eventsource-parser'

import { unbatched } from './batches.ts'

/** An event as it came. */
export interface ServerEvent {
  readonly type: 'event'
  readonly name: string
  readonly data: string
}

/** The stream is connected. What happened before is not told; nor is what happened while a connection was lost. */
export interface StreamOpened {
  readonly type: 'opened'
  /** Why the connection before this one ended; undefined for the first. */
  readonly lost: unknown
}

export interface EventStreamOptions extends CallOptions {
  query?: Query
  /**
   * Milliseconds of silence after which a connection counts as dead. Servers give a sign of life every 15 seconds.
   * Default 45,000.
   */
  silence?: number
  /** Milliseconds for which a connection that was lost is looked for. Default 300,000. */
  patience?: number
  /** There is more to come after a `server_close` too: it is a lost connection like others. Default false. */
  endless?: boolean
}

/** What a server asks to wait is obeyed from here on: it writes 5, means seconds, and the standard says milliseconds. */
const leastWait = 1_000
const longestWait = 30_000

/** Bytes of one event; a line that never ends must not fill the memory. */
const longestEvent = 1024 * 1024

/**
 * Events of one path, over as many connections as it takes; each is signed anew. Ends with the server's `server_close`.
 * The next event is read when it is asked for.
 *
 * @throws APIError where the server refuses the stream.
 * @throws EventStreamError for an answer that is no event stream, an event that is longer than 1 MiB, and where a lost
 *   connection was looked for in vain.
 * @throws the reason of the signal.
 */
export const readEvents = (
  transport: Transport,
  path: string,
  options: EventStreamOptions = {},
): AsyncGenerator<ServerEvent | StreamOpened, void, undefined> => unbatched(readEventBatches(transport, path, options))

/** The same, as many at a time as one read brought; see {@link readEvents}. */
export async function* readEventBatches(
  transport: Transport,
  path: string,
  { query, silence = 45_000, patience = 300_000, endless = false, signal, timeout }: EventStreamOptions,
): AsyncGenerator<readonly (ServerEvent | StreamOpened)[], void, undefined> {
  let lost: { since: number; cause: unknown; tries: number } | undefined
  let least = leastWait
  for (;;) {
    let isOpen = false
    try {
      const response = await transport.fetch({ path, query, signal, timeout, headers: { Accept: 'text/event-stream' } })
      const body = await bodyOf(response)
      isOpen = true
      let isRead = false
      try {
        yield [{ type: 'opened', lost: lost?.cause }]
        isRead = true
      } finally {
        // Left before the first read: an open connection would keep a program from ending.
        if (!isRead) void body.cancel().catch(() => {})
      }
      // A connection that is made and says nothing, not even that it lives, is none.
      const onLife = (): void => void (lost = undefined)
      const onRetry = (ms: number): void => void (least = Math.min(Math.max(leastWait, ms), longestWait))
      for await (const events of eventsOf(body, new GuardedReads(silence, signal), { onLife, onRetry })) {
        const close = events.findIndex(({ name }) => name === 'server_close')
        yield close === -1 ? events : events.slice(0, close)
        if (close === -1) continue
        if (!endless) return
        break
      }
      throw new EventStreamError('The server ended the stream.', { retryable: true })
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      // A stream that never was is a call that failed.
      if (!isTemporary(error) || (!isOpen && !lost)) throw error
      lost ??= { since: performance.now(), cause: error, tries: 0 }
      if (isOpen) lost.cause = error
    }
    const wait = Math.min(least * 2 ** lost.tries++, longestWait) * (0.5 + Math.random() / 2)
    if (performance.now() + wait - lost.since > patience)
      throw new EventStreamError(`The stream was lost, and not found again within ${patience} ms.`, {
        cause: lost.cause,
        retryable: true,
      })
    await delay(wait, signal)
  }
}

/** Not a refusal: the same may work later. */
const isTemporary = (error: unknown): boolean =>
  error instanceof NetworkError ||
  (error instanceof EventStreamError && error.retryable === true) ||
  (error instanceof APIError && (error.status >= 500 || error.status === 429))

async function bodyOf({ headers, body }: Response): Promise<ReadableStream<Uint8Array>> {
  const type = headers.get('Content-Type') ?? 'nothing'
  if (body && /^text\/event-stream\b/i.test(type)) return body
  await body?.cancel()
  throw new EventStreamError(`The server answers with ${type}, not with an event stream.`)
}

async function* eventsOf(
  body: ReadableStream<Uint8Array>,
  reads: GuardedReads,
  { onLife, onRetry }: { onLife: () => void; onRetry: (ms: number) => void },
): AsyncGenerator<ServerEvent[], void, undefined> {
  let events: ServerEvent[] = []
  let failure: EventStreamError | undefined
  const parser = createParser({
    maxBufferSize: longestEvent,
    onEvent: ({ event = 'message', data }) => events.push({ type: 'event', name: event, data }),
    onRetry,
    onError(error) {
      // Fields that it does not know are nothing to an event stream.
      if (error.type === 'max-buffer-size-exceeded')
        failure = new EventStreamError(`An event is longer than ${longestEvent} bytes.`, { cause: error })
    },
  })
  const decoder = new TextDecoder()
  const reader = body.getReader()
  try {
    for (;;) {
      const { done, value } = await reads.settle(reader.read())
      if (done) return
      onLife()
      parser.feed(decoder.decode(value, { stream: true }))
      if (events.length > 0) {
        const batch = events
        events = []
        yield batch
      }
      if (failure) throw failure
    }
  } finally {
    reads.end()
    // Not waited for: where the network is silent, it does not end.
    void reader.cancel().catch(() => {})
  }
}

/**
 * Reads that end with a signal, for which a `fetch` of the caller's may not care, and with silence. One listener for all,
 * because there are many.
 */
class GuardedReads {
  readonly #silence: number
  readonly #signal: AbortSignal | undefined
  readonly #abort = (): void => this.#fail?.(this.#signal?.reason)
  #fail: ((reason: unknown) => void) | undefined

  constructor(silence: number, signal: AbortSignal | undefined) {
    this.#silence = silence
    this.#signal = signal
    signal?.addEventListener('abort', this.#abort)
  }

  async settle<T>(reading: Promise<T>): Promise<T> {
    this.#signal?.throwIfAborted()
    let timer: ReturnType<typeof setTimeout> | undefined
    try {
      return await new Promise((resolve, reject) => {
        this.#fail = reject
        timer = setTimeout(
          () => reject(new EventStreamError(`The server was silent for ${this.#silence} ms.`, { retryable: true })),
          this.#silence,
        )
        reading.then(resolve, reject)
      })
    } finally {
      clearTimeout(timer)
    }
  }

  end(): void {
    this.#signal?.removeEventListener('abort', this.#abort)
  }
}
