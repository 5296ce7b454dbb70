/** Goal 17: the emulator as the client's `fetch`, beside a fetch of the same answer over loopback. */
import { createClient, keypair } from '@backend-ai-sdk/client'
import { createEmulator, type EmulatorUser } from '@backend-ai-sdk/emulator'

import type { Group } from './group.ts'
import { load } from './load.ts'
import { start } from './process.ts'

const oneByOne = { inFlight: 1, milliseconds: 20 }
const path = '/manager/announcement'

export const injectedEmulator: Group = {
  plan: { rounds: 11, turns: 6 },
  comparisons: [
    {
      goal: 17,
      title: 'client call, emulator as its `fetch` ÷ fetch over loopback',
      of: 'injected',
      to: 'loopback',
      limit: 0.25,
      stretch: 0.15,
    },
    {
      title: 'client call of a public route, emulator as its `fetch` ÷ fetch over loopback',
      of: 'injected public',
      to: 'loopback public',
    },
    { title: 'client call ÷ fetch, emulator over loopback', of: 'client', to: 'loopback' },
  ],
  async open() {
    const served = await start<{ url: string; user: EmulatorUser }>(import.meta.resolve('./served-emulator.ts'))
    const { url, user } = served.message
    const emulator = createEmulator()
    const injected = createClient({
      endpoint: 'http://cluster.test',
      auth: keypair(emulator.users.find(({ role }) => role === 'user')!),
      fetch: (input, init) => emulator.fetch(new Request(input, init)),
    })
    const client = createClient({ endpoint: url, auth: keypair(user) })
    // Signed once: the emulator accepts the date for 15 minutes.
    const headers = await client.transport.upgrade({ path }, ({ headers }) => Promise.resolve(headers))
    return {
      variants: {
        loopback: load(async () => (await fetch(url + path, { headers })).json(), oneByOne),
        injected: load(() => injected.request({ path }), oneByOne),
        client: load(() => client.request({ path }), oneByOne),
        'loopback public': load(async () => (await fetch(`${url}/`)).json(), oneByOne),
        'injected public': load(() => injected.request({ path: '/', anonymous: true }), oneByOne),
      },
      async [Symbol.asyncDispose]() {
        await emulator.stop()
        await served[Symbol.asyncDispose]()
      },
    }
  },
}
