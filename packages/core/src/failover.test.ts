import { describe, expect, test } from 'vitest'

import type { ClientOptions } from './config.ts'
import { NetworkError } from './errors.ts'
import { catchError, json, transportTo } from './testing.ts'

const endpoint = 'https://a.example, https://b.example/api/,https://c.example'
const hostsOf = (requests: Request[]): string[] => requests.map(({ url }) => new URL(url).host[0]!)
const withCode = (code: string) => new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) })

/** Hosts that are down fail as `code` says. */
function cluster(down: Set<string>, code = 'ECONNREFUSED', options: Partial<ClientOptions> = {}) {
  return transportTo(
    ({ url }) => {
      if (down.has(new URL(url).host[0]!)) throw withCode(code)
      return json({ host: new URL(url).host, path: new URL(url).pathname })
    },
    { endpoint, apiVersion: 'v7.20230615', retry: { delay: 1 }, ...options },
  )
}

describe('several endpoints', () => {
  test('the first that can be reached, for reads and writes, below its own path', async () => {
    const { transport, requests } = cluster(new Set(['a']))
    const answer = await transport.requestWithResponse({ method: 'POST', path: '/x', json: {} })
    expect(answer).toMatchObject({ data: { host: 'b.example', path: '/api/x' }, attempts: 2 })
    await transport.request({ path: '/y' })
    expect(hostsOf(requests)).toEqual(['a', 'b', 'b'])
    expect(transport.url('/z').href).toBe('https://b.example/api/z')
  })

  test.each(['ENOTFOUND', 'UND_ERR_CONNECT_TIMEOUT', 'ConnectionRefused'])('%s is a reason', async (code) => {
    const { transport } = cluster(new Set(['a', 'b']), code)
    expect(await transport.request({ path: '/x' })).toMatchObject({ host: 'c.example' })
  })

  test('a read may go elsewhere whatever broke', async () => {
    const { transport } = cluster(new Set(['a']), 'ECONNRESET')
    expect(await transport.request({ path: '/x' })).toMatchObject({ host: 'b.example' })
  })

  test('a call that may have arrived goes nowhere else', async () => {
    const { transport, requests } = cluster(new Set(['a']), 'ECONNRESET')
    const error = await catchError(transport.send({ method: 'POST', path: '/x' }))
    expect(error).toBeInstanceOf(NetworkError)
    expect(error).toMatchObject({ wasSent: true, retryable: 'unknown', attempts: 1 })
    expect(hostsOf(requests)).toEqual(['a'])
  })

  test('an address that was down is left alone for 30 seconds', async () => {
    let now = 0
    const down = new Set(['a'])
    const { transport, requests } = cluster(down, undefined, { clock: () => now })
    await transport.request({ path: '/x' })
    down.clear()
    down.add('b').add('c')
    now += 29_000
    // Where all are down they take turns, with the waiting of a retry between.
    await transport.request({ path: '/x' })
    expect(hostsOf(requests)).toEqual(['a', 'b', 'b', 'c', 'a'])
    down.delete('b')
    down.add('a')
    now += 30_000
    await transport.request({ path: '/x' })
    expect(hostsOf(requests).slice(5)).toEqual(['a', 'b'])
  })

  test('none that can be reached', async () => {
    const { transport, requests } = cluster(new Set(['a', 'b', 'c']), undefined, { retry: false })
    expect(await catchError(transport.request({ path: '/x' }))).toMatchObject({
      wasSent: false,
      retryable: true,
      attempts: 3,
    })
    expect(hostsOf(requests)).toEqual(['a', 'b', 'c'])
  })

  test('the version is asked of whichever answers', async () => {
    const fetch = async (input: RequestInfo | URL): Promise<Response> => {
      if ((input as Request).url.startsWith('https://a')) throw withCode('ECONNREFUSED')
      return json({ version: 'v7.20230615', manager: '23.09.10' })
    }
    const { transport } = transportTo(() => json({}), { endpoint, fetch })
    expect(await transport.server()).toMatchObject({ release: '23.09.10' })
  })
})
