import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { Output } from './output.ts'
import { FakeHost } from './testing.ts'
import { TransferBar } from './transfer-bar.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const open = (terminal: boolean) => {
  const host = new FakeHost([], { terminal })
  return { host, output: new Output(host) }
}

const mebibyte = 1024 * 1024

test('is drawn ten times a second, and as it was at the end', () => {
  const { host, output } = open(true)
  {
    using bar = new TransferBar(output)
    for (let sent = 0; sent <= 50; sent++) {
      bar.update({ sent: sent * mebibyte, total: 50 * mebibyte })
      vi.advanceTimersByTime(10)
    }
  }
  const looks = host.stderr.text.split('\u001B[2K').slice(1)
  expect(looks).toHaveLength(7)
  expect(looks[0]).toBe('  0%|          | 0.00/50.0M [00:00<?, ?bytes/s]\r')
  expect(looks[3]).toBe(' 60%|██████    | 30.0M/50.0M [00:00<00:00, 100Mbytes/s]\r')
  expect(looks.at(-1)).toBe('100%|██████████| 50.0M/50.0M [00:00<00:00, 98.0Mbytes/s]\r\r\n')
  expect(vi.getTimerCount()).toBe(0)
})

test('is one line, however long the name of the file', () => {
  const { host, output } = open(true)
  new TransferBar(output).update({ sent: 1, total: 2, rate: 1, file: 'x'.repeat(100) })
  expect(host.stderr.text).toBe(
    `\u001B[2K 50%|█████     | 1.00/2.00 [00:00<00:01, 1.00bytes/s, file=${'x'.repeat(20)}\r`,
  )
})

test('is nowhere but on terminals', () => {
  const { host, output } = open(false)
  {
    using bar = new TransferBar(output)
    bar.update({ sent: 1, total: 2 })
  }
  expect(host.stderr.text).toBe('')
})
