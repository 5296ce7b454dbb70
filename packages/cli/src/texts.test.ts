/** Texts that are made of values: Python's forms, statistics, the bar. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { uploadBar } from './progress.ts'
import { pythonText, repr } from './python-text.ts'
import { formatStatistics } from './statistics.ts'
import { integer, integers, keyValue, list } from './values.ts'

describe('as Python shows it', () => {
  test.each([
    [null, 'None'],
    [undefined, 'None'],
    [true, 'True'],
    ['it', "'it'"],
    ["it's", '"it\'s"'],
    [`it's "so"`, `'it\\'s "so"'`],
    ['a\n\t\\\u0001é\u0085', "'a\\n\\t\\\\\\x01é\\x85'"],
    [['local', 1.5], "['local', 1.5]"],
    [{ pct: '1', more: { a: null } }, "{'pct': '1', 'more': {'a': None}}"],
  ])('%j', (value, text) => expect(repr(value)).toBe(text))

  test('texts are themselves', () => expect(pythonText('a\nb')).toBe('a\nb'))
})

describe('values of options', () => {
  test.each([
    ['5', 5],
    ['-3', -3],
    [' 7 ', 7],
  ])('%s', (text, value) => expect(integer(text)).toBe(value))

  test.each(['abc', '1.5', '', '1e3', '0x10', '9'.repeat(20)])('%j is no integer', (text) => {
    expect(() => integer(text)).toThrow(`'${text}' is not a valid integer.`)
  })

  test('pairs are split at the first equals sign', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }).filter((key) => !key.includes('=')),
        fc.string(),
        (key, value) => {
          expect(keyValue(`${key}=${value}`)).toEqual([key, value])
        },
      ),
    )
    expect(() => keyValue('NOEQ')).toThrow("'NOEQ' is not written as KEY=VALUE.")
    expect(() => keyValue('=x')).toThrow("'=x' is not written as KEY=VALUE.")
  })

  test('lists', () => {
    expect(list('a, b,,c')).toEqual(['a', 'b', 'c'])
    expect(integers('8080,9000')).toEqual([8080, 9000])
  })
})

describe('statistics', () => {
  test('have units', () => {
    const stats = {
      cpu_used: { current: '1234.5', unit_hint: 'msec' },
      mem: { current: '1', 'stats.max': '20447232', unit_hint: 'bytes' },
      cpu_util: { current: '280', pct: '12.50', unit_hint: 'percent' },
      io_read: { current: '77', unit_hint: 'count' },
      cuda_mem: null,
    }
    expect(formatStatistics(stats)).toBe(
      [
        '--------  --------  ----',
        'cpu_used  1,234.5   msec',
        'mem          19.5   MiB',
        'cpu_util     12.50  %',
        'io_read      77',
        '--------  --------  ----',
      ].join('\n'),
    )
  })

  test('of old releases are numbers', () => {
    const stats = {
      cpu_used: 1200,
      mem_max_bytes: 2048,
      precpu_used: 1,
      cpu_system_used: 1,
      net_rx: 3,
      status: 'x',
      version: 1,
    }
    expect(formatStatistics(stats)).toBe(
      [
        '-------------  ------  ---',
        'cpu_used_msec  1200',
        'mem_max_bytes     2.0  KiB',
        'net_rx            3',
        '-------------  ------  ---',
      ].join('\n'),
    )
  })

  test('may be missing', () => expect(formatStatistics({})).toBeUndefined())
})

test.each([
  [
    { sent: 25, total: 25, elapsed: 2.5, file: 'mycode.py' },
    'Uploading files: 100%|██████████| 25.0/25.0 [00:00<00:00, 10.0kbytes/s, file=mycode.py]',
  ],
  [
    { sent: 0, total: 2_000_000, elapsed: 0, file: 'a' },
    'Uploading files:   0%|          | 0.00/2.00M [00:00<?, ?bytes/s, file=a]',
  ],
  [
    { sent: 512_000, total: 1_024_000, elapsed: 61_000, file: 'a' },
    'Uploading files:  50%|█████     | 512k/1.02M [01:01<01:01, 8.39kbytes/s, file=a]',
  ],
])('the bar: %j', (progress, text) => expect(uploadBar(progress)).toBe(text))
