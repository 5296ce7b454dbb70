/** Which streams meet which faults: the tables of docs/reliability.md. */
import type { FaultOptions, ProfileName } from '@backend-ai-sdk/emulator'

export interface Column {
  readonly name: string
  readonly profile: ProfileName
  /** What of it meets a fault. */
  readonly match: { readonly path: RegExp; readonly method?: string }
  /** No socket: see {@link Happening.byRequests}. */
  readonly byRequests?: true
}

/** What happens to the cluster. */
export interface Happening {
  /** None: the session, or the task, ends. */
  readonly fault?: FaultOptions
  /** When the stream is there; else before. */
  readonly within?: true
}

export interface Row extends Happening {
  readonly title: string
  /** The same for a stream of requests and answers; null where these cannot meet it. */
  readonly byRequests?: Happening | null
  /** What is quiet cannot be told from what has nothing to say. */
  readonly maySilence?: true
}

export interface Section {
  readonly name: 'events' | 'sockets'
  /** Milliseconds after which what still comes was not lost. */
  readonly long: number
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
}

const refusals: readonly Row[] = [
  { title: 'connection reset before the answer, once', fault: { kind: 'refuse', times: 1 } },
  { title: 'connection reset, always', fault: { kind: 'refuse' } },
  { title: '503, once', fault: { kind: 'status', status: 503, times: 1 } },
  { title: '503, always', fault: { kind: 'status', status: 503 } },
  { title: '429 with `Retry-After: 1`, once', fault: { kind: 'status', status: 429, retryAfter: 1, times: 1 } },
  { title: '403', fault: { kind: 'status', status: 403 } },
  { title: 'a page of a proxy, 502, always', fault: { kind: 'page' } },
  { title: 'a log-in page, 200', fault: { kind: 'page', status: 200, html: '<html>Log in</html>' } },
]

const restarts: readonly Row[] = [
  { title: 'a restart', fault: { kind: 'restart', milliseconds: 300 }, within: true },
  { title: 'a restart that takes longer', fault: { kind: 'restart' }, within: true },
]

const eventPath = { path: /^\/events\// }

const events: Section = {
  name: 'events',
  // Silence is noticed within it, and a connection made again.
  long: 6000,
  columns: [
    { name: '`events.sessions()`', profile: '26.9', match: eventPath },
    { name: '`tasks.events()`', profile: '26.9', match: eventPath },
    { name: '`sessions.watch()`', profile: '26.9', match: eventPath },
    { name: '`waitFor()`', profile: '26.9', match: eventPath },
  ],
  rows: [
    ...refusals,
    { title: 'silence before the headers, once', fault: { kind: 'stall', times: 1 } },
    { title: 'silence in the stream, once', fault: { kind: 'stall', afterBytes: 1000, times: 1 } },
    { title: 'silence in the stream, always', fault: { kind: 'stall', afterBytes: 0 } },
    { title: 'signs of life alone', fault: { kind: 'bad-event', event: 'none', afterEvents: 3, times: 1 } },
    { title: 'cut in the stream, once', fault: { kind: 'cut', afterBytes: 1000, times: 1 } },
    { title: 'cut in the stream, again and again', fault: { kind: 'cut', afterBytes: 1000 } },
    { title: 'slow bytes', fault: { kind: 'slow', bytes: 200, every: 5 } },
    { title: 'an event whose JSON ends in the middle', fault: { kind: 'bad-event', event: 'broken', afterEvents: 2 } },
    { title: 'bytes that are no text', fault: { kind: 'bad-event', event: 'garbage', afterEvents: 2 } },
    { title: 'a line that does not end', fault: { kind: 'bad-event', event: 'endless', afterEvents: 2 } },
    { title: 'the session, or the task, ends', within: true },
    ...restarts,
  ],
}

const tunnelPath = { path: /\/tcpproxy/ }
/** Of polls: the session's own path. */
const pollPath = { path: /^\/session\/[^/]+$/, method: 'POST' }

const sockets: Section = {
  name: 'sockets',
  long: 2500,
  columns: [
    { name: '`pty()`', profile: '26.9', match: { path: /\/pty$/ } },
    // Releases before 25.9 have no other.
    { name: '`terminal()` by ttyd', profile: '23.09', match: tunnelPath },
    { name: '`tunnel()`', profile: '26.9', match: tunnelPath },
    { name: '`listen()`', profile: '26.9', match: tunnelPath },
    { name: '`run()`', profile: '26.9', match: { path: /\/execute$/ } },
    { name: '`run()` by polls', profile: '26.9', match: pollPath, byRequests: true },
  ],
  rows: [
    ...refusals,
    { title: 'silence before the answer', fault: { kind: 'stall' } },
    {
      title: 'silence after messages',
      fault: { kind: 'stall', afterMessages: 3 },
      maySilence: true,
      byRequests: { fault: { kind: 'stall', afterBytes: 10 }, within: true },
    },
    {
      title: 'the same, for a second',
      fault: { kind: 'stall', afterMessages: 3, milliseconds: 1000, times: 1 },
      byRequests: { fault: { kind: 'stall', afterBytes: 10, milliseconds: 1000, times: 1 }, within: true },
    },
    {
      title: 'half-open, once',
      fault: { kind: 'half-open', afterMessages: 3, times: 1 },
      byRequests: null,
    },
    {
      title: 'cut, once',
      fault: { kind: 'cut', afterMessages: 3, times: 1 },
      byRequests: { fault: { kind: 'cut', afterBytes: 10, times: 1 }, within: true },
    },
    {
      title: 'cut, again and again',
      fault: { kind: 'cut', afterMessages: 3 },
      byRequests: { fault: { kind: 'cut', afterBytes: 10 }, within: true },
    },
    {
      title: 'a frame that breaks the protocol, once',
      fault: { kind: 'garbage', afterMessages: 3, times: 1 },
      byRequests: null,
    },
    {
      title: 'half a frame, once',
      fault: { kind: 'garbage', frame: 'half', afterMessages: 3, times: 1 },
      byRequests: null,
    },
    {
      title: 'HTTP instead of a frame, once',
      fault: { kind: 'garbage', frame: 'http', afterMessages: 3, times: 1 },
      byRequests: null,
    },
    {
      title: 'bytes that are no message, 16 MiB',
      fault: { kind: 'large-message', afterMessages: 3, times: 1 },
      byRequests: null,
    },
    { title: 'the session ends', within: true },
    ...restarts,
  ],
}

export const sections: readonly Section[] = [events, sockets]

/** What meets a column in a row; null: nothing can. */
export function happeningOf(row: Row, { byRequests }: Column): Happening | null {
  return byRequests && row.byRequests !== undefined ? row.byRequests : row
}
