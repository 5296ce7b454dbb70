import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { TerminalModes } from './terminal-modes.ts'

const after = (...chunks: string[]): string => {
  const modes = new TerminalModes()
  for (const chunk of chunks) modes.read(new TextEncoder().encode(chunk))
  return modes.restoration().replaceAll('\u001B', '^')
}

test.each([
  [['plain text, 안녕 \u001B[31mred\u001B[0m'], ''],
  [['\u001B[?1049h\u001B[?25l vim'], '^[?1049l^[?25h'],
  [['\u001B[?1049h\u001B[?25l', '\u001B[?25h\u001B[?1049l'], ''],
  [['\u001B[?1000;1006h'], '^[?1000l^[?1006l'],
  [['\u001B', '[', '?20', '04h'], '^[?2004l'],
  [['\u001B[>4;2m\u001B[>1u\u001B='], '^[=0;1u^[>4m^>'],
  [['\u001B[>4;2m\u001B=', '\u001B[>4m\u001B>'], ''],
  [['\u001B[?1049h\u001Bc'], ''],
  [['\u001B[?12h'], ''],
])('%j', (chunks, restored) => expect(after(...chunks)).toBe(restored))

test('a sequence is found however it is cut', () => {
  const parts = fc.constantFrom('\u001B[?1049h', '\u001B[?25l', '\u001B[?25h', '\u001B[?1000;2004h', 'text', '\u001B[K')
  fc.assert(
    fc.property(fc.array(parts), fc.array(fc.nat(50)), (sequences, cuts) => {
      const whole = sequences.join('')
      const chunks: string[] = []
      let at = 0
      for (const cut of cuts) chunks.push(whole.slice(at, (at += cut)))
      expect(after(...chunks, whole.slice(at))).toBe(after(whole))
    }),
  )
})

test('what never ends is not kept', () => {
  const modes = new TerminalModes()
  modes.read(new TextEncoder().encode(`\u001B[?${'1'.repeat(100_000)}`))
  modes.read(new TextEncoder().encode('h'))
  expect(modes.restoration()).toBe('')
})
