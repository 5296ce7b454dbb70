/** Tables, in the bytes of the Python command (protocol 05 §1.6). */
import { displayWidth } from './display-width.ts'
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
  const least = Array.from({ length: columns }, (_, column) =>
    Math.max(1, widths?.[column] ?? 0, ...[head, ...texts].map((row) => cellWidth(row[column] ?? ''))),
  )
  const lines = (row: readonly string[]): string[] => rowLines(row, least, numeric)
  const rule = least.map((width) => '-'.repeat(width)).join(gap)
  const body = texts.flatMap(lines)
  const all = plain ? body : header ? [...lines(head), rule, ...body] : body.length > 0 ? [rule, ...body, rule] : []
  return all.map((line) => line.trimEnd()).join('\n')
}

const gap = '  '

const cellWidth = (text: string): number => Math.max(...text.split('\n').map(displayWidth))

/** A row is as high as the highest of its cells. */
function rowLines(row: readonly string[], widths: readonly number[], alignRight: readonly boolean[]): string[] {
  const cells = row.map((cell) => cell.split('\n'))
  const height = Math.max(...cells.map(({ length }) => length))
  return Array.from({ length: height }, (_, index) =>
    cells
      .map((cell, column) => {
        const line = cell[index] ?? ''
        const blanks = ' '.repeat(widths[column]! - displayWidth(line))
        return alignRight[column] ? blanks + line : line + blanks
      })
      .join(gap),
  )
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
