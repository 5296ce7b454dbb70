/** What each fault does: in process, and on a real socket. */
import { spawn } from 'node:child_process'
import { getEventListeners } from 'node:events'

import { setupServer } from 'msw/node'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket as RealWebSocket } from 'ws'

import { createEmulator, type Emulator, type EmulatorOptions, type EmulatorWebSocketConstructor } from '../index.ts'
import { handlers } from '../msw.ts'
import { serve } from '../node.ts'
import { callerOf, endpoint, playing, signedHeaders, simpleScript, userOf } from '../testing.ts'

type Where = 'in process' | 'on a socket'

interface Place {
  emulator: Emulator
  url: string
  fetch: (path: string, init?: RequestInit) => Promise<Response>
  open: (path: string) => Promise<EmulatorSocket>
}

/** What both kinds of sockets have. */
interface EmulatorSocket {
  on(event: 'message', listener: (data: Uint8Array) => void): unknown
  on(event: 'close', listener: (code: number) => void): unknown
  on(event: 'unexpected-response', listener: (request: unknown, response: { statusCode?: number }) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'open', listener: () => void): unknown
  send(data: string): void
  close(): void
  terminate(): void
}

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

async function place(where: Where, options: EmulatorOptions = {}): Promise<Place> {
  const given = { ...playing(simpleScript), ...options }
  let url = endpoint
  let emulator: Emulator
  let send: (url: string, init?: RequestInit) => Promise<Response>
  let Constructor: EmulatorWebSocketConstructor | typeof RealWebSocket
  if (where === 'on a socket') {
    const served = await serve(given)
    cleanups.push(() => served.close())
    ;({ url, emulator } = served)
    send = (url, init) => fetch(url, init)
    Constructor = RealWebSocket
  } else {
    emulator = createEmulator(given)
    cleanups.push(() => emulator.stop())
    send = (url, init) => emulator.fetch(new Request(url, init))
    Constructor = emulator.WebSocket
  }
  return {
    emulator,
    url,
    fetch: (path, init) => send(url + path, init),
    open: async (path) => {
      const target = new URL(url + path)
      const headers = await signedHeaders(userOf(emulator, 'user@lablup.com'), 'GET', target, { contentType: null })
      return new Constructor(target.href.replace('http', 'ws'), [], { headers })
    },
  }
}

const version = '{"version": "v9.20250722", "manager": "26.9.6"}'

/** The parts of a body as they come, and what ends it. */
async function read(response: Response): Promise<{ text: string; parts: number; error?: unknown }> {
  let text = ''
  let parts = 0
  const decoder = new TextDecoder()
  try {
    for await (const part of response.body as ReadableStream<Uint8Array>) {
      text += decoder.decode(part, { stream: true })
      parts += 1
    }
  } catch (error) {
    return { text, parts, error }
  }
  return { text, parts }
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('Was expected to reject.')
}

describe.each(['in process', 'on a socket'] as const)('%s:', (where) => {
  describe('stall', () => {
    test('before the answer, until it is removed', async () => {
      const { emulator, fetch } = await place(where)
      const fault = emulator.faults.inject({ kind: 'stall' })
      let isAnswered = false
      const coming = fetch('/').finally(() => (isAnswered = true))
      await fault.met()
      expect(isAnswered).toBe(false)
      fault.remove()
      expect(await (await coming).text()).toBe(version)
    })

    test('for a time', async () => {
      const { emulator, fetch } = await place(where)
      emulator.faults.inject({ kind: 'stall', milliseconds: 30, times: 1 })
      const started = performance.now()
      expect((await fetch('/')).status).toBe(200)
      expect(performance.now() - started).toBeGreaterThan(25)
    })

    test('until the request is aborted', async () => {
      const { emulator, fetch } = await place(where)
      using fault = emulator.faults.inject({ kind: 'stall' })
      const controller = new AbortController()
      const coming = fetch('/', { signal: controller.signal })
      await fault.met()
      const reason = new Error('enough')
      controller.abort(reason)
      expect(await rejection(coming)).toBe(reason)
    })

    test('until the emulator stops', async () => {
      const { emulator, fetch } = await place(where)
      const fault = emulator.faults.inject({ kind: 'stall', times: 1 })
      const coming = rejection(fetch('/'))
      await fault.met()
      await emulator.stop()
      expect(await coming).toBeInstanceOf(TypeError)
    })

    test('in the body', async () => {
      const { emulator, fetch } = await place(where)
      const fault = emulator.faults.inject({ kind: 'stall', afterBytes: 10 })
      const answer = await fetch('/')
      expect(answer.headers.get('Content-Length')).toBe(String(version.length))
      const reader = (answer.body as ReadableStream<Uint8Array>).getReader()
      const first = await reader.read()
      expect(new TextDecoder().decode(first.value)).toBe(version.slice(0, 10))
      const next = reader.read()
      fault.remove()
      expect(new TextDecoder().decode((await next).value)).toBe(version.slice(10))
    })

    test('in a body that is aborted, or whose emulator stops', async () => {
      const { emulator, fetch } = await place(where)
      emulator.faults.inject({ kind: 'stall', afterBytes: 0 })
      const controller = new AbortController()
      const aborted = read(await fetch('/', { signal: controller.signal }))
      const stopped = read(await fetch('/'))
      const reason = new Error('enough')
      controller.abort(reason)
      expect(await aborted).toEqual({ text: '', parts: 0, error: reason })
      await emulator.stop()
      expect(await stopped).toMatchObject({ text: '', error: expect.any(TypeError) as TypeError })
    })

    test('in a body that nobody wants any more', async () => {
      const { emulator, fetch } = await place(where)
      emulator.faults.inject({ kind: 'stall', afterBytes: 3 })
      const answer = await fetch('/')
      await expect(answer.body?.cancel()).resolves.toBeUndefined()
    })
  })

  describe('cut', () => {
    test.each([0, 1, 20])('at byte %i', async (afterBytes) => {
      const { emulator, fetch } = await place(where)
      emulator.faults.inject({ kind: 'cut', afterBytes, times: 1 })
      const answer = await fetch('/')
      expect([answer.status, answer.headers.get('Content-Length')]).toEqual([200, String(version.length)])
      const { text, error } = await read(answer)
      expect(text).toBe(version.slice(0, afterBytes))
      expect(error).toBeInstanceOf(TypeError)
      expect((error as Error).message).toBe('terminated')
      expect(await (await fetch('/')).text()).toBe(version)
    })

    test('an answer that is not as long arrives whole', async () => {
      const { emulator, fetch } = await place(where)
      using fault = emulator.faults.inject({ kind: 'cut', afterBytes: 10_000 })
      expect(await (await fetch('/')).text()).toBe(version)
      expect(fault.hits).toBe(1)
    })
  })

  test('refuse', async () => {
    const { emulator, fetch } = await place(where)
    using fault = emulator.faults.inject({ kind: 'refuse' })
    const error = (await rejection(fetch('/'))) as TypeError
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toBe('fetch failed')
    expect(error.cause).toMatchObject({ code: 'ECONNRESET' })
    expect(fault.hits).toBe(1)
  })

  test.each(['refuse', 'page', 'status', 'redirect'] as const)(
    '%s, after the request was carried out',
    async (kind) => {
      const { emulator, url, fetch } = await place(where)
      const match = { method: 'POST' }
      const more = { refuse: {}, page: {}, status: { status: 504 }, redirect: { location: '/' } }[kind]
      const post = async (): Promise<unknown> => {
        const target = new URL(`${url}/session`)
        const headers = await signedHeaders(userOf(emulator, 'user@lablup.com'), 'POST', target)
        const body = JSON.stringify({ name: 'once', image: 'python' })
        return fetch('/session', { method: 'POST', headers, body, redirect: 'manual' }).catch(() => {})
      }
      emulator.faults.inject({ kind, match, times: 1, ...more } as never)
      await post()
      expect([...emulator.sessions.all()]).toHaveLength(0)
      emulator.faults.inject({ kind, match, times: 1, carriedOut: true, ...more } as never)
      await post()
      expect([...emulator.sessions.all()]).toHaveLength(1)
    },
  )

  describe('status', () => {
    const limited = { type: 'https://api.backend.ai/probs/rate-limit-exceeded' }
    const unavailable = { type: 'https://api.backend.ai/probs/service-unavailable' }
    test.each([
      [429, undefined, null, limited],
      [429, 2, '2', limited],
      [503, undefined, null, unavailable],
      [503, new Date(Date.UTC(2030, 0, 1)), 'Tue, 01 Jan 2030 00:00:00 GMT', unavailable],
      [504, '7', '7', { type: 'about:blank', title: 'HTTP 504' }],
    ])('%i with Retry-After %s', async (status, retryAfter, header, document) => {
      const { emulator, fetch } = await place(where)
      emulator.faults.inject({ kind: 'status', status, ...(retryAfter === undefined ? {} : { retryAfter }) })
      const answer = await fetch('/', { headers: { Origin: 'http://page.example' } })
      expect([answer.status, answer.headers.get('Retry-After')]).toEqual([status, header])
      expect(answer.headers.get('Content-Type')).toBe('application/problem+json; charset=utf-8')
      expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('http://page.example')
      expect(await answer.json()).toMatchObject(document)
    })
  })

  test('page', async () => {
    const { emulator, fetch } = await place(where)
    emulator.faults.inject({ kind: 'page', times: 1 })
    const answer = await fetch('/')
    expect([answer.status, answer.headers.get('Content-Type')]).toEqual([502, 'text/html'])
    expect(answer.headers.get('Server')).toBe('nginx')
    expect(await answer.text()).toContain('<h1>502 Bad Gateway</h1>')
    emulator.faults.inject({ kind: 'page', status: 200, html: '<p>Log in</p>', retryAfter: 1 })
    const login = await fetch('/')
    expect([login.status, login.headers.get('Retry-After'), await login.text()]).toEqual([200, '1', '<p>Log in</p>'])
  })

  test('redirect', async () => {
    const { emulator, url, fetch } = await place(where)
    emulator.faults.inject({ kind: 'redirect', location: '/login', times: 1 })
    const first = await fetch('/auth/role?x=1', { redirect: 'manual' })
    expect([first.status, first.headers.get('Location')]).toEqual([302, '/login'])
    emulator.faults.inject({ kind: 'redirect', host: 'other.example:8443', status: 308 })
    const second = await fetch('/auth/role?x=1', { redirect: 'manual' })
    expect(second.status).toBe(308)
    expect(second.headers.get('Location')).toBe(url.replace(/127.0.0.1:\d+/, 'other.example:8443/auth/role?x=1'))
  })

  test('slow', async () => {
    const { emulator, fetch } = await place(where)
    const fault = emulator.faults.inject({ kind: 'slow', bytes: 10, every: 5 })
    const started = performance.now()
    const { text, parts } = await read(await fetch('/'))
    expect(text).toBe(version)
    expect(parts).toBeGreaterThan(1)
    expect(performance.now() - started).toBeGreaterThan(20)
    fault.remove()
    using endless = emulator.faults.inject({ kind: 'slow', bytes: 1, every: 600_000 })
    const coming = read(await fetch('/'))
    await endless.met()
    endless.remove()
    expect((await coming).text).toBe(version)
  })

  test('clock-skew', async () => {
    const { emulator, url, fetch } = await place(where)
    const signed = async (): Promise<Response> => {
      const headers = await signedHeaders(userOf(emulator, 'user@lablup.com'), 'GET', new URL(`${url}/auth/role`))
      return fetch('/auth/role', { headers })
    }
    expect((await signed()).status).toBe(200)
    for (const milliseconds of [3_600_000, -3_600_000]) {
      const fault = emulator.faults.inject({ kind: 'clock-skew', milliseconds })
      const answer = await signed()
      expect(answer.status).toBe(400)
      expect(await answer.json()).toMatchObject({ msg: 'Date/time sync error' })
      const off = Date.parse(answer.headers.get('Date') ?? '') - Date.now()
      expect(Math.abs(off - milliseconds)).toBeLessThan(60_000)
      expect(fault.hits).toBe(1)
      fault.remove()
    }
    expect((await signed()).status).toBe(200)
  })

  describe('restart', () => {
    test('cuts all, is away, and comes back as it was', async () => {
      const { emulator, url, fetch, open } = await place(where)
      await callerOf(emulator)('POST', '/session', { name: 'stays', image: 'python' })
      const stall = emulator.faults.inject({ kind: 'stall', match: { path: '/' } })
      const waiting = rejection(fetch('/'))
      const trickling = emulator.faults.inject({ kind: 'stall', afterBytes: 5, match: { path: '/nope' } })
      const body = read(await fetch('/nope'))
      await Promise.all([stall.met(), trickling.met()])
      const socket = await open('/stream/session/stays/execute')
      const closed = new Promise<number>((resolve) => socket.on('close', resolve))
      await new Promise<void>((resolve) => socket.on('open', resolve))
      const restart = emulator.faults.inject({ kind: 'restart' })
      expect(await waiting).toBeInstanceOf(TypeError)
      expect((await body).error).toBeInstanceOf(TypeError)
      expect(await closed).toBe(1006)
      expect(await rejection(fetch('/health'))).toBeInstanceOf(TypeError)
      const late = await open('/stream/session/stays/execute')
      await new Promise((resolve) => late.on('error', resolve))
      expect(restart.hits).toBe(2)
      restart.remove()
      expect((await fetch('/health')).status).toBe(200)
      const { body: session } = await callerOf(emulator, 'user@lablup.com', url)('GET', '/session/stays')
      expect(session).toMatchObject({ status: 'RUNNING' })
    })

    test('for a time', async () => {
      const { emulator, fetch } = await place(where)
      emulator.faults.inject({ kind: 'restart', milliseconds: 50 })
      expect(await rejection(fetch('/'))).toBeInstanceOf(TypeError)
      let answer: Response | undefined
      while (!answer) answer = await fetch('/').catch(() => undefined)
      expect(answer.status).toBe(200)
    })
  })

  describe('WebSockets', () => {
    const path = '/stream/session/streams/execute'
    const opened = async (): Promise<Place> => {
      const made = await place(where)
      await callerOf(made.emulator)('POST', '/session', { name: 'streams', image: 'python' })
      return made
    }
    const query = JSON.stringify({ mode: 'query', code: 'ask one? \nask two? \nprint done', options: {} })

    /** All that is said until the socket closes. */
    function talk(socket: EmulatorSocket): Promise<{ said: string[]; code: number }> {
      return new Promise((resolve) => {
        const said: string[] = []
        socket.on('open', () => socket.send(query))
        socket.on('error', () => {})
        socket.on('message', (data) => {
          const text = new TextDecoder().decode(data)
          said.push(text)
          if (text.includes('waiting-input')) socket.send('answer')
        })
        socket.on('close', (code) => resolve({ said, code }))
      })
    }

    test('refuse', async () => {
      const { emulator, open } = await opened()
      using fault = emulator.faults.inject({ kind: 'refuse', match: { upgrade: true } })
      const socket = await open(path)
      const error = new Promise<Error>((resolve) => socket.on('error', resolve))
      expect((await talk(socket)).code).toBe(1006)
      expect(await error).toBeInstanceOf(Error)
      expect(fault.hits).toBe(1)
    })

    test.each([
      [{ kind: 'status', status: 429, retryAfter: 3 }, 429],
      [{ kind: 'page' }, 502],
      [{ kind: 'redirect', location: 'http://other.example/' }, 302],
    ] as const)('%o', async (fault, status) => {
      const { emulator, open } = await opened()
      emulator.faults.inject(fault)
      const socket = await open(path)
      socket.on('error', () => {})
      const code = await new Promise((resolve) => {
        socket.on('unexpected-response', (_request, response) => resolve(response.statusCode))
      })
      expect(code).toBe(status)
    })

    test('stall before the answer', async () => {
      const { emulator, open } = await opened()
      const fault = emulator.faults.inject({ kind: 'stall' })
      const talking = talk(await open(path))
      await fault.met()
      fault.remove()
      expect(await talking).toMatchObject({ code: 1000 })
    })

    test('stall before the answer, and the client goes away', async () => {
      const { emulator, open } = await opened()
      using fault = emulator.faults.inject({ kind: 'stall' })
      const socket = await open(path)
      const talking = talk(socket)
      await fault.met()
      socket.terminate()
      expect((await talking).code).toBe(1006)
    })

    test('stall after messages, and after bytes', async () => {
      const { emulator, open } = await opened()
      for (const limit of [{ afterMessages: 1 }, { afterBytes: 200 }]) {
        const fault = emulator.faults.inject({ kind: 'stall', ...limit, match: { upgrade: true } })
        const socket = await open(path)
        const first = new Promise((resolve) => socket.on('message', resolve))
        const talking = talk(socket)
        await Promise.all([fault.met(), first])
        fault.remove()
        const { said, code } = await talking
        expect(said.filter((text) => !text.includes('"continued"'))).toHaveLength(3)
        expect(code).toBe(1000)
      }
    })

    test('a socket that is silent ends with its client', async () => {
      const { emulator, open } = await opened()
      using fault = emulator.faults.inject({ kind: 'stall', afterMessages: 0 })
      const socket = await open(path)
      const talking = talk(socket)
      await new Promise<void>((resolve) => socket.on('open', resolve))
      await fault.met()
      socket.close()
      expect((await talking).said).toEqual([])
    })

    test.each([0, 1, 2])('cut after %i messages', async (afterMessages) => {
      const { emulator, open } = await opened()
      emulator.faults.inject({ kind: 'cut', afterMessages, times: 1 })
      const { said, code } = await talk(await open(path))
      expect([said.length, code]).toEqual([afterMessages, 1006])
      expect((await talk(await open(path))).code).toBe(1000)
    })

    test('cut after bytes', async () => {
      const { emulator, open } = await opened()
      const whole = await talk(await open(path))
      const length = whole.said[0]?.length ?? 0
      emulator.faults.inject({ kind: 'cut', afterBytes: length, match: { upgrade: true } })
      expect(await talk(await open(path))).toEqual({ said: [whole.said[0]], code: 1006 })
    })
  })
})

test('a signal that lives longer keeps no listener', async () => {
  const { emulator } = await place('in process')
  const { signal } = new AbortController()
  for (const fault of [
    { kind: 'stall', milliseconds: 1 },
    { kind: 'stall', afterBytes: 3, milliseconds: 1 },
    { kind: 'cut', afterBytes: 3 },
    { kind: 'refuse' },
    { kind: 'slow', bytes: 10, every: 1 },
  ] as const) {
    const injected = emulator.faults.inject(fault)
    const request = new Request(endpoint, { signal })
    await emulator.fetch(request).then(read, () => {})
    expect([fault.kind, getEventListeners(request.signal, 'abort').length]).toEqual([fault.kind, 0])
    injected.remove()
  }
  const request = new Request(endpoint, { signal })
  emulator.faults.inject({ kind: 'stall', afterBytes: 3 })
  await (await emulator.fetch(request)).body?.cancel()
  expect(getEventListeners(request.signal, 'abort')).toHaveLength(0)
})

test('a process ends by itself after close, whatever its faults hold back', async () => {
  const program = `
    import { serve } from '${new URL('../node.ts', import.meta.url).href}'
    const served = await serve()
    const { faults } = served
    const wait = { times: 1, match: { path: '/' } }
    const held = [
      faults.inject({ kind: 'stall', milliseconds: 600_000, ...wait }),
      faults.inject({ kind: 'stall', afterBytes: 3, ...wait }),
      faults.inject({ kind: 'slow', bytes: 1, every: 600_000, ...wait }),
    ]
    for (const fault of held) {
      fetch(served.url).then((answer) => answer.text()).catch(() => {})
      await fault.met()
    }
    faults.inject({ kind: 'restart', milliseconds: 600_000 })
    await served.close()
    console.log('closed')
  `
  const child = spawn(process.execPath, ['--conditions=backend-ai-source', '--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (data: Buffer) => (output += data.toString('utf8')))
  const code = await new Promise((resolve) => child.on('close', resolve))
  expect([output, code]).toEqual(['closed\n', 0])
})

test('behind msw', async () => {
  await using emulator = createEmulator(playing(simpleScript))
  const cluster = 'https://cluster.example'
  const server = setupServer(...handlers(emulator, cluster))
  server.listen()
  try {
    using refuse = emulator.faults.inject({ kind: 'refuse', times: 1 })
    expect(await rejection(fetch(cluster))).toBeInstanceOf(TypeError)
    expect(refuse.hits).toBe(1)
    emulator.faults.inject({ kind: 'status', status: 429, retryAfter: 1, times: 1 })
    expect((await fetch(cluster)).headers.get('Retry-After')).toBe('1')
    emulator.faults.inject({ kind: 'cut', afterBytes: 5, times: 1 })
    const { text, error } = await read(await fetch(cluster))
    expect(text).toBe(version.slice(0, 5))
    expect(error).toBeInstanceOf(TypeError)
    const stall = emulator.faults.inject({ kind: 'stall' })
    const controller = new AbortController()
    const coming = rejection(fetch(cluster, { signal: controller.signal }))
    await stall.met()
    controller.abort()
    expect(await coming).toMatchObject({ name: 'AbortError' })
    stall.remove()
    const restart = emulator.faults.inject({ kind: 'restart' })
    expect(await rejection(fetch(cluster))).toBeInstanceOf(TypeError)
    restart.remove()
    expect((await fetch(cluster)).status).toBe(200)
  } finally {
    server.close()
  }
})
