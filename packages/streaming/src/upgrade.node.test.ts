/** Upgrades that do not succeed at once. */
import { AuthenticationError, type BackendAIError, type ClientOptions } from '@backend-ai-sdk/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { openSocket, type SocketOptions } from './socket.ts'
import { problem, TestManager } from './testing.ts'

let manager: TestManager

beforeEach(async () => {
  manager = await TestManager.start()
  manager.accept = () => {}
})

afterEach(() => manager[Symbol.asyncDispose]())

/** Opens it, closes it again. @returns why that failed. */
async function tryOpening(
  client: Partial<ClientOptions> = {},
  options: SocketOptions = {},
): Promise<BackendAIError | undefined> {
  try {
    const socket = await openSocket(manager.transport({ retry: { delay: 1 }, ...client }), '/x', options)
    await socket.close()
    return undefined
  } catch (error) {
    return error as BackendAIError
  }
}

/** So many upgrades are refused. */
function refuseFirst(count: number, answer: () => string): void {
  manager.refuse = () => (manager.upgrades.length <= count ? answer() : undefined)
}

const tooMany = 429

describe('is tried again', () => {
  test.each([502, 503, 504])('after %i', async (status) => {
    refuseFirst(2, () => problem(status, 'Away.'))
    expect(await tryOpening()).toBeUndefined()
    expect(manager.upgrades).toHaveLength(3)
    const dates = new Set(manager.upgrades.map(({ headers }) => headers['x-backendai-date']))
    expect(dates.size).toBeGreaterThan(1)
  })

  test('after too many requests, when the server says', async () => {
    refuseFirst(1, () => problem(tooMany, 'Slow down.', 'Retry-After: 1\r\n'))
    const start = performance.now()
    expect(await tryOpening()).toBeUndefined()
    expect(performance.now() - start).toBeGreaterThan(990)
  })

  test('as long as there are attempts', async () => {
    refuseFirst(9, () => problem(503, 'Away.'))
    expect(await tryOpening()).toMatchObject({ code: 'ERR_SERVER', status: 503, attempts: 3 })
  })

  test('as long as there is time', async () => {
    refuseFirst(9, () => problem(tooMany, 'Slow down.', 'Retry-After: 5\r\n'))
    expect(await tryOpening({}, { timeout: 3000 })).toMatchObject({ code: 'ERR_TOO_MANY_REQUESTS', attempts: 1 })
  })

  test('but not without retries', async () => {
    refuseFirst(1, () => problem(503, 'Away.'))
    expect(await tryOpening({ retry: false })).toMatchObject({ status: 503, attempts: 1 })
  })

  test('nor where it is no use', async () => {
    refuseFirst(1, () => problem(500, 'Broken.'))
    expect(await tryOpening()).toMatchObject({ status: 500, attempts: 1 })
  })
})

describe('a clock that is wrong', () => {
  const skewed = (): string =>
    problem(400, 'Bad.', `Date: ${new Date(Date.now()).toUTCString()}\r\n`, {
      type: 'https://api.backend.ai/probs/invalid-auth-params',
      msg: 'Date/time sync error',
    })

  test('is set right by the first refusal', async () => {
    refuseFirst(1, skewed)
    expect(await tryOpening({ clock: () => Date.now() - 3_600_000 })).toBeUndefined()
    const dates = manager.upgrades.map(({ headers }) => Date.parse(String(headers['x-backendai-date'])))
    expect(dates[1]! - dates[0]!).toBeGreaterThan(3_590_000)
  })

  test('once', async () => {
    refuseFirst(9, skewed)
    expect(await tryOpening({ clock: () => Date.now() - 3_600_000 })).toMatchObject({ code: 'ERR_CLOCK_SKEW' })
    expect(manager.upgrades).toHaveLength(2)
  })
})

test('an address that cannot be reached gives way to the next', async () => {
  expect(await tryOpening({ endpoint: ['http://127.0.0.1:1', manager.endpoint], retry: false })).toBeUndefined()
})

test('a refused signature is explained', async () => {
  manager.refuse = () => problem(401, 'Unauthorized access')
  const error = await tryOpening()
  expect(error).toBeInstanceOf(AuthenticationError)
  expect((error as AuthenticationError).explanation?.signed).toContain('GET\n/x\n')
})

test('the limiter sets its pace', async () => {
  const transport = manager.transport({ limiter: { perSecond: 20, concurrent: 1 } })
  const start = performance.now()
  const sockets = await Promise.all(Array.from({ length: 5 }, () => openSocket(transport, '/x')))
  expect(performance.now() - start).toBeGreaterThan(190)
  await Promise.all(sockets.map((socket) => socket.close()))
})

describe('a platform that does not tell the status', () => {
  // As that of browsers, which gives an event without a reason.
  const browser: Partial<ClientOptions> = { webSocket: WebSocket }

  test.each([
    [401, 'ERR_AUTHENTICATION'],
    [404, 'ERR_NOT_FOUND'],
  ])('a probe finds it out: %i', async (status, code) => {
    manager.refuse = () => problem(status, 'No.')
    manager.respond = (request, response) => {
      expect(request.url).toBe('/probed')
      response.writeHead(status, { 'Content-Type': 'application/problem+json' }).end('{"title":"No."}')
    }
    expect(await tryOpening(browser, { probe: '/probed' })).toMatchObject({ code, status, attempts: 1 })
  })

  test('where the probe does well, it is tried again, and fails as it did', async () => {
    manager.refuse = () => problem(400, 'No.')
    expect(await tryOpening(browser, { probe: '/probed' })).toMatchObject({ code: 'ERR_NETWORK', attempts: 3 })
  })
})
