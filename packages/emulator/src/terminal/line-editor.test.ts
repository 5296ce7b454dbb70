import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { LineEditor } from './line-editor.ts'

const utf8 = new TextEncoder()

function edited(...keys: (string | Uint8Array)[]): { screen: string; heard: string[] } {
  const outcome = { screen: '', heard: [] as string[] }
  const editor = new LineEditor({
    echo: (text) => (outcome.screen += text),
    line: (text) => outcome.heard.push(`line ${text}`),
    interrupt: () => outcome.heard.push('interrupt'),
    end: () => outcome.heard.push('end'),
  })
  for (const each of keys) editor.type(typeof each === 'string' ? utf8.encode(each) : each)
  return outcome
}

test.each([
  ['abc\r', 'abc\r\n', ['line abc']],
  ['a\nb\r', 'a\r\nb\r\n', ['line a', 'line b']],
  ['ab\u007Fc\r', 'ab\b \bc\r\n', ['line ac']],
  ['\u007F\b\r', '\r\n', ['line ']],
  ['abc\u0015d\r', 'abc\b \b\b \b\b \bd\r\n', ['line d']],
  ['abc\u0003d\r', 'abc^C\r\nd\r\n', ['interrupt', 'line d']],
  ['\u0004', '', ['end']],
  ['a\u0004\r', 'a\r\n', ['line a']],
  ['a\u001B[Ab\u001BOPc\u001B[1;5Dd\u001Bxe\r', 'abcde\r\n', ['line abcde']],
  ['\u0007\u0001é\r', 'é\r\n', ['line é']],
])('%j', (keys, screen, heard) => {
  expect(edited(keys)).toEqual({ screen, heard })
})

test('lines do not grow without limit', () => {
  expect(edited(`${'x'.repeat(10_000)}\r`).heard).toEqual([`line ${'x'.repeat(4096)}`])
})

test('keys may be cut anywhere', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.nat()), (text, cuts) => {
      const bytes = utf8.encode(`${text}\r`)
      const places = [0, ...cuts.map((cut) => cut % bytes.length), bytes.length].sort((left, right) => left - right)
      const parts = places.slice(1).map((end, index) => bytes.slice(places[index], end))
      expect(edited(...parts)).toEqual(edited(bytes))
    }),
  )
})
