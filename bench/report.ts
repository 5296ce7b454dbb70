/** A comparison with its ratio: the verdict, and the table. */
import type { Comparison } from './group.ts'
import type { Ratio } from './round-robin.ts'

export interface Result extends Comparison {
  ratio: Ratio
  /** How often it was measured; this is the best. */
  runs: number
}

export type Verdict = 'stretch' | 'within' | 'missed' | ''

export function verdictOf({ limit, stretch }: Comparison, { median }: Ratio): Verdict {
  if (limit === undefined) return ''
  if (stretch !== undefined && median <= stretch) return 'stretch'
  return median <= limit ? 'within' : 'missed'
}

export function tableOf(results: readonly Result[]): string {
  const lines = results.map((result) => {
    const { goal, title, ratio, limit, stretch, runs } = result
    const verdict = verdictOf(result, ratio)
    return [
      String(goal ?? ''),
      title,
      `${digits(ratio.median)} (${digits(ratio.lowest)}–${digits(ratio.highest)})`,
      limit === undefined ? '' : `≤ ${limit}`,
      stretch === undefined ? '' : `≤ ${stretch}`,
      (verdict === 'missed' ? '**missed**' : verdict) + (runs > 1 ? `, best of ${runs}` : ''),
    ]
  })
  const rows = [['goal', 'measured', 'ratio (range)', 'limit', 'stretch', 'verdict'], ...lines]
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  rows.splice(
    1,
    0,
    widths.map((width) => '-'.repeat(width)),
  )
  return rows.map((row) => `| ${row.map((text, column) => text.padEnd(widths[column]!)).join(' | ')} |`).join('\n')
}

const digits = (ratio: number): string => ratio.toFixed(2)
