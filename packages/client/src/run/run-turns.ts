/** One run at a time in each session: a second one would block the session for 30 s and fail (protocol 02 §3.4). */
import { abortable, ExecutionError, SessionBlockedError, type Authenticator } from '@backend-ai-sdk/core'

interface SessionTurns {
  /** Settles when the runs taken so far have ended. */
  last: Promise<void>
  waiting: number
  /** Run id of a run that was left while its code goes on. */
  detached?: string | undefined
  /** A fault of the server left the session unable to run code. */
  blocked?: boolean
  /** python-prelude.ts ran. */
  prepared?: boolean
}

/** Milliseconds for which no socket is tried after one could not be opened. */
const socketRest = 60_000

// By who asks, so that all clients and handles of one user share the turns of a session.
const turnsOf = new WeakMap<Authenticator, RunTurns>()

export class RunTurns {
  readonly #sessions = new Map<string, SessionTurns>()
  readonly #runtimes = new Map<string, Promise<string | undefined>>()
  #socketsRestUntil = 0

  static of(auth: Authenticator): RunTurns {
    let turns = turnsOf.get(auth)
    if (!turns) turnsOf.set(auth, (turns = new RunTurns()))
    return turns
  }

  /**
   * Waits until the runs before this one have ended.
   *
   * @param runId of a resumable run.
   * @returns to be called when the run has ended, or is left while its code goes on.
   * @throws SessionBlockedError and ExecutionError at once where the session cannot run code.
   */
  async take(
    sessionId: string,
    runId: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<(detached: boolean) => void> {
    const turns = this.#of(sessionId)
    refuse(sessionId, turns, runId)
    const before = turns.last
    let end!: () => void
    turns.last = new Promise((resolve) => (end = resolve))
    turns.waiting++
    const leave = (detached: boolean): void => {
      turns.waiting--
      turns.detached = detached ? runId : undefined
      end()
      this.#forget(sessionId, turns)
    }
    try {
      await abortable(before, signal)
      refuse(sessionId, turns, runId)
    } catch (error) {
      // The turn of those behind comes when those before have ended, not when this one gives up.
      void before.then(() => {
        turns.waiting--
        end()
        this.#forget(sessionId, turns)
      })
      throw error
    }
    return leave
  }

  /** Sockets could not be opened a moment ago: runs are polled, and need not wait for that to happen again. */
  get mayOpenSocket(): boolean {
    return performance.now() >= this.#socketsRestUntil
  }

  leaveSocketsAlone(): void {
    this.#socketsRestUntil = performance.now() + socketRest
  }

  block(sessionId: string): void {
    this.#of(sessionId).blocked = true
  }

  isPrepared(sessionId: string): boolean {
    return this.#of(sessionId).prepared ?? false
  }

  setPrepared(sessionId: string): void {
    this.#of(sessionId).prepared = true
  }

  /** Of an image: asked for once. */
  runtimeOf(image: string, fetch: () => Promise<string | undefined>): Promise<string | undefined> {
    let runtime = this.#runtimes.get(image)
    if (!runtime) {
      runtime = fetch()
      this.#runtimes.set(image, runtime)
      runtime.catch(() => this.#runtimes.delete(image))
    }
    return runtime
  }

  /** A restarted or ended session: nothing of what was known holds. */
  reset(sessionId: string): void {
    const turns = this.#of(sessionId)
    delete turns.blocked
    delete turns.prepared
    delete turns.detached
    this.#forget(sessionId, turns)
  }

  #of(sessionId: string): SessionTurns {
    let turns = this.#sessions.get(sessionId)
    if (!turns) this.#sessions.set(sessionId, (turns = { last: Promise.resolve(), waiting: 0 }))
    return turns
  }

  #forget(sessionId: string, { waiting, detached, blocked, prepared }: SessionTurns): void {
    if (waiting === 0 && !detached && !blocked && !prepared) this.#sessions.delete(sessionId)
  }
}

function refuse(sessionId: string, { blocked, detached }: SessionTurns, runId: string | undefined): void {
  if (blocked)
    throw new SessionBlockedError(
      `Session ${sessionId} cannot run code any more: a fault of the server blocked it in an earlier run. Destroy it and create another.`,
    )
  if (detached && detached !== runId)
    throw new ExecutionError(
      `Session ${sessionId} still runs ${detached}, which was left unfinished: resume that run first.`,
    )
}
