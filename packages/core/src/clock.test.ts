import { expect, test } from 'vitest'

import { keypair } from './auth.ts'
import { ClockSkewError } from './errors.ts'
import { catchError, json, transportTo, versionDocument } from './testing.ts'

const auth = keypair({ accessKey: 'AKIAIOSFODNN7EXAMPLE', secretKey: 's' })
const serverTime = Date.parse('2026-06-01T12:00:00Z')
const hours = 3_600_000
const dateHeaders = (headers: Record<string, string> = {}) => ({ Date: new Date(serverTime).toUTCString(), ...headers })

/** Refuses requests whose date is 15 minutes off, as the manager does. */
function strict(headers: Record<string, string>) {
  return (request: Request): Response => {
    if (new URL(request.url).pathname === '/') return json(versionDocument, { headers })
    const off = Math.abs(Date.parse(request.headers.get('X-BackendAI-Date')!) - serverTime)
    return off < 15 * 60_000
      ? json({ ok: true }, { headers })
      : json(
          { type: 'https://api.backend.ai/probs/invalid-auth-params', title: 'x', msg: 'Date/time sync error' },
          { status: 400, headers },
        )
  }
}

test.each([-2 * hours, 2 * hours])('a machine that is %d ms off: the first contact teaches', async (off) => {
  const answer = strict(dateHeaders())
  const requests: Request[] = []
  const fetch = async (input: RequestInfo | URL): Promise<Response> => {
    requests.push(input as Request)
    return answer(input as Request)
  }
  const { transport } = transportTo(answer, { auth, clock: () => serverTime + off, fetch })
  expect((await transport.requestWithResponse({ path: '/a' })).attempts).toBe(1)
  expect(requests).toHaveLength(2)
})

test.each([-2 * hours, 2 * hours])('a machine that is %d ms off signs once more', async (off) => {
  const options = { auth, clock: () => serverTime + off, apiVersion: 'v7.20230615' }
  const { transport, requests } = transportTo(strict(dateHeaders()), options)
  expect(transport.clockOffset).toBe(0)
  const { attempts } = await transport.requestWithResponse({ method: 'POST', path: '/a', json: {} })
  expect(attempts).toBe(2)
  expect(transport.clockOffset).toBeCloseTo(-off, -3.5)
  await transport.request({ path: '/b' })
  expect(requests).toHaveLength(3)
  expect(transport.with({ project: 'x' }).clockOffset).toBe(transport.clockOffset)
})

test('where the clock cannot be learnt, the error says so', async () => {
  const options = { auth, clock: () => serverTime + hours, apiVersion: 'v7.20230615' }
  for (const headers of [{}, dateHeaders({ Age: '3' })]) {
    const { transport, requests } = transportTo(strict(headers), options)
    const error = (await catchError(transport.request({ path: '/a' }))) as ClockSkewError
    expect(error).toBeInstanceOf(ClockSkewError)
    expect(error.explanation!.causes).toEqual([expect.stringContaining('no Date header')])
    expect(requests).toHaveLength(1)
  }
})

test('small differences are none', async () => {
  const { transport } = transportTo(strict(dateHeaders()), { auth, clock: () => serverTime + 20_000 })
  await transport.request({ path: '/a' })
  expect(transport.clockOffset).toBe(0)
})
