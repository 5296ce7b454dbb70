/** Terminals: the session's own, and whichever works by itself. */
import { createHash } from 'node:crypto'

import {
  UnsupportedError,
  type ComputeSession,
  type Terminal,
  type TerminalOptions,
  type TerminalState,
} from '@backend-ai-sdk/client'
import { describe, expect, onTestFinished, test, type TestContext } from 'vitest'

import { clientOf } from '../targets.ts'
import { needs, onEachTarget, rejection, sharedSession, smallSlots, thorough } from './harness.ts'

const kinds = ['pty', 'terminal'] as const
type Kind = (typeof kinds)[number]

const line = '0123456789abcdef'.repeat(6)
/** As a terminal ends its lines. */
const shownLine = `${line}\r\n`
const portions = 20
const lines = portions * Math.ceil((thorough ? 20_000_000 : 2_000_000) / portions / shownLine.length)

let marks = 0

/** A terminal with a shell, read up to the texts that its commands print. */
class Screen {
  readonly terminal: Terminal
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #writer: WritableStreamDefaultWriter<Uint8Array | string>
  #unread: Buffer = Buffer.alloc(0)

  constructor(terminal: Terminal) {
    this.terminal = terminal
    this.#reader = terminal.readable.getReader()
    this.#writer = terminal.writable.getWriter()
  }

  async type(text: string): Promise<void> {
    await this.#writer.write(text)
  }

  /** All before the text; what is behind it stays. `use` is given the bytes as they come. */
  async until(text: string, use: (bytes: Buffer) => void = () => {}): Promise<void> {
    for (;;) {
      const at = this.#unread.indexOf(text)
      // The text may come in two parts.
      const end = at === -1 ? Math.max(0, this.#unread.length - text.length) : at
      use(this.#unread.subarray(0, end))
      this.#unread = this.#unread.subarray(at === -1 ? end : at + text.length)
      if (at !== -1) return
      const { done, value } = await this.#reader.read()
      if (done) throw new Error(`The terminal ended before ${JSON.stringify(text)}.`)
      this.#unread = Buffer.concat([this.#unread, value])
    }
  }

  /** What a command prints. */
  async run(command: string): Promise<string> {
    const chunks: Buffer[] = []
    await this.watch(command, (bytes) => chunks.push(bytes))
    return Buffer.concat(chunks).toString().replaceAll('\r\n', '\n').trim()
  }

  async watch(command: string, use: (bytes: Buffer) => void): Promise<void> {
    const mark = `-${++marks}-`
    // What is typed is shown too, and has no such words.
    await this.type(`echo "BE""GIN${mark}"; ${command}; echo "E""ND${mark}"\n`)
    await this.until(`BEGIN${mark}\r\n`)
    await this.until(`END${mark}\r\n`, use)
  }

  /** To the end. */
  async drain(): Promise<void> {
    while (!(await this.#reader.read()).done);
  }
}

/** By Ctrl-C. */
async function interrupt(screen: Screen): Promise<void> {
  await screen.type(`(trap 'echo "CAU""GHT"; exit' INT; echo "RUN""NING"; while sleep 0.1; do :; done)\n`)
  await screen.until('RUNNING')
  await screen.type('\u0003')
  await screen.until('CAUGHT')
}

onEachTarget('terminals', (target) => {
  const client = clientOf(target)
  const shared = sharedSession(target, client)
  const lacks = target.lacks ?? []

  /** Skips what the target's terminal cannot do. */
  async function mustHave(context: TestContext, kind: Kind): Promise<void> {
    const hasPty = (await client.supports('session-pty')) && !lacks.includes('pty')
    if (kind === 'pty') await needs(context, client, 'session-pty')
    if (kind === 'pty') context.skip(!hasPty, 'its terminal is mute')
    context.skip(!hasPty && lacks.includes('ttyd'), 'its ttyd is none')
    context.skip(kind === 'terminal' && lacks.includes('ttyd-bytes'), 'its ttyd is in a tmux')
  }

  async function open(session: ComputeSession, kind: Kind, options: TerminalOptions = {}): Promise<Screen> {
    const terminal = await session[kind](options)
    onTestFinished(() => terminal.close())
    return new Screen(terminal)
  }

  describe.each(kinds)('%s()', (kind) => {
    test('has the size that was asked for, and follows it', async (context) => {
      context.skip(kind === 'pty' && lacks.includes('pty-resize'), 'sizes have no effect there')
      await mustHave(context, kind)
      const screen = await open(await shared(), kind, { rows: 31, cols: 101 })
      await expect.poll(() => screen.run('stty size'), { timeout: 15_000 }).toBe('31 101')
      screen.terminal.resize({ rows: 40, cols: 120 })
      await expect.poll(() => screen.run('stty size'), { timeout: 15_000 }).toBe('40 120')
    })

    test('hands out every byte of a long output', async (context) => {
      await mustHave(context, kind)
      const screen = await open(await shared(), kind)
      const seen = createHash('sha256')
      // A manager drops what its terminals say faster than it is fetched (its PUB sockets have a high-water mark): on a
      // busy machine a portion must not be larger. Where SIGPIPE is ignored, as in the terminal of the 26.9 recipe, `yes`
      // complains of its end.
      const command = `yes ${line} 2>/dev/null | head -n ${lines / portions}`
      for (let portion = 0; portion < portions; portion++) await screen.watch(command, (bytes) => seen.update(bytes))
      expect(seen.digest('hex')).toBe(createHash('sha256').update(shownLine.repeat(lines)).digest('hex'))
      const history = new TextDecoder().decode(screen.terminal.history())
      expect(history.length).toBeGreaterThan(200_000)
      expect(history).toContain(shownLine.repeat(1000))
    })

    test('passes on what is typed, Ctrl-C too', async (context) => {
      await mustHave(context, kind)
      const screen = await open(await shared(), kind)
      await interrupt(screen)
      expect(await screen.run('echo 한글')).toBe('한글')
    })

    test('the end of its session is a clean end', async (context) => {
      await mustHave(context, kind)
      await using session = await client.sessions.create({ image: target.pythonImage, slots: smallSlots })
      const states: TerminalState['type'][] = []
      const screen = await open(session, kind, { onState: ({ type }) => states.push(type) })
      expect(await screen.run('echo here')).toBe('here')
      await session.destroy()
      expect(await screen.terminal.closed).toEqual({ type: 'closed', reason: 'ended' })
      await screen.drain()
      expect(states.at(-1)).toBe('closed')
    })
  })

  test('a release whose terminal cannot work says so', async (context) => {
    context.skip(await client.supports('session-pty'), 'this release has one')
    const error = await rejection((await shared()).pty())
    expect(error).toBeInstanceOf(UnsupportedError)
    expect(error).toMatchObject({ capability: 'session-pty' })
  })

  test('a terminal that is mute says so', async (context) => {
    context.skip(!(await client.supports('session-pty')) || !lacks.includes('pty'), 'it speaks, or there is none')
    const terminal = await (await shared()).pty()
    await terminal.writable.getWriter().write('ls\n')
    expect(await terminal.closed).toMatchObject({ reason: 'failed', cause: { capability: 'session-pty' } })
  })

  test('ttyd with a tmux: sizes, Ctrl-C, and the end of its shell', async (context) => {
    context.skip(!lacks.includes('ttyd-bytes'), 'it has none')
    const screen = await open(await shared(), 'terminal', { rows: 31, cols: 101 })
    // tmux has a line of its own.
    const sized = (size: string) => `until [ "$(stty size)" = "${size}" ]; do sleep 0.1; done; echo "SI""ZED ${size}"\n`
    await screen.type(sized('30 101'))
    await screen.until('SIZED 30 101')
    screen.terminal.resize({ rows: 40, cols: 120 })
    await screen.type(sized('39 120'))
    await screen.until('SIZED 39 120')
    await interrupt(screen)
    await screen.type('exit\n')
    await screen.drain()
    expect(screen.terminal.state).toEqual({ type: 'closed', reason: 'ended' })
  })

  test('what stands in for ttyd answers', async (context) => {
    context.skip(!lacks.includes('ttyd'), 'this one is real')
    const terminal = await (await shared()).terminal()
    onTestFinished(() => terminal.close())
    const screen = new Screen(terminal)
    await screen.type('it echoes')
    await screen.until('it echoes')
    expect(screen.terminal.state).toEqual({ type: 'open' })
  })
})
