import {
  ConfigError,
  createTransport,
  keypair,
  NotFoundError,
  PermissionDeniedError,
  ServerError,
  TimeoutError,
} from '@backend-ai-sdk/core'
import { beforeEach, describe, expect, test } from 'vitest'

import { openApp, type OpenAppOptions } from './app-proxy.ts'

const id = 'f2c12508-fb6f-4270-a7f1-3819ffad9b5f'
const compute_session = {
  id,
  session_id: id,
  name: 'mine',
  status: 'RUNNING',
  scaling_group: 'gpu',
  group_name: 'team',
}
const manager = 'http://manager.test/prefix'
const json = (body: unknown, status = 200): Response => Response.json(body, { status })

let answers: Record<string, (request: Request) => Response | Promise<Response>>
let requests: Request[]
let version: string
let release: string

beforeEach(() => {
  requests = []
  version = 'v2'
  release = '26.9.6'
  answers = {
    '/prefix/admin/gql': () => json({ data: { compute_session } }),
    [`/prefix/stream/session/${id}/apps`]: () => json([{ name: 'jupyter', protocol: 'http', ports: [8080] }]),
    '/prefix/scaling-groups/gpu/wsproxy-version': () => json({ wsproxy_version: version }),
    [`/prefix/session/${id}/start-service`]: () =>
      json({ token: 'one.time.token', wsproxy_addr: 'https://proxy.test/' }),
    [`/v2/proxy/one.time.token/${id}/add`]: () => json({ code: 200, url: 'https://proxy.test/v2/proxy/auth?token=x' }),
    '/conf': () => json({ token: 'opaque' }),
    '/proxy/opaque/mine/add': () =>
      json({ code: 200, proxy: '127.0.0.1:30011', url: 'http://127.0.0.1:5050/redirect?port=30011' }),
  }
})

const open = (options: OpenAppOptions = {}): Promise<unknown> => {
  const transport = createTransport({
    endpoint: manager,
    auth: keypair({ accessKey: 'AKIAMINE', secretKey: 'hunter2' }),
    apiVersion: release.startsWith('20') ? 'v6.20200815' : 'v9.20250722',
    release,
    retry: false,
    fetch: async (input, init) => {
      const request = new Request(input, init)
      requests.push(request.clone())
      return answers[new URL(request.url).pathname]?.(request) ?? json({ type: '…/url-not-found', title: 'No.' }, 404)
    },
  })
  return openApp(transport, id, 'jupyter', options)
}

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(() => undefined).catch((error: unknown) => error)
const elsewhere = (): Request[] => requests.filter(({ url }) => !url.startsWith(manager))

describe('a proxy of the second version', () => {
  test('gives the address to go to', async () => {
    expect(await open()).toEqual({ url: 'https://proxy.test/v2/proxy/auth?token=x', version: 'v2' })
    const [add] = elsewhere()
    expect(add!.url).toBe(`https://proxy.test/v2/proxy/one.time.token/${id}/add?app=jupyter&protocol=http`)
    expect(requests.find(({ url }) => url.includes('wsproxy-version'))!.url).toContain('?group=team')
  })

  test('gets no credentials', async () => {
    await open()
    for (const { headers, credentials } of elsewhere()) {
      expect([...headers.keys()]).toEqual(['accept'])
      expect(credentials).toBe('omit')
    }
  })

  test('is told what is wanted, as it names it', async () => {
    await open({
      port: 8081,
      arguments: { '--a': 'b' },
      environ: { C: 'd' },
      redirect: '/lab',
      openToPublic: true,
      allowedClientIPs: ['10.0.0.0/8', '192.0.2.1'],
      subdomain: 'mine',
      noReuse: true,
      loginSessionToken: 'login',
    })
    expect(Object.fromEntries(new URL(elsewhere()[0]!.url).searchParams)).toEqual({
      app: 'jupyter',
      protocol: 'http',
      port: '8081',
      args: '{"--a":"b"}',
      envs: '{"C":"d"}',
      redirect: '/lab',
      open_to_public: 'true',
      allowed_client_ips: '10.0.0.0/8,192.0.2.1',
      subdomain: 'mine',
      no_reuse: 'true',
    })
    const start = requests.find(({ url }) => url.endsWith('/start-service'))!
    expect(await start.json()).toEqual({
      app: 'jupyter',
      port: 8081,
      arguments: '{"--a":"b"}',
      envs: '{"C":"d"}',
      login_session_token: 'login',
    })
  })
})

describe('a proxy of the first version', () => {
  const address = 'http://127.0.0.1:5050'
  beforeEach(() => {
    version = 'v1'
  })

  test('must be named', async () => {
    const error = await rejection(open())
    expect(error).toBeInstanceOf(ConfigError)
    expect((error as Error).message).toContain("Resource group 'gpu' has no app proxy")
  })

  test('gets the keys that it is to sign with', async () => {
    const proxy = { address, credentials: { accessKey: 'AKIATHEIRS', secretKey: 'theirs' } }
    expect(await open({ proxy, redirect: '/lab?a' })).toEqual({
      url: 'http://127.0.0.1:5050/redirect?port=30011&redirect=%2Flab%3Fa',
      version: 'v1',
    })
    const [conf, add] = elsewhere()
    expect(conf!.method).toBe('PUT')
    expect(await conf!.json()).toEqual({
      access_key: 'AKIATHEIRS',
      secret_key: 'theirs',
      endpoint: manager,
      api_version: 9,
    })
    expect(add!.url).toBe(`${address}/proxy/opaque/mine/add?app=jupyter&protocol=http`)
  })

  test('or the login', async () => {
    await open({ proxy: { address: `${address}/`, credentials: { session: 'cookie' } } })
    expect(await elsewhere()[0]!.json()).toMatchObject({ mode: 'SESSION', session: 'cookie' })
  })

  test('is all that there is before 21.09', async () => {
    release = '20.9.0'
    answers['/prefix/admin/graphql'] = () => json({ compute_session })
    expect(await open({ proxy: { address, credentials: { session: 'cookie' } } })).toMatchObject({ version: 'v1' })
    expect(requests.some(({ url }) => url.includes('wsproxy-version'))).toBe(false)
  })
})

describe('what goes wrong', () => {
  const add = `/v2/proxy/one.time.token/${id}/add`

  test.each([
    [404, NotFoundError],
    [500, ServerError],
    [403, PermissionDeniedError],
  ])('code %i in an answer of status 200', async (code, kind) => {
    answers[add] = () => json({ code, message: 'because' })
    const error = await rejection(open())
    expect(error).toBeInstanceOf(kind)
    expect((error as Error).message).toBe(`${code} because (GET https://proxy.test/…/add)`)
  })

  test('a status', async () => {
    answers[add] = () => json({ type: 'x', title: 'No such circuit.' }, 404)
    expect(await rejection(open())).toMatchObject({ code: 'ERR_NOT_FOUND', title: 'No such circuit.' })
  })

  test.each(['<html>gateway</html>', '[]', 'null', '"x"', 'x'.repeat(10_000_000)])(
    'no answer of a proxy',
    async (text) => {
      answers[add] = () => new Response(text)
      expect(await rejection(open())).toMatchObject({ code: 'ERR_API', status: 200 })
    },
  )

  test.each([undefined, 7, '', 'javascript:alert(1)', 'data:text/html,x'])('an address %j', async (url) => {
    answers[add] = () => json({ code: 200, url })
    expect(await rejection(open())).toMatchObject({ code: 'ERR_NETWORK' })
  })

  test('no proxy there: the token is in no message', async () => {
    answers[add] = () => {
      throw new TypeError('fetch failed')
    }
    const error = (await rejection(open())) as Error
    expect(error).toMatchObject({ code: 'ERR_NETWORK' })
    expect(error.message).not.toContain('one.time')
  })

  test('a proxy that is silent, and an abort', async () => {
    // A time limit may be over just before it is asked: no event comes then.
    answers[add] = ({ signal }) =>
      new Promise((_resolve, reject) => {
        const abort = (): void => reject(signal.reason as Error)
        if (signal.aborted) abort()
        else signal.addEventListener('abort', abort)
      })
    expect(await rejection(open({ timeout: 200 }))).toBeInstanceOf(TimeoutError)
    const before = elsewhere().length
    const controller = new AbortController()
    const reason = new Error('left')
    const opening = rejection(open({ signal: controller.signal }))
    while (elsewhere().length === before) await new Promise((resolve) => setTimeout(resolve, 5))
    controller.abort(reason)
    expect(await opening).toBe(reason)
  })

  test('a misspelt option', async () => {
    expect(await rejection(open({ redirct: '/' } as OpenAppOptions))).toBeInstanceOf(ConfigError)
  })
})
