/** Running code by polling, and what the runner does with a kernel. */
import { afterEach, describe, expect, test } from 'vitest'

import { createEmulator, type Emulator, type ProfileName } from '../index.ts'
import type { KernelMessage } from '../kernel/kernel.ts'
import { type Caller, callerOf, ManualKernel, playing, simpleScript } from '../testing.ts'
import { Timers } from '../timers.ts'
import { CodeRunner, noCommands, RunBlockedError, type RunRequest } from './code-runner.ts'

interface Result {
  status: string
  runId: string
  exitCode: number | null
  options: unknown
  console: [string, string][]
}

describe('polling', () => {
  let emulator: Emulator
  afterEach(() => emulator.stop())

  async function start(profile: ProfileName = '26.9'): Promise<Caller> {
    emulator = createEmulator({ profile, agentTimeout: 200, ...playing(simpleScript) })
    const call = callerOf(emulator)
    await call('POST', '/session', { name: 'runs', image: 'python' })
    return call
  }

  /** One poll, with the key of the release. */
  async function poll(
    call: Caller,
    body: { mode: string; code?: string; runId?: string | null; options?: object },
  ): Promise<Result> {
    const key = emulator.profile.execution.runIdKey
    const { runId = null, ...rest } = body
    const answer = await call('POST', '/session/runs', { ...rest, [key]: runId })
    return (answer.body as { result: Result }).result
  }

  test('output, values and exit codes', async () => {
    const call = await start()
    expect(await poll(call, { mode: 'query', code: 'print one\nprint two\nwarn three' })).toMatchObject({
      status: 'finished',
      exitCode: 0,
      options: null,
      console: [
        ['stdout', 'one\ntwo\n'],
        ['stderr', 'three\n'],
      ],
    })
    expect(await poll(call, { mode: 'query', code: 'exit 3', runId: 'mine' })).toMatchObject({
      runId: 'mine',
      exitCode: 3,
    })
  })

  test('code that failed ends with 0 up to 23.09', async () => {
    const call = await start('23.09')
    expect(await poll(call, { mode: 'query', code: 'exit 3' })).toMatchObject({ status: 'finished', exitCode: 0 })
    const clean = await poll(call, { mode: 'batch', options: { exec: 'exit 3' } })
    const build = await poll(call, { mode: 'continue', runId: clean.runId })
    expect(await poll(call, { mode: 'continue', runId: build.runId })).toMatchObject({
      status: 'finished',
      exitCode: 3,
    })
  })

  test('a long run says "continued" after two seconds', async () => {
    const call = await start()
    const started = Date.now()
    const first = await poll(call, { mode: 'query', code: 'print now\nsleep 2300\nprint later' })
    expect(first).toMatchObject({ status: 'continued', exitCode: null, console: [['stdout', 'now\n']] })
    expect(Date.now() - started).toBeGreaterThan(1900)
    const second = await poll(call, { mode: 'continue', runId: first.runId })
    expect(second).toMatchObject({ status: 'finished', console: [['stdout', 'later\n']] })
  })

  test('input and passwords', async () => {
    const call = await start()
    const asked = await poll(call, { mode: 'query', code: 'ask name? \npassword pw? ' })
    expect(asked).toMatchObject({ status: 'waiting-input', exitCode: null, options: { is_password: false } })
    expect(asked.console).toEqual([['stdout', 'name? ']])
    const next = await poll(call, { mode: 'input', code: 'bob', runId: asked.runId })
    expect(next).toMatchObject({ status: 'waiting-input', options: { is_password: true } })
    expect(next.console).toEqual([['stdout', 'got bob\npw? ']])
    expect(await poll(call, { mode: 'input', code: 'secret', runId: asked.runId })).toMatchObject({
      status: 'finished',
      console: [['stdout', '6\n']],
    })
  })

  test('nothing between the steps of a batch is lost', async () => {
    const call = await start()
    const options = { clean: 'print clean', build: 'print build', exec: 'print exec' }
    const clean = await poll(call, { mode: 'batch', options })
    // All steps are over before the next poll.
    await new Promise((resolve) => setTimeout(resolve, 50))
    const build = await poll(call, { mode: 'continue', runId: clean.runId })
    const exec = await poll(call, { mode: 'continue', runId: clean.runId })
    expect([clean, build, exec].map(({ status, console }) => [status, console])).toEqual([
      ['clean-finished', [['stdout', 'clean\n']]],
      ['build-finished', [['stdout', 'build\n']]],
      ['finished', [['stdout', 'exec\n']]],
    ])
  })

  test('interrupt', async () => {
    const call = await start()
    const running = poll(call, { mode: 'query', code: 'hang' })
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect((await call('POST', '/session/runs/interrupt')).status).toBe(204)
    expect(await running).toMatchObject({ status: 'finished', exitCode: 1 })
  })

  test('one run at a time; a dangling one blocks until a restart', async () => {
    const call = await start('23.09')
    const first = poll(call, { mode: 'query', code: 'sleep 50\nprint first' })
    const second = poll(call, { mode: 'query', code: 'print second' })
    expect((await first).console).toEqual([['stdout', 'first\n']])
    expect((await second).console).toEqual([['stdout', 'second\n']])
    const { runId } = await first
    expect(await poll(call, { mode: 'continue', runId })).toMatchObject({ status: 'continued', console: [] })
    const blocked = await call('POST', '/session/runs', { mode: 'query', code: 'print x', runId: null })
    expect(blocked.status).toBe(500)
    expect(blocked.body).toMatchObject({
      type: 'https://api.backend.ai/probs/kernel-execution-failed',
      'agent-details': { type: 'https://api.backend.ai/probs/agent-timeout' },
    })
    expect((await call('PATCH', '/session/runs')).status).toBe(204)
    expect(await poll(call, { mode: 'query', code: 'print again' })).toMatchObject({ console: [['stdout', 'again\n']] })
  })

  test('26.9 reads run_id only', async () => {
    const call = await start()
    const answer = await call('POST', '/session/runs', { mode: 'query', code: 'print x', runId: 'mine' })
    expect((answer.body as { result: Result }).result.runId).toMatch(/^[\da-f]{32}$/)
    expect((await call('POST', '/session/runs', { mode: 'continue', runId: 'mine' })).status).toBe(500)
    expect((await call('PATCH', '/session/runs')).status).toBe(501)
  })

  test('completion has two names', async () => {
    expect(await (await start())('POST', '/session/runs/complete', { code: 'x' })).toMatchObject({
      body: { result: { status: 'finished', error: null, suggestions: [] } },
    })
    await emulator.stop()
    expect(await (await start('23.09'))('POST', '/session/runs/complete', { code: 'x' })).toMatchObject({
      body: { result: { status: 'finished', completions: [] } },
    })
  })
})

describe('the runner', () => {
  const timers = new Timers()
  const options = { home: '', environment: {}, onMessage: () => {}, onExit: () => {} }
  const query = (code: string, runId: string | null = null): RunRequest => ({
    mode: 'query',
    code,
    runId,
    commands: noCommands,
  })
  const again = (runId: string): RunRequest => ({ ...query(''), mode: 'continue', runId })

  function make(blockedAfter = 1000) {
    const kernel = new ManualKernel(options)
    const runner = new CodeRunner(kernel, timers, blockedAfter)
    const say = (...messages: KernelMessage[]): void => {
      for (const message of messages) runner.receive(message)
    }
    const out = (text: string): KernelMessage => ({ type: 'console', record: ['stdout', text] })
    return { kernel, runner, say, out, done: { type: 'finished', exitCode: 0 } as KernelMessage }
  }

  test('merges neighbours of one kind and keeps the order', async () => {
    const { runner, say, out, done } = make()
    const result = runner.execute(query('x'), 1000)
    await Promise.resolve()
    say(out('a'), out('b'), { type: 'console', record: ['stderr', 'c'] }, out('d'))
    say({ type: 'console', record: ['media', ['image/svg+xml', '<svg/>']] }, out('e'), done)
    expect((await result).console).toEqual([
      ['stdout', 'ab'],
      ['stderr', 'c'],
      ['stdout', 'd'],
      ['media', ['image/svg+xml', '<svg/>']],
      ['stdout', 'e'],
    ])
  })

  test('holds a kernel back that nobody listens to, and loses nothing', async () => {
    const { kernel, runner, say, out, done } = make()
    const { runId } = await runner.execute(query('x'), 0)
    const chunk = 'x'.repeat(1024 * 1024)
    for (let count = 0; count < 9; count += 1) say(out(chunk))
    expect(kernel.paused).toBe(true)
    const result = await runner.execute(again(runId), 0)
    expect(kernel.paused).toBe(false)
    expect(String(result.console[0]?.[1]).length).toBe(9 * chunk.length)
    say(done)
    expect((await runner.execute(again(runId), 1000)).status).toBe('finished')
  })

  test('gives up on a run that waits too long for its turn, and on no other', async () => {
    const { kernel, runner, say, out, done } = make(20)
    const { runId } = await runner.execute(query('first'), 0)
    await expect(runner.execute(query('second'), 0)).rejects.toThrow(RunBlockedError)
    say(out('late'), done)
    expect((await runner.execute(again(runId), 0)).console).toEqual([['stdout', 'late']])
    void runner.execute(query('third'), 0)
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(kernel.fed).toEqual(['first', 'third'])
  })

  test('what comes after the end of a run belongs to nobody', async () => {
    const { runner, say, out, done } = make()
    const first = runner.execute(query('first'), 1000)
    await Promise.resolve()
    say(out('mine'), done, out('stray'))
    expect((await first).console).toEqual([['stdout', 'mine']])
    const second = runner.execute(query('second'), 1000)
    await Promise.resolve()
    say(out('yours'), done)
    expect((await second).console).toEqual([['stdout', 'yours']])
  })

  test('stops with 130 for all who wait', async () => {
    const { runner } = make()
    const first = runner.execute(query('first'), 60_000)
    const second = runner.execute(query('second'), 60_000)
    await runner.stop()
    expect((await first).exitCode).toBe(130)
    expect((await second).exitCode).toBe(130)
  })
})
