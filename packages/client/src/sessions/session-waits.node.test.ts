/** Waits: what events spare, and that nothing is missed where there are none. */
import { keypair } from '@backend-ai-sdk/core'
import { createEmulator, demoScript, scripted, type Emulator, type ProfileName } from '@backend-ai-sdk/emulator'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { createClient, type Client } from '../client.ts'
import type { ComputeSession } from './compute-session.ts'

const realTimeout = setTimeout

let emulator: Emulator
let asked: string[]
/** Requests without an answer. */
let underWay: Set<Promise<Response>>
beforeEach(async () => {
  // Loading takes time, which is none here.
  await import('../events/session-signals.ts')
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
})
afterEach(async () => {
  await emulator.stop()
  const left = vi.isFakeTimers() ? vi.getTimerCount() : 0
  vi.useRealTimers()
  if (left > 0) throw new Error(`${left} pauses or limits of silence are left.`)
})

function start(profile: ProfileName = '26.9', asReleased = false): Client {
  emulator = createEmulator({ profile, asReleased, kernels: () => scripted(demoScript()) })
  asked = []
  underWay = new Set()
  const fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init)
    asked.push(new URL(request.url).pathname)
    const answer = emulator.fetch(request)
    // One that never begins is not waited for.
    if (!request.url.includes('/events/')) underWay.add(answer)
    return answer.finally(() => underWay.delete(answer))
  }
  const auth = keypair(emulator.users.find(({ email }) => email === 'user@lablup.com')!)
  return createClient({ endpoint: 'http://emulator', auth, fetch, retry: false, timeouts: { total: 0 } })
}

/** A session that stays in the queue until there is room. */
async function queued(client: Client): Promise<ComputeSession> {
  const slots = { cpu: 64, mem: '1g' }
  const creating = client.sessions.create({ image: 'shell', slots }, { wait: false })
  await pass(50)
  return creating
}

const room = (): void => {
  for (const agent of emulator.state.agents.values()) agent.capacity = { ...agent.capacity, cpu: 128 }
}

const looks = (): number => asked.filter((path) => path.endsWith('gql')).length
const streams = (): number => asked.filter((path) => path === '/events/session').length

/** Lets time pass, and what does not depend on it happen: signatures are made outside of timers. */
async function pass(milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += 100) {
    await vi.advanceTimersByTimeAsync(Math.min(100, milliseconds - passed))
    for (let turn = 0; turn < 2 || (underWay.size > 0 && turn < 1000); turn++)
      await new Promise((resolve) => realTimeout(resolve, 1))
  }
}

async function settled<T>(promise: Promise<T>, milliseconds: number): Promise<T | 'pending'> {
  await pass(milliseconds)
  return Promise.race([promise, Promise.resolve('pending' as const)])
}

test('a wait that is short asks for no events', async () => {
  vi.useRealTimers()
  const client = start()
  await client.sessions.create({ image: 'shell', slots: { cpu: 1, mem: '320m' } })
  const before = streams()
  await client.sessions.create({ image: 'shell', slots: { cpu: 1, mem: '320m' } })
  expect(streams()).toBe(before)
})

test('a long one is told, and looks seldom', async () => {
  const client = start()
  const session = await queued(client)
  const waiting = session.waitFor('RUNNING')
  expect(await settled(waiting, 60_000)).toBe('pending')
  const before = looks()
  expect(before).toBeLessThan(28)
  expect(streams()).toBe(1)
  emulator.sessions.end(emulator.sessions.get(session.id)!, 'user-requested')
  await expect(waiting).rejects.toThrow('CANCELLED')
  expect(looks()).toBe(before + 1)
})

test('many waits share one stream, which ends with the last', async () => {
  const client = start()
  const sessions = [await queued(client), await queued(client), await queued(client)]
  const waits = sessions.map((session) => session.waitFor('CANCELLED'))
  await pass(2_000)
  expect(streams()).toBe(1)
  for (const { id } of sessions) emulator.sessions.end(emulator.sessions.get(id)!, 'user-requested')
  expect(await Promise.all(waits)).toHaveLength(3)
})

describe('without events', () => {
  test.each([
    [
      'they are refused',
      () => emulator.faults.inject({ kind: 'status', status: 403, match: { path: '/events/session' } }),
    ],
    ['there is no connection', () => emulator.faults.inject({ kind: 'refuse', match: { path: '/events/session' } })],
    [
      'they are a page',
      () => emulator.faults.inject({ kind: 'page', status: 200, match: { path: '/events/session' } }),
    ],
    ['they never begin', () => emulator.faults.inject({ kind: 'stall', match: { path: '/events/session' } })],
    [
      'they fall silent',
      () => emulator.faults.inject({ kind: 'stall', afterBytes: 0, match: { path: '/events/session' } }),
    ],
  ])('because %s, it looks as often as ever', async (_why, inject) => {
    const client = start()
    const session = await queued(client)
    inject()
    const waiting = session.waitFor('CANCELLED')
    expect(await settled(waiting, 30_000)).toBe('pending')
    emulator.sessions.end(emulator.sessions.get(session.id)!, 'user-requested')
    expect(await settled(waiting, 5_000)).toMatchObject({ status: 'CANCELLED' })
  })

  test('23.09 as released does not tell of the queue: polls go on', async () => {
    const client = start('23.09', true)
    const session = await queued(client)
    const waiting = session.waitFor('CANCELLED')
    expect(await settled(waiting, 30_000)).toBe('pending')
    emulator.sessions.end(emulator.sessions.get(session.id)!, 'user-requested')
    expect(await settled(waiting, 2_000)).toMatchObject({ status: 'CANCELLED' })
  })
})

test('the live status is told', async () => {
  const client = start()
  const session = await queued(client)
  const told: string[] = []
  const waiting = session.waitFor('RUNNING', { onProgress: ({ status }) => told.push(status) })
  await pass(20_000)
  expect(told).toEqual(['PENDING'])
  room()
  // The queue is looked at when another comes.
  await queued(client)
  expect(await settled(waiting, 6_000)).toMatchObject({ status: 'RUNNING' })
  expect(told.at(-1)).toBe('RUNNING')
})

test('the time that was given is kept, to the millisecond', async () => {
  const client = start()
  const session = await queued(client)
  const begun = Date.now()
  const waiting = session.waitFor('RUNNING', { timeout: 12_345 }).catch((error: unknown) => error)
  await pass(12_345)
  expect(await waiting).toMatchObject({ code: 'ERR_TIMEOUT', phase: 'total', ms: 12_345 })
  expect(Date.now() - begun).toBe(12_345)
})

test('leaving ends all of it', async () => {
  const client = start()
  const session = await queued(client)
  const controller = new AbortController()
  const waiting = session.waitFor('RUNNING', { signal: controller.signal }).catch((error: unknown) => error)
  await pass(3_000)
  const reason = new Error('left')
  controller.abort(reason)
  expect(await waiting).toBe(reason)
})
