/** Texts that the manager makes with Python's `repr` and `datetime`, where they travel as they are (protocol 02 §1.10). */
import { isObject } from './formats/json.ts'

/** A number that shows as `Decimal('1')`. */
export class Decimal {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'"
  const body = text
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('\r', String.raw`\r`)
    .replaceAll('\t', String.raw`\t`)
    .replaceAll(/[\u0000-\u001F\u007F]/g, (unit) => `\\x${unit.charCodeAt(0).toString(16).padStart(2, '0')}`)
  return mark + (mark === "'" ? body.replaceAll("'", String.raw`\'`) : body) + mark
}

export function repr(value: unknown): string {
  if (value === null || value === undefined) return 'None'
  if (value instanceof Decimal) return `Decimal('${value.text}')`
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'string') return quote(value)
  if (Array.isArray(value)) return `[${value.map((item) => repr(item)).join(', ')}]`
  if (isObject(value)) {
    return `{${Object.entries(value)
      .map(([key, item]) => `${quote(key)}: ${repr(item)}`)
      .join(', ')}}`
  }
  return typeof value === 'number' ? String(value) : 'None'
}

/** `2026-11-25T04:52:01.687000+00:00`; a whole second has no fraction. */
export function isoDate(time: number): string {
  const [seconds = '', fraction = ''] = new Date(time).toISOString().slice(0, -1).split('.')
  return `${seconds}${fraction === '000' ? '' : `.${fraction}000`}+00:00`
}

/** The same for times of files, which have fractions of milliseconds. */
export function isoMicroseconds(time: number): string {
  const seconds = Math.floor(time / 1000)
  const fraction = Math.floor((time - seconds * 1000) * 1000)
  const text = new Date(seconds * 1000).toISOString().slice(0, 19)
  return `${text}${fraction === 0 ? '' : `.${String(fraction).padStart(6, '0')}`}+00:00`
}

/** `str()` of a datetime: as {@link isoDate} with a space. */
export const dateText = (time: number): string => isoDate(time).replace('T', ' ')
