import { describe, expect, test, vi } from 'vitest'

import { ConfigError } from './errors.ts'
import { Limiter } from './limiter.ts'
import { catchError, json, transportTo } from './testing.ts'

describe('at a time', () => {
  test('no more than allowed, in their order', async () => {
    let active = 0
    let most = 0
    const order: string[] = []
    const { transport } = transportTo(
      async ({ url }) => {
        most = Math.max(most, ++active)
        order.push(new URL(url).pathname)
        await new Promise((resolve) => setTimeout(resolve, 2))
        active--
        return json({})
      },
      { apiVersion: 'v7.20230615', limiter: { concurrent: 2 } },
    )
    const paths = Array.from({ length: 8 }, (_, index) => `/${index}`)
    await Promise.all(paths.map((path) => transport.request({ path })))
    expect(most).toBe(2)
    expect(order).toEqual(paths)
  })

  test('a call whose path is wrong takes no place', async () => {
    const { transport } = transportTo(() => json({}), { apiVersion: 'v7.20230615', limiter: { concurrent: 1 } })
    expect(await catchError(transport.request({ path: 'wrong' }))).toBeInstanceOf(ConfigError)
    expect(await transport.request({ path: '/right' })).toEqual({})
  })

  test('a caller that leaves the queue gives its place away', async () => {
    const limiter = new Limiter({ concurrent: 1 })
    await limiter.enter(undefined)
    const controller = new AbortController()
    const leaving = catchError(limiter.enter(controller.signal))
    const staying = limiter.enter(undefined)
    controller.abort('left')
    expect(await leaving).toBe('left')
    limiter.leave()
    await staying
  })
})

test('per second: starts are spread', async () => {
  vi.useFakeTimers()
  try {
    const limiter = new Limiter({ perSecond: 10 })
    const starts: number[] = []
    const begin = performance.now()
    const all = Array.from({ length: 4 }, async () => {
      await limiter.enter(undefined)
      starts.push(Math.round(performance.now() - begin))
    })
    await vi.advanceTimersByTimeAsync(1000)
    await Promise.all(all)
    expect(starts).toEqual([0, 100, 200, 300])
  } finally {
    vi.useRealTimers()
  }
})

test.each([{ concurrent: 0 }, { perSecond: 0 }, { concurrent: Number.NaN }, { persecond: 1 }])(
  'refuses %j',
  (options) => {
    expect(() => new Limiter(options as never)).toThrow(ConfigError)
  },
)
