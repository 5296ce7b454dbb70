/** Terminals: in process and on a real socket, with a real shell and with the scripted one. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterEach, describe, expect, test, vi } from 'vitest'

import type { EmulatorOptions } from '../index.ts'
import { isAlive } from '../kernel/testing.ts'
import { start as scripted } from '../terminal/scripted.ts'
import { closePlaces, place, refusalOf, type Socket } from '../testing-sockets.ts'
import { callerOf } from '../testing.ts'

afterEach(closePlaces)

const path = '/stream/session/streams/pty'
const utf8 = new TextDecoder()

/** Keys go in, the screen's text comes out. */
class Screen {
  text = ''
  readonly kinds = new Set<'text' | 'binary'>()
  readonly closed: Promise<number>
  readonly #socket: Socket

  static async open(opening: Promise<Socket>): Promise<Screen> {
    const socket = await opening
    const screen = new Screen(socket)
    await new Promise<void>((resolve, reject) => {
      socket.on('open', resolve)
      socket.on('error', reject)
    })
    return screen
  }

  private constructor(socket: Socket) {
    this.#socket = socket
    this.closed = new Promise((resolve) => socket.on('close', resolve))
    socket.on('message', (data, isBinary) => {
      this.kinds.add(isBinary ? 'binary' : 'text')
      const message = JSON.parse(utf8.decode(data)) as { type: string; data: string }
      if (message.type !== 'out') throw new Error(`A message of type ${message.type}.`)
      this.text += Buffer.from(message.data, 'base64').toString('latin1')
    })
  }

  send(message: unknown): void {
    this.#socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  }

  type(keys: string): void {
    this.send({ type: 'stdin', chars: btoa(keys) })
  }

  close(): void {
    this.#socket.close()
  }

  /** Resolves to all that it has shown, once that has what is looked for. */
  shows(what: string | RegExp): Promise<string> {
    const look = (): string => {
      if (typeof what === 'string' ? this.text.includes(what) : what.test(this.text)) return this.text
      throw new Error(`The screen does not show ${String(what)}: ${this.text.slice(-1000)}`)
    }
    return vi.waitFor(look, { timeout: 10_000, interval: 10 })
  }
}

/** With a command that says that it has started, and waits: itself, since between two commands a real shell has the terminal. */
const shells: [string, EmulatorOptions, waiting: string][] = [
  ['a real shell', {}, "sh -c 'echo started-$((0+1)); exec sleep 1000'"],
  ['the scripted shell', { terminals: scripted }, 'echo started-$((0+1)); sleep 1000'],
]

describe.each(['in process', 'on a socket'] as const)('%s', (where) => {
  describe.each(shells)('%s', (_name, options, waiting) => {
    test('runs commands, knows its size, and new ones', async () => {
      const { open } = await place(where, options)
      const screen = await Screen.open(open(path))
      await screen.shows(/work@main1.*\$ $/)
      screen.type('stty size; echo marker-$((40+2))\r')
      await screen.shows(/24 80\r\n/)
      await screen.shows('marker-42\r\n')
      screen.send({ type: 'resize', rows: 30, cols: 100 })
      screen.type('stty size\r')
      await screen.shows('30 100\r\n')
      expect([...screen.kinds]).toEqual(['binary'])
    })

    test('Ctrl-C ends a command, Ctrl-D the shell, and a new one comes', async () => {
      const { open } = await place(where, options)
      const screen = await Screen.open(open(path))
      await screen.shows(/\$ $/)
      screen.type(`${waiting}\r`)
      await screen.shows('started-1\r\n')
      screen.type('\u0003')
      await screen.shows(/\^C/)
      screen.type('echo alive-$((1+1))\r')
      await screen.shows('alive-2\r\n')
      screen.type('\u0004')
      await screen.shows(/exit\r\n[^]*Restarting\.\.\.\r\n[^]*work@main1/)
      screen.type('echo again-$((2+2))\r')
      expect(await screen.shows('again-4\r\n')).toContain('alive-2')
    })

    test('all that look see the same, and what an earlier one did', async () => {
      const { open } = await place(where, options)
      const [one, two] = [await Screen.open(open(path)), await Screen.open(open(path))]
      one.type('echo seen-$((3+3))\r')
      await one.shows('seen-6\r\n')
      await two.shows('seen-6\r\n')
      one.close()
      await one.closed
      two.type('echo still-$((4+4))\r')
      expect(await two.shows('still-8\r\n')).toContain('seen-6')
    })
  })

  test.each([
    ['20.09', 'text', '{"type": "out", "data": '],
    ['26.9', 'binary', '{"type":"out","data":'],
  ] as const)('frames of %s are %s', async (profile, kind, beginning) => {
    const { open } = await place(where, { profile, terminals: scripted })
    const socket = await open(path)
    const [data, isBinary] = await new Promise<[Uint8Array, boolean]>((resolve) => {
      socket.on('message', (...message) => resolve(message))
    })
    expect(isBinary ? 'binary' : 'text').toBe(kind)
    expect(utf8.decode(data).slice(0, beginning.length)).toBe(beginning)
  })

  test('what is not known or not text passes; what is no object of a type ends the handler', async () => {
    const { open } = await place(where, { terminals: scripted })
    const patient = await Screen.open(open(path))
    patient.send({ type: 'whatever' })
    patient.send({ type: 'resize', rows: 0, cols: 'wide' })
    patient.send({ type: 'ping' })
    patient.type('echo on-$((5+5))\r')
    await patient.shows('on-10\r\n')
    for (const wrong of [
      'not json',
      '[]',
      '{}',
      '{"type":"resize"}',
      '{"type":"stdin","chars":"%"}',
      '{"type":"restart"}',
    ]) {
      const screen = await Screen.open(open(path))
      screen.send(wrong)
      expect([wrong, await screen.closed]).toEqual([wrong, 1000])
    }
  })

  test('ends with its session', async () => {
    const { open, emulator } = await place(where, { terminals: scripted })
    const screen = await Screen.open(open(path))
    await callerOf(emulator)('DELETE', '/session/streams')
    expect(await screen.closed).toBe(1006)
  })

  test('restart gives a new shell to those who look', async () => {
    const { open } = await place(where, { profile: '23.09', terminals: scripted })
    const screen = await Screen.open(open(path))
    await screen.shows(/\$ $/)
    screen.send({ type: 'restart' })
    await screen.shows(/Restarting\.\.\.\r\nwork@main1/)
    screen.type('echo new-$((6+6))\r')
    expect(await screen.shows('new-12\r\n')).not.toContain('exit')
  })

  test('a resize waits for the run that is active, and so does what is typed behind it', async () => {
    const { open, emulator } = await place(where, { terminals: scripted })
    const call = callerOf(emulator)
    const run = { mode: 'query', code: 'ask now? ', run_id: 'first' }
    expect((await call('POST', '/session/streams', run)).body).toMatchObject({ result: { status: 'waiting-input' } })
    const screen = await Screen.open(open(path))
    await screen.shows(/\$ $/)
    screen.send({ type: 'resize', rows: 30, cols: 100 })
    screen.type('stty size\r')
    const other = await Screen.open(open(path))
    other.type('stty size\r')
    await screen.shows('24 80\r\n')
    expect(screen.text).not.toContain('30 100')
    await call('POST', '/session/streams', { ...run, mode: 'input', code: 'go' })
    expect(await screen.shows('30 100\r\n')).toContain('24 80')
  })
})

test.each(['20.09', '23.09'] as const)('as %s is released, the first input closes it', async (profile) => {
  const { open } = await place('on a socket', { profile, asReleased: true, terminals: scripted })
  const screen = await Screen.open(open(path))
  screen.send({ type: 'resize', rows: 30, cols: 100 })
  await screen.shows(/\$ $/)
  screen.type('x')
  expect(await screen.closed).toBe(1000)
})

test('as 26.9 is released, it is silent, and does not end with its session', async () => {
  const { open, emulator } = await place('on a socket', { asReleased: true, terminals: scripted })
  const screen = await Screen.open(open(path))
  screen.type('echo x\r')
  screen.send({ type: 'ping' })
  const session = [...emulator.sessions.all()][0]
  await callerOf(emulator)('DELETE', '/session/streams')
  await session?.ending
  screen.send({ type: 'restart' })
  expect(await screen.closed).toBe(1000)
  expect(screen.text).toBe('')
})

test('a session that is not there is refused', async () => {
  const { open } = await place('in process')
  expect(await refusalOf(await open('/stream/session/unknown/pty'))).toMatchObject({ status: 404 })
})

describe('a real shell', () => {
  test('has the home and the variables of its session', async () => {
    const { open, emulator } = await place('in process')
    const screen = await Screen.open(open(path))
    screen.type('echo "$BACKENDAI_SESSION_NAME $HOME $TERM" >facts\r')
    const session = [...emulator.sessions.all()][0]
    const file = join(session?.home ?? '', 'facts')
    const facts = await vi.waitFor(() =>
      readFile(file, 'utf8').then((text) => text || Promise.reject(new Error('empty'))),
    )
    expect(facts).toBe(`streams ${session?.home} xterm\n`)
  })

  test('nothing of it outlives the session', async () => {
    const { open, emulator } = await place('in process')
    const screen = await Screen.open(open(path))
    screen.type('(setsid sleep 1000 & echo pid-$!-); trap "" HUP TERM; echo ready\r')
    await screen.shows(/pid-\d+-\r\nready/)
    const pid = Number(/pid-(\d+)-\r/.exec(screen.text)?.[1])
    expect(await isAlive(pid)).toBe(true)
    const session = [...emulator.sessions.all()][0]
    await callerOf(emulator)('DELETE', '/session/streams')
    await session?.ending
    expect(await isAlive(pid)).toBe(false)
  })

  test('20 MB arrive whole', async () => {
    const { open } = await place('on a socket')
    const screen = await Screen.open(open(path))
    screen.type('stty -onlcr; echo start; seq 2500000; echo "end"\r')
    await vi.waitFor(() => expect(screen.text.slice(-100)).toMatch(/end\n[^]*\$ $/), { timeout: 30_000 })
    const numbers = screen.text.slice(screen.text.indexOf('start\n') + 6, screen.text.lastIndexOf('end\n')).split('\n')
    expect(numbers).toHaveLength(2_500_001)
    expect(numbers.every((number, index) => index === 2_500_000 || number === String(index + 1))).toBe(true)
  }, 40_000)
})
