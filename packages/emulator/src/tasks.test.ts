/** Background tasks: what their streams say on each release. */
import { afterEach, describe, expect, test, vi } from 'vitest'

import { createEmulator, type Emulator, type EmulatorOptions, type ProfileName } from './index.ts'
import { callerOf, endpoint, signedHeaders, userOf } from './testing.ts'

let emulator: Emulator
afterEach(() => emulator.stop())

async function open(id: string, signal = new AbortController().signal): Promise<Response> {
  const url = new URL(`${endpoint}/events/background-task?task_id=${id}`)
  const headers = await signedHeaders(userOf(emulator, 'user@lablup.com'), 'GET', url)
  return emulator.fetch(new Request(url, { headers, signal }))
}

const start = (profile: ProfileName, options: EmulatorOptions = {}): Emulator =>
  (emulator = createEmulator({ profile, ...options }))

/** 26.9 writes JSON without spaces. */
const plain = (text: string): string => text.replaceAll(/(?<=[:,]) (?=["\d])/g, '')

const goodbye = 'event: server_close\r\ndata: {}\r\n\r\n'

describe('a task that goes on', () => {
  test.each([
    ['20.09', '\r\nretry: 5'],
    ['23.09', '\r\nretry: 5'],
    ['26.9', ''],
  ] as const)('on %s', async (profile, retry) => {
    const task = start(profile).tasks.start({ total: 2 })
    const response = await open(task.id)
    expect(response.headers.get('Content-Type')).toBe('text/event-stream')
    task.progress({ current: 1, message: 'half' })
    task.finish('all')
    task.progress({ current: 2 })
    const told = `{"task_id": "${task.id}", "message": "half", "current_progress": 1, "total_progress": 2}`
    const expected =
      `event: bgtask_updated\r\ndata: ${told}\r\nretry: 5\r\n\r\n` +
      `event: bgtask_done\r\ndata: {"task_id": "${task.id}", "message": "all"}${retry}\r\n\r\n${goodbye}`
    expect(plain(await response.text())).toBe(plain(expected))
  })

  test('on 26.9 what it said last is told at once, and again after 30 seconds', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const task = start('26.9').tasks.start()
      task.progress({ current: 1, total: 2 })
      const response = await open(task.id)
      await vi.advanceTimersByTimeAsync(31_000)
      task.cancel()
      const text = await response.text()
      expect(text.match(/event: \w+|: ping/g)).toEqual([
        'event: bgtask_updated',
        ': ping',
        'event: bgtask_updated',
        ': ping',
        'event: bgtask_cancelled',
        'event: server_close',
      ])
    } finally {
      vi.useRealTimers()
    }
  })

  test('nobody listens any more when the client is gone', async () => {
    const controller = new AbortController()
    const task = start('23.09').tasks.start()
    const response = await open(task.id, controller.signal)
    controller.abort(new Error('gone'))
    await expect(response.text()).rejects.toThrow('gone')
    task.finish()
  })
})

describe('a task that has ended', () => {
  test.each(['20.09', '23.09'] as const)('on %s: what is kept of it', async (profile) => {
    const task = start(profile).tasks.start({ total: 2 })
    task.progress({ current: 1 })
    task.fail('broken')
    const kept = `{"task_id": "${task.id}", "status": "failed", "current_progress": "1", "total_progress": "2", "message": "broken"}`
    expect(await (await open(task.id)).text()).toBe(`event: bgtask_failed\r\ndata: ${kept}\r\n\r\n${goodbye}`)
  })

  test('on 26.9: its last event', async () => {
    const task = start('26.9').tasks.start()
    task.finish('', ['one part'])
    const data = `{"task_id":"${task.id}","message":"","errors":["one part"]}`
    expect(await (await open(task.id)).text()).toBe(`event: bgtask_done\r\ndata: ${data}\r\n\r\n${goodbye}`)
  })

  test('is forgotten after a day', async () => {
    let now = Date.now()
    const task = start('26.9', { clock: () => now }).tasks.start()
    task.finish()
    now += 24 * 3_600_000 + 1
    const url = `${endpoint}/events/background-task?task_id=${task.id}`
    const options = { date: new Date(now).toISOString() }
    const headers = await signedHeaders(userOf(emulator, 'user@lablup.com'), 'GET', new URL(url), options)
    expect((await emulator.fetch(new Request(url, { headers }))).status).toBe(404)
  })
})

describe('a task that there is not', () => {
  const nobody = '00000000-0000-4000-8000-000000000000'

  test.each(['20.09', '23.09', '26.9'] as const)('is not found on %s', async (profile) => {
    start(profile)
    const response = await open(nobody)
    expect([response.status, await response.json()]).toEqual([
      404,
      expect.objectContaining({ title: 'No such background task.' }),
    ])
  })

  test('is an error of the server on 23.09 as released', async () => {
    start('23.09', { asReleased: true })
    expect((await open(nobody)).status).toBe(500)
  })

  test('is silence on 26.9 as released, until the end', async () => {
    start('26.9', { asReleased: true })
    const response = await open(nobody)
    expect(response.status).toBe(200)
    await emulator.stop()
    expect(await response.text()).toBe('')
  })
})

describe('what starts one', () => {
  afterEach(() => vi.useRealTimers())

  test.each(['23.09', '26.9'] as const)('the commit of a session on %s', async (profile) => {
    const call = callerOf(start(profile))
    await call('POST', '/session', { name: 'mine', image: 'shell' })
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { status, body } = await call('POST', '/session/mine/commit')
    expect([status, body]).toEqual([
      201,
      {
        bgtask_id: expect.any(String) as string,
        kernel: expect.any(String) as string,
        path: expect.stringMatching(/^user_lablup\.com\/\d{4}-\d\d-\d\dT\d\dH\d\dM\d\dS_mine_.+\.tar\.gz$/) as string,
      },
    ])
    expect((await call('GET', '/session/mine/commit')).body).toMatchObject({ status: 'ongoing' })
    const { bgtask_id: id } = body as { bgtask_id: string }
    const stream = await open(id)
    await vi.runAllTimersAsync()
    expect(await stream.text()).toContain('event: bgtask_done')
    expect((await call('GET', '/session/mine/commit')).body).toMatchObject({ status: 'ready' })
  })

  test('not on 20.09', async () => {
    const call = callerOf(start('20.09'))
    await call('POST', '/session', { name: 'mine', image: 'shell' })
    expect((await call('POST', '/session/mine/commit')).status).toBe(404)
  })

  const rescan = (email: string) => {
    const path = emulator.profile.name === '20.09' ? '/admin/graphql' : '/admin/gql'
    return callerOf(emulator, email)('POST', path, { query: 'mutation { rescan_images { ok msg task_id } }' })
  }

  test.each(['20.09', '23.09', '26.9'] as const)('rescanning images on %s', async (profile) => {
    start(profile)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { body } = await rescan('admin@lablup.com')
    const id = /[\da-f]{8}-[\da-f-]{27}/.exec(JSON.stringify(body))![0]
    const stream = await open(id)
    await vi.runAllTimersAsync()
    const told = await stream.text()
    expect(told).toContain('event: bgtask_updated')
    expect(plain(told)).toContain('"message":"Updated image - cr.backend.ai/stable/python')
    expect(told).toContain('event: bgtask_done')
  })

  test('rescanning images on 26.9, for superadmins only', async () => {
    start('26.9')
    const refusal = { ok: false, msg: 'no permission to execute rescan_images', task_id: null }
    expect((await rescan('user@lablup.com')).body).toMatchObject({ data: { rescan_images: refusal } })
  })
})
