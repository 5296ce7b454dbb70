import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { Output } from './output.ts'
import { FakeHost } from './testing.ts'
import { statusText, WaitingLine } from './waiting-line.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const open = (terminal: boolean) => {
  const host = new FakeHost([], { terminal, env: { NO_COLOR: '1' } })
  return { host, output: new Output(host) }
}

test('lives while something is waited for, and leaves nothing', () => {
  const { host, output } = open(true)
  {
    using line = new WaitingLine(output, 'Session a is PENDING...')
    vi.advanceTimersByTime(1100)
    line.update('Session a is PULLING...')
  }
  const looks = host.stderr.text.split('\u001B[2K').slice(1)
  expect(looks[0]).toBe('⠋ Session a is PENDING...\r')
  expect(looks[1]).toBe('⠙ Session a is PENDING...\r')
  expect(looks[10]).toBe('⠋ Session a is PENDING... (1 s)\r')
  expect(looks.at(-2)).toBe('⠹ Session a is PULLING... (1 s)\r')
  expect(looks.at(-1)).toBe('')
  const { length } = host.stderr.text
  vi.advanceTimersByTime(1000)
  expect(host.stderr.text).toHaveLength(length)
  expect(vi.getTimerCount()).toBe(0)
})

test('is one line, however long its text', () => {
  const { host, output } = open(true)
  const line = new WaitingLine(output, `${'안녕'.repeat(30)}\nmore`)
  expect(host.stderr.text).toBe(`\u001B[2K⠋ ${'안녕'.repeat(19)}…\r`)
  line[Symbol.dispose]()
})

test('is silent elsewhere', () => {
  const { host, output } = open(false)
  using line = new WaitingLine(output, 'one')
  line.update('two')
  vi.advanceTimersByTime(1000)
  expect(host.stderr.text).toBe('')
  expect(vi.getTimerCount()).toBe(0)
})

test('tells why', () => {
  expect(statusText('a', { status: 'PENDING', statusInfo: 'no-available-instances' })).toBe(
    'Session a is PENDING: no-available-instances...',
  )
  expect(statusText('a', { status: 'PULLING', statusInfo: undefined })).toBe('Session a is PULLING...')
  expect(statusText('a', { status: 'SCHEDULED', statusInfo: 'scheduled' })).toBe('Session a is SCHEDULED...')
})
