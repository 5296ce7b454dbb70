/** What the sessions of a user become: a list that is kept true by events. */
import { delay, refuseUnknownKeys, type CallOptions, type Transport } from '@backend-ai-sdk/core'
import type { EventStreamOptions } from '@backend-ai-sdk/streaming'

import { isTemporary } from '../patience.ts'
import { fetchSession, fetchSessions, type SessionInfo, type SessionStatus } from '../sessions/session-info.ts'
import { readSessionEvents } from './session-events.ts'

/** A change of what is watched. `session` is how it is now, or was last. */
export type SessionChange =
  /** It was there when the watch began. */
  | { readonly type: 'listed'; readonly session: SessionInfo }
  /** All that was there is listed; from here on come changes. */
  | { readonly type: 'synced' }
  /** It was created, or came into one of the statuses that are watched. */
  | { readonly type: 'added'; readonly session: SessionInfo }
  /** Its status, the reason of it, its result or its name. */
  | { readonly type: 'changed'; readonly session: SessionInfo; readonly previous: SessionInfo }
  /** It ended, left the statuses that are watched, or cannot be seen any more. */
  | { readonly type: 'removed'; readonly session: SessionInfo }
  /**
   * The connection was lost. What changed meanwhile has been told before this, as it is now: not what happened in
   * between.
   */
  | { readonly type: 'resynced'; readonly lost: unknown }

export interface SessionWatchOptions extends Pick<EventStreamOptions, 'silence' | 'patience' | 'signal'> {
  /** Name of a project. One that does not exist is an error on releases 22.03 to 25.12, and has no sessions on others. */
  project?: string | undefined
  /** Of another user, for administrators. */
  accessKey?: string | undefined
  /** Default: all but `TERMINATED` and `CANCELLED`. */
  status?: readonly SessionStatus[] | undefined
  /**
   * Milliseconds after which everything is listed again, whatever was told: 23.09 tells of no session that waits in the
   * queue or is taken out of it. Default 30,000.
   */
  refresh?: number | undefined
}

const optionNames = ['project', 'accessKey', 'status', 'refresh', 'silence', 'patience', 'signal']

/** Milliseconds after an event at which a session is read: what is told first may be written later. */
const looks = [0, 1_000, 4_000]
/** Milliseconds between two looks at the same session, however much is told of it. */
const spacing = 200
/** Of so many sessions at a time a list costs less. */
const manySessions = 10

export async function* watchSessions(
  transport: Transport,
  options: SessionWatchOptions,
): AsyncGenerator<readonly SessionChange[], void, undefined> {
  refuseUnknownKeys(options, optionNames, 'the options of watch()')
  const { refresh = 30_000, patience = 300_000, signal } = options
  const leaving = new AbortController()
  const abort = (): void => leaving.abort(signal?.reason)
  if (signal?.aborted) abort()
  signal?.addEventListener('abort', abort)
  const news = new News()
  const listening = listen(transport, options, leaving.signal, news)
  const view = new View(transport, options, leaving.signal)
  try {
    // The list comes second, so that nothing falls between the two.
    while (!news.gap()) await news.wait(Infinity)
    let isFirst = true
    let listAt = 0
    let failingSince: number | undefined
    for (;;) {
      if (news.failure) throw news.failure.reason
      const now = performance.now()
      const gap = news.gap()
      const due = news.due(now)
      const mustList = gap !== undefined || now >= listAt || due.length > manySessions
      let changes: SessionChange[] = []
      try {
        changes = mustList ? await view.list(isFirst) : await view.look(due)
        failingSince = undefined
        news.looked(due)
        if (mustList) listAt = performance.now() + refresh
        if (gap) {
          changes.push(isFirst ? { type: 'synced' } : { type: 'resynced', lost: gap.lost })
          isFirst = false
          news.close(gap)
        }
      } catch (error) {
        failingSince ??= now
        if (leaving.signal.aborted || !isTemporary(error) || now - failingSince > patience) throw error
        await delay(2_000, leaving.signal)
      }
      if (changes.length > 0) yield changes
      if (!news.gap()) await news.wait(Math.min(news.nextAt, listAt) - performance.now())
    }
  } finally {
    signal?.removeEventListener('abort', abort)
    leaving.abort(signal?.aborted ? signal.reason : undefined)
    await listening
  }
}

interface Gap {
  /** Why the connection before ended. */
  lost: unknown
}

/** What was told and not yet looked at: at most one entry for each session, however slowly it is read. */
class News {
  failure: { reason: unknown } | undefined
  #gap: Gap | undefined
  readonly #looks = new Map<string, { at: number; step: number; last: number }>()
  #wake: () => void = () => {}

  tell(change: { gap?: Gap; id?: string; failure?: { reason: unknown } }): void {
    this.#gap = change.gap ?? this.#gap
    this.failure ??= change.failure
    if (change.id !== undefined) {
      const last = this.#looks.get(change.id)?.last ?? -Infinity
      this.#looks.set(change.id, { at: Math.max(performance.now(), last + spacing), step: 0, last })
    }
    this.#wake()
  }

  /** A connection was opened: what is known may be old. */
  gap(): Gap | undefined {
    return this.#gap
  }

  /** It was dealt with; another may have come meanwhile. */
  close(gap: Gap): void {
    if (this.#gap === gap) this.#gap = undefined
  }

  get nextAt(): number {
    let next = Infinity
    for (const { at } of this.#looks.values()) next = Math.min(next, at)
    return next
  }

  /** Sessions that are to be looked at. */
  due(now: number): string[] {
    return [...this.#looks].flatMap(([id, look]) => {
      if (look.at > now) return []
      look.last = now
      return [id]
    })
  }

  looked(ids: readonly string[]): void {
    for (const id of ids) {
      const look = this.#looks.get(id)
      // Told of again while it was looked at.
      if (!look || look.at > look.last) continue
      look.step++
      if (look.step === looks.length) this.#looks.delete(id)
      else look.at = look.last + looks[look.step]!
    }
  }

  async wait(ms: number): Promise<void> {
    if (this.failure) throw this.failure.reason
    let timer: ReturnType<typeof setTimeout> | undefined
    await new Promise<void>((resolve) => {
      this.#wake = resolve
      if (ms < Infinity) timer = setTimeout(resolve, Math.max(ms, 0))
    })
    clearTimeout(timer)
  }
}

/** Resolves when the stream has ended, for whatever reason. */
async function listen(
  transport: Transport,
  { project, accessKey, silence, patience }: SessionWatchOptions,
  signal: AbortSignal,
  news: News,
): Promise<void> {
  try {
    // Where servers cannot tell projects apart, that is done here alone.
    const hasProjects = await transport.supports('session-events-project', { signal })
    const stream = {
      project: hasProjects ? project : undefined,
      accessKey,
      signal,
      ...(silence && { silence }),
      ...(patience && { patience }),
    }
    for await (const batch of readSessionEvents(transport, stream, true)) {
      for (const item of batch) {
        if (item.type === 'opened') news.tell({ gap: { lost: item.lost } })
        else if (item.type !== 'unreadable') news.tell({ id: item.sessionId })
      }
    }
  } catch (reason) {
    news.tell({ failure: { reason } })
  }
}

/** The sessions as they were told last. */
class View {
  readonly #transport: Transport
  readonly #options: SessionWatchOptions
  readonly #call: CallOptions
  readonly #known = new Map<string, SessionInfo>()

  constructor(transport: Transport, options: SessionWatchOptions, signal: AbortSignal) {
    this.#transport = transport
    this.#options = options
    this.#call = { signal }
  }

  /** Reads all. */
  async list(isFirst: boolean): Promise<SessionChange[]> {
    const { accessKey, status } = this.#options
    const changes: SessionChange[] = []
    const gone = new Set(this.#known.keys())
    const filter = { order: 'created_at', ...(accessKey && { accessKey }), ...(status && { status }) }
    for (let offset = 0, total = 1; offset < total;) {
      const { items, totalCount } = await fetchSessions(this.#transport, filter, offset, this.#call)
      for (const session of items) {
        gone.delete(session.id)
        changes.push(...this.#see(session, isFirst ? 'listed' : 'added'))
      }
      offset += items.length
      total = items.length > 0 ? totalCount : 0
    }
    changes.push(...(await this.look([...gone])))
    return changes
  }

  /** Reads some. */
  async look(ids: readonly string[]): Promise<SessionChange[]> {
    const changes: SessionChange[] = []
    for (const id of ids) {
      const session = await fetchSession(this.#transport, id, this.#call)
      if (session) changes.push(...this.#see(session, 'added'))
      else changes.push(...this.#remove(id))
    }
    return changes
  }

  #see(session: SessionInfo, type: 'listed' | 'added'): SessionChange[] {
    const previous = this.#known.get(session.id)
    if (!this.#isWatched(session)) return this.#remove(session.id, session)
    this.#known.set(session.id, session)
    if (!previous) return [{ type, session }]
    return isSame(previous, session) ? [] : [{ type: 'changed', session, previous }]
  }

  #remove(id: string, session = this.#known.get(id)): SessionChange[] {
    return this.#known.delete(id) && session ? [{ type: 'removed', session }] : []
  }

  #isWatched({ status, project, accessKey }: SessionInfo): boolean {
    const { status: statuses, project: wanted, accessKey: key } = this.#options
    return (
      (statuses ? statuses.includes(status) : status !== 'TERMINATED' && status !== 'CANCELLED') &&
      (wanted === undefined || project === wanted) &&
      (key === undefined || accessKey === undefined || accessKey === key)
    )
  }
}

const isSame = (a: SessionInfo, b: SessionInfo): boolean =>
  a.status === b.status && a.statusInfo === b.statusInfo && a.result === b.result && a.name === b.name
