/** Range expressions (protocol 05 §3.3): `KEY=case:a,b`, `KEY=linspace:1,2,3`, `KEY=range:1,6,2`. */
import { parseDecimal, spaced } from './decimals.ts'

export interface Range {
  readonly key: string
  readonly values: readonly string[]
}

/** More would be a mistake: each value is a session. */
export const valueLimit = 10_000

/** @throws an error that says what is wrong with it. */
export function parseRange(text: string): Range {
  const match = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(text)
  if (!match) throw new Error(`'${text}' is not written as NAME=TYPE:VALUES.`)
  const [, key = '', body = ''] = match
  const values = valuesOf(body)
  if (values.length === 0) throw new Error(`'${body}' has no values.`)
  return { key, values }
}

function valuesOf(body: string): string[] {
  const [, type, rest = ''] = /^(case|linspace|range):(.*)$/s.exec(body) ?? []
  if (type === 'case') return rest.split(',')
  if (type === 'linspace') return linspace(rest.split(','))
  if (type === 'range') return integerRange(rest.split(','))
  throw new Error('Unrecognized range expression type')
}

function linspace(parts: readonly string[]): string[] {
  if (parts.length !== 3) throw new Error('linspace takes start, stop and the number of points.')
  const [start = '', stop = '', count = ''] = parts
  return spaced(parseDecimal(start), parseDecimal(stop), checkedCount(integer(count)))
}

function integerRange(parts: readonly string[]): string[] {
  if (parts.length > 3) throw new Error('range takes stop, or start and stop, or start, stop and step.')
  const [first = 0, second, step = 1] = parts.map(integer)
  const [start, stop] = second === undefined ? [0, first] : [first, second]
  if (step === 0) throw new Error('range() arg 3 must not be zero')
  const count = checkedCount(Math.max(0, Math.ceil((stop - start) / step)))
  return Array.from({ length: count }, (_, index) => String(start + index * step))
}

function integer(text: string): number {
  if (!/^\s*[+-]?\d{1,15}\s*$/.test(text)) throw new Error(`'${text}' is not a valid integer.`)
  return Number(text)
}

function checkedCount(count: number): number {
  if (count > valueLimit) throw new Error(`${count} values are more than ${valueLimit}.`)
  return count
}
