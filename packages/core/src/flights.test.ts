import { expect, test, vi } from 'vitest'

import { catchError, json, transportTo } from './testing.ts'

function slowServer() {
  const gate = Promise.withResolvers<void>()
  const aborted = vi.fn<() => void>()
  const server = transportTo(
    async ({ signal }) => {
      signal.addEventListener('abort', aborted)
      await gate.promise
      return json({ n: server.requests.length })
    },
    { apiVersion: 'v7.20230615', shareReads: true },
  )
  return { ...server, gate, aborted }
}

test('reads that are under way are shared, writes and others are not', async () => {
  const { transport, requests, gate } = slowServer()
  const calls = [
    transport.request({ path: '/a', query: { x: 1 } }),
    transport.request({ path: '/a', query: { x: 1 } }),
    transport.request({ path: '/a', query: { x: 2 } }),
    transport.request({ method: 'POST', path: '/a' }),
    transport.request({ method: 'POST', path: '/a' }),
  ]
  await vi.waitFor(() => expect(requests).toHaveLength(4))
  gate.resolve()
  const [first, second] = await Promise.all(calls)
  expect(second).toBe(first)
  await transport.request({ path: '/a', query: { x: 1 } })
  expect(requests).toHaveLength(5)
})

test('an abort takes one caller away; the last takes the request along', async () => {
  const { transport, requests, aborted } = slowServer()
  const controllers = [new AbortController(), new AbortController()]
  const calls = controllers.map(({ signal }) => catchError(transport.request({ path: '/a', signal })))
  await vi.waitFor(() => expect(requests).toHaveLength(1))
  controllers[0]!.abort('first')
  expect(await calls[0]).toBe('first')
  expect(aborted).not.toHaveBeenCalled()
  controllers[1]!.abort('second')
  expect(await calls[1]).toBe('second')
  await vi.waitFor(() => expect(aborted).toHaveBeenCalledOnce())
})

test('a failure is everyone’s, and forgotten', async () => {
  let failures = 1
  const { transport } = transportTo(() => (failures-- > 0 ? new Response('', { status: 404 }) : json(1)), {
    apiVersion: 'v7.20230615',
    shareReads: true,
  })
  const [first, second] = await Promise.all([1, 2].map(() => catchError(transport.request({ path: '/a' }))))
  expect(second).toBe(first)
  expect(await transport.request({ path: '/a' })).toBe(1)
})
