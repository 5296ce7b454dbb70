import { createEmulator } from '@backend-ai-sdk/emulator'
import { afterEach, expect, test } from 'vitest'

import { createClient, keypair } from './index.ts'

let emulator: ReturnType<typeof createEmulator>
afterEach(() => emulator.stop())

test.each(['20.09', '23.09', '26.9'] as const)('a file of a session comes as it is: %s', async (profile) => {
  emulator = createEmulator({ profile })
  const user = emulator.users.find(({ role }) => role === 'user')!
  const client = createClient({
    endpoint: 'http://cluster.test',
    auth: keypair(user),
    fetch: (input, init) => emulator.fetch(new Request(input, init)),
  })
  const session = await client.sessions.create({ image: 'python' })
  const data = Uint8Array.from({ length: 1000 }, (_, at) => at % 256)
  await session.upload([{ path: '자료/a b.bin', data }])
  expect(await session.downloadFile('자료/a b.bin')).toEqual(data)
  const failure = await session.downloadFile('nothing').catch((error: unknown) => error)
  expect(failure).toMatchObject({ name: 'ServerError', status: 500 })
})
