import { afterEach, describe, expect, test, vi } from 'vitest'

import type { Authenticator } from './auth.ts'
import {
  APIError,
  AuthenticationError,
  ConfigError,
  NetworkError,
  NotFoundError,
  TimeoutError,
  UnsupportedError,
} from './errors.ts'
import { catchError, json, never, transportTo, versionDocument } from './testing.ts'

afterEach(() => void vi.restoreAllMocks())

describe('version negotiation', () => {
  test('happens once, lazily, shared by concurrent first calls', async () => {
    const { transport, requests } = transportTo(() => json({}))
    expect(requests).toEqual([])
    await Promise.all([transport.request({ path: '/a' }), transport.request({ path: '/b' }), transport.server()])
    await transport.request({ path: '/c' })
    expect(requests.filter(({ url }) => url === 'http://manager/')).toHaveLength(1)
    expect(requests[0]!.headers.has('X-BackendAI-Version')).toBe(false)
    expect(requests.slice(1).map(({ headers }) => headers.get('X-BackendAI-Version'))).toEqual(
      Array(3).fill('v7.20230615'),
    )
  })

  test('is asked for again after a failure', async () => {
    let failures = 1
    const fetch = async (): Promise<Response> =>
      failures-- > 0 ? new Response('down', { status: 502 }) : json(versionDocument)
    const { transport } = transportTo(() => json({}), { fetch })
    await expect(transport.server()).rejects.toThrow(APIError)
    await expect(transport.server()).resolves.toMatchObject({ release: '23.09.10' })
  })

  test('is skipped where the version is given', async () => {
    const { transport, requests } = transportTo(() => json({}), { apiVersion: 'v8.20240315' })
    await transport.request({ path: '/a' })
    expect(requests.map(({ url }) => url)).toEqual(['http://manager/a'])
    expect(requests[0]!.headers.get('X-BackendAI-Version')).toBe('v8.20240315')
  })

  test('a version that does not exist is refused by the first call', async () => {
    const { transport, requests } = transportTo(() => json({}), { apiVersion: 'v1' })
    const error = await catchError(transport.request({ path: '/a' }))
    expect(error).toBeInstanceOf(ConfigError)
    expect((error as Error).message).toContain('apiVersion must be one of v6.20200815, ')
    expect(requests).toEqual([])
  })

  test('is shared with derived transports of the same endpoint only', async () => {
    const { transport, requests } = transportTo(() => json({}))
    await transport.server()
    await transport.with({ project: 'other' }).request({ path: '/a' })
    expect(requests).toHaveLength(2)
    await transport.with({ endpoint: 'http://second' }).request({ path: '/a' })
    expect(requests.map(({ url }) => url).slice(2)).toEqual(['http://second/', 'http://second/a'])
  })

  test.each([
    ['<html>Welcome</html>', 'This is not a Backend.AI answer: <html>Welcome'],
    ['{"name":"other"}', 'This is not a Backend.AI answer: {"name":"other"}'],
    ['', 'This is not a Backend.AI answer: (no text)'],
  ])('a server that is not Backend.AI (%s)', async (body, message) => {
    const { transport } = transportTo(() => json({}), { fetch: async () => new Response(body) })
    const error = await catchError(transport.request({ path: '/a' }))
    expect(error).toBeInstanceOf(APIError)
    expect(error).toMatchObject({
      status: 200,
      url: 'http://manager/',
      message: expect.stringContaining(message) as string,
    })
  })

  test('a server that is too old', async () => {
    const { transport } = transportTo(() => json({}), { fetch: async () => json({ version: 'v4.20190615' }) })
    await expect(transport.request({ path: '/a' })).rejects.toThrow(UnsupportedError)
  })

  test('a caller that leaves does not take the answer from others', async () => {
    const gate = Promise.withResolvers<void>()
    const fetch = async (input: RequestInfo | URL): Promise<Response> => {
      if ((input as Request).url === 'http://manager/') await gate.promise
      return json(versionDocument)
    }
    const { transport } = transportTo(() => json({}), { fetch })
    const leaving = new AbortController()
    const left = transport.request({ path: '/a', signal: leaving.signal })
    const staying = transport.request({ path: '/b' })
    leaving.abort(new Error('left'))
    await expect(left).rejects.toThrow('left')
    gate.resolve()
    await expect(staying).resolves.toEqual(versionDocument)
  })
})

describe('a call', () => {
  test('sends method, query, JSON and headers, and returns the parsed answer', async () => {
    const { transport, requests } = transportTo(() => json({ ok: true }))
    const query = { a: 1, b: true, c: ['x', 'y z'], d: undefined, e: null, f: '' }
    expect(
      await transport.request({ method: 'POST', path: '/p', query, json: { k: '값' }, headers: { 'X-Test': '1' } }),
    ).toEqual({ ok: true })
    const request = requests[1]!
    expect(request.method).toBe('POST')
    expect(request.url).toBe('http://manager/p?a=1&b=true&c=x&c=y+z&f=')
    expect(await request.json()).toEqual({ k: '값' })
    expect(request.headers.get('X-Test')).toBe('1')
    expect(request.headers.get('X-BackendAI-RequestID')).toMatch(/^[\da-f]{24}-\d+$/)
  })

  test('goes below the path of the endpoint', async () => {
    const { transport, requests } = transportTo(() => json(versionDocument), { endpoint: 'http://gw/backend-ai/' })
    await transport.request({ path: '/auth/test' })
    expect(requests.map(({ url }) => url)).toEqual(['http://gw/backend-ai/', 'http://gw/backend-ai/auth/test'])
  })

  test.each(['auth', '/../../x', '/a/../../b'])('refuses the path %s', (path) => {
    const { transport } = transportTo(() => json({}), { endpoint: 'http://gw/backend-ai' })
    expect(() => transport.url(path)).toThrow(ConfigError)
  })

  test('can be anonymous', async () => {
    const prepare = vi.fn<Authenticator['prepare']>()
    const { transport, requests } = transportTo(() => json({}), { auth: { prepare } })
    await transport.request({ path: '/a', anonymous: true })
    expect(prepare).not.toHaveBeenCalled()
    expect(requests[0]!.headers.has('X-BackendAI-Version')).toBe(false)
  })

  test('is authenticated by whatever the client was given, which may wait', async () => {
    const auth: Authenticator = {
      async prepare({ method, url, headers }) {
        await Promise.resolve()
        headers.set('X-Proof', `${method} ${url.pathname}${url.search}`)
      },
    }
    const { transport, requests } = transportTo(() => json({}), { auth })
    await transport.request({ path: '/a', query: { b: 1 } })
    expect(requests[1]!.headers.get('X-Proof')).toBe('GET /a?b=1')
  })

  test('an error of the authenticator comes through as it is', async () => {
    const failure = new ConfigError('no key today')
    const { transport } = transportTo(() => json({}), { auth: { prepare: () => Promise.reject(failure) } })
    expect(await catchError(transport.request({ path: '/a' }))).toBe(failure)
  })

  test('without an answer body, where none is expected', async () => {
    const { transport } = transportTo(() => new Response(null, { status: 204 }))
    await expect(transport.send({ method: 'DELETE', path: '/a' })).resolves.toBeUndefined()
    const error = await catchError(transport.request({ path: '/a' }))
    expect(error).toMatchObject({ status: 204, message: expect.stringContaining('(no text)') as string })
  })

  test('raw: the response with its body still to be read', async () => {
    const { transport } = transportTo(() => new Response('abc', { headers: { 'X-A': '1' } }))
    const response = await transport.fetch({ path: '/a' })
    expect([response.headers.get('X-A'), await response.text()]).toEqual(['1', 'abc'])
  })

  test('raw: the time limit ends with the headers', async () => {
    const limit = vi.spyOn(globalThis, 'setTimeout')
    const ended = vi.spyOn(globalThis, 'clearTimeout')
    const { transport } = transportTo(() => new Response('abc'), { apiVersion: 'v8.20240915' })
    const response = await transport.fetch({ path: '/a', timeout: 12_345 })
    const timer = limit.mock.results[limit.mock.calls.findIndex(([, ms]) => ms === 12_345)]!.value as number
    expect(ended).toHaveBeenCalledWith(timer)
    expect(await response.text()).toBe('abc')
  })

  test('may have more time than a timer can measure', async () => {
    const { transport } = transportTo(() => json({ ok: true }))
    expect(await transport.request({ path: '/a', timeout: Number.POSITIVE_INFINITY })).toEqual({ ok: true })
  })
})

describe('failures', () => {
  const problem = { type: 'https://api.backend.ai/probs/object-not-found', title: 'No such session.', msg: 'gone' }

  test('a problem document becomes its error', async () => {
    const { transport } = transportTo(() =>
      json(problem, { status: 404, headers: { 'Content-Type': 'application/problem+json' } }),
    )
    const error = (await catchError(
      transport.request({ path: '/session/x', query: { token: 'hunter2' } }),
    )) as NotFoundError
    expect(error).toBeInstanceOf(NotFoundError)
    expect(error).toMatchObject({ status: 404, msg: 'gone', method: 'GET', url: 'http://manager/session/x' })
    expect(error.requestId).toMatch(/^[\da-f]{24}-\d+$/)
    expect(JSON.stringify(error) + error.stack).not.toContain('hunter2')
  })

  test('Retry-After is read', async () => {
    const { transport } = transportTo(() => new Response('', { status: 429, headers: { 'Retry-After': '7' } }))
    expect(await catchError(transport.request({ path: '/a' }))).toMatchObject({
      retryAfter: 7,
      retryable: true,
      code: 'ERR_TOO_MANY_REQUESTS',
    })
  })

  test('a wrong key is an AuthenticationError with the reason of the server', async () => {
    const { transport } = transportTo(() =>
      json(
        {
          type: 'https://api.backend.ai/probs/auth-failed',
          title: 'Credential/signature mismatch.',
          msg: 'Access key not found',
        },
        { status: 401 },
      ),
    )
    const error = await catchError(transport.request({ path: '/a' }))
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error).toMatchObject({ msg: 'Access key not found' })
  })

  test('redirects are not followed', async () => {
    const { transport, requests } = transportTo(
      () => new Response(null, { status: 302, headers: { Location: 'http://evil/' } }),
    )
    const error = await catchError(transport.request({ path: '/a' }))
    expect(error).toMatchObject({ status: 302, message: expect.stringContaining('redirects') as string })
    expect(requests.map(({ url }) => url)).not.toContain('http://evil/')
    expect(requests[1]!.redirect).toBe('manual')
  })

  test('no response at all', async () => {
    const cause = new Error('connect ECONNREFUSED 127.0.0.1:1')
    const fetch = async (): Promise<Response> => {
      throw new TypeError('fetch failed', { cause })
    }
    const { transport } = transportTo(() => json({}), { fetch, apiVersion: 'v7.20230615' })
    const read = (await catchError(transport.request({ path: '/a' }))) as NetworkError
    expect(read).toBeInstanceOf(NetworkError)
    expect(read.message).toBe('No answer: connect ECONNREFUSED 127.0.0.1:1 (GET http://manager/a)')
    expect(read.retryable).toBe(true)
    expect(await catchError(transport.send({ method: 'POST', path: '/a' }))).toMatchObject({ retryable: 'unknown' })
  })

  test('a failure that only Bun words like this is a NetworkError too', async () => {
    const fetch = async (): Promise<Response> => {
      throw Object.assign(new Error('Unable to connect. Is the computer able to access the url?'), {
        code: 'ConnectionRefused',
      })
    }
    const { transport } = transportTo(() => json({}), { fetch, apiVersion: 'v7.20230615' })
    await expect(transport.request({ path: '/a' })).rejects.toThrow(NetworkError)
  })

  test('the time limit of a call', async () => {
    const { transport } = transportTo(never)
    const error = await catchError(transport.request({ path: '/a', timeout: 20 }))
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error).toMatchObject({
      phase: 'total',
      ms: 20,
      message: 'No complete answer within 20 ms (GET http://manager/a)',
    })
  })

  const stalledBody = () =>
    new Response(
      new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode('{"a":'))
        },
      }),
    )

  test('covers the body', async () => {
    const { transport } = transportTo(stalledBody)
    await expect(transport.request({ path: '/a', timeout: 20 })).rejects.toThrow(TimeoutError)
  })

  test('the idle limit, before the headers and in the body', async () => {
    const { transport } = transportTo(never, { timeouts: { idle: 20 } })
    expect(await catchError(transport.request({ path: '/a' }))).toMatchObject({
      code: 'ERR_TIMEOUT',
      phase: 'idle',
      ms: 20,
    })
    const { transport: stalling } = transportTo(stalledBody, { timeouts: { idle: 20 } })
    expect(await catchError(stalling.request({ path: '/a' }))).toMatchObject({ code: 'ERR_TIMEOUT', phase: 'idle' })
  })

  test('the idle limit does not end what goes on', async () => {
    const slow = () =>
      new Response(
        new ReadableStream({
          async pull(controller) {
            for (const part of ['[1', ',2', ',3', ']']) {
              await new Promise((resolve) => setTimeout(resolve, 15))
              controller.enqueue(new TextEncoder().encode(part))
            }
            controller.close()
          },
        }),
      )
    const { transport } = transportTo(slow, { timeouts: { idle: 1000 } })
    expect(await transport.request({ path: '/a' })).toEqual([1, 2, 3])
  })

  test('an abort is the caller’s: its reason is thrown as it is', async () => {
    const { transport } = transportTo(never)
    const controller = new AbortController()
    const reason = new Error('user left')
    const call = catchError(transport.request({ path: '/a', signal: controller.signal }))
    setTimeout(() => controller.abort(reason), 5)
    expect(await call).toBe(reason)
    expect(await catchError(transport.request({ path: '/a', signal: controller.signal }))).toBe(reason)
  })
})
