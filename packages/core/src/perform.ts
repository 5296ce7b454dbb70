/** The life of a call: an attempt, and for the few that do not do well at once, what `recovery.ts` makes of it. */
import { follow, type Following } from './abort.ts'
import type { Answered, Call } from './call.ts'
import type { Config } from './config.ts'
import type { Equipment } from './equipment.ts'
import { NetworkError } from './errors.ts'
import { attempt, nextAttempt, type Attempt } from './fetch.ts'
import { lazy } from './lazy.ts'
import { isLoadedFromDisk } from './runtime.ts'
import type { TransportState } from './state.ts'

/** What the calls of a transport have in common. */
export interface Means {
  readonly config: Config
  readonly state: TransportState
  equipment: Equipment
  url(call: Call, endpoint: URL): URL
}

/** The answer of an attempt that did well, with its body still to be read. */
export interface Received {
  readonly response: Response
  readonly course: Course
}

/** An answer that is no JSON, or not what was asked for. */
export class UnreadableError extends Error {
  readonly body: string

  constructor(body: string, cause: unknown) {
    super('unreadable', { cause })
    this.body = body
  }
}

export interface PerformOptions {
  /** Milliseconds for each attempt, where a first contact is sought. */
  connect?: number
  /** Longer bodies are an error. */
  maxBytes?: number | undefined
}

/** A call under way. */
export interface Course<T = unknown> {
  readonly call: Call
  readonly method: string
  /** Of every attempt, without the credentials. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: BodyInit | undefined
  readonly read: (received: Received) => Promise<T>
  readonly maxBytes: number | undefined
  /** By the clock of `performance`. */
  readonly start: number
  /** Milliseconds for the whole call; 0 is no limit. */
  readonly timeout: number
  /** Milliseconds for each attempt of a first contact. */
  readonly connect: number
  /** The latest. */
  attempt: Attempt<T>
  /** Attempts that were made because an address or a clock was wrong: they are no repetitions. */
  corrections: number
  /** The caller's signal. */
  readonly followings: Following[]
  /** The body is read after the call: the signal counts until then. */
  isHeld: boolean
}

export const release = ({ followings }: Course): void => followings.forEach((following) => following.release())

const recovery = lazy(() => import('./recovery.ts'))

/** @param headers of every attempt, without the credentials. */
export async function perform<T>(
  means: Means,
  call: Call,
  headers: Readonly<Record<string, string>>,
  read: (received: Received) => Promise<T>,
  { connect = 0, maxBytes }: PerformOptions = {},
): Promise<Answered<T>> {
  const { method = 'GET', signal, timeout = means.config.timeouts.total } = call
  const body = call.json === undefined ? (call.body ?? undefined) : JSON.stringify(call.json)
  const next = nextAttempt<T>(means, call, 1)
  const following = follow(signal, connect || timeout)
  const course: Course<T> = {
    call,
    method,
    headers,
    body,
    read,
    maxBytes,
    start: performance.now(),
    timeout,
    connect,
    attempt: next,
    corrections: 0,
    followings: [following],
    isHeld: false,
  }
  try {
    const first = attempt(means, course, following.signal)
    // Beside the call: where the network is gone, it cannot be loaded any more.
    if (!isLoadedFromDisk()) recovery().catch(() => {})
    const isGood = await first.then(
      ({ ok }) => ok,
      () => false,
    )
    if (!isGood) {
      signal?.throwIfAborted()
      following.stopClock()
      const { recover } = await recovery().catch(async () => {
        throw new NetworkError('No answer.', { cause: await first.catch((error: unknown) => error) })
      })
      await recover(means, course, first)
    }
  } finally {
    if (course.isHeld) following.stopClock()
    else release(course)
  }
  const { url, number: attempts, answer } = course.attempt
  means.equipment.hooks?.success?.({ method, url, attempts, duration: performance.now() - course.start })
  return answer!
}
