import { describe, expect, test, vi } from 'vitest'

import { keypair } from './auth.ts'
import type { ClientOptions } from './config.ts'
import { APIError, NetworkError, ServerError, TimeoutError, TooManyRequestsError } from './errors.ts'
import { backOff, isRepeatable } from './retry.ts'
import { catchError, json, never, transportTo } from './testing.ts'

const apiVersion = 'v7.20230615'
const quick = { delay: 1 }

/** A server that gives one answer after the other, and the last for ever; an error is a failure below HTTP. */
function transportOf(answers: (() => Response | Error)[], options: Partial<ClientOptions> = {}) {
  let count = 0
  return transportTo(
    () => {
      const answer = answers[Math.min(count++, answers.length - 1)]!()
      if (answer instanceof Error) throw answer
      return answer
    },
    { apiVersion, retry: quick, ...options },
  )
}

const status =
  (code: number, headers: Record<string, string> = {}) =>
  () =>
    new Response('', { status: code, headers })
const good = () => json({ ok: true })
const refused = () =>
  new TypeError('fetch failed', { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) })
const reset = () => new TypeError('fetch failed', { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) })
const cut = () =>
  new Response(
    new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"ok":'))
        controller.error(new TypeError('terminated'))
      },
    }),
  )

const get = { path: '/a' }
const post = { method: 'POST', path: '/a', json: {} }

describe('which calls are repeated', () => {
  test.each([
    ['a read of what is unavailable', get, [status(503), good], 2],
    ['a read through a bad gateway', get, [status(502), status(504), good], 3],
    ['a read whose connection breaks', get, [reset, good], 2],
    ['a read whose answer breaks off', get, [cut, good], 2],
    ['a write that was refused for its rate', post, [status(429, { 'Retry-After': '0' }), good], 2],
    ['a write that did not leave', post, [refused, good], 2],
    ['a query', { method: 'POST', path: '/admin/gql', json: { query: 'query { a }' } }, [reset, good], 2],
    ['the check of presets', { method: 'POST', path: '/resource/check-presets', json: {} }, [status(502), good], 2],
    [
      'the creation of a session that may exist',
      { method: 'POST', path: '/session', json: { name: 'a', reuseIfExists: true } },
      [reset, good],
      2,
    ],
  ])('%s', async (_name, call, answers, attempts) => {
    const { transport, requests } = transportOf(answers)
    const answered = await transport.requestWithResponse(call)
    expect(answered).toMatchObject({ data: { ok: true }, attempts })
    expect(requests).toHaveLength(attempts)
  })

  test.each([
    ['a write through a bad gateway', post, status(502), ServerError, 'unknown'],
    ['a write whose connection breaks', post, reset, NetworkError, 'unknown'],
    ['a write whose answer breaks off', post, cut, NetworkError, 'unknown'],
    [
      'a mutation',
      { method: 'POST', path: '/admin/gql', json: { query: 'mutation { a }' } },
      reset,
      NetworkError,
      'unknown',
    ],
    [
      'a session that must be new',
      { method: 'POST', path: '/session', json: { name: 'a' } },
      reset,
      NetworkError,
      'unknown',
    ],
    ['a read that the server fails in', get, status(500), ServerError, 'unknown'],
    ['what is not there', get, status(404), APIError, false],
  ])('not %s', async (_name, call, answer, type, retryable) => {
    const { transport, requests } = transportOf([answer, good])
    const error = await catchError(transport.request(call))
    expect(error).toBeInstanceOf(type)
    expect(error).toMatchObject({ retryable, attempts: 1 })
    expect(requests).toHaveLength(1)
  })

  test('a body that was a stream is gone', async () => {
    const { transport } = transportOf([refused, good])
    const body = new Blob(['x']).stream()
    const error = await catchError(transport.send({ method: 'POST', path: '/a', body, headers: {} }))
    expect(error).toMatchObject({ attempts: 1 })
  })

  test('each attempt is signed anew, under one request id', async () => {
    let now = Date.parse('2026-01-01T00:00:00Z')
    const auth = keypair({ accessKey: 'AKIAIOSFODNN7EXAMPLE', secretKey: 's' })
    const { transport, requests } = transportOf([status(503), good], { auth, clock: () => (now += 1000) })
    await transport.request(get)
    const [first, second] = requests.map(({ headers }) =>
      ['X-BackendAI-Date', 'Authorization', 'X-BackendAI-RequestID'].map((name) => headers.get(name)),
    )
    expect(first![0]).not.toBe(second![0])
    expect(first![1]).not.toBe(second![1])
    expect(first![2]).toBe(second![2])
  })

  test.each([
    [{}, true],
    [{ method: 'DELETE' }, false],
    [{ method: 'PUT' }, false],
    [{ method: 'POST', path: '/session/x/rename' }, false],
  ])('%j', (call, repeatable) => expect(isRepeatable({ path: '/a', ...call })).toBe(repeatable))
})

describe('how often', () => {
  test('three times unless told otherwise, and the last error is thrown', async () => {
    const { transport, requests } = transportOf([status(503)])
    expect(await catchError(transport.request(get))).toMatchObject({ status: 503, attempts: 3, retryable: true })
    expect(requests).toHaveLength(3)
  })

  test.each([
    [{ retry: { ...quick, attempts: 5 } }, {}, 5],
    [{ retry: false as const }, {}, 1],
    [{}, { retry: false as const }, 1],
    [{ retry: false as const }, { retry: { ...quick, attempts: 2 } }, 2],
  ])('%j and for the call %j', async (options, call, attempts) => {
    const { transport } = transportOf([status(503)], options)
    expect(await catchError(transport.request({ ...get, ...call }))).toMatchObject({ attempts })
  })

  test('a client stops repeating when its budget is used up', async () => {
    let now = 0
    const { transport, requests } = transportOf([status(503)], { retry: { ...quick, budget: 3 }, clock: () => now })
    for (let n = 0; n < 4; n++) await catchError(transport.request(get))
    expect(requests).toHaveLength(4 + 3)
    now += 5_000
    await catchError(transport.request(get))
    expect(requests).toHaveLength(4 + 3 + 2)
  })
})

describe('when', () => {
  const error = new ServerError({ status: 503, method: 'GET', url: '' }, { retryable: true })
  const policy = { attempts: 3, delay: 100, maxDelay: 1000, budget: 10 }

  test('full jitter below a ceiling that doubles', () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
    expect([1, 2, 3, 4, 5, 6].map((repetition) => backOff(error, repetition, policy, undefined))).toEqual([
      50, 100, 200, 400, 500, 500,
    ])
    vi.restoreAllMocks()
  })

  test('as the server asks, unless that is too long', () => {
    expect(backOff(error, 1, policy, 900)).toBe(900)
    expect(backOff(error, 1, policy, 1001)).toBeUndefined()
  })

  test('a rate limit that says nothing gets some patience', () => {
    const limited = new TooManyRequestsError({ status: 429, method: 'GET', url: '' })
    expect(backOff(limited, 1, { ...policy, maxDelay: 60_000 }, undefined)).toBeGreaterThanOrEqual(2000)
  })

  test.each([
    [{ 'Retry-After': '3600' }, 3600],
    [{ 'Retry-After': new Date(Date.now() + 3_600_000).toUTCString() }, undefined],
    [{ 'X-RateLimit-Reset': '900' }, undefined],
  ])('%j is too long to wait', async (headers, retryAfter) => {
    const { transport } = transportOf([status(429, headers), good])
    expect(await catchError(transport.request(get))).toMatchObject({
      status: 429,
      attempts: 1,
      retryAfter,
      retryable: true,
    })
  })

  test('no wait that the limit of the call would not see the end of', async () => {
    const { transport } = transportOf([status(503, { 'Retry-After': '10' })])
    expect(await catchError(transport.request({ ...get, timeout: 5000 }))).toMatchObject({ status: 503, attempts: 1 })
  })

  test('an abort ends the wait', async () => {
    const { transport, requests } = transportOf([status(503, { 'Retry-After': '10' })])
    const controller = new AbortController()
    const reason = new Error('enough')
    const call = catchError(transport.request({ ...get, signal: controller.signal }))
    await vi.waitFor(() => expect(requests).toHaveLength(1))
    controller.abort(reason)
    expect(await call).toBe(reason)
  })

  const stalled = () =>
    new Response(new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('{"ok":')) }))

  const refusal = () => new Response(stalled().body, { status: 404 })

  test.each([
    ['refusal', [refusal], 1],
    ['later success', [status(503), stalled], 2],
    ['later refusal', [status(503), refusal], 2],
  ])('the limit of the call covers the body of a %s', async (_name, answers, attempts) => {
    const { transport } = transportOf(answers)
    const error = await catchError(transport.request({ ...get, timeout: 300 }))
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error).toMatchObject({ phase: 'total', ms: 300, attempts })
  })

  test.each([1, 2])('an abort ends attempt %i', async (attempts) => {
    const { transport, requests } = transportOf([...(attempts > 1 ? [status(503)] : []), stalled])
    const controller = new AbortController()
    const reason = new Error('enough')
    const call = catchError(transport.request({ ...get, signal: controller.signal }))
    await vi.waitFor(() => expect(requests).toHaveLength(attempts))
    controller.abort(reason)
    expect(await call).toBe(reason)
  })

  test.each([1, 2])('an abort ends the reading of a raw answer that attempt %i brought', async (attempts) => {
    const controller = new AbortController()
    const reason = new Error('enough')
    let signal: AbortSignal | undefined
    const fetch = async (input: RequestInfo | URL): Promise<Response> => {
      if (signal === undefined && attempts > 1) {
        signal = new AbortController().signal
        return new Response('', { status: 503 })
      }
      signal = (input as Request).signal
      return stalled()
    }
    const { transport } = transportTo(good, { apiVersion, retry: quick, fetch })
    await transport.fetch({ ...get, signal: controller.signal })
    controller.abort(reason)
    expect(signal?.reason).toBe(reason)
  })

  test('a limit of silence counts for each attempt', async () => {
    for (const timeouts of [{ headers: 10 }, { idle: 10 }]) {
      const { transport, requests } = transportTo(never, { apiVersion, retry: quick, timeouts })
      const error = await catchError(transport.request(get))
      expect(error).toBeInstanceOf(TimeoutError)
      expect(error).toMatchObject({ phase: Object.keys(timeouts)[0], ms: 10, attempts: 3 })
      expect(requests).toHaveLength(3)
    }
  })
})
