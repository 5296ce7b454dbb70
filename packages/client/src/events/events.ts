/** Events of compute sessions, as they happen (protocol 02 §5.2). */
import type { Transport } from '@backend-ai-sdk/core'
import type { EventStreamOptions, StreamOpened } from '@backend-ai-sdk/streaming'

/** Names of all releases; newer servers may have others. */
export type SessionEventName =
  | 'session_enqueued'
  | 'session_pending'
  | 'session_scheduled'
  | 'session_preparing'
  | 'session_pulling'
  | 'session_prepared'
  | 'session_creating'
  | 'session_started'
  | 'session_terminating'
  | 'session_terminated'
  | 'session_cancelled'
  | 'session_success'
  | 'session_failure'
  | 'kernel_preparing'
  | 'kernel_pulling'
  | 'kernel_creating'
  | 'kernel_started'
  | 'kernel_terminating'
  | 'kernel_terminated'
  | 'kernel_cancelled'
  // eslint-disable-next-line -- keeps the completion of the known names
  | (string & {})

/**
 * Something happened to a session, or to one of its kernels. Servers may tell the same twice, and not everything: on
 * 23.09 a session's start is told by its kernel alone.
 */
export interface SessionEvent {
  readonly type: 'session' | 'kernel'
  readonly name: SessionEventName
  readonly sessionId: string
  readonly sessionName: string
  readonly ownerAccessKey: string | undefined
  /** Reason code, such as `user-requested` (protocol 02 §2.4). */
  readonly reason: string | undefined
  /** Of the end of a kernel and the result of a batch; since release 25.13 never told. */
  readonly exitCode: number | undefined
  readonly kernelId: string | undefined
  /** `main` or `sub`. */
  readonly clusterRole: string | undefined
  readonly clusterIndex: number | undefined
}

/** An event that cannot be read; the stream goes on. */
export interface UnreadableEvent {
  readonly type: 'unreadable'
  readonly name: string
  readonly data: string
}

export interface SessionEventsOptions extends Omit<EventStreamOptions, 'query' | 'timeout' | 'endless'> {
  /** Of one session: its id, or its handle. */
  session?: string | { readonly id: string } | undefined
  /** Of sessions of that name. */
  name?: string | undefined
  /** Of one project; on releases 22.03 to 25.12. {@link Sessions.watch} knows projects on all. */
  project?: string | undefined
  /** Of another user, for administrators. */
  accessKey?: string | undefined
  /** Default: both. */
  scope?: 'session' | 'kernel' | undefined
}

export class Events {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /**
   * What happens to the sessions that the user may see, from now on, until the loop is left. A lost connection is made
   * again; `opened` with `lost` then says that something may have been missed.
   *
   * Nothing is told of what was before: wait for the first `opened`, then create a session or read its status.
   *
   * @throws APIError where the server refuses the stream, UnsupportedError where it cannot tell projects apart.
   * @throws EventStreamError where it was lost for good.
   * @example
   * for await (const event of client.events.sessions({ signal: AbortSignal.timeout(3000) })) {
   *   if (event.type === 'session') console.log(event.sessionName, event.name, event.reason)
   *   if (event.type === 'opened') break
   * }
   */
  async *sessions(
    options: SessionEventsOptions = {},
  ): AsyncGenerator<SessionEvent | StreamOpened | UnreadableEvent, void, undefined> {
    const { readSessionEvents } = await import('./session-events.ts')
    for await (const batch of readSessionEvents(this.#transport, options)) yield* batch
  }
}
