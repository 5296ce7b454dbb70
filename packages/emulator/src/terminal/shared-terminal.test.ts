import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { Timers } from '../timers.ts'
import { SharedTerminal, type Viewer } from './shared-terminal.ts'
import type { StartTerminal, TerminalOptions } from './terminal.ts'

/** A terminal by hand. */
class Manual {
  readonly calls: string[] = []
  readonly opened: TerminalOptions[] = []
  readonly start: StartTerminal = (options) => {
    this.opened.push(options)
    const say = (call: string): void => void this.calls.push(call)
    return Promise.resolve({
      write: (bytes) => say(`write ${String(bytes)}`),
      resize: ({ rows, cols }) => say(`resize ${rows} ${cols}`),
      pause: () => say('pause'),
      resume: () => say('resume'),
      stop: () => {
        say('stop')
        return Promise.resolve()
      },
    })
  }

  print(...bytes: number[]): void {
    this.opened.at(-1)?.onOutput(new Uint8Array(bytes))
  }
}

class Looker implements Viewer {
  bufferedAmount = 0
  readonly seen: number[] = []
  isOver = false

  show(bytes: Uint8Array): void {
    this.seen.push(...bytes)
  }

  over(): void {
    this.isOver = true
  }
}

let manual: Manual
let timers: Timers
beforeEach(() => {
  manual = new Manual()
  timers = new Timers()
})
afterEach(() => timers.stop())

const open = (options: { restarts?: boolean; remembers?: boolean } = {}): SharedTerminal =>
  new SharedTerminal({ start: manual.start, timers, home: '/home', environment: { A: '1' }, ...options })

const tooMuch = 1024 * 1024 + 1

test('is opened by the first who looks, with the size that was last wanted', async () => {
  const terminal = open()
  await terminal.resize({ rows: 30, cols: 100 })
  await terminal.write(new Uint8Array([1]))
  expect(manual.opened).toEqual([])
  terminal.attach(new Looker())
  terminal.attach(new Looker())
  expect(manual.opened).toMatchObject([{ rows: 30, cols: 100, home: '/home', environment: { A: '1' } }])
  await terminal.write(new Uint8Array([2]))
  expect(manual.calls).toEqual(['write 2'])
})

test('waits where all are behind, and until one is not', async () => {
  const terminal = open()
  const [one, two] = [new Looker(), new Looker()]
  terminal.attach(one)
  terminal.attach(two)
  one.bufferedAmount = tooMuch
  manual.print(1)
  await Promise.resolve()
  expect(manual.calls).toEqual([])
  two.bufferedAmount = tooMuch
  manual.print(2)
  await vi.waitFor(() => expect(manual.calls).toEqual(['pause']))
  two.bufferedAmount = 0
  await vi.waitFor(() => expect(manual.calls).toEqual(['pause', 'resume']))
  expect([one.seen, two.seen]).toEqual([
    [1, 2],
    [1, 2],
  ])
})

test('one that is far behind misses what the others see', () => {
  const terminal = open()
  const [dead, alive] = [new Looker(), new Looker()]
  terminal.attach(dead)
  const off = terminal.attach(alive)
  dead.bufferedAmount = 2 * tooMuch
  manual.print(1)
  expect([dead.seen, alive.seen]).toEqual([[], [1]])
  off()
  manual.print(2)
  expect([dead.seen, alive.seen]).toEqual([[2], [1]])
})

test('a new shell follows one that ended, and not after the end', async () => {
  const terminal = open()
  const looker = new Looker()
  terminal.attach(looker)
  manual.opened[0]?.onExit()
  await vi.waitFor(() => expect(manual.opened).toHaveLength(2))
  expect(Buffer.from(looker.seen).toString()).toBe('Restarting...\r\n')
  await terminal.stop()
  manual.opened[1]?.onExit()
  expect([manual.opened.length, terminal.isOver]).toEqual([2, true])
  terminal.attach(looker)
  expect(manual.opened).toHaveLength(2)
})

test('or those who look are told that it is over', async () => {
  const terminal = open({ restarts: false })
  const looker = new Looker()
  terminal.attach(looker)
  manual.opened[0]?.onExit()
  await vi.waitFor(() => expect(looker.isOver).toBe(true))
  expect([terminal.isOver, manual.opened.length]).toEqual([true, 1])
})

test('what was shown last is shown to those who come later, and not without end', () => {
  const terminal = open({ remembers: true })
  terminal.attach(new Looker())
  manual.opened[0]?.onOutput(new Uint8Array(60_000).fill(1))
  manual.opened[0]?.onOutput(new Uint8Array(60_000).fill(2))
  const late = new Looker()
  terminal.attach(late)
  expect([late.seen.length, late.seen[0]]).toEqual([60_000, 2])
})

test('a shell that cannot be started says so, and the next who looks tries again', async () => {
  let tries = 0
  const terminal = new SharedTerminal({
    start: () => {
      tries += 1
      return Promise.reject(new Error('no more terminals'))
    },
    timers,
    home: '',
    environment: {},
  })
  const looker = new Looker()
  terminal.attach(looker)
  await vi.waitFor(() => expect(Buffer.from(looker.seen).toString()).toContain('no more terminals'))
  terminal.attach(new Looker())
  expect(tries).toBe(2)
  await expect(terminal.write(new Uint8Array([1]))).rejects.toThrow('no more terminals')
})
