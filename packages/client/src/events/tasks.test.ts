/** Streams of background tasks as the releases have them. */
import {
  anonymous,
  ConfigError,
  createTransport,
  EventStreamError,
  NotFoundError,
  ServerError,
  TaskError,
  TimeoutError,
} from '@backend-ai-sdk/core'
import { fc, test } from '@fast-check/vitest'
import { afterEach, beforeEach, describe, expect, vi } from 'vitest'

import { BackgroundTask, Tasks, type TaskOptions } from './tasks.ts'

const id = '56772471-196c-4b66-967c-ebd2f2ff67d1'
const headers = { 'Content-Type': 'text/event-stream' }
const goodbye = 'event: server_close\r\ndata: {}\r\n\r\n'
const event = (name: string, data: object, retry = ''): string =>
  `event: ${name}\r\ndata: ${JSON.stringify({ task_id: id, ...data })}${retry}\r\n\r\n`

/** A connection that says its texts, one per read, and then ends; or sends signs of life for ever. */
function connection(texts: readonly string[], after: 'ends' | 'pings' = 'ends'): Response {
  const left = [...texts]
  let timer: ReturnType<typeof setInterval> | undefined
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const text = left.shift()
      if (text !== undefined) controller.enqueue(new TextEncoder().encode(text))
      else if (after === 'ends') controller.close()
      else timer ??= setInterval(() => controller.enqueue(new TextEncoder().encode(': ping\r\n\r\n')), 15_000)
    },
    cancel: () => clearInterval(timer),
  })
  return new Response(body, { headers })
}

function open(release: string, ...connections: (() => Response)[]) {
  const asked: string[] = []
  const fetch = async (input: RequestInfo | URL): Promise<Response> => {
    const { pathname, search } = new URL((input as Request).url)
    asked.push(pathname + search)
    return connections[Math.min(asked.length, connections.length) - 1]!()
  }
  const transport = createTransport({
    endpoint: 'http://manager',
    auth: anonymous(),
    apiVersion: release >= '25' ? 'v9.20250722' : release >= '23' ? 'v7.20230615' : 'v6.20200815',
    release,
    fetch,
    retry: false,
  })
  return { asked, transport, tasks: new Tasks(transport) }
}

async function all(task: BackgroundTask, options?: TaskOptions): Promise<unknown[]> {
  const seen: unknown[] = []
  for await (const item of task.events(options))
    seen.push(item.type === 'opened' ? `opened${item.lost ? ' again' : ''}` : item)
  return seen
}

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] })
})
afterEach(() => {
  const left = vi.getTimerCount()
  vi.useRealTimers()
  if (left > 0) throw new Error(`${left} timers are left.`)
})

const untold = { message: undefined, current: undefined, total: undefined }
const progress = { type: 'progress', message: 'half', current: 1, total: 2 }

describe('to the end', () => {
  const half = { message: 'half', current_progress: 1, total_progress: 2 }

  test.each([
    ['20.09.3', 'task'],
    ['23.09.10', 'bgtask'],
    ['26.9.6', 'bgtask'],
  ])('on %s', async (release, prefix) => {
    const updated = event(`${prefix}_updated`, half, '\r\nretry: 5')
    const { asked, tasks } = open(release, () =>
      connection([updated, event(`${prefix}_done`, { message: '' }) + goodbye]),
    )
    expect(await all(tasks.get(id))).toEqual(['opened', progress, { type: 'done', ...untold, errors: [] }])
    expect(asked).toEqual([`/events/background-task?task_id=${id}`])
  })

  test('of what is kept: numbers that are texts', async () => {
    const kept = { status: 'failed', current_progress: '1', total_progress: '10', message: 'broken' }
    const { tasks } = open('23.09.10', () => connection([event('bgtask_failed', kept) + goodbye]))
    expect(await all(tasks.get(id))).toEqual(['opened', { type: 'failed', message: 'broken', current: 1, total: 10 }])
    expect(await rejection(tasks.wait(id))).toEqual(new TaskError(id, 'failed', 'broken'))
  })

  test('of a part alone; no message has the name that it has in Python', async () => {
    const { tasks } = open('26.9.6', () =>
      connection([event('bgtask_done', { message: 'None', errors: ['one', 'two'] }) + goodbye]),
    )
    const done = { type: 'done', ...untold, errors: ['one', 'two'] }
    expect(await all(tasks.get(id))).toEqual(['opened', done])
    expect(await tasks.wait(id)).toEqual(done)
  })

  test('waiting tells of the progress, and of a cancellation as an error', async () => {
    const { tasks } = open('26.9.6', () =>
      connection([event('bgtask_updated', half), event('bgtask_cancelled', { message: '' })]),
    )
    const onProgress = vi.fn<(progress: unknown) => void>()
    const error = await rejection(tasks.wait(id, { onProgress }))
    expect(error).toMatchObject({ code: 'ERR_TASK', taskId: id, status: 'cancelled', reason: undefined })
    expect(onProgress.mock.calls).toEqual([[progress]])
  })

  test('what is repeated is told once, on the next connection too', async () => {
    const updated = event('bgtask_updated', half)
    const { tasks } = open(
      '26.9.6',
      () => connection([updated, updated, ': ping\r\n\r\n', updated]),
      () => connection([updated, event('bgtask_done', {})]),
    )
    const reading = all(tasks.get(id))
    await vi.advanceTimersByTimeAsync(5_000)
    expect(await reading).toEqual(['opened', progress, 'opened again', { type: 'done', ...untold, errors: [] }])
  })

  test('a live stream that the server breaks off at each event, as 20.09.0 does: the end is asked for', async () => {
    const { asked, tasks } = open(
      '20.09.0',
      () => connection([]),
      () => connection([]),
      () => connection([event('task_done', { status: 'done', message: 'x' })]),
    )
    const reading = tasks.wait(id)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await reading).toMatchObject({ type: 'done', message: 'x' })
    expect(asked).toHaveLength(3)
  })

  test('a manager that stops says good-bye to tasks that go on', async () => {
    const { tasks } = open(
      '26.9.6',
      () => connection([event('bgtask_updated', half) + goodbye]),
      () => connection([event('bgtask_failed', { message: 'lost' })]),
    )
    const reading = all(tasks.get(id))
    await vi.advanceTimersByTimeAsync(5_000)
    expect(await reading).toEqual(['opened', progress, 'opened again', { type: 'failed', ...untold, message: 'lost' }])
  })

  test('an event that cannot be read does not end it', async () => {
    const bad = 'event: bgtask_updated\r\ndata: {"task\r\n\r\n'
    const { tasks } = open('26.9.6', () => connection([bad, event('bgtask_paused', {}), event('bgtask_done', {})]))
    expect((await all(tasks.get(id))).slice(1, 3)).toEqual([
      { type: 'unreadable', name: 'bgtask_updated', data: '{"task' },
      { type: 'unreadable', name: 'bgtask_paused', data: JSON.stringify({ task_id: id }) },
    ])
  })
})

describe('an id that is not known', () => {
  test('is refused by 23.09, with 500', async () => {
    const { tasks } = open('23.09.10', () => Response.json({ title: 'Internal server error.' }, { status: 500 }))
    const error = await rejection(tasks.wait(id))
    expect(error).toBeInstanceOf(NotFoundError)
    expect((error as Error).cause).toBeInstanceOf(ServerError)
  })

  test('is not what a 500 of 26.9 means', async () => {
    const { tasks } = open('26.9.6', () => Response.json({ title: 'Internal server error.' }, { status: 500 }))
    expect(await rejection(tasks.wait(id))).toBeInstanceOf(ServerError)
  })

  test('is met with silence by 26.9: that has a limit', async () => {
    const { tasks } = open('26.9.6', () => connection([], 'pings'))
    const failure = rejection(tasks.wait(id))
    await vi.advanceTimersByTimeAsync(59_999)
    const later = vi.fn<() => void>()
    void failure.then(later)
    await vi.advanceTimersByTimeAsync(0)
    expect(later).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(await failure).toBeInstanceOf(NotFoundError)
  })

  test.each([
    ['that the server has just told', '26.9.6', true, {}],
    ['that 23.09 did not refuse', '23.09.10', false, {}],
    ['for which nothing is to be told', '26.9.6', false, { firstEventWithin: 0 }],
  ])('is not one %s: it may take an hour to say something', async (_name, release, isProven, options) => {
    const { transport } = open(release, () => connection([], 'pings'))
    const controller = new AbortController()
    const task = new BackgroundTask(transport, id, isProven)
    const waiting = rejection(task.wait({ ...options, signal: controller.signal }))
    await vi.advanceTimersByTimeAsync(3_600_000)
    const reason = new Error('enough')
    controller.abort(reason)
    expect(await waiting).toBe(reason)
  })

  test('is none once it has spoken', async () => {
    const { tasks } = open('26.9.6', () => connection([event('bgtask_updated', { message: 'x' })], 'pings'))
    const waiting = rejection(tasks.wait(id, { timeout: 600_000 }))
    await vi.advanceTimersByTimeAsync(600_000)
    expect(await waiting).toMatchObject({ phase: 'total', ms: 600_000, retryable: true })
    expect(await waiting).toBeInstanceOf(TimeoutError)
  })
})

test('silence is a lost connection, and that is not looked for without end', async () => {
  const { tasks } = open(
    '26.9.6',
    () => connection([event('bgtask_updated', { message: 'x' })]),
    () => Response.json({}, { status: 502 }),
  )
  const failure = rejection(tasks.wait(id, { patience: 60_000 }))
  await vi.advanceTimersByTimeAsync(100_000)
  expect(await failure).toBeInstanceOf(EventStreamError)
})

test('options that do not exist', async () => {
  const { tasks } = open('26.9.6')
  expect(await rejection(tasks.wait(id, { patince: 1 } as never))).toBeInstanceOf(ConfigError)
})

const word = fc.constantFrom('updated', 'done', 'failed', 'cancelled', 'partial_success', 'paused')
test.prop([
  fc.array(fc.tuple(fc.constantFrom('task_', 'bgtask_', ''), word, fc.oneof(fc.json(), fc.string())), { maxLength: 8 }),
])('whatever is told, the events are typed, and nothing follows an end', async (events) => {
  const lines = events.map(
    ([prefix, name, data]) => `event: ${prefix}${name}\ndata: ${data.replaceAll(/[\r\n\0]/g, ' ')}\n\n`,
  )
  const { tasks } = open('26.9.6', () => connection([...lines, event('bgtask_done', { message: 'last' })]))
  const seen = (await all(tasks.get(id))) as { type: string; current?: unknown; message?: unknown }[]
  const types = seen.slice(1).map(({ type }) => type)
  const ends = types.filter((type) => ['done', 'failed', 'cancelled'].includes(type))
  expect(ends).toEqual([types.at(-1)])
  for (const { type, current, message } of seen.slice(1)) {
    if (type === 'unreadable') continue
    expect(typeof current).toBeOneOf(['number', 'undefined'])
    expect(typeof message).toBeOneOf(['string', 'undefined'])
  }
})
