/** Watching the sessions of a local cluster, on a good day and on bad ones. */
import { EventStreamError, keypair, NetworkError, NotFoundError, PermissionDeniedError } from '@backend-ai-sdk/core'
import { createEmulator, demoScript, scripted, type Emulator, type ProfileName } from '@backend-ai-sdk/emulator'
import { afterEach, describe, expect, test } from 'vitest'

import { createClient, type Client } from '../client.ts'
import type { SessionChange } from './session-watch.ts'

let emulator: Emulator
afterEach(() => emulator.stop())

function start(profile: ProfileName = '26.9', asReleased = false): { client: Client; paths: string[] } {
  emulator = createEmulator({ profile, asReleased, kernels: () => scripted(demoScript()) })
  const paths: string[] = []
  return { client: clientOf('user@lablup.com', paths), paths }
}

function clientOf(email: string, paths: string[] = []): Client {
  const fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init)
    paths.push(new URL(request.url).pathname)
    return emulator.fetch(request)
  }
  const auth = keypair(emulator.users.find((user) => user.email === email)!)
  return createClient({ endpoint: 'http://emulator', auth, fetch, retry: false })
}

const slots = { cpu: 1, mem: '320m' }
const spec = (name: string) => ({ image: 'shell', name, slots })

const textOf = (change: SessionChange): string =>
  'session' in change ? `${change.type} ${change.session.name} ${change.session.status}` : change.type

/** Reads until a text fits. */
async function until(watch: AsyncGenerator<SessionChange, void>, pattern: RegExp): Promise<string[]> {
  const seen: string[] = []
  for (;;) {
    const { done, value } = await watch.next()
    if (done) throw new Error(`The watch ended after ${seen.join(', ')}`)
    seen.push(textOf(value))
    if (pattern.test(seen.at(-1)!)) return seen
  }
}

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

describe.each([
  ['20.09', false],
  ['23.09', false],
  ['23.09', true],
  ['26.9', false],
] as const)('a life on %s, as released: %s', (profile, asReleased) => {
  test('from the list to the end', async () => {
    const { client } = start(profile, asReleased)
    const old = await client.sessions.create(spec('older'))
    await using watch = client.sessions.watch()
    expect(await until(watch, /synced/)).toEqual(['listed older RUNNING', 'synced'])
    const session = await client.sessions.create(spec('newer'))
    const begun = await until(watch, /newer RUNNING/)
    expect(begun[0]).toMatch(/^added newer/)
    expect(new Set(begun).size).toBe(begun.length)
    await session.destroy()
    expect((await until(watch, /^removed/)).at(-1)).toBe('removed newer TERMINATED')
    await old.destroy()
    expect((await until(watch, /^removed/)).at(-1)).toBe('removed older TERMINATED')
  })
})

test('what no event tells is found by listing again', async () => {
  const { client } = start('23.09', true)
  await using watch = client.sessions.watch({ refresh: 100 })
  await until(watch, /synced/)
  // More than there is room for: it waits, and 23.09 says nothing.
  await client.sessions.create({ ...spec('waits'), slots: { cpu: 64, mem: '1g' } }, { wait: false })
  expect(await until(watch, /waits/)).toEqual(['added waits PENDING'])
})

test('only some statuses', async () => {
  const { client } = start()
  await using watch = client.sessions.watch({ status: ['RUNNING'] })
  expect(await until(watch, /synced/)).toEqual(['synced'])
  const session = await client.sessions.create(spec('mine'))
  expect(await until(watch, /./)).toEqual(['added mine RUNNING'])
  await session.destroy()
  expect(await until(watch, /removed/)).toEqual([expect.stringMatching(/^removed mine TERMINAT/) as string])
})

test.each([
  ['20.09', false],
  ['26.9', true],
] as const)('only one project, on %s, as released: %s', async (profile, asReleased) => {
  const { client } = start(profile, asReleased)
  await using watch = client.sessions.watch({ project: 'default' })
  await until(watch, /synced/)
  await client.sessions.create(spec('mine'))
  await until(watch, /mine RUNNING/)
  await using nothing = client.sessions.watch({ project: 'nobody' })
  expect(await until(nothing, /synced/)).toEqual(['synced'])
})

test('a project that there is not, where the server knows', async () => {
  const { client } = start('23.09')
  expect(await rejection(client.sessions.watch({ project: 'nobody' }).next())).toBeInstanceOf(NotFoundError)
})

test('of somebody else: only for administrators', async () => {
  const { client } = start()
  const { accessKey } = emulator.users.find(({ email }) => email === 'user2@lablup.com')!
  expect(await rejection(client.sessions.watch({ accessKey }).next())).toBeInstanceOf(PermissionDeniedError)
  await clientOf('user2@lablup.com').sessions.create(spec('theirs'))
  await client.sessions.create(spec('ours'))
  await using watch = clientOf('admin@lablup.com').sessions.watch({ accessKey })
  expect(await until(watch, /synced/)).toEqual(['listed theirs RUNNING', 'synced'])
})

test('after a lost connection: what changed meanwhile, then the mark', async () => {
  const { client } = start()
  const session = await client.sessions.create(spec('mine'))
  const other = await client.sessions.create(spec('other'))
  await using watch = client.sessions.watch()
  await until(watch, /synced/)
  const next = until(watch, /resynced/)
  const restart = emulator.faults.inject({ kind: 'restart' })
  for (const { id } of [session, other]) emulator.sessions.end(emulator.sessions.get(id)!, 'user-requested')
  await Promise.all([...emulator.sessions.all()].map(async ({ ending }) => ending))
  restart.remove()
  expect((await next).toSorted()).toEqual(['removed mine TERMINATED', 'removed other TERMINATED', 'resynced'])
  await client.sessions.create(spec('third'))
  await until(watch, /third RUNNING/)
})

test('a list that fails is asked for again', async () => {
  const { client } = start()
  await using watch = client.sessions.watch({ refresh: 50 })
  await until(watch, /synced/)
  const path = '/admin/gql'
  const fault = emulator.faults.inject({ kind: 'status', status: 503, times: 1, match: { path } })
  const added = until(watch, /mine RUNNING/)
  await fault.met()
  await client.sessions.create(spec('mine'))
  expect((await added).at(-1)).toBe('added mine RUNNING')
})

test('a connection that is lost for good ends it', async () => {
  const { client } = start()
  await using watch = client.sessions.watch({ patience: 300 })
  await until(watch, /synced/)
  emulator.faults.inject({ kind: 'restart' })
  const error = await rejection(until(watch, /never/))
  expect(error).toBeInstanceOf(EventStreamError)
  expect((error as Error).cause).toBeInstanceOf(NetworkError)
})

describe('leaving', () => {
  test('by the loop: nothing is asked any more', async () => {
    const { client, paths } = start()
    for await (const change of client.sessions.watch({ refresh: 10 })) if (change.type === 'synced') break
    const { length } = paths
    await client.sessions.create(spec('mine'), { wait: false })
    await new Promise((resolve) => emulator.sessions.onEvent(({ status }) => status === 'RUNNING' && resolve(null)))
    expect(paths.slice(length)).toEqual(['/session'])
  })

  test('by the signal: its reason is thrown, and no listener stays', async () => {
    const { client } = start()
    const controller = new AbortController()
    let listeners = 0
    const { signal } = controller
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)]
    signal.addEventListener = (...args: Parameters<typeof add>) => (listeners++, add(...args))
    signal.removeEventListener = (...args: Parameters<typeof remove>) => (listeners--, remove(...args))
    const watch = client.sessions.watch({ signal })
    await until(watch, /synced/)
    const reason = new Error('left')
    const waiting = rejection(watch.next())
    controller.abort(reason)
    expect(await waiting).toBe(reason)
    expect(listeners).toBe(0)
  })
})
