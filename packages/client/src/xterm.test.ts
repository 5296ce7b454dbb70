import type { Terminal, TerminalEnd, TerminalSize, TerminalState } from '@backend-ai-sdk/streaming'
import Headless from '@xterm/headless'
import type { ITerminalAddon } from '@xterm/xterm'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { TerminalAddon, type Xterm } from './xterm.ts'

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)

/** A terminal that a test speaks through. */
class FakeTerminal implements Terminal {
  state: TerminalState = { type: 'open' }
  readonly closed = new Promise<TerminalEnd>(() => {})
  readonly input: number[][] = []
  readonly sizes: TerminalSize[] = []
  readonly listeners = new Set<(state: TerminalState) => void>()
  shown = utf8('')
  taken = 0
  readonly #said: Uint8Array[] = []
  #wake = (): void => {}
  readonly readable = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        while (this.#said.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve))
        this.taken++
        controller.enqueue(this.#said.shift()!)
      },
    },
    { highWaterMark: 0 },
  )
  readonly writable = new WritableStream<Uint8Array | string>({
    write: (chunk) => void this.input.push([...(chunk as Uint8Array)]),
  })

  say(text: string): void {
    this.#said.push(utf8(text))
    this.#wake()
  }

  become(state: TerminalState): void {
    this.state = state
    for (const listener of this.listeners) listener(state)
  }

  subscribe(listener: (state: TerminalState) => void): () => void {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  resize(size: TerminalSize): void {
    this.sizes.push(size)
  }

  history(): Uint8Array<ArrayBuffer> {
    return this.shown
  }

  async restart(): Promise<void> {}
  async close(): Promise<void> {}
  async [Symbol.asyncDispose](): Promise<void> {}
}

let xterm: Headless.Terminal
let terminal: FakeTerminal

beforeEach(() => {
  xterm = new Headless.Terminal({ rows: 20, cols: 60, allowProposedApi: true })
  terminal = new FakeTerminal()
})
afterEach(() => xterm.dispose())

/** The lines of the screen, without those that are empty. */
function screen(): string[] {
  const { active } = xterm.buffer
  const lines = Array.from({ length: active.length }, (_, row) => active.getLine(row)!.translateToString(true))
  return lines.filter(Boolean)
}

const attach = (...options: [ConstructorParameters<typeof TerminalAddon>[1]?]): TerminalAddon => {
  const addon = new TerminalAddon(terminal, ...options)
  xterm.loadAddon(addon)
  return addon
}

test('is an addon of xterm.js', () => {
  const addon: ITerminalAddon = new TerminalAddon(terminal)
  expect(addon).toBeDefined()
})

test('what the terminal has shown comes first, then what it says', async () => {
  terminal.shown = utf8('shown before\r\n')
  attach()
  terminal.say('한글 ')
  terminal.say('and more')
  await vi.waitFor(() => expect(screen()).toEqual(['shown before', '한글 and more']))
})

/** One whose parts a test has in hand. */
const bare = (parts: Partial<Xterm>): Xterm => {
  const never = () => ({ dispose() {} })
  return { rows: 24, cols: 80, write() {}, onData: never, onBinary: never, onResize: never, ...parts }
}

test('keys are sent as UTF-8', async () => {
  attach()
  xterm.input('é\r')
  await vi.waitFor(() => expect(terminal.input).toEqual([[0xc3, 0xa9, 13]]))
})

test('reports of the mouse are sent as bytes', async () => {
  let report: ((text: string) => void) | undefined
  new TerminalAddon(terminal).activate(bare({ onBinary: (listener) => ((report = listener), { dispose() {} }) }))
  // A click in column 200.
  report!('\u001B[M \u00E8!')
  await vi.waitFor(() => expect(terminal.input).toEqual([[27, 91, 77, 32, 0xe8, 33]]))
})

test('the size is told at first and at each change', () => {
  attach()
  xterm.resize(100, 40)
  expect(terminal.sizes).toEqual([
    { rows: 20, cols: 60 },
    { rows: 40, cols: 100 },
  ])
})

test('an outage is one line, however often it is tried', async () => {
  attach()
  for (const attempt of [1, 2, 3]) terminal.become({ type: 'reconnecting', attempt, nextTry: 0, cause: undefined })
  terminal.become({ type: 'open' })
  terminal.become({ type: 'reconnecting', attempt: 1, nextTry: 0, cause: undefined })
  terminal.become({ type: 'closed', reason: 'failed', cause: new Error('no way') })
  await vi.waitFor(() =>
    expect(screen()).toEqual([
      '── connection lost, looking for it ──',
      '── connection lost, looking for it ──',
      '── the terminal has failed: no way ──',
    ]),
  )
})

test.each([
  ['ended', ['── the session or its shell has ended ──']],
  ['closed', []],
] as const)('a terminal that is %s already', async (reason, lines) => {
  terminal.state = { type: 'closed', reason }
  attach()
  await new Promise<void>((resolve) => xterm.write('', resolve))
  expect(screen()).toEqual(lines)
})

test("lines are the page's choice", async () => {
  attach({ divider: ({ type }) => (type === 'open' ? 'here again' : undefined) })
  terminal.become({ type: 'reconnecting', attempt: 1, nextTry: 0, cause: undefined })
  terminal.become({ type: 'open' })
  await vi.waitFor(() => expect(screen()).toEqual(['── here again ──']))
})

test('a screen that does not keep up stops the reading', async () => {
  const painted: (() => void)[] = []
  new TerminalAddon(terminal).activate(bare({ write: (_data, callback) => void painted.push(callback!) }))
  for (let count = 0; count < 10; count++) terminal.say('x'.repeat(200_000))
  await vi.waitFor(() => expect(painted).toHaveLength(3))
  expect(terminal.taken).toBe(3)
  painted.shift()!()
  await vi.waitFor(() => expect(painted).toHaveLength(3))
  expect(terminal.taken).toBe(4)
})

test('when it is disposed of, nothing is left, and another one may take over', async () => {
  const addon = attach()
  terminal.say('one ')
  await vi.waitFor(() => expect(screen()).toEqual(['one ']))
  addon.dispose()
  expect(terminal.listeners.size).toBe(0)
  expect([terminal.readable.locked, terminal.writable.locked]).toEqual([false, false])
  xterm.input('x')
  xterm.resize(90, 30)
  expect(terminal.sizes).toHaveLength(1)
  attach()
  terminal.say('two')
  await vi.waitFor(() => expect(screen()).toEqual(['one two']))
  xterm.dispose()
  expect(terminal.input).toEqual([])
  expect(terminal.readable.locked).toBe(false)
})
