import { ConfigError, NetworkError, NotFoundError, StreamError } from '@backend-ai-sdk/core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { openTerminal, type LineEnd, type TerminalKind, type TerminalLine } from './reconnecting-terminal.ts'
import type { Terminal, TerminalOptions, TerminalSize, TerminalState } from './terminal.ts'

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes)

/** A connection that a test speaks through. */
class FakeLine implements TerminalLine {
  isOpen = true
  received = 0
  readonly size: TerminalSize
  readonly sizes: TerminalSize[] = []
  readonly input: string[] = []
  readonly checks: number[] = []
  restarts = 0
  isClosed = false
  /** Resolves what is sent; held back where a test wants it. */
  accepts: Promise<void> = Promise.resolve()
  readonly closed: Promise<LineEnd>
  readonly #output: (Uint8Array | undefined)[] = []
  #wake: () => void = () => {}
  #resolve!: (end: LineEnd) => void

  constructor(size: TerminalSize) {
    this.size = size
    this.closed = new Promise((resolve) => (this.#resolve = resolve))
  }

  say(text: string): void {
    this.received++
    this.#output.push(utf8(text))
    this.#wake()
  }

  end(end: LineEnd = {}): void {
    this.isOpen = false
    this.#output.push(undefined)
    this.#wake()
    this.#resolve(end)
  }

  async next(): Promise<Uint8Array | undefined> {
    while (this.#output.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve))
    return this.#output[0] === undefined ? undefined : this.#output.shift()
  }

  async send(input: Uint8Array): Promise<void> {
    this.input.push(textOf(input))
    await this.accepts
  }

  resize(size: TerminalSize): void {
    this.sizes.push(size)
  }

  async restart(): Promise<void> {
    this.restarts++
  }

  check(): void {
    this.checks.push(Date.now())
  }

  async close(): Promise<void> {
    this.isClosed = true
    this.end()
  }
}

class FakeKind implements TerminalKind {
  readonly lines: FakeLine[] = []
  /** What the next connections meet. */
  readonly failures: unknown[] = []
  isOver = false

  async connect(size: TerminalSize): Promise<FakeLine> {
    if (this.failures.length > 0) throw this.failures.shift()
    const line = new FakeLine(size)
    this.lines.push(line)
    return line
  }

  async hasEnded(): Promise<boolean> {
    return this.isOver
  }

  describeGap({ seconds, inputMayBeMissing }: { seconds: number; inputMayBeMissing: boolean }): string {
    return `lost ${seconds} s${inputMayBeMissing ? ' with input' : ''}`
  }

  get line(): FakeLine {
    return this.lines.at(-1)!
  }
}

async function open(options: TerminalOptions = {}) {
  const kind = new FakeKind()
  const states: TerminalState[] = []
  const terminal = await openTerminal(kind, { ...options, onState: (state) => states.push(state) })
  return { kind, states, terminal, types: () => states.map(({ type }) => type) }
}

const reading = (terminal: Terminal) => terminal.readable.getReader()
const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(() => undefined).catch((error: unknown) => error)

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  if (vi.getTimerCount() > 0) throw new Error('Timers are left.')
  vi.useRealTimers()
})

/** Until the connection after the one that broke stands. */
async function reconnected(kind: FakeKind, count = 2): Promise<void> {
  while (kind.lines.length < count) await vi.advanceTimersByTimeAsync(100)
}

test('bytes go both ways, in their order', async () => {
  const { kind, terminal, types } = await open({ rows: 30, cols: 100 })
  expect(kind.line.size).toEqual({ rows: 30, cols: 100 })
  const writer = terminal.writable.getWriter()
  await writer.write('ls\n')
  await writer.write(utf8('한'))
  expect(kind.line.input).toEqual(['ls\n', '한'])
  const reader = reading(terminal)
  kind.line.say('a')
  kind.line.say('b')
  expect(textOf((await reader.read()).value)).toBe('a')
  expect(textOf((await reader.read()).value)).toBe('b')
  expect(textOf(terminal.history())).toBe('ab')
  await terminal.close()
  expect(types()).toEqual(['connecting', 'open', 'closed'])
})

describe('ends', () => {
  test('of the shell are final', async () => {
    const { kind, terminal } = await open()
    const reader = reading(terminal)
    kind.line.say('bye')
    kind.line.end({ isFinal: true })
    expect(await terminal.closed).toEqual({ type: 'closed', reason: 'ended' })
    expect(textOf((await reader.read()).value)).toBe('bye')
    expect(await reader.read()).toMatchObject({ done: true })
    await expect(terminal.writable.getWriter().write('x')).rejects.toThrow(StreamError)
  })

  test('of the session are found out, whatever the connection said', async () => {
    const { kind, terminal } = await open()
    kind.isOver = true
    kind.line.end({ cause: new NetworkError('reset', { retryable: true }) })
    expect(await terminal.closed).toMatchObject({ reason: 'ended' })
    expect(kind.lines).toHaveLength(1)
  })

  test('that a caller wants close the connection', async () => {
    const { kind, terminal } = await open()
    const reader = reading(terminal)
    await terminal.close()
    expect(kind.line.isClosed).toBe(true)
    expect(await reader.read()).toMatchObject({ done: true })
    expect(await terminal.closed).toEqual({ type: 'closed', reason: 'closed' })
  })

  test('by cancelling what is read', async () => {
    const { kind, terminal } = await open()
    await terminal.readable.cancel()
    expect(kind.line.isClosed).toBe(true)
    expect(await terminal.closed).toMatchObject({ reason: 'closed' })
  })

  test('by a signal give its reason', async () => {
    const controller = new AbortController()
    const { kind, terminal } = await open({ signal: controller.signal })
    const reason = new Error('enough')
    const read = reading(terminal).read()
    controller.abort(reason)
    await expect(read).rejects.toBe(reason)
    await expect(terminal.writable.getWriter().write('x')).rejects.toBe(reason)
    expect(await terminal.closed).toEqual({ type: 'closed', reason: 'closed', cause: reason })
    expect(kind.line.isClosed).toBe(true)
  })

  test('by a refusal are failures, typed', async () => {
    const { kind, terminal } = await open()
    const refusal = new NotFoundError({ status: 404, method: 'GET', url: 'http://m/pty', body: {} })
    kind.failures.push(refusal)
    const failed = failureOf(reading(terminal).read())
    kind.line.end()
    await vi.advanceTimersByTimeAsync(1000)
    expect(await failed).toBe(refusal)
    expect(await terminal.closed).toEqual({ type: 'closed', reason: 'failed', cause: refusal })
  })

  test('before anything stood are thrown', async () => {
    const kind = new FakeKind()
    const refusal = new Error('no')
    kind.failures.push(refusal)
    const states: string[] = []
    await expect(openTerminal(kind, { onState: ({ type }) => states.push(type) })).rejects.toBe(refusal)
    expect(states).toEqual(['connecting'])
    await expect(openTerminal(kind, { signal: AbortSignal.abort(refusal) })).rejects.toBe(refusal)
  })
})

describe('a connection that is lost', () => {
  test('is made again, and a line says what may be missing', async () => {
    const { kind, terminal, states } = await open()
    const reader = reading(terminal)
    kind.line.say('before')
    kind.line.end()
    expect(textOf((await reader.read()).value)).toBe('before')
    await reconnected(kind)
    kind.line.say('after')
    expect(textOf((await reader.read()).value)).toMatch(/^\r\n.*\[lost \d+ s\].*\r\n$/)
    expect(textOf((await reader.read()).value)).toBe('after')
    expect(states.map(({ type }) => type)).toEqual(['connecting', 'open', 'reconnecting', 'open'])
    expect(states[2]).toMatchObject({ attempt: 1, nextTry: expect.any(Number) as number })
    await terminal.close()
  })

  test("and its marker is the caller's choice", async () => {
    const own = await open({ gapMarker: '-gap-' })
    own.kind.line.end()
    await reconnected(own.kind)
    expect(textOf((await reading(own.terminal).read()).value)).toBe('-gap-')
    await own.terminal.close()
    const none = await open({ gapMarker: false })
    none.kind.line.end()
    await reconnected(none.kind)
    none.kind.line.say('after')
    expect(textOf((await reading(none.terminal).read()).value)).toBe('after')
    await none.terminal.close()
  })

  test('input that was on its way may be missing, and is not sent twice', async () => {
    const { kind, terminal } = await open()
    await terminal.writable.getWriter().write('rm -r x\n')
    kind.line.end()
    await reconnected(kind)
    expect(textOf((await reading(terminal).read()).value)).toContain('with input')
    expect(kind.line.input).toEqual([])
    await terminal.close()
  })

  test('input waits meanwhile', async () => {
    const { kind, terminal } = await open()
    kind.failures.push(new NetworkError('down', { retryable: true }), new NetworkError('down', { retryable: true }))
    kind.line.end()
    let isWritten = false
    const writing = terminal.writable
      .getWriter()
      .write('ls\n')
      .then(() => (isWritten = true))
    await vi.advanceTimersByTimeAsync(300)
    expect(isWritten).toBe(false)
    await reconnected(kind)
    await writing
    expect(kind.line.input).toEqual(['ls\n'])
    await terminal.close()
  })

  test('the last size is told to each connection', async () => {
    const { kind, terminal } = await open()
    terminal.resize({ rows: 40, cols: 100 })
    kind.line.end()
    await reconnected(kind)
    expect(kind.line.size).toEqual({ rows: 40, cols: 100 })
    await terminal.close()
  })

  test('is given up after the patience, with what was found last', async () => {
    const { kind, terminal } = await open({ patience: 5000 })
    const down = new NetworkError('down', { retryable: true })
    kind.failures.push(...Array.from({ length: 50 }, () => down))
    const failed = failureOf(reading(terminal).read())
    kind.line.end()
    await vi.advanceTimersByTimeAsync(20_000)
    expect(await failed).toHaveProperty('message', expect.stringContaining('not found again within 5000 ms'))
    expect(await terminal.closed).toMatchObject({ reason: 'failed', cause: { cause: down } })
  })

  test('waits grow, and never get longer than 15 s', async () => {
    const { kind, terminal, states } = await open()
    kind.failures.push(...Array.from({ length: 9 }, () => new NetworkError('down', { retryable: true })))
    const lost = Date.now()
    kind.line.end()
    await reconnected(kind)
    const waits = states.flatMap((state) => (state.type === 'reconnecting' ? [state] : []))
    expect(waits.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(waits[0]!.nextTry - lost).toBeLessThanOrEqual(500)
    expect(waits[9]!.nextTry - lost).toBeGreaterThan(30_000)
    await terminal.close()
  })
})

describe('sizes', () => {
  test('of one turn are one change, and the next waits', async () => {
    const { kind, terminal } = await open()
    for (let rows = 25; rows <= 30; rows++) terminal.resize({ rows, cols: 80 })
    await vi.advanceTimersByTimeAsync(0)
    expect(kind.line.sizes).toEqual([{ rows: 30, cols: 80 }])
    terminal.resize({ rows: 31, cols: 80 })
    terminal.resize({ rows: 32, cols: 80 })
    await vi.advanceTimersByTimeAsync(200)
    expect(kind.line.sizes).toEqual([
      { rows: 30, cols: 80 },
      { rows: 32, cols: 80 },
    ])
    await terminal.close()
  })

  test.each([
    { rows: 0, cols: 80 },
    { rows: 24, cols: 1.5 },
    { rows: 24, cols: 70_000 },
  ])('not %j', async (size) => {
    const { terminal } = await open()
    expect(() => terminal.resize(size)).toThrow(ConfigError)
    await terminal.close()
    await expect(openTerminal(new FakeKind(), size)).rejects.toThrow(ConfigError)
  })
})

test('a reader that stops asks for nothing, and a server that stops holds the writer back', async () => {
  const { kind, terminal } = await open()
  for (let count = 0; count < 5; count++) kind.line.say(String(count))
  await vi.advanceTimersByTimeAsync(0)
  expect(textOf(terminal.history())).toBe('')
  let accept!: () => void
  kind.line.accepts = new Promise((resolve) => (accept = resolve))
  const writer = terminal.writable.getWriter()
  let isWritten = false
  const writing = writer.write('x').then(() => (isWritten = true))
  await vi.advanceTimersByTimeAsync(0)
  expect(isWritten).toBe(false)
  accept()
  await writing
  await terminal.close()
})

test('long input goes in pieces', async () => {
  const { kind, terminal } = await open()
  await terminal.writable.getWriter().write('x'.repeat(1_200_000))
  expect(kind.line.input.map(({ length }) => length)).toEqual([524_288, 524_288, 151_424])
  await terminal.close()
})

test('waking from sleep asks for a sign of life', async () => {
  const { kind, terminal } = await open()
  vi.setSystemTime(Date.now() + 3_600_000)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(kind.line.checks).toHaveLength(1)
  await terminal.close()
})

test('restart() is passed on', async () => {
  const { kind, terminal } = await open()
  await terminal.restart()
  expect(kind.line.restarts).toBe(1)
  await terminal.close()
})

test('a session that has ended while its terminal stays open is found out by its silence', async () => {
  const { kind, terminal } = await open()
  kind.isOver = true
  kind.line.say('not yet')
  await vi.advanceTimersByTimeAsync(15_000)
  expect(terminal.state.type).toBe('open')
  await vi.advanceTimersByTimeAsync(15_000)
  expect(await terminal.closed).toEqual({ type: 'closed', reason: 'ended' })
  expect(kind.line.isClosed).toBe(true)
})

test('what comes after a reader has left is for the next one, once', async () => {
  const { kind, terminal } = await open()
  const first = reading(terminal)
  const left = first.read().catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(0)
  first.releaseLock()
  expect(await left).toBeInstanceOf(TypeError)
  kind.line.say('late')
  await vi.advanceTimersByTimeAsync(0)
  expect(textOf(terminal.history())).toBe('')
  expect(textOf((await reading(terminal).read()).value)).toBe('late')
  expect(textOf(terminal.history())).toBe('late')
  await terminal.close()
})

test('listeners are told of what comes, until they want no more', async () => {
  const { kind, terminal } = await open()
  const told: string[] = []
  const end = terminal.subscribe(({ type }) => told.push(type))
  kind.line.end()
  await reconnected(kind)
  end()
  await terminal.close()
  expect(told).toEqual(['reconnecting', 'open'])
})
