/** Compute sessions: making, finding and listing them (protocol 02 §1). */
import { lazy, Pages, refuseUnknownKeys, type CallOptions, type Transport } from '@backend-ai-sdk/core'

import type { SessionChange, SessionWatchOptions } from '../events/session-watch.ts'
import { Run, type RunHandle, type RunOptions } from '../run/run.ts'
import { ComputeSession } from './compute-session.ts'
import type { SessionFilter, SessionInfo, SessionStatus } from './session-info.ts'
import type { SessionSpec } from './session-spec.ts'
import type { WaitOptions } from './session-status.ts'

export interface SessionCreateOptions extends WaitOptions {
  /** Until the session runs. Default true; with false it is returned as soon as it is enqueued. */
  wait?: boolean
  /** The same as `wait: false`, under the name that other clients have for it. */
  enqueueOnly?: boolean
  /** Milliseconds to wait until the session runs, after which it is returned as it is: still enqueued. Default: none. */
  maxWait?: number
  /** Takes a living session of the same name and image. Default false; true for `getOrCreate`. */
  reuseIfExists?: boolean
}

export interface SessionMatch {
  id: string
  name: string
  status: SessionStatus
}

export interface SessionListOptions extends SessionFilter, CallOptions {}

// Lists are polled.
const sessionInfo = lazy(() => import('./session-info.ts'))

const listNames = ['status', 'order', 'filter', 'accessKey', 'domain', 'projectId', 'limit', 'signal', 'timeout']

export class Sessions {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /**
   * Creates a session and waits until it runs. Where the wait fails or is aborted, what was enqueued is destroyed.
   *
   * @throws ConflictError for a name that is in use; its `data.existingSessionId` tells whose.
   * @throws NotFoundError for an image that is not known. @throws QuotaExceededError.
   * @throws SessionEndedError where it is cancelled or fails to start.
   * @example
   * await using session = await client.sessions.create({ image: 'python', slots: { cpu: 1, mem: '1g' } })
   */
  async create(spec: SessionSpec, options: SessionCreateOptions = {}): Promise<ComputeSession> {
    const { createSession } = await import('./session-lifecycle.ts')
    return new ComputeSession(this.#transport, await createSession(this.#transport, spec, options))
  }

  /** A living session of that name and image, or a new one. See {@link create}. */
  getOrCreate(spec: SessionSpec, options: SessionCreateOptions = {}): Promise<ComputeSession> {
    return this.create(spec, { reuseIfExists: true, ...options })
  }

  /**
   * A session from a template (`client.sessionTemplates`), and what of it is to be otherwise: a whole `environment`,
   * `slots` or `mounts` takes the place of the template's.
   *
   * @param template Its id.
   * @throws NotFoundError for a template that is not there. @throws UnsupportedError before release 20.09.18. See {@link create}.
   */
  async createFromTemplate(
    template: string,
    spec: Partial<SessionSpec> = {},
    options: SessionCreateOptions = {},
  ): Promise<ComputeSession> {
    const { createFromTemplate } = await import('../templates/session-from-template.ts')
    return new ComputeSession(this.#transport, await createFromTemplate(this.#transport, template, spec, options))
  }

  /**
   * A session by its id, or a living one by its name.
   *
   * @throws NotFoundError
   */
  async get(reference: string, options: CallOptions = {}): Promise<ComputeSession> {
    const { noSuchSession, requireSession } = await sessionInfo()
    const id = isUUID(reference) ? reference : await this.#idOf(reference, options)
    if (id === undefined) throw noSuchSession(this.#transport, reference)
    return new ComputeSession(this.#transport, {
      ...(await requireSession(this.#transport, id, options)),
      created: false,
    })
  }

  async #idOf(name: string, options: CallOptions): Promise<string | undefined> {
    const { finalStatuses } = await sessionInfo()
    const named = (await this.match(name, options)).filter((match) => match.name === name)
    return (named.find(({ status }) => !finalStatuses.includes(status)) ?? named[0])?.id
  }

  /**
   * The sessions that the user may see, page by page.
   *
   * @example
   * for await (const session of client.sessions.list({ status: 'all', order: '-created_at' })) console.log(session.name)
   */
  list(options: SessionListOptions = {}): Pages<SessionInfo> {
    refuseUnknownKeys(options, listNames, 'the options of list()')
    const { signal, timeout, ...filter } = options
    return new Pages(async (offset) => {
      const { fetchSessions } = await sessionInfo()
      return fetchSessions(this.#transport, filter, offset, { signal, timeout })
    })
  }

  /**
   * The living sessions that the user may see, and then what becomes of them, until the loop is left. A status that is
   * told twice is told once; one that a session has left before it could be looked at is not told.
   *
   * @throws APIError where the server refuses. @throws EventStreamError where the connection was lost for good.
   * @throws the reason of the signal.
   * @example
   * const states = new Map<string, string>()
   * for await (const change of client.sessions.watch()) {
   *   if (change.type === 'removed') states.delete(change.session.id)
   *   else if ('session' in change) states.set(change.session.id, change.session.status)
   *   else break // synced: from here on come changes; resynced: some may have been missed
   * }
   */
  async *watch(options: SessionWatchOptions = {}): AsyncGenerator<SessionChange, void, undefined> {
    const { watchSessions } = await import('../events/session-watch.ts')
    for await (const changes of watchSessions(this.#transport, options)) yield* changes
  }

  /** Sessions by name or id; before release 23.03 also by the beginning of either. */
  async match(reference: string, options: CallOptions = {}): Promise<SessionMatch[]> {
    const { matches } = await this.#transport.request<{ matches: SessionMatch[] }>({
      path: '/session/_/match',
      query: { id: reference },
      ...options,
    })
    return matches
  }

  /**
   * Goes on with a run that this or another process started with `resumable`.
   *
   * @throws ExecutionError when it is read, for a run that has ended and whose end was read.
   * @example
   * const run = session.run(code, { resumable: true })
   * const text = JSON.stringify(run.handle)
   * for await (const item of run) break // the code goes on
   * const { stdout } = await client.sessions.resume(JSON.parse(text)).result()
   */
  resume(handle: RunHandle, options: RunOptions = {}): Run {
    return new Run({ transport: this.#transport, id: handle.sessionId }, { handle }, options)
  }
}

const isUUID = (text: string): boolean => /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text)
