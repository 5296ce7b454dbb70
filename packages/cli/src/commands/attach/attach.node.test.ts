/** The command in a terminal of its own, whose settings a shell looks at before and after. */
import { spawn, type IPty } from '@lydell/node-pty'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { bin, openWorkplace, type Workplace } from '../../testing-process.ts'
import { runCommand } from '../../testing.ts'

let place: Workplace
const windows = new Set<Window>()

beforeEach(async () => {
  place = await openWorkplace()
  await place.command('start', '-q', '-t', 'train-1', 'python')
})
afterEach(async () => {
  for (const { pty } of windows) pty.kill('SIGKILL')
  windows.clear()
  await place[Symbol.asyncDispose]()
})

/** Tells the settings of the terminal, what the command ended with, and the settings again. */
const around = `stty -g; sh -c 'echo pid=$$; exec "$@"' sh "$@"; echo "rc=$?"; stty -g; echo over`

class Window {
  readonly pty: IPty
  text = ''

  constructor(args: readonly string[]) {
    const words = [process.execPath, '--conditions=backend-ai-source', bin, ...args]
    this.pty = spawn('/bin/sh', ['-c', around, 'sh', ...words], {
      cols: 80,
      rows: 24,
      name: 'xterm-256color',
      cwd: place.directory,
      env: { ...place.env, TERM: 'xterm-256color' },
    })
    this.pty.onData((data) => (this.text += data))
    windows.add(this)
  }

  async shows(text: RegExp, timeout = 15_000): Promise<void> {
    await vi.waitFor(
      () => {
        if (!text.test(this.text)) throw new Error(`It shows: ${JSON.stringify(this.text)}`)
      },
      { timeout },
    )
  }

  /** What answers is the session. */
  async attached(): Promise<void> {
    await this.shows(/Opening a terminal/)
    await vi.waitFor(
      async () => {
        this.pty.write('echo $((6 * 7))th\r')
        await this.shows(/42th/, 500)
      },
      { timeout: 15_000 },
    )
  }

  signal(name: NodeJS.Signals): void {
    process.kill(Number(/pid=(\d+)/.exec(this.text)![1]), name)
  }

  /** @returns its exit code; the terminal is as it was. */
  async ended(): Promise<number> {
    await this.shows(/^over\r$/m)
    const [before, after] = this.text.match(/^[\da-f]+(:[\da-f]+){10,}\r$/gm) ?? []
    if (before === undefined || after !== before) throw new Error(`It was ${before}, and is ${after}.`)
    return Number(/^rc=(\d+)\r$/m.exec(this.text)![1])
  }
}

// The session's own terminal, and ttyd through a tunnel where that does not work.
test.each(['26.9', '23.09'] as const)(
  'what is typed goes to the session of %s, and the window size',
  async (profile) => {
    await place[Symbol.asyncDispose]()
    place = await openWorkplace({ profile, asReleased: true })
    await place.command('start', '-q', '-t', 'train-1', 'python')
    const window = new Window(['attach', 'train-1'])
    await window.attached()
    window.pty.write('stty size\r')
    await window.shows(/^24 80\r$/m)
    window.pty.resize(132, 50)
    await vi.waitFor(
      async () => {
        window.pty.write('stty size\r')
        await window.shows(/^50 132\r$/m, 500)
      },
      { timeout: 10_000 },
    )
    window.pty.write("sh -c 'echo $((9 * 9))th; sleep 100'\r")
    await window.shows(/81th/)
    window.pty.write('\u0003')
    await window.shows(/\^C/)
    window.pty.write('echo $((7 * 7))th\r')
    await window.shows(/49th/)
    window.pty.write('\r~.')
    expect(await window.ended()).toBe(0)
    expect(window.text).toContain('Left the terminal. Session train-1 goes on.')
    expect(place.statusOf('train-1')).toBe('RUNNING')
  },
)

test.each([
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s leaves the terminal as it was', async (signal, code) => {
  const window = new Window(['attach', 'train-1'])
  await window.attached()
  // As an editor would.
  window.pty.write(String.raw`printf '\033[?1049h\033[?25l'; echo $((8 * 8))th` + '\r')
  await window.shows(/64th/)
  window.signal(signal)
  expect(await window.ended()).toBe(code)
  expect(window.text).toMatch(/\u001B\[\?1049l\u001B\[\?25h[^]*Interrupted!/)
})

test('the end of the session is told', async () => {
  const window = new Window(['attach', 'train-1'])
  await window.attached()
  await place.command('rm', 'train-1')
  expect(await window.ended()).toBe(1)
  expect(window.text).toMatch(/✘ Session train-1 has ended \(TERMINAT/)
})

test('a connection that is lost is shown, and made again or left', async () => {
  const window = new Window(['attach', 'train-1'])
  await window.attached()
  {
    using outage = place.cluster.emulator.faults.inject({ kind: 'restart' })
    await outage.met()
    await window.shows(/The connection is lost and looked for, try \d+; ~\. leaves it/)
  }
  window.pty.write('echo $((5 * 5))th\r')
  await window.shows(/25th/)
  const before = window.text.length
  using outage = place.cluster.emulator.faults.inject({ kind: 'restart' })
  await outage.met()
  await vi.waitFor(() => expect(window.text.slice(before)).toContain('is lost and looked for'), { timeout: 15_000 })
  window.pty.write('\r~.')
  expect(await window.ended()).toBe(0)
})

test('run --terminal --rm: files, a terminal, and no session afterwards', async () => {
  const window = new Window(['run', '--terminal', '--rm', '-t', 'other-1', 'python'])
  await window.attached()
  window.pty.write('\r~.')
  expect(await window.ended()).toBe(0)
  expect(window.text).toMatch(/✔ \[0\] Left the terminal\.[^]*✔ \[0\] Cleaned up the session\./)
  expect(place.statusOf('other-1')).toBe('TERMINATED')
})

test('without a terminal there is none', async () => {
  expect(await runCommand(['attach', 'train-1'], { env: place.env })).toEqual({
    code: 2,
    stdout: '',
    stderr:
      '✘ The standard input is not a terminal, which a terminal of a session needs. For programs there is "backend.ai run".\n',
  })
})
