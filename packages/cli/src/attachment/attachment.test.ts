import type { Terminal, TerminalEnd, TerminalOptions, TerminalState } from '@backend-ai-sdk/client'
import { describe, expect, test, vi } from 'vitest'

import type { Context } from '../context.ts'
import { Interruption } from '../failures.ts'
import { Output } from '../output.ts'
import { FakeHost } from '../testing.ts'
import { attach, type Departure } from './attachment.ts'

/** A terminal that the test is at the other end of. */
class FakeTerminal implements Terminal {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array | string>
  readonly closed: Promise<TerminalEnd>
  readonly sizes: string[] = []
  state: TerminalState = { type: 'open' }
  input = ''
  closings = 0
  /** While it is set, nothing that is typed gets through. */
  blocked: Promise<void> | undefined
  #output!: ReadableStreamDefaultController<Uint8Array>
  #end!: (end: TerminalEnd) => void

  constructor({ rows, cols, signal }: TerminalOptions) {
    this.sizes.push(`${rows} x ${cols}`)
    this.readable = new ReadableStream({ start: (controller) => void (this.#output = controller) })
    this.writable = new WritableStream({
      write: async (data) => {
        await this.blocked
        this.input += Buffer.from(data).toString()
      },
    })
    this.closed = new Promise((resolve) => (this.#end = resolve))
    signal?.addEventListener('abort', () => {
      this.end({ reason: 'failed', cause: signal.reason })
    })
  }

  write(text: string): void {
    this.#output.enqueue(Buffer.from(text))
  }

  end(facts: { reason: TerminalEnd['reason']; cause?: unknown }): void {
    const end: TerminalEnd = { type: 'closed', ...facts }
    this.state = end
    if (end.reason === 'failed') this.#output.error(end.cause)
    else this.#output.close()
    this.#end(end)
  }

  resize({ rows, cols }: { rows: number; cols: number }): void {
    this.sizes.push(`${rows} x ${cols}`)
  }

  subscribe = () => (): void => {}
  restart = (): Promise<void> => Promise.resolve()
  history = (): Uint8Array<ArrayBuffer> => new Uint8Array()

  async close(): Promise<void> {
    this.closings++
    if (this.state.type !== 'closed') this.end({ reason: 'closed' })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.closings++
  }
}

interface Attached {
  host: FakeHost
  terminal: FakeTerminal
  tell: (state: TerminalState) => void
  interruption: AbortController
  departure: Promise<Departure>
}

async function attached(escape = '~'): Promise<Attached> {
  const host = new FakeHost([], { terminal: true, env: { NO_COLOR: '1' } })
  const interruption = new AbortController()
  const context = { host, output: new Output(host), signal: interruption.signal } as unknown as Context
  let terminal!: FakeTerminal
  let tell!: (state: TerminalState) => void
  const departure = attach(context, {
    label: 'train-1',
    escape,
    open(options) {
      tell = options.onState!
      tell({ type: 'connecting' })
      return Promise.resolve((terminal = new FakeTerminal(options)))
    },
  })
  departure.catch(() => {})
  await vi.waitFor(() => expect(host.isRaw).toBe(true))
  return { host, terminal, tell, interruption, departure }
}

/** What a command leaves of the terminal, whatever happened. */
function expectRestored(host: FakeHost): void {
  expect(host.isRaw).toBe(false)
  expect(host.stdin.isPaused()).toBe(true)
  for (const event of ['exit', 'SIGCONT']) expect(host.listenerCount(event)).toBe(0)
  expect(host.stdin.listenerCount('data')).toBe(0)
  expect(host.stdout.listenerCount('resize')).toBe(0)
}

test('bytes go both ways, Ctrl-C too, and sizes one', async () => {
  const { host, terminal, departure } = await attached()
  host.type('ls\r\u0003')
  terminal.write('안녕\r\n')
  await vi.waitFor(() => expect(terminal.input).toBe('ls\r\u0003'))
  await vi.waitFor(() => expect(host.stdout.text).toBe('안녕\r\n'))
  host.setSize(50, 132)
  expect(terminal.sizes).toEqual(['24 x 80', '24 x 80', '50 x 132'])
  terminal.write('last words')
  terminal.end({ reason: 'ended' })
  expect(await departure).toBe('ended')
  expect(host.stdout.text).toBe('안녕\r\nlast words')
  expectRestored(host)
})

describe('the way out', () => {
  test('leaves', async () => {
    const { host, terminal, departure } = await attached()
    host.type('ls\r~.')
    expect(await departure).toBe('detached')
    expect(terminal.input).toBe('ls\r')
    expect(terminal.closings).toBeGreaterThan(0)
    expectRestored(host)
  })

  test('leaves a terminal that takes nothing any more', async () => {
    const { host, terminal, departure } = await attached()
    terminal.blocked = new Promise(() => {})
    host.type('ls\r')
    host.type('~.')
    expect(await departure).toBe('detached')
    expectRestored(host)
  })

  test('is told', async () => {
    const { host, terminal, departure } = await attached('%')
    host.type('%?')
    await vi.waitFor(() =>
      expect(host.stderr.text).toContain('∙ This is session train-1: %. leaves it, %% sends %.\r\n'),
    )
    terminal.end({ reason: 'ended' })
    await departure
  })
})

test('a failure is thrown, and the terminal is as it was', async () => {
  const { host, terminal, departure } = await attached()
  terminal.write('\u001B[?1049h\u001B[?25lvim')
  await vi.waitFor(() => expect(host.stdout.text).toContain('vim'))
  const cause = new Error('lost for good')
  terminal.end({ reason: 'failed', cause })
  await expect(departure).rejects.toBe(cause)
  expect(host.stdout.text).toMatch(/vim\u001B\[\?1049l\u001B\[\?25h$/)
  expectRestored(host)
})

test.each(['SIGTERM', 'SIGHUP', 'SIGPIPE'] as const)('%s ends it', async (signal) => {
  const { host, interruption, departure } = await attached()
  const reason = new Interruption(signal)
  interruption.abort(reason)
  await expect(departure).rejects.toBe(reason)
  expectRestored(host)
})

test('a process that ends by itself restores the terminal too', async () => {
  const { host, terminal, departure } = await attached()
  terminal.write('\u001B[?25l')
  await vi.waitFor(() => expect(host.stdout.text).not.toBe(''))
  host.emit('exit')
  expect(host.isRaw).toBe(false)
  expect(host.stdout.text).toBe('\u001B[?25l\u001B[?25h')
  terminal.end({ reason: 'ended' })
  await departure
})

test('a user whose terminal is gone has left', async () => {
  const { host, departure } = await attached()
  host.stdin.emit('end')
  expect(await departure).toBe('detached')
})

test('a lost connection is shown while it is looked for', async () => {
  const { host, terminal, tell, departure } = await attached()
  const before = host.stderr.text
  tell({ type: 'reconnecting', attempt: 1, nextTry: Date.now(), cause: new Error('reset') })
  tell({ type: 'reconnecting', attempt: 2, nextTry: Date.now(), cause: new Error('reset') })
  const shown = host.stderr.text.slice(before.length)
  expect(shown).toContain('\r\n\u001B[2K⠋ The connection is lost and looked for, try 1; ~. leaves it\r')
  expect(shown).toContain('try 2')
  tell({ type: 'open' })
  expect(host.stderr.text).toMatch(/\r\u001B\[2K$/)
  terminal.end({ reason: 'ended' })
  await departure
})

test('what cannot be sent is not read without end', async () => {
  const { host, terminal, departure } = await attached()
  let unblock!: () => void
  terminal.blocked = new Promise((resolve) => (unblock = resolve))
  const paste = 'x'.repeat(700_000)
  host.type(paste)
  host.type(paste)
  await vi.waitFor(() => expect(host.stdin.isPaused()).toBe(true))
  unblock()
  await vi.waitFor(() => expect(terminal.input).toHaveLength(1_400_000))
  expect(host.stdin.isPaused()).toBe(false)
  terminal.end({ reason: 'ended' })
  await departure
})
