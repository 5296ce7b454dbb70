/** Tables, in the bytes of the Python command (protocol 05 §1.6). */
import Table from 'cli-table3'

import { printable } from './output.ts'
import { pythonText } from './python-text.ts'

export interface TableOptions {
  /** None: rule lines above and below, and none between. */
  readonly header?: readonly string[]
  /** Leaves out header and rules. */
  readonly plain?: boolean
  /** Columns of texts that are numbers, to be aligned like those that hold nothing but numbers: on the point. */
  readonly decimals?: readonly number[]
  /** Least widths, as {@link columnWidths} tells of an earlier page: its columns go on. */
  readonly widths?: readonly number[]
}

/** Nothing is an empty cell. */
const cellText = (value: unknown): string =>
  value === null || value === undefined ? '' : printable(pythonText(value).replaceAll('\t', '    '))

const noBorders = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  right: '',
  'right-mid': '',
}

const bottomRule = { bottom: '-', 'bottom-mid': '  ' }
const outerRules = { top: '-', 'top-mid': '  ', ...bottomRule }

/** @returns the lines, without the last line end. */
export function formatTable(rows: readonly (readonly unknown[])[], options: TableOptions = {}): string {
  const { header, plain = false, widths } = options
  const columns = header?.length ?? rows[0]?.length ?? 0
  const { decimals = [] } = options
  const numeric = Array.from({ length: columns }, (_, column) => decimals.includes(column) || isNumeric(rows, column))
  const texts = alignDecimals(
    rows.map((row) => Array.from({ length: columns }, (_, column) => cellText(row[column]))),
    numeric.flatMap((is, column) => (is ? [column] : [])),
  )
  // Two blanks more than the header are what makes the columns of the Python command as wide as they are.
  const head = plain ? [] : (header ?? []).map((name, column) => (numeric[column] ? `  ${name}` : `${name}  `))
  // Between header and rows there is one by itself.
  const rules = !header && !plain ? outerRules : head.length > 0 && rows.length === 0 ? bottomRule : {}
  const table = new Table({
    head,
    colAligns: numeric.map((is) => (is ? 'right' : 'left')),
    chars: { ...noBorders, ...rules, mid: '-', 'mid-mid': '  ', middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
  })
  // A row that is only there to be so wide.
  if (widths) table.push(widths.map((width) => ' '.repeat(width)))
  table.push(...texts)
  const lines = table.toString().split('\n')
  return (widths ? lines.slice(1) : lines).map((line) => line.trimEnd()).join('\n')
}

/** Of a table with a header. */
export const columnWidths = (table: string): number[] =>
  (table.split('\n').find((line) => line.startsWith('-')) ?? '').split('  ').map((rule) => rule.length)

function isNumeric(rows: readonly (readonly unknown[])[], column: number): boolean {
  const values = rows.map((row) => row[column]).filter((value) => value !== null && value !== undefined)
  return values.length > 0 && values.every((value) => typeof value === 'number')
}

/** Right-aligned afterwards, so what follows the point is made equally long. */
function alignDecimals(rows: string[][], columns: readonly number[]): string[][] {
  const aligned = rows.map((row) => [...row])
  for (const column of columns) {
    const fractions = rows.map((row) => /\.\d*$/.exec(row[column] ?? '')?.[0].length ?? 0)
    const longest = Math.max(0, ...fractions)
    for (const [index, row] of aligned.entries()) row[column] += ' '.repeat(longest - fractions[index]!)
  }
  return aligned
}
