/** Background tasks: long work that is told of by events (protocol 02 §5.3). */
import { newUUID } from './random.ts'

export type TaskStatus = 'started' | 'done' | 'failed' | 'cancelled'

export interface TaskSteps {
  /** Steps done so far. */
  current?: number
  /** Steps in all. */
  total?: number
  message?: string
}

/** Something that a task said; `updated` is its progress. */
export interface TaskEvent {
  readonly name: 'updated' | Exclude<TaskStatus, 'started'>
  readonly message: string
  readonly current: number
  readonly total: number
  /** Parts that failed in a task that is done all the same; on 26.9. */
  readonly errors?: readonly string[]
}

/** Milliseconds for which a task that has ended is known (protocol 02 §5.3). */
const kept = 24 * 3_600_000

export class Task {
  readonly id: string = newUUID()
  readonly #clock: () => number
  readonly #listeners = new Set<(event: TaskEvent) => void>()
  #status: TaskStatus = 'started'
  #endedAt: number | undefined
  #last: TaskEvent | undefined
  #current = 0
  #total: number
  #message: string

  constructor(clock: () => number, { current = 0, total = 0, message = '' }: TaskSteps) {
    this.#clock = clock
    this.#current = current
    this.#total = total
    this.#message = message
  }

  get status(): TaskStatus {
    return this.#status
  }

  /** Undefined for a task that has not said anything yet. */
  get lastEvent(): TaskEvent | undefined {
    return this.#last
  }

  get isForgotten(): boolean {
    return this.#endedAt !== undefined && this.#clock() - this.#endedAt > kept
  }

  /** Tells of its progress; what is not given stays. Of no effect after the end, as the rest. */
  progress({ current = this.#current, total = this.#total, message = this.#message }: TaskSteps = {}): void {
    this.#current = current
    this.#total = total
    this.#message = message
    this.#say('updated')
  }

  /** @param errors of parts that failed; told by 26.9. */
  finish(message = '', errors?: readonly string[]): void {
    this.#end('done', message, errors)
  }

  fail(message = ''): void {
    this.#end('failed', message)
  }

  cancel(message = ''): void {
    this.#end('cancelled', message)
  }

  /** Told of what it says from now on; the result ends that. */
  onEvent(listener: (event: TaskEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #end(status: Exclude<TaskStatus, 'started'>, message: string, errors?: readonly string[]): void {
    if (this.#status !== 'started') return
    this.#message = message
    this.#endedAt = this.#clock()
    this.#say(status, errors)
    this.#status = status
    this.#listeners.clear()
  }

  #say(name: TaskEvent['name'], errors?: readonly string[]): void {
    if (this.#status !== 'started') return
    const [message, current, total] = [this.#message, this.#current, this.#total]
    this.#last = { name, message, current, total, ...(errors && { errors }) }
    for (const listener of this.#listeners) listener(this.#last)
  }
}

/**
 * The tasks of a cluster.
 *
 * @example
 * const task = cluster.emulator.tasks.start({ total: 3 })
 * task.progress({ current: 1, message: 'one of three' })
 * task.finish()
 */
export class Tasks {
  readonly #clock: () => number
  readonly #all = new Map<string, Task>()

  constructor(clock: () => number) {
    this.#clock = clock
  }

  start(steps: TaskSteps = {}): Task {
    for (const [id, { isForgotten }] of this.#all) if (isForgotten) this.#all.delete(id)
    const task = new Task(this.#clock, steps)
    this.#all.set(task.id, task)
    return task
  }

  get(id: string): Task | undefined {
    const task = this.#all.get(id)
    return task?.isForgotten ? undefined : task
  }
}
