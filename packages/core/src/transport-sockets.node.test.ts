/** Bad input and odd servers, on a real socket: the right call, or a typed error. */
import { getEventListeners } from 'node:events'
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { anonymous, keypair } from './auth.ts'
import type { Call } from './call.ts'
import type { ClientOptions } from './config.ts'
import { APIError, ConfigError, NetworkError, ResponseTooLargeError, TimeoutError } from './errors.ts'
import { authorization, importSecret, keyDay, stringToSign } from './signing.ts'
import { catchError } from './testing.ts'
import { createTransport } from './transport.ts'

const keys = { accessKey: 'AKIAIOSFODNN7EXAMPLE', secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }

let answer: (request: IncomingMessage, response: ServerResponse) => void
let arrived: IncomingMessage[]
const servers = ['127.0.0.1', '::1'].map((host) => ({
  host,
  server: createServer((request, response) => {
    arrived.push(request)
    request.resume()
    answer(request, response)
  }),
}))
let port: number

beforeAll(async () => {
  for (const { host, server } of servers)
    await new Promise<void>((resolve) =>
      server.listen(port ?? 0, host, () => {
        port = (server.address() as AddressInfo).port
        resolve()
      }),
    )
})
afterAll(() => {
  for (const { server } of servers) {
    server.closeAllConnections()
    server.close()
  }
})
beforeEach(() => {
  arrived = []
  answer = (_request, response) => response.end('{"ok":true}')
})

const transportTo = (endpoint: string, options: Partial<ClientOptions> = {}) =>
  createTransport({ endpoint, auth: keypair(keys), apiVersion: 'v7.20230615', retry: { delay: 1 }, ...options })
const local = (options?: Partial<ClientOptions>) => transportTo(`http://127.0.0.1:${port}`, options)
const failureOf = (call: Partial<Call> = {}, options?: Partial<ClientOptions>) =>
  catchError(local(options).request({ path: '/a', ...call }))

/** Is the signature right for the request line and the host that arrived? */
async function isSignedAsArrived({ method, url, headers }: IncomingMessage): Promise<boolean> {
  const date = String(headers['x-backendai-date'])
  const parts = {
    method: method!,
    target: url!,
    date,
    host: headers.host!,
    contentType: headers['content-type'] ?? null,
    version: String(headers['x-backendai-version']),
  }
  const secret = await importSecret(keys.secretKey, 'SHA-256')
  const sign = await secret.signer(keyDay(date), headers.host!)
  const signature = await sign(stringToSign(parts, secret.emptyHash))
  return headers.authorization === authorization('SHA-256', keys.accessKey, signature)
}

describe('endpoints', () => {
  test.each([
    ['an IPv6 address', () => `http://[::1]:${port}`, '/a', () => `[::1]:${port}`],
    ['a path', () => `http://127.0.0.1:${port}/api/v1`, '/api/v1/a', () => `127.0.0.1:${port}`],
    ['a trailing slash', () => `http://127.0.0.1:${port}/`, '/a', () => `127.0.0.1:${port}`],
    ['a path with a trailing slash', () => `http://127.0.0.1:${port}/api/`, '/api/a', () => `127.0.0.1:${port}`],
  ])('%s', async (_name, endpoint, path, host) => {
    expect(await transportTo(endpoint()).request({ path: '/a' })).toEqual({ ok: true })
    expect(arrived.map(({ url, headers }) => [url, headers.host])).toEqual([[path, host()]])
    expect(await isSignedAsArrived(arrived[0]!)).toBe(true)
  })

  test.each([
    ['an international name', 'http://한글.example:8090', 'xn--bj0bj06e.example:8090'],
    ['an explicit default port', 'http://api.example:80', 'api.example'],
  ])('%s', async (_name, endpoint, host) => {
    // As a resolver would: whatever the name is, it leads to the server here.
    const fetch = (async (input: Request) => {
      const { pathname, host } = new URL(input.url)
      const headers = { ...Object.fromEntries(input.headers), host }
      const request = httpRequest({ host: '127.0.0.1', port, path: pathname, method: input.method, headers })
      const response = await new Promise<IncomingMessage>((resolve) => request.on('response', resolve).end())
      return new Response(Readable.toWeb(response) as ReadableStream, { status: response.statusCode! })
    }) as typeof globalThis.fetch
    expect(await transportTo(endpoint, { fetch }).request({ path: '/a' })).toEqual({ ok: true })
    expect(arrived[0]!.headers.host).toBe(host)
    expect(await isSignedAsArrived(arrived[0]!)).toBe(true)
  })

  test('a user and a password are refused', () => {
    expect(() => transportTo('http://user:hunter2@127.0.0.1/')).toThrow(ConfigError)
    expect(() => transportTo('http://user:hunter2@127.0.0.1/')).not.toThrow('hunter2')
  })
})

describe('answers', () => {
  test('a redirect to another host: the credentials stay here', async () => {
    answer = (_request, response) => response.writeHead(302, { Location: `http://[::1]:${port}/stolen` }).end()
    const error = await failureOf()
    expect(error).toBeInstanceOf(APIError)
    expect(error).toMatchObject({ status: 302, message: expect.stringContaining('redirects') as string })
    expect(arrived.map(({ url }) => url)).toEqual(['/a'])
    expect((await local().signedFetch('/a')).status).toBe(302)
    expect(arrived.map(({ url }) => url)).toEqual(['/a', '/a'])
  })

  test.each([
    ['claims to be JSON and is not', 200, { 'Content-Type': 'application/json' }, '<html>', '<html>'],
    ['is a page', 200, { 'Content-Type': 'text/html' }, '<html>Welcome', '<html>Welcome'],
    ['has nothing in it', 204, {}, '', '(no text)'],
    ['is an error that claims to be JSON', 404, { 'Content-Type': 'application/json' }, 'gone', 'Not a Backend.AI'],
  ])('one that %s', async (_name, status, headers, body, text) => {
    answer = (_request, response) => response.writeHead(status, headers).end(body)
    const error = await failureOf()
    expect(error).toBeInstanceOf(APIError)
    expect(error).toMatchObject({ status, attempts: 1 })
    expect((error as APIError).message).toMatch(new RegExp(text.replaceAll(/[()]/g, '.'), 'i'))
  })

  test.each([
    ['with its length', { 'Content-Length': '100' }],
    ['without', {}],
  ])('one that is longer than allowed, %s', async (_name, headers) => {
    const body = JSON.stringify('x'.repeat(98))
    answer = (_request, response) => response.writeHead(200, headers).end(body)
    expect(await local({ maxResponseBytes: 100 }).request({ path: '/a' })).toBe('x'.repeat(98))
    const error = await failureOf({}, { maxResponseBytes: 99 })
    expect(error).toBeInstanceOf(ResponseTooLargeError)
    expect(error).toMatchObject({ maxBytes: 99, retryable: false })
    // Raw ones are the caller's own.
    expect(await (await local({ maxResponseBytes: 99 }).fetch({ path: '/a' })).text()).toBe(body)
  })

  test('one that breaks off', async () => {
    answer = (_request, response) => {
      response.writeHead(200, { 'Content-Length': '100' }).write('{"ok":')
      response.socket!.destroySoon()
    }
    const error = await failureOf()
    expect(error).toBeInstanceOf(NetworkError)
    expect(error).toMatchObject({ attempts: 3, retryable: true })
    const response = await local().fetch({ path: '/a' })
    expect(await catchError(response.text())).toBeInstanceOf(NetworkError)
  })

  test('silence, before the headers and within the body', async () => {
    answer = () => {}
    expect(await failureOf({ timeout: 50 })).toMatchObject({ phase: 'total', ms: 50 })
    expect(await failureOf({}, { timeouts: { headers: 20 } })).toMatchObject({ phase: 'headers', attempts: 3 })
    answer = (_request, response) => void response.writeHead(200).write('{')
    const error = await failureOf({}, { timeouts: { idle: 20 } })
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error).toMatchObject({ phase: 'idle', attempts: 3 })
  })
})

describe('requests', () => {
  test.each(['a\nb', 'a\r\nX-Evil: 1', 'a\0b', '한글'])('a header of %j', async (value) => {
    const error = await failureOf({ headers: { 'X-Key': value } })
    expect(error).toBeInstanceOf(ConfigError)
    expect((error as Error).message).toBe('The header "X-Key" has a name or a value that HTTP does not allow.')
    expect(arrived).toEqual([])
  })

  test('client.fetch signs for the cluster only', async () => {
    const { signedFetch } = transportTo(`http://127.0.0.1:${port}/api`)
    const init = { method: 'POST', body: 'x', headers: { 'X-A': '1' } }
    for (const input of [
      '/a?b=1',
      new URL(`http://127.0.0.1:${port}/api/a?b=1`),
      new Request(`http://127.0.0.1:${port}/api/a?b=1`),
    ]) {
      expect((await signedFetch(input, init)).status).toBe(200)
      const request = arrived.pop()!
      expect([request.url, request.method, request.headers['x-a']]).toEqual(['/api/a?b=1', 'POST', '1'])
      expect(await isSignedAsArrived(request)).toBe(true)
    }
    for (const input of [`http://[::1]:${port}/api/a`, `http://127.0.0.1:${port}/other`, '/../other'])
      expect(await catchError(signedFetch(input))).toBeInstanceOf(ConfigError)
    expect(arrived).toEqual([])
  })

  test('statuses are no errors of client.fetch', async () => {
    answer = (_request, response) => response.writeHead(500).end('x')
    const response = await local().signedFetch('/a')
    expect([response.status, await response.text()]).toEqual([500, 'x'])
  })
})

test('calls on one long-lived signal leave no listener, no timer and no socket', async () => {
  const { signal } = new AbortController()
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  const before = timers()
  const call = { path: '/a', signal }
  // On sockets hundreds, in process the rest of 10,000.
  const onSocket = local()
  const failing = local({ retry: false, maxResponseBytes: 1 })
  const inProcess = local({ auth: anonymous(), fetch: async () => new Response('{}') })
  let turn = 0
  const flaky = local({
    auth: anonymous(),
    retry: { delay: 1, budget: 1000 },
    fetch: async () => new Response('{}', { status: turn++ % 2 === 0 ? 503 : 200 }),
  })
  for (let n = 0; n < 100; n++) {
    const failures = [failing.request(call), inProcess.request({ ...call, path: 'no-slash' })].map(catchError)
    const calls = [onSocket.request(call), onSocket.send(call), flaky.request(call)]
    await Promise.all([...failures, ...calls, ...Array.from({ length: 95 }, () => inProcess.request(call))])
  }
  for (const transport of [onSocket, flaky]) {
    const response = await transport.fetch(call)
    expect(getEventListeners(signal, 'abort').length).toBeGreaterThan(0)
    await response.text()
    expect(getEventListeners(signal, 'abort')).toEqual([])
  }
  expect(getEventListeners(signal, 'abort')).toEqual([])
  expect(timers()).toBeLessThanOrEqual(before)
})
