import { expect, test } from 'vitest'

import { ConsoleLog } from './console-log.ts'

test('keeps everything up to its limit', () => {
  const log = new ConsoleLog(1000)
  log.append('a\n')
  log.append('b')
  expect(log.text()).toBe('a\nb')
})

test('keeps the last bytes, beginning with a whole character', () => {
  const limit = 300_000
  const log = new ConsoleLog(limit)
  let all = ''
  for (let count = 0; count < 60_000; count++) {
    const text = `글${count} `
    log.append(text)
    all += text
  }
  const kept = log.text()
  const bytes = new TextEncoder().encode(kept).length
  expect(all.endsWith(kept)).toBe(true)
  expect(bytes).toBeLessThanOrEqual(limit)
  expect(bytes).toBeGreaterThan(limit - 3)
})
