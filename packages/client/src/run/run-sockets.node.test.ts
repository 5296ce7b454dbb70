/** Runs whose socket cannot be opened, or does not end as it should. */
import { keypair, SessionEndedError } from '@backend-ai-sdk/core'
import { demoScript, scripted, type FaultOptions } from '@backend-ai-sdk/emulator'
import { serve, type ServedEmulator } from '@backend-ai-sdk/emulator/node'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { TestManager } from '../../../streaming/src/testing.ts'
import { createClient, type Client } from '../client.ts'
import type { ComputeSession } from '../sessions/compute-session.ts'

let cluster: ServedEmulator
let client: Client
let session: ComputeSession
let upgrades: number

beforeEach(async () => {
  cluster = await serve({ kernels: () => scripted(demoScript()), pollTime: 50 })
  const user = cluster.emulator.users.find(({ role }) => role === 'user')!
  upgrades = 0
  client = createClient({
    endpoint: cluster.url,
    auth: keypair(user),
    retry: { delay: 10 },
    hooks: { stream: ({ state }) => void (state === 'connecting' && upgrades++) },
  })
  session = await client.sessions.create({ image: 'python', slots: { cpu: 1, mem: '320m' } })
})

afterEach(() => cluster.close())

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(() => undefined).catch((error: unknown) => error)

describe('where sockets do not get through, runs are polled', () => {
  const upgrade = { match: { upgrade: true } }
  const pages = [400, 403, 404, 426, 501, 502].map((status): FaultOptions => ({ kind: 'page', status, ...upgrade }))

  test.each([...pages, { kind: 'refuse', ...upgrade } as const])('%j', async (fault) => {
    cluster.emulator.faults.inject(fault)
    const types: string[] = []
    for await (const item of session.run('print(6 * 7)')) types.push(item.type)
    expect(types).toEqual(['stdout', 'finished'])
    // Which the next run knows.
    const before = upgrades
    expect(before).toBeGreaterThan(0)
    expect(await session.run('print(6 * 7)').text()).toBe('42\n')
    expect(upgrades).toBe(before)
  })

  test('but what the manager refuses is its answer', async () => {
    cluster.emulator.faults.inject({ kind: 'status', status: 403, ...upgrade })
    expect(await rejection(session.run('1').result())).toMatchObject({ code: 'ERR_PERMISSION_DENIED' })
    await session.destroy()
    expect(await rejection(session.run('1').result())).toMatchObject({ code: 'ERR_NOT_FOUND' })
  })

  test('and once something was sent, there is no second way', async () => {
    cluster.emulator.faults.inject({ kind: 'cut', ...upgrade })
    expect(await rejection(session.run('1').result())).toMatchObject({ code: 'ERR_WEB_SOCKET', closeCode: 1006 })
  })
})

describe('a manager that says', () => {
  let manager: TestManager
  let closed: Promise<unknown>

  /** The socket is another server's, all else the cluster's. */
  async function says(...messages: object[]): Promise<ComputeSession> {
    manager = await TestManager.start()
    const done = Promise.withResolvers<unknown>()
    closed = done.promise
    manager.accept = (socket) => {
      socket.on('close', done.resolve)
      socket.once('message', () => messages.forEach((message) => socket.send(JSON.stringify(message))))
    }
    const address = manager.endpoint.replace('http', 'ws')
    const other = client.with({
      webSocket: class extends WebSocket {
        constructor() {
          super(address)
        }
      },
    })
    return other.sessions.get(session.id)
  }

  afterEach(() => manager[Symbol.asyncDispose]())

  test.each([
    [{ status: 'exec-timeout' }, { code: 'ERR_EXECUTION' }],
    [
      { status: 'error', msg: 'BackendError: no' },
      { code: 'ERR_SESSION_BLOCKED', cause: expect.objectContaining({ reason: 'BackendError: no' }) as unknown },
    ],
    [
      { status: 'server-restarting', msg: 'reconnect' },
      { code: 'ERR_WEB_SOCKET', closeCode: 1012 },
    ],
  ])(
    '%j, and does not close',
    async (message, error) => {
      const other = await says({ status: 'continued', console: [['stdout', 'x']] }, message)
      expect(await rejection(other.run('1', { prelude: false }).result())).toMatchObject(error)
      expect(await closed).toBe(1000)
    },
    30_000,
  )

  test('that it restarts, when the session has ended', async () => {
    const other = await says({ status: 'server-restarting', msg: 'reconnect' })
    await session.destroy()
    expect(await rejection(other.run('1', { prelude: false }).result())).toBeInstanceOf(SessionEndedError)
    expect(await closed).toBe(1000)
  })

  test('nothing more, through a webserver that does not pass on the close', async () => {
    const other = await says({ status: 'finished', exitCode: 0 })
    expect(await other.run('1', { prelude: false }).result()).toMatchObject({ exitCode: 0 })
    expect(await closed).toBe(1000)
  })
})
