import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { parseEscape } from './escape-flag.ts'
import { EscapeKeys } from './escape-keys.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = (data: Uint8Array): string => new TextDecoder().decode(data)

function typed(keys: EscapeKeys, ...chunks: string[]): { input: string; asks: string | undefined } {
  let input = ''
  let asks: string | undefined
  for (const chunk of chunks) {
    const read = keys.read(bytes(chunk))
    input += text(read.input)
    asks ??= read.asks
  }
  return { input, asks }
}

describe('at the start of a line', () => {
  test.each([
    [['~.'], '', 'detach'],
    [['ls\r~.exit'], 'ls\r', 'detach'],
    [['ls\r', '~', '.'], 'ls\r', 'detach'],
    [['ls\n~?'], 'ls\n', 'help'],
    [['~~.'], '~.', undefined],
    [['~/bin\r'], '~/bin\r', undefined],
    [['ls ~.\r'], 'ls ~.\r', undefined],
    [['~'], '', undefined],
  ])('%j', (chunks, input, asks) => expect(typed(new EscapeKeys('~'), ...chunks)).toEqual({ input, asks }))
})

test('another character, or none', () => {
  expect(typed(new EscapeKeys('%'), '~.\r%.')).toEqual({ input: '~.\r', asks: 'detach' })
  expect(typed(new EscapeKeys(undefined), '~.')).toEqual({ input: '~.', asks: undefined })
})

test('bytes without the character are passed on as they are', () => {
  const others = fc.integer({ min: 0, max: 255 }).filter((byte) => byte !== 0x7e)
  fc.assert(
    fc.property(fc.array(others), (given) => {
      expect([...new EscapeKeys('~').read(Uint8Array.from(given)).input]).toEqual(given)
    }),
  )
})

test('however it is cut, the same is read', () => {
  const keys = fc.array(fc.constantFrom('~', '.', '\r', 'a', '?'), { maxLength: 20 })
  fc.assert(
    fc.property(keys, (letters) => {
      const one = typed(new EscapeKeys('~'), letters.join(''))
      const many = new EscapeKeys('~')
      let input = ''
      for (const letter of letters) {
        const read = many.read(bytes(letter))
        input += text(read.input)
        if (read.asks === 'detach') break
      }
      expect(input).toBe(one.input)
    }),
  )
})

test('the option', () => {
  expect(parseEscape('%')).toBe('%')
  expect(parseEscape('none')).toBe('none')
  for (const wrong of ['', '~~', ' ', 'é', '\u0001']) expect(() => parseEscape(wrong)).toThrow("nor 'none'.")
})
