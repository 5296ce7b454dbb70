/** Uploads that another storage proxy takes over, as those of 26.4.4 and newer do. */
import { createEmulator } from '@backend-ai-sdk/emulator'
import { expect, test } from 'vitest'

import { createClient, keypair } from '../index.ts'

test('a lost lease, of two parts', async () => {
  await using emulator = createEmulator({ profile: '26.9' })
  const user = emulator.users.find(({ role }) => role === 'user')!
  const client = createClient({
    endpoint: 'http://emulator.local',
    auth: keypair(user),
    fetch: (input, init) => emulator.fetch(new Request(input, init)),
  })
  const folder = await client.vfolders.create({ name: 'leased' })
  const bytes = Uint8Array.from({ length: 1000 }, (_, index) => (index * 37) % 251)
  let parts = 0
  using fault = emulator.faults.inject({
    kind: 'lease-lost',
    match: ({ method }) => method === 'PATCH' && [1, 3].includes(++parts),
  })
  await folder.upload('data.bin', bytes, { partSize: 300 })
  expect([fault.hits, parts]).toEqual([2, 6])
  expect(await (await folder.download('data.bin')).bytes()).toEqual(bytes)
})
