/** Compute sessions: making, finding and listing them (protocol 02 §1). */
import { Pages, refuseUnknownKeys, type CallOptions, type Transport } from '@backend-ai-sdk/core'

import { ComputeSession } from './compute-session.ts'
import { Run, type RunHandle, type RunOptions } from './run.ts'
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
   * A session by its id, or a living one by its name.
   *
   * @throws NotFoundError
   */
  async get(reference: string, options: CallOptions = {}): Promise<ComputeSession> {
    const { noSuchSession, requireSession } = await import('./session-info.ts')
    const id = isUUID(reference) ? reference : await this.#idOf(reference, options)
    if (id === undefined) throw noSuchSession(this.#transport, reference)
    return new ComputeSession(this.#transport, {
      ...(await requireSession(this.#transport, id, options)),
      created: false,
    })
  }

  async #idOf(name: string, options: CallOptions): Promise<string | undefined> {
    const { finalStatuses } = await import('./session-info.ts')
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
      const { fetchSessions } = await import('./session-info.ts')
      return fetchSessions(this.#transport, filter, offset, { signal, timeout })
    })
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
