import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { parseBinding } from './binding.ts'
import { parseStartArgument, shellWords } from './start-argument.ts'

describe('--bind', () => {
  test.each([
    ['9900', '127.0.0.1', 9900],
    ['0', '127.0.0.1', 0],
    ['0.0.0.0:8080', '0.0.0.0', 8080],
    ['localhost:1', 'localhost', 1],
    ['[::1]:8080', '::1', 8080],
  ])('%s', (text, host, port) => expect(parseBinding(text)).toEqual({ host, port }))

  test.each(['', 'x', ':80', '70000', '-1', '::1:80', 'a:b', '80 ', 'a b:80'])('%j is none', (text) => {
    expect(() => parseBinding(text)).toThrow(`'${text}' is not written as [HOST:]PORT.`)
  })
})

describe('--arg', () => {
  test.each([
    ['--verbose', ['--verbose', null]],
    ['--name value', ['--name', 'value']],
    ['--name=value', ['--name', 'value']],
    ['--name=a=b', ['--name', 'a=b']],
    ['-o key=value', ['-o', 'key=value']],
    ['--list v1 v2', ['--list', ['v1', 'v2']]],
    [`--text 'two words' "a \\"b\\" \\n" c\\ d`, ['--text', ['two words', 'a "b" \\n', 'c d']]],
    [`--empty ''`, ['--empty', '']],
  ])('%s', (text, argument) => expect(parseStartArgument(text)).toEqual(argument))

  test('that is none', () => {
    expect(() => parseStartArgument(' ')).toThrow(`' ' is not written as "--option value".`)
    expect(() => parseStartArgument(`--a 'b`)).toThrow(`'--a 'b' has a quote that does not end.`)
  })

  test('words that are quoted are read as they were', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (words) => {
        const quoted = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
        expect(shellWords(quoted)).toEqual(words)
      }),
    )
  })
})
