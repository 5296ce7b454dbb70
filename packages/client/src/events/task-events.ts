/** The stream of one background task: as each release has it, told as one (protocol 02 §5.3). */
import {
  isAtLeast,
  NotFoundError,
  refuseUnknownKeys,
  ServerError,
  TaskError,
  TimeoutError,
  type Transport,
} from '@backend-ai-sdk/core'
import { readEventBatches, type ServerEvent, type StreamOpened } from '@backend-ai-sdk/streaming'

import { parseObject } from './event-data.ts'
import type { UnreadableEvent } from './events.ts'
import type { TaskDone, TaskEvent, TaskOptions, TaskWaitOptions } from './tasks.ts'

const route = '/events/background-task'
const optionNames = ['timeout', 'firstEventWithin', 'silence', 'patience', 'signal', 'onProgress']

export async function* readTaskEvents(
  transport: Transport,
  id: string,
  options: TaskOptions,
  isProven: boolean,
): AsyncGenerator<readonly (TaskEvent | StreamOpened | UnreadableEvent)[], void, undefined> {
  refuseUnknownKeys(options, optionNames, "the options of a task's events")
  const { timeout = 0, firstEventWithin = 60_000, signal, ...stream } = options
  const limits = new Limits(id, transport, timeout, isProven ? 0 : firstEventWithin, signal)
  let batches: ReturnType<typeof readEventBatches> | undefined
  let refusesUnknown = false
  try {
    // Later ones let anybody listen to anything.
    refusesUnknown = !isAtLeast(await transport.server({ signal }), '25.11')
    // A manager that stops closes the streams of tasks that go on, hence `endless`.
    const query = { task_id: id }
    batches = readEventBatches(transport, route, { ...stream, query, signal: limits.signal, endless: true })
    let last: string | undefined
    for (;;) {
      const { done, value: batch } = await limits.within(batches.next())
      if (done) return
      if (refusesUnknown || batch.some(({ type }) => type === 'event')) limits.proven()
      const told: (TaskEvent | StreamOpened | UnreadableEvent)[] = []
      for (const item of batch) {
        const event = item.type === 'event' ? toTaskEvent(item) : item
        // Since 25.11 the last event is repeated every 30 seconds, and to all that connect.
        if (event.type !== 'opened') {
          const text = JSON.stringify(event)
          if (text === last) continue
          last = text
        }
        told.push(event)
        if (!isEnd(event)) continue
        yield told
        return
      }
      if (told.length > 0) yield told
    }
  } catch (error) {
    // Up to 25.10 the server looks an unknown id up, and does not notice that it found nothing.
    throw refusesUnknown && error instanceof ServerError && error.status === 500
      ? noSuchTask(transport, id, error)
      : error
  } finally {
    limits.end()
    await batches?.return()
  }
}

export async function waitForTask(
  transport: Transport,
  id: string,
  options: TaskWaitOptions,
  isProven: boolean,
): Promise<TaskDone> {
  for await (const batch of readTaskEvents(transport, id, options, isProven)) {
    for (const event of batch) {
      if (event.type === 'progress') options.onProgress?.(event)
      if (event.type === 'done') return event
      if (event.type === 'failed' || event.type === 'cancelled') throw new TaskError(id, event.type, event.message)
    }
  }
  throw new TaskError(id, 'failed', 'its end was not told')
}

const isEnd = ({ type }: { type: string }): boolean => type === 'done' || type === 'failed' || type === 'cancelled'

/** `task_*` up to early 20.09, `bgtask_*` later. */
function toTaskEvent({ name, data }: ServerEvent): TaskEvent | UnreadableEvent {
  const wire = parseObject(data)
  const word = /^(?:bg)?task_(\w+)$/.exec(name)?.[1]
  if (!wire || !word) return { type: 'unreadable', name, data }
  const report = {
    message: textOf(wire['message']),
    current: numberOf(wire['current_progress']),
    total: numberOf(wire['total_progress']),
  }
  switch (word) {
    case 'updated':
      return { type: 'progress', ...report }
    case 'done':
    case 'partial_success': {
      const { errors } = wire
      return { type: 'done', ...report, errors: Array.isArray(errors) ? errors.map(String) : [] }
    }
    case 'failed':
    case 'cancelled':
      return { type: word, ...report }
    default:
      return { type: 'unreadable', name, data }
  }
}

/** Since 25.11 `None` is written for no message at all. */
const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== 'None' && value !== '' ? value : undefined

/** A text in what is kept of a task that has ended. */
function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

function noSuchTask(transport: Transport, id: string, cause?: unknown): NotFoundError {
  const { href } = transport.url(route)
  const body = {
    type: 'https://api.backend.ai/probs/object-not-found',
    title: cause ? `No such background task: ${id}.` : `Nothing was told of the background task ${id}: is there one?`,
  }
  return new NotFoundError({ status: 404, method: 'GET', url: href, body }, cause ? { cause } : {})
}

/** What ends the reading of a stream that goes on: its time is up, or it has not spoken in time. */
class Limits {
  readonly signal: AbortSignal
  readonly #abort = new AbortController()
  readonly #release: () => void
  readonly #transport: Transport
  readonly #id: string
  readonly #timeout: number
  readonly #end: number
  /** Milliseconds in which it has to speak; those in which nobody asks do not count. */
  #left: number

  constructor(id: string, transport: Transport, timeout: number, left: number, signal: AbortSignal | undefined) {
    this.#id = id
    this.#transport = transport
    this.#timeout = timeout
    this.#end = timeout > 0 ? performance.now() + timeout : Infinity
    this.#left = left > 0 ? left : Infinity
    this.signal = this.#abort.signal
    const abort = (): void => this.#abort.abort(signal?.reason)
    if (signal?.aborted) abort()
    signal?.addEventListener('abort', abort, { once: true })
    this.#release = () => signal?.removeEventListener('abort', abort)
  }

  /** It exists. */
  proven(): void {
    this.#left = Infinity
  }

  async within<T>(reading: Promise<T>): Promise<T> {
    const start = performance.now()
    const rest = this.#end - start
    const limit = Math.min(rest, this.#left)
    const reason = (): Error =>
      rest <= this.#left
        ? new TimeoutError(`Task ${this.#id} has not ended within ${this.#timeout} ms.`, 'total', this.#timeout, {
            retryable: true,
          })
        : noSuchTask(this.#transport, this.#id)
    const timer = limit < Infinity ? setTimeout(() => this.#abort.abort(reason()), limit) : undefined
    try {
      return await reading
    } finally {
      clearTimeout(timer)
      this.#left -= performance.now() - start
    }
  }

  end(): void {
    this.#release()
  }
}
