/** Terminals of sessions, against the emulator on a socket. */
import { createHash } from 'node:crypto'

import { keypair, UnsupportedError } from '@backend-ai-sdk/core'
import { demoScript, scripted, type EmulatorOptions } from '@backend-ai-sdk/emulator'
import { serve, type ServedEmulator } from '@backend-ai-sdk/emulator/node'
import type { Terminal, TerminalOptions, TerminalState } from '@backend-ai-sdk/streaming'
import { describe, expect, onTestFinished, test } from 'vitest'

import { createClient } from '../client.ts'
import type { ComputeSession } from './compute-session.ts'

const kinds = ['pty', 'terminal'] as const
type Kind = (typeof kinds)[number]

/** Releases before 25.9 have ttyd alone. */
const clusters: Record<Kind, EmulatorOptions> = { pty: {}, terminal: { profile: '23.09' } }

async function openSession(
  options: EmulatorOptions = {},
): Promise<{ cluster: ServedEmulator; session: ComputeSession }> {
  const cluster = await serve({ kernels: () => scripted(demoScript()), ...options })
  onTestFinished(() => cluster.close())
  const client = createClient({
    endpoint: cluster.url,
    auth: keypair(cluster.emulator.users.find(({ role }) => role === 'user')!),
    retry: { delay: 10 },
  })
  return { cluster, session: await client.sessions.create({ image: 'python', slots: { cpu: 1, mem: '320m' } }) }
}

/** Keys go in, and what comes out is read up to what is looked for. */
class Screen {
  readonly terminal: Terminal
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #writer: WritableStreamDefaultWriter<Uint8Array | string>
  readonly #decoder = new TextDecoder()
  #text = ''

  static async open(session: ComputeSession, kind: Kind, options: TerminalOptions = {}): Promise<Screen> {
    const terminal = await session[kind](options)
    onTestFinished(() => terminal.close())
    return new Screen(terminal)
  }

  private constructor(terminal: Terminal) {
    this.terminal = terminal
    this.#reader = terminal.readable.getReader()
    this.#writer = terminal.writable.getWriter()
  }

  type(text: string): Promise<void> {
    return this.#writer.write(text)
  }

  /** All up to the text, which is not shown again. */
  async until(text: string): Promise<string> {
    const parts: string[] = []
    await this.watch(text, (part) => parts.push(part))
    return parts.join('')
  }

  /** The same, in parts. */
  async watch(text: string, use: (part: string) => void): Promise<void> {
    for (;;) {
      const at = this.#text.indexOf(text)
      // The text may come in two parts.
      const end = at === -1 ? Math.max(0, this.#text.length - text.length) : at
      use(this.#text.slice(0, end))
      this.#text = this.#text.slice(at === -1 ? end : at + text.length)
      if (at !== -1) return
      if (!(await this.more())) throw new Error(`It ended before ${JSON.stringify(text)}.`)
    }
  }

  /** False at the end. */
  async more(): Promise<boolean> {
    const { done, value } = await this.#reader.read()
    this.#text += this.#decoder.decode(value, { stream: !done })
    return !done
  }
}

describe.each(kinds)('%s()', (kind) => {
  test('has its size, and a new one', async () => {
    const { session } = await openSession(clusters[kind])
    const screen = await Screen.open(session, kind, { rows: 31, cols: 101 })
    await screen.type('stty size\n')
    await screen.until('31 101\r\n')
    screen.terminal.resize({ rows: 1, cols: 1 })
    screen.terminal.resize({ rows: 40, cols: 120 })
    // The size goes a way of its own, which is not before that of the keys.
    const newSize = async (): Promise<string> => {
      await screen.type('stty size; echo "SE""EN"\n')
      return screen.until('SEEN\r\n')
    }
    await expect.poll(newSize).toContain('40 120\r\n')
  })

  test('hands out 20 MB as they were printed', async () => {
    const { session } = await openSession(clusters[kind])
    const screen = await Screen.open(session, kind)
    const last = 2_400_000
    await screen.type(`seq 1 ${last}; echo "OV""ER"\n`)
    await screen.until('1\r\n2\r\n')
    const seen = createHash('sha256').update('1\r\n2\r\n')
    await screen.watch('OVER\r\n', (part) => seen.update(part))
    let expected = ''
    for (let number = 1; number <= last; number++) expected += `${number}\r\n`
    expect(expected.length).toBeGreaterThan(20_000_000)
    expect(seen.digest('hex')).toBe(createHash('sha256').update(expected).digest('hex'))
  }, 60_000)

  test('Ctrl-C interrupts', async () => {
    const { session } = await openSession(clusters[kind])
    const screen = await Screen.open(session, kind)
    await screen.until('$ ')
    await screen.type('cat\n')
    await screen.until('cat\r\n')
    await screen.type('first\n')
    await screen.until('first\r\n')
    // Shown by the terminal, and then by the program, which runs.
    await screen.type('second\n')
    await screen.until('second\r\n')
    await screen.until('second\r\n')
    await screen.type('\u0003')
    await screen.until('$ ')
    await screen.type('echo "BA""CK"\n')
    expect(await screen.until('BACK\r\n')).not.toContain('second')
  })

  test('characters are whole, wherever the server cuts them', async () => {
    const bytes = new TextEncoder().encode('가나다🙂'.repeat(50))
    const { session } = await openSession({
      ...clusters[kind],
      terminals: (shell) => {
        queueMicrotask(() => shell.onOutput(bytes.subarray(0, 1)))
        return Promise.resolve({
          write: () => {
            // Never while it is called.
            queueMicrotask(() => shell.onOutput(bytes.subarray(1)))
          },
          resize() {},
          pause() {},
          resume() {},
          stop: () => Promise.resolve(),
        })
      },
    })
    const screen = await Screen.open(session, kind)
    await screen.more()
    await screen.type('go on')
    expect(await screen.until('🙂')).toBe('가나다')
    for (let count = 1; count < 50; count++) expect(await screen.until('🙂')).toBe('가나다')
  })

  test('a restart of the manager is a gap, with the size and the keys of before', async () => {
    const { cluster, session } = await openSession(clusters[kind])
    const states: TerminalState['type'][] = []
    const onState = ({ type }: TerminalState): void => {
      if (type !== states.at(-1)) states.push(type)
    }
    const screen = await Screen.open(session, kind, { rows: 33, cols: 99, onState, gapMarker: '<gap>' })
    await screen.type('stty size\n')
    await screen.until('33 99\r\n')
    cluster.faults.inject({ kind: 'restart', milliseconds: 200 })
    await expect.poll(() => screen.terminal.state.type).toBe('reconnecting')
    const typed = screen.type('stty size\n')
    await screen.until('<gap>')
    await typed
    await screen.until('33 99\r\n')
    expect(states).toEqual(['connecting', 'open', 'reconnecting', 'open'])
  })

  test('the end of the session is a clean end', async () => {
    const { session } = await openSession(clusters[kind])
    const screen = await Screen.open(session, kind)
    await screen.type('echo "HE""RE"\n')
    await screen.until('HERE\r\n')
    await session.destroy()
    expect(await screen.terminal.closed).toEqual({ type: 'closed', reason: 'ended' })
    while (await screen.more());
  })
})

test('a terminal that is mute, as on 26.9.6, is left for ttyd', async () => {
  const { session } = await openSession({ asReleased: true })
  const states: TerminalState['type'][] = []
  const screen = await Screen.open(session, 'terminal', { onState: ({ type }) => states.push(type) })
  await screen.type('stty size\n')
  await screen.until('24 80\r\n')
  // Its end is none of this one.
  expect(states).toEqual(['connecting', 'connecting', 'open'])
})

test('a release whose terminal cannot work is asked for none', async () => {
  const { session } = await openSession({ profile: '23.09', asReleased: true })
  const error: unknown = await session.pty().catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(UnsupportedError)
  expect(error).toMatchObject({ capability: 'session-pty' })
  const screen = await Screen.open(session, 'terminal')
  await screen.type('stty size\n')
  await screen.until('24 80\r\n')
})

test('a session without any says what it lacks', async () => {
  const { cluster, session } = await openSession({ profile: '23.09' })
  cluster.emulator.sessions.get(session.id)!.servicePorts = []
  const error: unknown = await session.terminal().catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'ERR_UNSUPPORTED', cause: { capability: 'session-pty' } })
  expect(error).toHaveProperty('message', expect.stringContaining('ttyd'))
})
