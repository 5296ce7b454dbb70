import { describe, expect, test } from 'vitest'

import { lookOf, Output, statusLine } from './output.ts'
import { FakeHost } from './testing.ts'

const terminal = { terminal: true, colour: true }
const file = { terminal: false, colour: false }

describe('a status line', () => {
  test.each([
    ['info', '\u001B[2K\u001B[96m∙ text\u001B[0m\r\n'],
    ['wait', '\u001B[2K\u001B[93m⋯ text\u001B[0m\r'],
    ['done', '\u001B[2K\u001B[92m✔ text\u001B[0m\r\n'],
    ['fail', '\u001B[2K\u001B[91m✘ text\u001B[0m\r\n'],
    ['warn', '\u001B[2K\u001B[33m∙ text\u001B[0m\r\n'],
  ] as const)('%s on a terminal', (kind, bytes) => expect(statusLine(kind, 'text', terminal)).toBe(bytes))

  test.each(['info', 'wait', 'done', 'fail', 'warn'] as const)('%s elsewhere', (kind) => {
    expect(statusLine(kind, 'text', file)).toMatch(/^[∙⋯✔✘] text\n$/)
  })

  test('without colour', () => {
    expect(statusLine('done', 'text', { terminal: true, colour: false })).toBe('\u001B[2K✔ text\r\n')
  })

  test('of several lines is indented, and keeps what others wrote from the terminal', () => {
    expect(statusLine('fail', 'one\ntwo\u001B[31m\r', file)).toBe('✘ one\n  two\uFFFD[31m\uFFFD\n')
  })
})

test.each([
  [true, {}, terminal],
  [true, { NO_COLOR: '1' }, { terminal: true, colour: false }],
  [true, { NO_COLOR: '' }, terminal],
  [true, { TERM: 'dumb' }, file],
  [false, { FORCE_COLOR: '1' }, file],
])('a stream that is a terminal: %s, with %j', (isTTY, env, look) => {
  expect(lookOf({ write: () => {}, isTTY }, env)).toEqual(look)
})

describe('output', () => {
  const open = (isTerminal: boolean) => {
    const host = new FakeHost([], { terminal: isTerminal })
    return { host, output: new Output(host) }
  }

  test('takes a waiting line away before anything else is written', async () => {
    const { host, output } = open(true)
    output.status('wait', 'one')
    await output.print('data')
    await output.print('data')
    expect(host.stderr.text).toBe('\u001B[2K\u001B[93m⋯ one\u001B[0m\r\u001B[2K')
    expect(host.stdout.text).toBe('data\ndata\n')
  })

  test('keeps bars and progress to terminals', () => {
    for (const isTerminal of [true, false]) {
      const { host, output } = open(isTerminal)
      output.wait('one', '⠋')
      output.bar('two')
      output.keepLine()
      expect(host.stderr.text === '').toBe(!isTerminal)
    }
  })

  test('waits until data has left', async () => {
    let finish: (() => void) | undefined
    const stdout = { write: (_text: string, done?: () => void) => (finish = done) }
    const output = new Output({ stdout, stderr: { write: () => {} }, env: {} })
    let isWritten = false
    const writing = output.write('data').then(() => (isWritten = true))
    await Promise.resolve()
    expect(isWritten).toBe(false)
    finish!()
    await writing
  })
})
