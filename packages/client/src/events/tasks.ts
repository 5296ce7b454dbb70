/** Long work that the server does by itself, such as committing a session or rescanning images (protocol 02 §5.3). */
import type { Transport } from '@backend-ai-sdk/core'
import type { EventStreamOptions, StreamOpened } from '@backend-ai-sdk/streaming'

import type { UnreadableEvent } from './events.ts'

interface TaskReport {
  readonly message: string | undefined
  /** Steps done so far; undefined where the release does not tell. */
  readonly current: number | undefined
  /** Steps in all; 0 where the task does not know. */
  readonly total: number | undefined
}

export interface TaskProgress extends TaskReport {
  readonly type: 'progress'
}

export interface TaskDone extends TaskReport {
  readonly type: 'done'
  /** Parts that failed in a task that is done all the same; since release 25.11. */
  readonly errors: readonly string[]
}

export interface TaskFailed extends TaskReport {
  readonly type: 'failed' | 'cancelled'
}

/** What a task says. `done`, `failed` and `cancelled` are the last. */
export type TaskEvent = TaskProgress | TaskDone | TaskFailed

export interface TaskOptions extends Omit<EventStreamOptions, 'query' | 'endless'> {
  /** Milliseconds in which the task has to end. Default 0: none. */
  timeout?: number
  /**
   * Milliseconds in which the server has to tell anything of a task that is known by its id alone. Since release 25.11 it
   * says nothing of tasks that do not exist, nor of those that have not said anything yet; earlier releases refuse the
   * former. Default 60,000; 0: none.
   */
  firstEventWithin?: number
}

export interface TaskWaitOptions extends TaskOptions {
  /** Told of each step. */
  onProgress?: (progress: TaskProgress) => void
}

/** A task of the server. It goes on whether somebody listens or not. */
export class BackgroundTask {
  readonly id: string
  readonly #transport: Transport
  readonly #isProven: boolean

  /** @param isProven the server itself has just told the id: that it says nothing does not mean that there is none. */
  constructor(transport: Transport, id: string, isProven = false) {
    this.#transport = transport
    this.id = id
    this.#isProven = isProven
  }

  /** See {@link Tasks.events}. */
  async *events(
    options: TaskOptions = {},
  ): AsyncGenerator<TaskEvent | StreamOpened | UnreadableEvent, void, undefined> {
    const { readTaskEvents } = await import('./task-events.ts')
    for await (const batch of readTaskEvents(this.#transport, this.id, options, this.#isProven)) yield* batch
  }

  /** See {@link Tasks.wait}. */
  async wait(options: TaskWaitOptions = {}): Promise<TaskDone> {
    const { waitForTask } = await import('./task-events.ts')
    return waitForTask(this.#transport, this.id, options, this.#isProven)
  }
}

export class Tasks {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /**
   * A handle of a task by its id. Nothing is asked.
   *
   * @example const task = client.tasks.get('d3a9dd2c-6c0f-4d8c-a1e6-5f0b1c7f6c3e')
   */
  get(id: string): BackgroundTask {
    return new BackgroundTask(this.#transport, id)
  }

  /**
   * What a task says, to its end, with the same names and types on every release. A lost connection is made again, and
   * `opened` then says why it was lost; what a server repeats is told once. Of a task that has ended already only the end
   * is told, for 24 hours.
   *
   * @throws NotFoundError for an id that the server does not know: at once before release 25.11, later when nothing was
   *   told within `firstEventWithin`. @throws TimeoutError after `timeout`. @throws EventStreamError where the stream was
   *   lost for good. @throws the reason of the signal.
   * @example
   * if (await client.supports('session-commit')) {
   *   const { id } = await session.commit()
   *   for await (const event of client.tasks.events(id)) {
   *     if (event.type === 'progress') console.log(`${event.current} of ${event.total}`, event.message)
   *     else console.log(event.type)
   *   }
   * }
   */
  events(
    id: string,
    options: TaskOptions = {},
  ): AsyncGenerator<TaskEvent | StreamOpened | UnreadableEvent, void, undefined> {
    return this.get(id).events(options)
  }

  /**
   * Resolves when the task is done.
   *
   * @throws TaskError when it fails or is cancelled, with the server's reason. @throws what {@link Tasks.events} throws.
   * @example
   * if (await client.supports('session-commit')) {
   *   const { id } = await session.commit()
   *   try {
   *     await client.tasks.wait(id, { timeout: 60_000 })
   *   } catch (error) {
   *     if (!(error instanceof TaskError)) throw error
   *     console.log(error.status, error.reason)
   *   }
   * }
   */
  wait(id: string, options: TaskWaitOptions = {}): Promise<TaskDone> {
    return this.get(id).wait(options)
  }
}
