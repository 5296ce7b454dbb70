/**
 * Dates as the manager reads them: leniently, with Python's dateutil (protocol 01 §2.6), and the relative times of
 * `starts_at` (protocol 02 §1.5).
 */

export interface ParsedDate {
  /** Milliseconds since 1970, with a fraction where the text has microseconds. */
  time: number
  /** `YYYYMMDD` in the offset that is written: the day of the signing key. */
  day: string
}

const iso =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?)?\s*(Z|[A-Z]{3,4}|[+-]\d\d(?::?\d\d)?)?$/i
const compact = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(?:(\d\d)(?:[.,](\d+))?)?\s*(Z|[A-Z]{3,4}|[+-]\d\d(?::?\d\d)?)?$/i
// RFC 1123 and RFC 850: "Sun, 27 Dec 2020 05:40:22 GMT", "Sunday, 27-Dec-20 05:40:22 GMT".
const rfc =
  /^(?:[A-Z]+,?\s+)?(\d{1,2})[ -]([A-Z]{3})[A-Z]*[ -](\d{4}|\d\d)\s+(\d\d):(\d\d)(?::(\d\d))?\s*(Z|[A-Z]{3,4}|[+-]\d\d:?\d\d)?$/i
// C's asctime: "Sun Dec 27 05:40:22 2020".
const asctime = /^[A-Z]{3,9}\s+([A-Z]{3})[A-Z]*\s+(\d{1,2})\s+(\d\d):(\d\d):(\d\d)\s+(\d{4})$/i

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** Minutes east of UTC; a zone name other than an offset counts as UTC, as does none. */
function offsetMinutes(zone: string | undefined): number {
  const match = /^([+-])(\d\d):?(\d\d)?$/.exec(zone ?? '')
  if (!match) return 0
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0)
  return match[1] === '-' ? -minutes : minutes
}

interface Fields {
  year: number
  month: number
  day: number
  hour?: string | undefined
  minute?: string | undefined
  second?: string | undefined
  fraction?: string | undefined
  zone?: string | undefined
}

function build(fields: Fields): ParsedDate | null {
  const { year, month, day, fraction, zone } = fields
  const hour = Number(fields.hour ?? 0)
  const minute = Number(fields.minute ?? 0)
  const second = Number(fields.second ?? 0)
  if (month < 1 || month > 12 || day < 1 || day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return null
  if (hour > 23 || minute > 59 || second > 59) return null
  const milliseconds = fraction ? Number(`0.${fraction.slice(0, 6)}`) * 1000 : 0
  const time = Date.UTC(year, month - 1, day, hour, minute, second) + milliseconds - offsetMinutes(zone) * 60_000
  const pad = (value: number): string => String(value).padStart(2, '0')
  return { time, day: `${String(year).padStart(4, '0')}${pad(month)}${pad(day)}` }
}

/** Null for what dateutil refuses, among it a bare number of seconds. */
export function parseDate(text: string): ParsedDate | null {
  const trimmed = text.trim()
  const numeric = iso.exec(trimmed) ?? compact.exec(trimmed)
  if (numeric) {
    const [, year, month, day, hour, minute, second, fraction, zone] = numeric
    return build({ year: Number(year), month: Number(month), day: Number(day), hour, minute, second, fraction, zone })
  }
  const named = rfc.exec(trimmed)
  if (named) {
    const [, day, month = '', year = '', hour, minute, second, zone] = named
    const century = year.length === 2 ? (Number(year) < 69 ? 2000 : 1900) : 0
    const number = months.indexOf(month.toLowerCase()) + 1
    return build({ year: Number(year) + century, month: number, day: Number(day), hour, minute, second, zone })
  }
  const old = asctime.exec(trimmed)
  if (!old) return null
  const [, month = '', day, hour, minute, second, year] = old
  const number = months.indexOf(month.toLowerCase()) + 1
  return build({ year: Number(year), month: number, day: Number(day), hour, minute, second })
}

const units: Readonly<Record<string, number>> = {
  w: 604_800,
  d: 86_400,
  hr: 3600,
  h: 3600,
  min: 60,
  m: 60,
  sec: 1,
  s: 1,
}

/** Milliseconds of `30min`, `1d1hr`, `300` (seconds); null for anything else. */
export function parseDuration(text: string): number | null {
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text) * 1000
  if (!/^(?:\d+(?:\.\d+)?\s*(?:w|d|hr?|min|m|sec|s)\s*)+$/.test(text)) return null
  let seconds = 0
  for (const [, amount, unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/g)) {
    seconds += Number(amount) * (units[unit] ?? 0)
  }
  return seconds * 1000
}
