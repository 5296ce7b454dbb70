import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { cookie } from '@backend-ai-sdk/auth'
import { keypair, type ClientOptions } from '@backend-ai-sdk/core'
import { createEmulator, type Emulator, type EmulatorOptions } from '@backend-ai-sdk/emulator'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'

import { createClient } from './client.ts'

const username = 'user@lablup.com'
const password = 'a password of four words'

function start(options: EmulatorOptions = {}): Emulator {
  const emulator = createEmulator({ users: [{ email: username, password }], ...options })
  onTestFinished(() => emulator.stop())
  return emulator
}

const keysOf = (emulator: Emulator) => keypair(emulator.users[0]!)
const keys = keypair({ accessKey: 'AKIAIOSFODNN7EXAMPLE', secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' })

const to = (handler: { fetch(request: Request): Promise<Response> }): typeof globalThis.fetch =>
  ((input: Request) => handler.fetch(input)) as typeof globalThis.fetch

async function diagnose(options: Partial<ClientOptions>) {
  const client = createClient({ endpoint: 'http://cluster', auth: keys, retry: false, ...options })
  const diagnosis = await client.diagnose({ timeout: 2000 })
  return { ...diagnosis, codes: diagnosis.findings.map(({ code }) => code) }
}

describe('a cluster that is well', () => {
  test('with keys', async () => {
    const emulator = start()
    const { isHealthy, codes, mode, server } = await diagnose({ auth: keysOf(emulator), fetch: to(emulator) })
    expect({ isHealthy, codes, mode, server }).toEqual({
      isHealthy: true,
      codes: [],
      mode: 'keys',
      server: { apiVersion: 'v9.20250722', release: '26.9.6' },
    })
  })

  test('with a login', async () => {
    const { webserver } = start()
    const client = createClient({ endpoint: 'http://console', auth: cookie(), fetch: to(webserver) })
    expect((await client.diagnose()).findings).toMatchObject([{ code: 'not-logged-in', severity: 'error' }])
    await client.auth.login({ username, password })
    expect(await client.diagnose()).toMatchObject({ isHealthy: true, findings: [], mode: 'login' })
  })
})

test('keys at a webserver', async () => {
  const { webserver } = start()
  expect(await diagnose({ fetch: to(webserver) })).toMatchObject({ isHealthy: false, codes: ['wrong-mode'] })
})

test('a login at a manager', async () => {
  expect(await diagnose({ auth: cookie(), fetch: to(start()) })).toMatchObject({ codes: ['wrong-mode'], mode: 'login' })
})

test('wrong keys', async () => {
  expect(await diagnose({ fetch: to(start()) })).toMatchObject({ isHealthy: false, codes: ['credentials'] })
})

test('a clock two hours off', async () => {
  const emulator = start({ clock: () => Date.now() + 7_200_000 })
  const { isHealthy, codes, findings } = await diagnose({ auth: keysOf(emulator), fetch: to(emulator) })
  expect({ isHealthy, codes }).toEqual({ isHealthy: true, codes: ['clock'] })
  expect(findings[0]!.message).toContain('120 min behind')
})

test.each(['20.09', '23.09', '26.9'] as const)('a frozen manager of %s', async (profile) => {
  const emulator = start({ profile })
  emulator.state.manager.status = 'frozen'
  expect(await diagnose({ auth: keysOf(emulator), fetch: to(emulator) })).toMatchObject({
    isHealthy: true,
    codes: ['frozen'],
  })
})

test('a release that is too old', async () => {
  const fetch = (async () => Response.json({ version: 'v4.20190615', manager: '19.09.5' })) as typeof globalThis.fetch
  expect(await diagnose({ fetch })).toMatchObject({ codes: ['unsupported-version'] })
})

test('a webserver whose manager is down', async () => {
  const emulator = start()
  const client = createClient({ endpoint: 'http://console', auth: cookie(), fetch: to(emulator.webserver) })
  await client.auth.login({ username, password })
  using fault = emulator.faults.inject({ kind: 'refuse' })
  expect(await client.diagnose()).toMatchObject({ isHealthy: false, findings: [{ code: 'down' }] })
  expect(fault.hits).toBeGreaterThan(0)
})

test('a server that is gone since the client has known it', async () => {
  const emulator = start()
  let isGone = false
  const fetch = (async (request: Request) => {
    if (isGone) throw new TypeError('fetch failed', { cause: new Error('getaddrinfo ENOTFOUND cluster') })
    return emulator.fetch(request)
  }) as typeof globalThis.fetch
  const options = { endpoint: 'http://cluster', auth: keysOf(emulator), fetch, retry: false } as const
  const client = createClient(options)
  const named = createClient({ ...options, apiVersion: 'v9.20250722' })
  expect((await client.diagnose()).isHealthy).toBe(true)
  isGone = true
  for (const each of [client, named])
    expect(await each.diagnose()).toMatchObject({ findings: [{ code: 'name-not-found' }], server: undefined })
})

test('a proxy with nothing behind it', async () => {
  const fetch = (async () => new Response('<title>502 Bad Gateway</title>', { status: 502 })) as typeof globalThis.fetch
  for (const auth of [keys, cookie()]) expect(await diagnose({ fetch, auth })).toMatchObject({ codes: ['down'] })
})

test('another program', async () => {
  const fetch = (async () => new Response('<title>nginx</title>')) as typeof globalThis.fetch
  expect(await diagnose({ fetch })).toMatchObject({ codes: ['not-backend-ai'] })
})

describe('the network', () => {
  async function listening() {
    const server = createServer(() => {})
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const close = (): Promise<void> =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      })
    onTestFinished(close)
    return { port, close }
  }

  test('a name that does not exist', async () => {
    expect(await diagnose({ endpoint: 'http://no-such-host.invalid' })).toMatchObject({ codes: ['name-not-found'] })
  })

  test('a port where nothing listens', async () => {
    const { port, close } = await listening()
    await close()
    expect(await diagnose({ endpoint: `http://127.0.0.1:${port}` })).toMatchObject({ codes: ['refused'] })
  })

  test('a server that speaks no TLS', async () => {
    const { port } = await listening()
    expect(await diagnose({ endpoint: `https://127.0.0.1:${port}` })).toMatchObject({ codes: ['tls'] })
  })

  test('a server that says nothing', async () => {
    const endpoint = `http://127.0.0.1:${(await listening()).port}`
    const client = createClient({ endpoint, auth: keys, retry: false })
    expect(await client.diagnose({ timeout: 100 })).toMatchObject({ findings: [{ code: 'timeout' }] })
  })
})

describe('pages', () => {
  afterEach(() => void vi.unstubAllGlobals())

  test('by https do not call plain http', async () => {
    vi.stubGlobal('location', new URL('https://dashboard.example.com'))
    expect(await diagnose({ endpoint: 'http://cluster.example.com' })).toMatchObject({ codes: ['mixed-content'] })
  })

  test('are told where CORS hides the answer', async () => {
    vi.stubGlobal('location', new URL('https://dashboard.example.com'))
    const fetch = vi.fn<typeof globalThis.fetch>(async (_input, init) => {
      if (init?.mode === 'no-cors') return new Response()
      throw new TypeError('Failed to fetch')
    })
    vi.stubGlobal('fetch', fetch)
    expect(await diagnose({ endpoint: 'https://cluster.example.com' })).toMatchObject({ codes: ['cors'] })
  })

  test('of another site get no cookie', async () => {
    vi.stubGlobal('location', new URL('https://dashboard.example.org'))
    const { webserver } = start()
    const auth = { ...cookie(), credentials: 'include' as const }
    const options = { endpoint: 'https://console.example.com', auth, fetch: to(webserver) }
    expect(await diagnose(options)).toMatchObject({ codes: ['cookie-blocked', 'not-logged-in'] })
  })
})

test('an abort is passed on', async () => {
  const reason = new Error('enough')
  const client = createClient({ endpoint: 'http://cluster', auth: keys, fetch: to(start()) })
  await expect(client.diagnose({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
})

describe('webConfig()', () => {
  test.each(['20.09', '23.09', '26.9'] as const)('of release %s', async (profile) => {
    const { webserver } = start({ profile })
    const client = createClient({ endpoint: 'http://console', auth: cookie(), fetch: to(webserver) })
    expect(await client.webConfig()).toMatchObject({
      general: { connectionMode: 'SESSION' },
      wsproxy: { proxyURL: '' },
    })
  })

  test('with keys that come twice, as 23.09 writes them', async () => {
    const text = '[general]\ndebug = true\n# singleSignOnVendors = \ndebug = false\n[menu]\ndebug = 1\n'
    const fetch = (async (input: Request) =>
      input.url.endsWith('.toml')
        ? new Response(text)
        : Response.json({ version: 'v7.20230615', manager: '23.09.10' })) as typeof globalThis.fetch
    const client = createClient({ endpoint: 'http://console', auth: cookie(), fetch })
    expect(await client.webConfig()).toEqual({ general: { debug: false }, menu: { debug: 1 } })
  })
})
