/** The client over the platform's own `fetch`, to a cluster that is not there: the emulator behind msw. */
import { AuthenticationError, ConfigError, keypair, NotFoundError, QuotaExceededError } from '@backend-ai-sdk/core'
import { createEmulator, demoScript, profiles, scripted, type ProfileName } from '@backend-ai-sdk/emulator'
import { handlers } from '@backend-ai-sdk/emulator/msw'
import { setupServer } from 'msw/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { createClient, type Client } from './client.ts'

const endpoint = 'https://cluster.example'

describe.each(Object.keys(profiles) as ProfileName[])('release %s', (profile) => {
  const emulator = createEmulator({
    profile,
    kernels: () => scripted(demoScript()),
    policy: { concurrentSessions: 3, containersPerSession: 1 },
    pollTime: 50,
  })
  const server = setupServer(...handlers(emulator, endpoint))
  const user = emulator.users.find(({ role }) => role === 'user')!
  let client: Client

  beforeAll(() => {
    server.listen({ onUnhandledFrame: 'error' })
    client = createClient({ endpoint, auth: keypair(user) })
  })
  afterAll(async () => {
    server.close()
    await emulator.stop()
  })

  test('a session from its creation to its end', async () => {
    const seen: string[] = []
    const session = await client.sessions.create(
      { image: 'python', name: 'from-here', slots: { cpu: 1, mem: '512m' } },
      { onProgress: ({ status }) => seen.push(status) },
    )
    expect(session.created).toBe(true)
    expect(session.status).toBe('RUNNING')
    const again = await client.sessions.getOrCreate({ image: 'python', name: 'from-here' })
    expect([again.id, again.created]).toEqual([session.id, false])
    const names: string[] = []
    for await (const { name } of client.sessions.list()) names.push(name)
    expect(names).toEqual(['from-here'])
    expect(await (await client.sessions.get('from-here')).info()).toMatchObject({ id: session.id, status: 'RUNNING' })
    await session.destroy()
    expect(session.status).toBe('TERMINATED')
    expect(await client.sessions.list().all()).toEqual([])
  })

  test('runs by polling', async () => {
    await using session = await client.sessions.create({ image: 'python' })
    const run = session.run('name = input("name? ")\nprint("Hi", name)', { resumable: true, input: 'Ada' })
    expect(await run.result()).toMatchObject({ stdout: 'name? Hi Ada\n', exitCode: 0 })
  })

  test('a key that is wrong, an image that is not known, a name that is taken', async () => {
    const stranger = client.with({ auth: keypair({ ...user, secretKey: 'x'.repeat(40) }) })
    await expect(stranger.sessions.list().all()).rejects.toBeInstanceOf(AuthenticationError)
    await expect(client.sessions.create({ image: 'cobol' })).rejects.toBeInstanceOf(NotFoundError)
    await using session = await client.sessions.create({ image: 'python', name: 'taken' })
    await expect(client.sessions.create({ image: 'python', name: 'taken' })).rejects.toMatchObject({
      code: 'ERR_CONFLICT',
      data: { existingSessionId: session.id },
    })
  })

  test('more containers than the policy allows', async () => {
    const error = await client.sessions.create({ image: 'python', clusterSize: 2 }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(QuotaExceededError)
  })

  test('a name of a query that nobody knows is refused before anything is sent', async () => {
    expect(() => client.sessions.list({ statu: 'all' } as never)).toThrow(ConfigError)
    await expect(client.sessions.create({ image: 'python', slot: {} } as never)).rejects.toThrow(
      "did you mean 'slots'?",
    )
  })
})
