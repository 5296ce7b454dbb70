/** Which request meets which fault, and what a fault may say. What is done to requests: `faults.node.test.ts`. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { createEmulator, type Emulator, type FaultMatch } from '../index.ts'
import { endpoint } from '../testing.ts'
import type { FaultOptions } from './fault-options.ts'

let emulator: Emulator
beforeEach(() => {
  emulator = createEmulator()
})
afterEach(() => emulator.stop())

const ask = async (path = '/', init?: RequestInit): Promise<number> =>
  (await emulator.fetch(new Request(endpoint + path, init))).status

const busy = { kind: 'status', status: 503 } as const

describe('a fault', () => {
  test('is met until it is removed', async () => {
    const fault = emulator.faults.inject(busy)
    expect([await ask(), await ask()]).toEqual([503, 503])
    expect(fault.hits).toBe(2)
    fault.remove()
    fault.remove()
    expect(await ask()).toBe(200)
    expect(fault.hits).toBe(2)
  })

  test('or as often as it says', async () => {
    const fault = emulator.faults.inject({ ...busy, times: 2 })
    expect([await ask(), await ask(), await ask()]).toEqual([503, 503, 200])
    expect(fault.hits).toBe(2)
  })

  test('or to the end of its block', async () => {
    {
      using fault = emulator.faults.inject(busy)
      expect(await ask()).toBe(503)
      expect(fault.hits).toBe(1)
    }
    expect(await ask()).toBe(200)
  })

  test('goes before those that came later, and only one is met', async () => {
    const first = emulator.faults.inject({ ...busy, times: 1 })
    const second = emulator.faults.inject({ kind: 'status', status: 500, times: 1 })
    expect([await ask(), await ask(), await ask()]).toEqual([503, 500, 200])
    expect([first.hits, second.hits]).toEqual([1, 1])
  })

  test('says when it was met', async () => {
    const fault = emulator.faults.inject(busy)
    const twice = fault.met(2)
    await ask()
    await fault.met()
    await ask()
    await twice
    const thrice = fault.met(3)
    fault.remove()
    await expect(thrice).rejects.toThrow("'status' was removed after 2 of 3 requests")
    await expect(fault.met(3)).rejects.toThrow('was removed')
    await fault.met(2)
  })

  test('is gone with all others', async () => {
    emulator.faults.inject(busy)
    emulator.faults.inject({ kind: 'clock-skew', milliseconds: 1000 })
    emulator.faults.inject({ kind: 'restart' })
    await expect(ask()).rejects.toThrow(TypeError)
    emulator.faults.clear()
    expect(await ask()).toBe(200)
  })

  test('cannot be injected into an emulator that has stopped', async () => {
    await emulator.stop()
    expect(() => emulator.faults.inject(busy)).toThrow('has stopped')
  })
})

describe('matching', () => {
  test.each<[FaultMatch | ((request: Request) => boolean), number, string, RequestInit?]>([
    [{}, 503, '/'],
    [{ method: 'get' }, 503, '/'],
    [{ method: 'POST' }, 200, '/'],
    [{ path: '/' }, 503, '/?query=1'],
    [{ path: '/session' }, 200, '/'],
    [{ path: /^\/sess/ }, 503, '/session/x'],
    [{ path: /^\/sess/g }, 503, '/session/x'],
    [{ path: /^\/sess/ }, 200, '/'],
    [{ method: 'POST', path: '/' }, 200, '/'],
    [{ upgrade: true }, 200, '/'],
    [{ upgrade: false }, 503, '/'],
    [(request) => request.headers.get('X-Test') === 'yes', 503, '/', { headers: { 'X-Test': 'yes' } }],
    [(request) => request.headers.get('X-Test') === 'yes', 200, '/'],
  ])('%o gives %i to %s', async (match, status, path, init) => {
    emulator.faults.inject({ ...busy, match })
    expect(await ask(path, init)).toBe(status)
  })

  test('preflights are met only where that is said', async () => {
    const init = { method: 'OPTIONS', headers: { Origin: 'http://page', 'Access-Control-Request-Method': 'GET' } }
    emulator.faults.inject(busy)
    expect(await ask('/', init)).toBe(200)
    emulator.faults.inject({ ...busy, match: { method: 'OPTIONS' } })
    expect(await ask('/', init)).toBe(503)
  })
})

test.each<[object | string | null, RegExp]>([
  ['status', /described by an object/],
  [null, /described by an object/],
  [{}, /'kind' .* must be one of stall, cut, .* not undefined/],
  [{ kind: 'explode' }, /'kind' .* not 'explode'/],
  [{ kind: 'toString' }, /'kind' /],
  [{ kind: 'status' }, /'status' needs 'status'/],
  [{ kind: 'status', status: 200 }, /'status' .* 400 to 599, not 200/],
  [{ kind: 'status', status: 503, retryAfter: -1 }, /'retryAfter' .* whole number of seconds, 0 or more, not -1/],
  [{ kind: 'status', status: 503, retryAfter: {} }, /'retryAfter' .* seconds, a text or a Date/],
  [{ kind: 'status', status: 503, retry: 1 }, /Unknown key 'retry' .* there are match, times, carriedOut, status/],
  [{ kind: 'status', status: 503, times: 0 }, /'times' .* 1 or more, not 0/],
  [{ kind: 'status', status: 503, times: 1.5 }, /'times' .* whole number/],
  [{ kind: 'status', status: 503, match: '/path' }, /'match' .* an object or a function/],
  [
    { kind: 'status', status: 503, match: { url: '/' } },
    /'match' .* unknown key 'url'; there are method, path, upgrade/,
  ],
  [{ kind: 'status', status: 503, match: { path: 3 } }, /'match' .* 'path' that must be/],
  [{ kind: 'stall', afterBytes: -1 }, /'afterBytes' .* whole number of bytes, 0 or more, not -1/],
  [{ kind: 'stall', milliseconds: Number.NaN }, /'milliseconds' .* not NaN/],
  [{ kind: 'cut', afterBytes: 1, afterMessages: 1 }, /'afterBytes' or 'afterMessages', not both/],
  [{ kind: 'page', status: 204 }, /'status' .* has a body/],
  [{ kind: 'redirect' }, /either 'location' or 'host'/],
  [{ kind: 'redirect', host: 'a', location: 'b' }, /either 'location' or 'host'/],
  [{ kind: 'redirect', host: 'a', status: 304 }, /'status' .* 301, 302, 303, 307, 308/],
  [{ kind: 'slow', bytes: 0, every: 1 }, /'bytes' .* 1 or more, not 0/],
  [{ kind: 'slow', bytes: 1 }, /'slow' needs 'every'/],
  [{ kind: 'clock-skew', milliseconds: '1' }, /'milliseconds' .* not '1'/],
  [{ kind: 'clock-skew', milliseconds: 1, match: {} }, /Unknown key 'match' .* there are milliseconds/],
  [{ kind: 'restart', times: 1 }, /Unknown key 'times'/],
])('%o is refused', (options, message) => {
  expect(() => emulator.faults.inject(options as FaultOptions)).toThrow(message)
  expect(() => emulator.faults.inject(options as FaultOptions)).toThrow(TypeError)
})

test('answers say the date of the cluster', async () => {
  await using past = createEmulator({ clock: () => Date.UTC(2001, 1, 3, 4, 5, 6, 789) })
  const answer = await past.fetch(new Request(endpoint))
  expect(answer.headers.get('Date')).toBe('Sat, 03 Feb 2001 04:05:06 GMT')
  const missing = await past.fetch(new Request(`${endpoint}/nope`))
  expect([missing.status, missing.headers.get('Date')]).toEqual([404, 'Sat, 03 Feb 2001 04:05:06 GMT'])
})
