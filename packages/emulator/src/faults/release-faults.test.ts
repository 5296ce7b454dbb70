/** What `asReleased` brings back, and that it is not there without. */
import { afterEach, describe, expect, test } from 'vitest'

import { createEmulator, type Emulator, type ProfileName } from '../index.ts'
import { profiles } from '../profiles.ts'
import { CodeRunner, noCommands, type RunRequest } from '../sessions/code-runner.ts'
import {
  type Caller,
  callerOf,
  endpoint,
  ManualKernel,
  playing,
  signedHeaders,
  simpleScript,
  userOf,
} from '../testing.ts'
import { Timers } from '../timers.ts'
import { readHTML, shorten } from './record-faults.ts'

interface Result {
  status: string
  runId: string
  exitCode: number | null
  console: [string, string][]
}

let emulator: Emulator
afterEach(() => emulator.stop())

async function start(profile: ProfileName, asReleased: boolean): Promise<Caller> {
  const script: typeof simpleScript = (code, io) => (code === 'html' ? io.html('<b>x</b>') : simpleScript(code, io))
  emulator = createEmulator({ profile, asReleased, agentTimeout: 100, pollTime: 50, ...playing(script) })
  const call = callerOf(emulator)
  await call('POST', '/session', { name: 'runs', image: 'python' })
  return call
}

const poll = (call: Caller, body: { mode: string; code?: string; runId?: string; options?: object }) => {
  const { runId = null, ...rest } = body
  return call('POST', '/session/runs', { ...rest, runId, run_id: runId })
}

const resultOf = ({ body }: { body: unknown }): Result => (body as { result: Result }).result

describe('results between the steps of a batch', () => {
  const options = { clean: 'print c', build: 'print b', exec: 'print x' }
  const begin = async (call: Caller): Promise<Result> => {
    const first = resultOf(await poll(call, { mode: 'batch', code: '', runId: 'mine', options }))
    expect(first).toMatchObject({ status: 'clean-finished', console: [['stdout', 'c\n']] })
    return resultOf(await poll(call, { mode: 'continue', code: '', runId: 'mine' }))
  }

  test.each([
    ['20.09', true],
    ['23.09', true],
    ['26.9', false],
  ] as const)('arrive on %s, as released: %s', async (profile, asReleased) => {
    expect(await begin(await start(profile, asReleased))).toMatchObject({ status: 'build-finished' })
  })

  test('are lost on 26.9 as released', async () => {
    const call = await start('26.9', true)
    expect(await begin(call)).toMatchObject({ status: 'continued', console: [] })
    expect((await poll(call, { mode: 'query', code: 'print y', runId: 'other' })).status).toBe(500)
    // The way out: an empty query under the same id.
    expect(resultOf(await poll(call, { mode: 'query', code: '', runId: 'mine' })).status).toBe('finished')
    expect(resultOf(await poll(call, { mode: 'query', code: 'print y' })).console).toEqual([['stdout', 'y\n']])
  })

  test('never in batch sessions', async () => {
    const call = await start('26.9', true)
    const ended = new Promise<string>((resolve) => {
      emulator.sessions.onEvent(({ session, status }) => {
        if (session.spec.name === 'batch' && status === 'TERMINATED') resolve(session.result)
      })
    })
    const batch = { name: 'batch', image: 'python', type: 'batch', startup_command: 'print', startupCommand: 'print' }
    expect((await call('POST', '/session', batch)).status).toBe(201)
    expect(await ended).toBe('SUCCESS')
  })
})

describe('html', () => {
  test.each(['20.09', '23.09', '26.9'] as const)('arrives on %s', async (profile) => {
    const call = await start(profile, false)
    expect(resultOf(await poll(call, { mode: 'query', code: 'html' })).console).toEqual([['html', '<b>x</b>']])
  })

  test.each([
    ['23.09', 'kernel-execution-failed', 'JSONDecodeError'],
    ['26.9', 'internal-server-error', ''],
  ])('blocks the session on %s as released', async (profile, problem, exception) => {
    const call = await start(profile as ProfileName, true)
    const answer = await poll(call, { mode: 'query', code: 'html', runId: 'mine' })
    expect(answer.status).toBe(500)
    expect(answer.body).toMatchObject({ type: `https://api.backend.ai/probs/${problem}` })
    expect(JSON.stringify(answer.body)).toContain(exception)
    const next = await poll(call, { mode: 'query', code: 'print y' })
    expect([next.status, JSON.stringify(next.body)]).toEqual([500, expect.stringContaining('agent-timeout')])
    expect(resultOf(await poll(call, { mode: 'continue', code: '', runId: 'mine' })).status).toBe('finished')
    expect(resultOf(await poll(call, { mode: 'query', code: 'print y' })).console).toEqual([['stdout', 'y\n']])
  })

  test.each([
    ['26.9', false, ['{"status": "finished", "console": [["html"']],
    ['23.09', true, ['{"status": "error", "msg": "BackendError: ']],
    ['26.9', true, []],
  ] as const)('over the socket of %s, as released: %s', async (profile, asReleased, expected) => {
    await start(profile, asReleased)
    const url = new URL(`${endpoint}/stream/session/runs/execute`)
    const headers = await signedHeaders(userOf(emulator, 'user@lablup.com'), 'GET', url, { contentType: null })
    const socket = new emulator.WebSocket(url.href.replace('http', 'ws'), null, { headers })
    const said: string[] = []
    socket.addEventListener('open', () => socket.send(JSON.stringify({ mode: 'query', code: 'html', options: {} })))
    socket.addEventListener('message', (event) => said.push((event as MessageEvent<string>).data))
    const closed = await new Promise<Event>((resolve) => {
      socket.addEventListener('close', resolve, { once: true })
    })
    expect(closed).toMatchObject({ code: 1000 })
    expect(said).toEqual(expected.map((text) => expect.stringContaining(text) as string))
  })
})

describe('destroy right after enqueue', () => {
  async function destroyEarly(call: Caller, last: RegExp): Promise<string> {
    const created = await call('POST', '/session', { name: 'early', image: 'python', enqueueOnly: true })
    const { sessionId } = created.body as { sessionId: string }
    const ends = new Promise<string>((resolve) => {
      emulator.sessions.onEvent(({ type, session, status }) => {
        if (type === 'status' && session.id === sessionId && last.test(status)) resolve(status)
      })
    })
    // Healthy schedulers are so fast that it may be under way already, and is refused until it runs.
    while ((await call('DELETE', '/session/early')).status === 403);
    const { status } = emulator.sessions.get(sessionId) as { status: string }
    return `${status}, ${await ends}`
  }

  test.each([
    ['20.09', true],
    ['23.09', false],
    ['26.9', true],
  ] as const)('ends it on %s, as released: %s', async (profile, asReleased) => {
    const call = await start(profile, asReleased)
    expect(await destroyEarly(call, /^(?:CANCELLED|TERMINATED)$/)).toMatch(/, (?:CANCELLED|TERMINATED)$/)
  })

  test('is lost on 23.09 as released', async () => {
    const call = await start('23.09', true)
    expect(await destroyEarly(call, /^RUNNING$/)).toBe('CANCELLED, RUNNING')
    expect((await call('GET', '/session/early')).status).toBe(200)
    expect((await call('DELETE', '/session/early')).status).toBe(200)
  })
})

test.each([
  ['23.09', true],
  ['26.9', true],
  ['26.9', false],
] as const)('"continue" after "finished" blocks the session of %s, as released: %s', async (profile, asReleased) => {
  const call = await start(profile, asReleased)
  const { runId } = resultOf(await poll(call, { mode: 'query', code: 'print x' }))
  expect(resultOf(await poll(call, { mode: 'continue', code: '', runId })).status).toBe('continued')
  expect((await poll(call, { mode: 'query', code: 'print y' })).status).toBe(500)
})

describe('records', () => {
  test('html is read as JSON', () => {
    expect(readHTML(['stdout', '<b>'])).toEqual(['stdout', '<b>'])
    expect(readHTML(['html', '{"type": "text/html", "data": "<b>"}'])).toEqual(['media', ['text/html', '<b>']])
    expect(() => readHTML(['html', '<b>'])).toThrow('JSONDecodeError')
    expect(() => readHTML(['html', '[1]'])).toThrow('KeyError')
  })

  test('are cut behind whole characters', () => {
    expect(shorten(['stdout', 'abc'], 3)).toEqual(['stdout', 'abc'])
    expect(shorten(['stdout', 'abcd'], 3)).toEqual(['stdout', 'abc'])
    expect(shorten(['stderr', '한글'], 5)).toEqual(['stderr', '한'])
    expect(shorten(['media', ['image/svg+xml', 'abcd']], 3)).toEqual(['media', ['image/svg+xml', 'abcd']])
  })

  test('of more than 10 MiB are cut as released, one message at a time', async () => {
    const limit = 10 * 1024 * 1024
    for (const [faults, length] of [
      [profiles['26.9'].faults, limit],
      [undefined, limit + 1],
    ] as const) {
      const kernel = new ManualKernel({ home: '', environment: {}, onMessage: () => {}, onExit: () => {} })
      const runner = new CodeRunner(kernel, new Timers(), 1000, faults)
      const request: RunRequest = { mode: 'query', code: 'x', runId: null, commands: noCommands }
      const running = runner.execute(request, 1000)
      await Promise.resolve()
      runner.receive({ type: 'console', record: ['stdout', 'x'.repeat(limit + 1)] })
      runner.receive({ type: 'console', record: ['stdout', 'y'] })
      const [record] = (await running).console
      expect(String(record?.[1]).length).toBe(length + 1)
    }
    emulator = createEmulator()
  })
})
