/** What faults there are, and what can be said about each. */
import { type GarbageFrame, garbageFrames } from './fault-frames.ts'

/** Which requests a fault meets. What is not given fits all; all that is given must fit. */
export interface FaultMatch {
  /** `GET`, `POST` …; upgrades are `GET`. Preflights of browsers are met only where this is `OPTIONS`. */
  method?: string
  /** The whole path as it is sent, without the query (`/session`), or an expression that finds something in it. */
  path?: string | RegExp
  /** True: only requests that ask for a WebSocket; false: only those that do not. */
  upgrade?: boolean
}

interface Targeted {
  /** Default: every request. A function gets the request and must leave its body unread. */
  match?: FaultMatch | ((request: Request) => boolean)
  /** How many requests it meets; then it is gone. Default: until it is removed. */
  times?: number
}

interface Replacing extends Targeted {
  /**
   * The cluster carries the request out all the same, and only its answer is lost: what a client cannot know after a
   * failure. Default false.
   */
  carriedOut?: boolean
}

/** Counts what the server sends: bytes of a body or of WebSocket messages, or whole messages. */
interface Counting {
  /** Default: see the fault. */
  afterBytes?: number
  /** Whole messages of a WebSocket. With it the fault meets upgrades only. */
  afterMessages?: number
}

/** Counts what the client sends. */
interface CountingReceived {
  /**
   * Bytes of the request's body that reach the cluster, which does with them what it does. A body that is not longer is
   * answered as ever. Not together with the others.
   */
  afterReceived?: number
}

/**
 * Silence. Before the answer, or in the body or socket after `afterBytes` or `afterMessages`. An answer that is not as
 * long arrives whole.
 */
export interface StallFault extends Targeted, Counting, CountingReceived {
  kind: 'stall'
  /** How long; then it goes on. Default: until the fault is removed, the request aborted or the emulator stopped. */
  milliseconds?: number
}

/**
 * The connection ends in the body, or in the socket without a close frame. The request was carried out. Default after 0
 * bytes: behind the headers. An answer that is not longer arrives whole.
 */
export interface CutFault extends Targeted, Counting, CountingReceived {
  kind: 'cut'
}

/** The connection is reset before any answer. */
export interface RefuseFault extends Replacing {
  kind: 'refuse'
}

/** An error of the manager, with the problem document of its release where that knows the status. */
export interface StatusFault extends Replacing {
  kind: 'status'
  /** 400 to 599. */
  status: number
  /** The header `Retry-After`: seconds, or a date. Default: none. */
  retryAfter?: number | string | Date
}

/** The HTML page of a proxy. */
export interface PageFault extends Replacing {
  kind: 'page'
  /** 200 to 599. Default 502. */
  status?: number
  /** Default: nginx's page for the status. */
  html?: string
  /** See {@link StatusFault}. */
  retryAfter?: number | string | Date
}

/** A redirect of a proxy: to a `location`, or to the same URL at another `host`. One of them must be given. */
export interface RedirectFault extends Replacing {
  kind: 'redirect'
  /** As in the header, absolute or not. */
  location?: string
  /** `other.example:8443`. */
  host?: string
  /** Default 302. */
  status?: 301 | 302 | 303 | 307 | 308
}

/** The body trickles. */
export interface SlowFault extends Targeted {
  kind: 'slow'
  /** How many come at a time. */
  bytes: number
  /** Milliseconds before each. */
  every: number
}

/**
 * A WebSocket that is open and dead: nothing comes, no ping or close is answered, and what is sent goes nowhere. As where
 * a network forgot the connection. It is reset when the fault is removed. Default: as soon as it is open.
 */
export interface HalfOpenFault extends Targeted, Counting {
  kind: 'half-open'
}

/** A frame that breaks the protocol of WebSockets, as it is sent. In process the client fails as it would by that. */
export interface GarbageFault extends Targeted, Counting {
  kind: 'garbage'
  /** What is wrong with it; the connection ends within a `half`. Default `reserved-bits`. */
  frame?: GarbageFrame
}

/** One message that is valid and large. */
export interface LargeMessageFault extends Targeted, Counting {
  kind: 'large-message'
  /** Default 16 MiB. */
  bytes?: number
  /** Letters instead of zero bytes. Default false. */
  text?: boolean
}

/** An event stream says what cannot be read. Other requests do not meet it. */
export interface BadEventFault extends Targeted {
  kind: 'bad-event'
  /**
   * `broken`: one event whose JSON ends in the middle. `garbage`: 512 bytes that are no text, once. `endless`: a line that
   * goes on until the fault is removed. `none`: signs of life, and no events until the fault is removed.
   */
  event: 'broken' | 'garbage' | 'endless' | 'none'
  /** Events before that arrive. Default 0. */
  afterEvents?: number
}

/**
 * Another storage proxy takes an upload over while one of its parts arrives: 409 `tus-lease-lost` once all of it is
 * there, and nothing of it counts. Other requests do not meet it; where releases before 26.4.4 have no leases, it does
 * nothing.
 */
export interface LeaseLostFault extends Targeted {
  kind: 'lease-lost'
}

/** The cluster's clock is off, for all requests: their signatures, the header `Date`, the dates in answers. */
export interface ClockSkewFault {
  kind: 'clock-skew'
  /** Positive: the cluster is ahead. */
  milliseconds: number
}

/**
 * All connections and sockets are cut at once, and none is answered until the time is up or the fault removed. Sessions
 * go on, as they do under a manager that restarts.
 */
export interface RestartFault {
  kind: 'restart'
  /** Default: until the fault is removed. */
  milliseconds?: number
}

export type FaultOptions =
  | StallFault
  | CutFault
  | RefuseFault
  | StatusFault
  | PageFault
  | RedirectFault
  | SlowFault
  | HalfOpenFault
  | GarbageFault
  | LargeMessageFault
  | BadEventFault
  | LeaseLostFault
  | ClockSkewFault
  | RestartFault

/** What is wrong with a value, or null. */
type Rule = (value: unknown) => string | null

const whole =
  (unit: string, least: number, most = Number.MAX_SAFE_INTEGER): Rule =>
  (value) => {
    const fits = Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most
    const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`
    return fits ? null : `must be a whole number${unit && ` of ${unit}`}, ${range}`
  }

const span: Rule = (value) =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? null : 'must be a time in milliseconds, 0 or more'

const finite: Rule = (value) =>
  typeof value === 'number' && Number.isFinite(value) ? null : 'must be a number of milliseconds'

const text: Rule = (value) => (typeof value === 'string' && value !== '' ? null : 'must be a text that is not empty')

const yesOrNo: Rule = (value) => (typeof value === 'boolean' ? null : 'must be true or false')

const oneOf =
  (...values: (number | string)[]): Rule =>
  (value) =>
    values.includes(value as number | string) ? null : `must be one of ${values.join(', ')}`

const retryAfter: Rule = (value) => {
  if (typeof value === 'number') return whole('seconds', 0)(value)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'must be a valid date' : null
  return text(value) && 'must be seconds, a text or a Date'
}

const pageStatus: Rule = (value) =>
  [204, 205, 304].includes(value as number) ? 'must be one that has a body' : whole('', 200, 599)(value)

const matching: Rule = (value) => {
  if (typeof value === 'function') return null
  if (typeof value !== 'object' || value === null) return 'must be an object or a function'
  const rules: Record<string, Rule> = {
    method: text,
    path: (path) => (path instanceof RegExp ? null : text(path) && 'must be a path or a regular expression'),
    upgrade: yesOrNo,
  }
  for (const [key, item] of Object.entries(value)) {
    const rule = rules[key]
    if (!rule) return `has an unknown key '${key}'; there are ${Object.keys(rules).join(', ')}`
    const complaint = item === undefined ? null : rule(item)
    if (complaint) return `has a '${key}' that ${complaint}`
  }
  return null
}

const targeted = { match: matching, times: whole('requests', 1) }
const replacing = { ...targeted, carriedOut: yesOrNo }
const counting = { afterBytes: whole('bytes', 0), afterMessages: whole('messages', 0) }
const received = { afterReceived: whole('bytes', 0) }

const rules: Readonly<Record<FaultOptions['kind'], Readonly<Record<string, Rule>>>> = {
  stall: { ...targeted, ...counting, ...received, milliseconds: span },
  cut: { ...targeted, ...counting, ...received },
  refuse: replacing,
  status: { ...replacing, status: whole('', 400, 599), retryAfter },
  page: { ...replacing, status: pageStatus, html: text, retryAfter },
  redirect: { ...replacing, location: text, host: text, status: oneOf(301, 302, 303, 307, 308) },
  slow: { ...targeted, bytes: whole('bytes', 1), every: span },
  'half-open': { ...targeted, ...counting },
  garbage: { ...targeted, ...counting, frame: oneOf(...garbageFrames) },
  'large-message': { ...targeted, ...counting, bytes: whole('bytes', 1), text: yesOrNo },
  'bad-event': {
    ...targeted,
    event: oneOf('broken', 'garbage', 'endless', 'none'),
    afterEvents: whole('events', 0),
  },
  'lease-lost': targeted,
  'clock-skew': { milliseconds: finite },
  restart: { milliseconds: span },
}

const required: Partial<Record<FaultOptions['kind'], readonly string[]>> = {
  status: ['status'],
  slow: ['bytes', 'every'],
  'bad-event': ['event'],
  'clock-skew': ['milliseconds'],
}

/** @throws TypeError naming the key. */
export function checkFault(options: FaultOptions): void {
  const given = options as unknown as Readonly<Record<string, unknown>> | null
  if (typeof given !== 'object' || given === null) throw new TypeError('A fault is described by an object.')
  const { kind } = given as { kind?: unknown }
  const known = Object.keys(rules)
  if (typeof kind !== 'string' || !known.includes(kind)) {
    throw new TypeError(`'kind' of a fault must be one of ${known.join(', ')}, not ${show(kind)}.`)
  }
  const name = kind as FaultOptions['kind']
  for (const [key, value] of Object.entries(given)) {
    if (key === 'kind') continue
    const rule = rules[name][key]
    if (!rule) {
      throw new TypeError(
        `Unknown key '${key}' of the fault '${name}'; there are ${Object.keys(rules[name]).join(', ')}.`,
      )
    }
    const complaint = value === undefined ? null : rule(value)
    if (complaint) throw new TypeError(`'${key}' of the fault '${name}' ${complaint}, not ${show(value)}.`)
  }
  for (const key of required[name] ?? []) {
    if (given[key] === undefined) throw new TypeError(`The fault '${name}' needs '${key}'.`)
  }
  checkTogether(options)
}

function checkTogether(options: FaultOptions): void {
  if (options.kind === 'redirect' && (options.location === undefined) === (options.host === undefined)) {
    throw new TypeError("The fault 'redirect' needs either 'location' or 'host'.")
  }
  const counts = (['afterBytes', 'afterMessages', 'afterReceived'] as const).filter(
    (name) => name in options && (options as unknown as Record<string, unknown>)[name] !== undefined,
  )
  if (counts.length > 1)
    throw new TypeError(`The fault '${options.kind}' takes '${counts[0]}' or '${counts[1]}', not both.`)
}

const show = (value: unknown): string =>
  typeof value === 'string' ? `'${value}'` : typeof value === 'object' && value !== null ? 'that object' : String(value)
