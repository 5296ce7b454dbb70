/** xterm.js on a terminal of the emulator, in this process. */
import { keypair, type WebSocketConstructor } from '@backend-ai-sdk/core'
import { createEmulator, type Emulator } from '@backend-ai-sdk/emulator'
import { nodeHmac } from '@backend-ai-sdk/emulator/node'
import type { Terminal } from '@backend-ai-sdk/streaming'
import Headless from '@xterm/headless'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'

import { createClient } from './client.ts'
import type { ComputeSession } from './sessions/compute-session.ts'
import { TerminalAddon } from './xterm.ts'

let emulator: Emulator
let session: ComputeSession

beforeAll(async () => {
  emulator = createEmulator({ hmac: nodeHmac })
  const client = createClient({
    endpoint: 'http://emulator.local',
    auth: keypair(emulator.users.find(({ role }) => role === 'user')!),
    fetch: (input, init) => emulator.fetch(new Request(input, init)),
    webSocket: emulator.WebSocket as unknown as WebSocketConstructor,
    retry: { delay: 10, maxDelay: 20 },
  })
  session = await client.sessions.create({ image: 'shell', slots: { cpu: 1, mem: '512m' } })
})
afterAll(() => emulator.stop())

/** What is seen, and what was scrolled off, with lines that were wrapped put together. */
function textOf({ buffer: { active } }: Headless.Terminal): string {
  let text = ''
  for (let row = 0; row < active.length; row++) {
    const line = active.getLine(row)!
    text += (line.isWrapped ? '' : '\n') + line.translateToString(true)
  }
  return text
}

function show(terminal: Terminal, rows = 24, cols = 80): { xterm: Headless.Terminal; addon: TerminalAddon } {
  const xterm = new Headless.Terminal({ rows, cols, scrollback: 10_000, allowProposedApi: true })
  onTestFinished(() => xterm.dispose())
  const addon = new TerminalAddon(terminal)
  xterm.loadAddon(addon)
  return { xterm, addon }
}

async function open(): Promise<Terminal> {
  const terminal = await session.pty()
  onTestFinished(() => terminal.close())
  return terminal
}

const sees = (xterm: Headless.Terminal, text: string | RegExp): Promise<void> =>
  vi.waitFor(() => expect(textOf(xterm)).toMatch(text), 10_000)

test('its size is the size of the terminal, also when it changes', async () => {
  const { xterm } = show(await open(), 31, 101)
  const says = (size: string): Promise<void> =>
    vi.waitFor(async () => {
      xterm.input('stty size\r')
      await vi.waitFor(() => expect(textOf(xterm)).toContain(`\n${size}`), 500)
    }, 10_000)
  await says('31 101')
  xterm.resize(120, 40)
  await says('40 120')
})

test('an output larger than what may wait to be painted arrives whole', async () => {
  const { xterm } = show(await open())
  xterm.input('seq 100001 400000; echo "DO""NE"\r')
  await sees(xterm, /\n400000\nDONE/)
  // All that xterm.js keeps, without a hole.
  const numbers = [...textOf(xterm).matchAll(/^\d{6}$/gm)].map(Number)
  expect(numbers.length).toBeGreaterThan(9_000)
  expect(numbers).toEqual(numbers.map((_, index) => 400_001 - numbers.length + index))
})

test('another xterm.js shows what was there, and goes on', async () => {
  const terminal = await open()
  const first = show(terminal)
  first.xterm.input('echo "be""fore"\r')
  await sees(first.xterm, /\nbefore/)
  first.xterm.dispose()
  expect([terminal.readable.locked, terminal.writable.locked]).toEqual([false, false])
  const second = show(terminal)
  await sees(second.xterm, /\nbefore/)
  second.xterm.input('echo "af""ter"\r')
  await sees(second.xterm, /\nbefore[^]*\nafter/)
})

test('a lost connection is a line, after which it goes on', async () => {
  const { xterm } = show(await open())
  xterm.input('echo "be""fore"\r')
  await sees(xterm, /\nbefore/)
  emulator.faults.inject({ kind: 'restart', milliseconds: 200 })
  await sees(xterm, '── connection lost, looking for it ──')
  await sees(xterm, 'may be missing')
  xterm.input('echo "af""ter"\r')
  await sees(xterm, /\nafter/)
  expect(textOf(xterm).match(/──.*──/g)).toEqual(['── connection lost, looking for it ──'])
})
