/** Event streams that nobody can read. */
import { afterEach, beforeEach, expect, test } from 'vitest'

import { createEmulator, type BadEventFault, type Emulator, type Task } from '../index.ts'
import { callerOf, endpoint, signedHeaders, userOf } from '../testing.ts'

let emulator: Emulator
let task: Task
beforeEach(() => {
  emulator = createEmulator()
  task = emulator.tasks.start()
})
afterEach(() => emulator.stop())

async function open(signal = new AbortController().signal): Promise<Response> {
  const url = new URL(`${endpoint}/events/background-task?task_id=${task.id}`)
  const headers = await signedHeaders(userOf(emulator, 'user@lablup.com'), 'GET', url)
  return emulator.fetch(new Request(url, { headers, signal }))
}

const inject = (event: BadEventFault['event'], afterEvents = 0) =>
  emulator.faults.inject({ kind: 'bad-event', event, afterEvents })

const dataOf = (text: string): string[] => [...text.matchAll(/^data: (.*)\r$/gm)].map(([, data]) => data!)

test.each([0, 1])('one is broken after %i, the others are whole', async (afterEvents) => {
  using fault = inject('broken', afterEvents)
  const response = await open()
  for (const message of ['one', 'two', 'three']) task.progress({ message })
  task.finish()
  const data = dataOf(await response.text())
  expect(fault.hits).toBe(1)
  const isRead = data.map((text) => {
    try {
      return Boolean(JSON.parse(text))
    } catch {
      return false
    }
  })
  expect(isRead).toEqual([0, 1, 2, 3, 4].map((index) => index !== afterEvents))
})

test('garbage comes once', async () => {
  inject('garbage', 1)
  const response = await open()
  task.progress({ message: 'one' })
  task.finish()
  const bytes = new Uint8Array(await response.arrayBuffer())
  const text = new TextDecoder().decode(bytes)
  expect(text).toContain('\uFFFD')
  expect(text).toContain('"one"')
  expect(text).toContain('event: bgtask_done')
})

test('a line goes on until the fault is removed', async () => {
  const fault = inject('endless')
  const response = await open()
  const reader = response.body!.getReader()
  let size = 0
  while (size < 1_000_000) size += (await reader.read()).value!.length
  fault.remove()
  task.finish()
  let rest = ''
  for (let part = await reader.read(); !part.done; part = await reader.read())
    rest += new TextDecoder().decode(part.value)
  expect(rest).toContain('\r\n\r\nevent: bgtask_done')
})

test('a line ends with its client', async () => {
  inject('endless')
  const controller = new AbortController()
  const response = await open(controller.signal)
  const reader = response.body!.getReader()
  await reader.read()
  controller.abort(new Error('gone'))
  await expect(
    (async () => {
      for (;;) await reader.read()
    })(),
  ).rejects.toThrow('gone')
})

test('no events while the fault is there', async () => {
  inject('none', 1)
  const response = await open()
  for (const message of ['one', 'two']) task.progress({ message })
  task.finish()
  expect(dataOf(await response.text()).map((data) => (JSON.parse(data) as { message: string }).message)).toEqual([
    'one',
  ])
})

test('other requests do not meet it', async () => {
  const fault = inject('garbage')
  expect((await callerOf(emulator)('GET', '/auth/role')).status).toBe(200)
  expect(fault.hits).toBe(0)
})

test.each([
  [{ kind: 'bad-event' }, "The fault 'bad-event' needs 'event'."],
  [{ kind: 'bad-event', event: 'x' }, "'event' of the fault 'bad-event' must be one of broken, garbage, endless, none"],
])('%j cannot be meant', (options, message) => {
  expect(() => emulator.faults.inject(options as never)).toThrow(message)
})
