import Table from 'cli-table3'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { columnWidths, formatTable } from './table.ts'

/** Places that a text takes in a terminal: two for the wide letters of Korean and Chinese. */
const width = (text: string): number =>
  Array.from(text).reduce(
    (sum, letter) => sum + (/[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uFF00-\uFF60]/.test(letter) ? 2 : 1),
    0,
  )

test('is as the Python command prints it', () => {
  const rows = [['pysdk-6dd0b298df', '{"cpu": "3", "mem": "2147483648"}', 'RUNNING', 'x']]
  expect(formatTable(rows, { header: ['Session Name', 'Occupied Resource', 'Status', 'Image'] })).toBe(
    [
      'Session Name      Occupied Resource                  Status    Image',
      '----------------  ---------------------------------  --------  -------',
      'pysdk-6dd0b298df  {"cpu": "3", "mem": "2147483648"}  RUNNING   x',
    ].join('\n'),
  )
})

test('shows values as Python does, and nothing as nothing', () => {
  expect(formatTable([['x', null, true, ['local'], {}]], { plain: true, header: ['a', 'b', 'c', 'd', 'e'] })).toBe(
    "x     True  ['local']  {}",
  )
})

test('has header and rule where there are no rows', () => {
  expect(formatTable([], { header: ['file name', 'size'] })).toBe('file name    size\n-----------  ------')
})

test('aligns numbers on their points, and no texts that look like numbers', () => {
  expect(
    formatTable(
      [
        [1, '755'],
        [22.5, '1e5'],
      ],
      { header: ['n', 'mode'] },
    ),
  ).toBe(['   n  mode', '----  ------', ' 1    755', '22.5  1e5'].join('\n'))
})

test('goes on with the widths of an earlier page', () => {
  const first = formatTable([['a long name', 'x']], { header: ['Name', 'State'] })
  expect(columnWidths(first)).toEqual([11, 7])
  expect(formatTable([['b', 'y']], { plain: true, header: ['Name', 'State'], widths: columnWidths(first) })).toBe(
    'b            y',
  )
})

test('has rules above and below where it has no header', () => {
  const rows = [
    ['cpu_used', '1,234.5', 'msec'],
    ['mem', '19.5', 'MiB'],
    ['cpu_util', '12.50', '%'],
    ['io_read', '77', ''],
  ]
  expect(formatTable(rows, { decimals: [1] })).toBe(
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

describe('columns start at the same place', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '1', '-', '세', '션', '中', 'é'), maxLength: 12 })

  test('whatever the width of the letters', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(letters, letters), { minLength: 1, maxLength: 6 }), letters, (rows, header) => {
        const lines = formatTable(
          rows.map((row) => [...row, '|']),
          { header: [header, '이름', '|'] },
        ).split('\n')
        const ends = lines.filter((line) => line.endsWith('|')).map(width)
        expect(ends).toHaveLength(rows.length + 1)
        expect(new Set(ends).size).toBe(1)
        expect(width(lines[1]!)).toBe(ends[0]! + 2)
      }),
    )
  })
})

test('a cell of several lines takes several rows', () => {
  expect(
    formatTable(
      [
        ['a', 'one\ntwo'],
        ['b', 'x'],
      ],
      { header: ['k', 'v'] },
    ),
  ).toBe(['k    v', '---  ---', 'a    one', '     two', 'b    x'].join('\n'))
})

test('keeps control characters from the terminal', () => {
  expect(formatTable([['\u001B[31mred\u0007']], { plain: true, header: ['a'] })).toBe('\uFFFD[31mred\uFFFD')
})

describe('is laid out as cli-table3 does it, which takes longer to load than a list to come', () => {
  const none = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '' }
  const chars = { ...none, 'bottom-left': '', 'bottom-right': '', left: '', 'left-mid': '', right: '', 'right-mid': '' }
  const style = { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true }
  const bottom = { bottom: '-', 'bottom-mid': '  ' }

  function reference(rows: readonly string[][], head: readonly string[], kind: 'header' | 'plain' | 'rules'): string {
    const rules = kind === 'rules' ? { top: '-', 'top-mid': '  ', ...bottom } : rows.length === 0 ? bottom : {}
    const table = new Table({
      head: kind === 'header' ? head.map((name) => `${name}  `) : [],
      chars: { ...chars, ...(kind === 'plain' ? {} : rules), mid: '-', 'mid-mid': '  ', middle: '  ' },
      style,
    })
    table.push(...rows)
    const lines = table.toString().split('\n')
    return lines.map((line) => line.trimEnd()).join('\n')
  }

  const letters = ['a', 'Z', '0', ' ', '.', '-', '\n', 'é', 'e\u0301', '세', '中', 'ｱ', 'Ａ', '…', '\u{20000}']
  const pictures = ['🙂', '☀', '☀️', '👍🏽', '👨‍👩‍👧', '🇰🇷', '1️⃣', '☝', '✈️']
  const cell = fc.string({ unit: fc.constantFrom(...letters, ...pictures), maxLength: 8 })

  test.each(['header', 'plain', 'rules'] as const)('%s', (kind) => {
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell), { maxLength: 4 }), fc.tuple(cell, cell, cell), (rows, head) => {
        const options = kind === 'rules' ? {} : { header: head, plain: kind === 'plain' }
        expect(formatTable(rows, options)).toBe(reference(rows, head, kind))
      }),
      { numRuns: 300 },
    )
  })
})
