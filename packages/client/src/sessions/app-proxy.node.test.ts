/** Apps through app proxies of both versions, as a page opens them. */
import { keypair, type ClientOptions } from '@backend-ai-sdk/core'
import { serve, type ServedEmulator } from '@backend-ai-sdk/emulator/node'
import { expect, onTestFinished, test } from 'vitest'

import { createClient } from '../client.ts'
import type { OpenAppOptions } from './app-proxy.ts'
import type { ComputeSession } from './compute-session.ts'

interface Place {
  cluster: ServedEmulator
  session: ComputeSession
  keys: { accessKey: string; secretKey: string }
}

async function place(appProxy: 'v1' | 'v2', options: Partial<ClientOptions> = {}): Promise<Place> {
  const cluster = await serve({ appProxy, pollTime: 50 })
  onTestFinished(() => cluster.close())
  const { accessKey, secretKey } = cluster.emulator.users.find(({ role }) => role === 'user')!
  const keys = { accessKey, secretKey }
  const client = createClient({ endpoint: cluster.url, auth: keypair(keys), ...options })
  const session = await client.sessions.create({ image: 'python', slots: { cpu: 1, mem: '320m' } })
  await session.upload([{ path: 'hello.txt', data: 'hello\n' }])
  return { cluster, session, keys }
}

const proxyOf = ({ cluster, keys }: Place): OpenAppOptions => ({
  proxy: { address: cluster.appProxyUrl!, credentials: keys },
})

/** Goes where the address leads, with the cookies that are set on the way, as a browser does. */
async function visit(address: string): Promise<Response> {
  const cookies = new Map<string, string>()
  let url = new URL(address)
  for (let hops = 0; hops < 10; hops++) {
    const jar = [...cookies].map(([name, value]) => `${name}=${value}`)
    const response = await fetch(url, { redirect: 'manual', headers: { Cookie: jar.join('; ') } })
    for (const cookie of response.headers.getSetCookie()) {
      const [name = '', value = ''] = cookie.split(';', 1)[0]!.split('=')
      cookies.set(name, value)
    }
    const location = response.headers.get('Location')
    if (!location) return response
    await response.body?.cancel()
    url = new URL(location, url)
  }
  throw new Error('It redirects without end.')
}

test('the second version', async () => {
  const { session } = await place('v2')
  const { url, version } = await session.openApp('webapp', { redirect: '/hello.txt' })
  expect(version).toBe('v2')
  expect(await (await visit(url)).text()).toBe('hello\n')
})

test('the first version', async () => {
  const there = await place('v1')
  const { url, version } = await there.session.openApp('webapp', { ...proxyOf(there), redirect: '/hello.txt' })
  expect(version).toBe('v1')
  expect(await (await visit(url)).text()).toBe('hello\n')
})

test('an app that the session does not have', async () => {
  const { session } = await place('v2')
  await expect(session.openApp('nope')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' })
  const there = await place('v1')
  await expect(there.session.openApp('nope', proxyOf(there))).rejects.toMatchObject({
    status: expect.any(Number) as number,
  })
})
