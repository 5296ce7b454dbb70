import { describe, expect, test, vi } from 'vitest'

import { keypair } from './auth.ts'
import { ConfigError } from './errors.ts'
import type { Hooks, Logger, Metric } from './hooks.ts'
import { catchError, json, transportTo } from './testing.ts'

const keys = { accessKey: 'AKIAIOSFODNN7EXAMPLE', secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
const options = { apiVersion: 'v7.20230615', retry: { delay: 1 } }

function flaky(failures: number) {
  return () => (failures-- > 0 ? new Response('', { status: 503 }) : json({ ok: true }, { headers: { 'X-A': '1' } }))
}

describe('hooks', () => {
  test('are told of everything in its order', async () => {
    const told: string[] = []
    const hooks: Hooks = {
      request: ({ method, url, attempt }) => void told.push(`request ${method} ${url.pathname} ${attempt}`),
      response: ({ status, attempt, duration }) => void told.push(`response ${status} ${attempt} ${duration >= 0}`),
      retry: ({ error, attempt, delay }) => told.push(`retry ${error.code} ${attempt} ${delay >= 0}`),
      success: ({ attempts }) => told.push(`success ${attempts}`),
      error: ({ error }) => told.push(`error ${(error as Error).name}`),
    }
    const { transport } = transportTo(flaky(1), { ...options, hooks })
    await transport.request({ path: '/a' })
    const { transport: failing } = transportTo(() => new Response('', { status: 404 }), { ...options, hooks })
    await catchError(failing.request({ path: '/b' }))
    expect(told).toEqual([
      'request GET /a 1',
      'response 503 1 true',
      'retry ERR_SERVER 1 true',
      'request GET /a 2',
      'response 200 2 true',
      'success 2',
      'request GET /b 1',
      'response 404 1 true',
      'error NotFoundError',
    ])
  })

  test('can add headers, and do not see credentials', async () => {
    const seen: (string | null)[] = []
    const hooks: Hooks = {
      async request({ headers }) {
        await Promise.resolve()
        seen.push(headers.get('Authorization'))
        headers.set('traceparent', '00-1-2-01')
      },
    }
    const { transport, requests } = transportTo(flaky(0), { ...options, hooks, auth: keypair(keys) })
    await transport.request({ path: '/a' })
    expect(seen).toEqual([null])
    expect(requests[0]!.headers.get('traceparent')).toBe('00-1-2-01')
    expect(requests[0]!.headers.has('Authorization')).toBe(true)
  })

  test.each(['request', 'response', 'success'] as const)('what %s throws, the call throws', async (name) => {
    const failure = new Error('from the hook')
    const hooks: Hooks = {
      [name]: () => {
        throw failure
      },
    }
    const { transport } = transportTo(flaky(0), { ...options, hooks })
    expect(await catchError(transport.request({ path: '/a' }))).toBe(failure)
  })

  test('the caller’s abort is no failure', async () => {
    const error = vi.fn<NonNullable<Hooks['error']>>()
    const controller = new AbortController()
    const fetch = async ({ signal }: Request): Promise<Response> => {
      signal.throwIfAborted()
      return json({})
    }
    const hooks: Hooks = { request: () => controller.abort(new Error('left')), error }
    const { transport } = transportTo(fetch, { ...options, hooks })
    await catchError(transport.request({ path: '/a', signal: controller.signal }))
    expect(error).not.toHaveBeenCalled()
  })
})

describe('metrics', () => {
  test('one for each call', async () => {
    const metrics: Metric[] = []
    const { transport } = transportTo(flaky(1), { ...options, onMetric: (metric) => metrics.push(metric) })
    await transport.request({ path: '/a', query: { token: 'hunter2' } })
    expect(metrics).toEqual([
      { name: 'call', method: 'GET', path: '/a', outcome: 'ok', attempts: 2, duration: expect.any(Number) as number },
    ])
    const { transport: failing } = transportTo(() => new Response('', { status: 404 }), {
      ...options,
      onMetric: (metric) => metrics.push(metric),
    })
    await catchError(failing.request({ path: '/b' }))
    expect(metrics[1]).toMatchObject({ outcome: 'ERR_NOT_FOUND', attempts: 1 })
  })
})

describe('logging', () => {
  function recorder() {
    const lines: string[] = []
    const log =
      (level: string) =>
      (...data: unknown[]) =>
        void lines.push(
          [level, ...data.map((item) => (typeof item === 'string' ? item : JSON.stringify(item)))].join(' '),
        )
    const logger: Logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') }
    return { lines, logger }
  }

  test.each([
    ['debug', ['debug', 'debug', 'warn', 'debug', 'debug', 'info']],
    ['info', ['warn', 'info']],
    [undefined, ['warn']],
    ['error', []],
    ['silent', []],
  ] as const)('at level %s', async (logLevel, levels) => {
    const { lines, logger } = recorder()
    const { transport } = transportTo(flaky(1), { ...options, logger, ...(logLevel && { logLevel }) })
    await transport.request({ path: '/a' })
    expect(lines.map((line) => line.split(' ')[0])).toEqual(levels)
  })

  test('shows no secret', async () => {
    const { lines, logger } = recorder()
    const { transport } = transportTo(
      () => new Response('token=hunter2', { status: 500, headers: { 'Set-Cookie': 'id=hunter2' } }),
      {
        ...options,
        auth: keypair(keys),
        logger,
        logLevel: 'debug',
      },
    )
    await catchError(
      transport.request({ path: '/a', query: { token: 'hunter2', page: 1 }, headers: { 'X-Api-Key': 'hunter2' } }),
    )
    expect(lines.join('\n')).not.toMatch(/hunter2|wJalr/)
    expect(lines.join('\n')).toContain('token=[redacted]&page=1')
  })

  test('goes to the standard error where no logger is given', async () => {
    const write = vi.spyOn(console, 'error').mockReturnValue()
    const { transport } = transportTo(flaky(0), { ...options, logLevel: 'info' })
    await transport.request({ path: '/a' })
    expect(write).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(/^backend\.ai ✔ GET http:\/\/manager\/a \d+ ms$/),
    )
    write.mockRestore()
  })

  test('a level that does not exist', async () => {
    const { transport } = transportTo(flaky(0), { ...options, logLevel: 'loud' as never })
    expect(await catchError(transport.request({ path: '/a' }))).toBeInstanceOf(ConfigError)
  })
})
