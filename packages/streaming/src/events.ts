/** Server-sent events: a stream that ends, goes on or tells of a gap, and never hangs (protocol 02 §5.1). */
import { abortable, APIError, delay, EventStreamError, NetworkError } from '@backend-ai-sdk/core'
import type { CallOptions, Query, Transport } from '@backend-ai-sdk/core'
import { createParser } from 'eventsource-parser'

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
export async function* readEvents(
  transport: Transport,
  path: string,
  { query, silence = 45_000, patience = 300_000, signal, timeout }: EventStreamOptions = {},
): AsyncGenerator<ServerEvent | StreamOpened, void, undefined> {
  let lost: { since: number; cause: unknown; tries: number } | undefined
  let least = leastWait
  for (;;) {
    let isOpen = false
    try {
      const response = await transport.fetch({ path, query, signal, timeout, headers: { Accept: 'text/event-stream' } })
      isOpen = true
      yield { type: 'opened', lost: lost?.cause }
      lost = undefined
      const onRetry = (ms: number): void => void (least = Math.min(Math.max(leastWait, ms), longestWait))
      for await (const event of eventsOf(response, silence, signal, onRetry)) {
        if (event.name === 'server_close') return
        yield event
      }
      throw new EventStreamError('The server ended the stream.', { retryable: true })
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      // A stream that never was is a call that failed.
      if (!isTemporary(error) || (!isOpen && !lost)) throw error
      lost ??= { since: performance.now(), cause: error, tries: 0 }
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

async function* eventsOf(
  response: Response,
  silence: number,
  signal: AbortSignal | undefined,
  onRetry: (ms: number) => void,
): AsyncGenerator<ServerEvent, void, undefined> {
  const type = response.headers.get('Content-Type') ?? 'nothing'
  if (!response.body || !/^text\/event-stream\b/i.test(type)) {
    await response.body?.cancel()
    throw new EventStreamError(`The server answers with ${type}, not with an event stream.`)
  }
  const events: ServerEvent[] = []
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
  const reader = response.body.getReader()
  try {
    for (;;) {
      // A `fetch` of the caller's may not know what its signal means for a body.
      const { done, value } = await abortable(unlessSilent(reader.read(), silence), signal)
      if (done) return
      parser.feed(decoder.decode(value, { stream: true }))
      yield* events.splice(0)
      if (failure) throw failure
    }
  } finally {
    // Not waited for: where the network is silent, it does not end.
    void reader.cancel().catch(() => {})
  }
}

async function unlessSilent<T>(reading: Promise<T>, ms: number): Promise<T> {
  const silent = new AbortController()
  const error = new EventStreamError(`The server was silent for ${ms} ms.`, { retryable: true })
  const timer = setTimeout(() => silent.abort(error), ms)
  try {
    return await abortable(reading, silent.signal)
  } finally {
    clearTimeout(timer)
  }
}
