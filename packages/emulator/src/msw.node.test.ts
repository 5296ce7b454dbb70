/** Behind msw: plain `fetch` to a cluster that is not there. */
import { setupServer } from 'msw/node'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { createEmulator } from './index.ts'
import { handlers } from './msw.ts'
import { playing, signedHeaders, simpleScript, userOf } from './testing.ts'

const cluster = 'https://cluster.example'
const emulator = createEmulator(playing(simpleScript))
const server = setupServer(...handlers(emulator, cluster))

beforeAll(() => server.listen())
afterAll(async () => {
  server.close()
  await emulator.stop()
})

test('requests reach the emulator, signed for the host that they name', async () => {
  expect(await (await fetch(cluster)).json()).toMatchObject({ manager: '26.9.6' })
  const url = new URL(`${cluster}/session`)
  const answer = await fetch(url, {
    method: 'POST',
    headers: await signedHeaders(userOf(emulator, 'user@lablup.com'), 'POST', url),
    body: JSON.stringify({ name: 'somewhere', image: 'python' }),
  })
  expect(answer.status).toBe(201)
  expect(await answer.json()).toMatchObject({ status: 'RUNNING' })
})
