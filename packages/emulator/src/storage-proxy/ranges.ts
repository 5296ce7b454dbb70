/** Which bytes of a file are wanted, by the headers of the request and the rules of aiohttp (protocol 03 §2.5). */

export interface ByteRange {
  readonly start: number
  /** Before which it ends. */
  readonly end: number
}

/** Undefined without a range; null for one that cannot be had. */
export function rangeOf(header: string | null, size: number): ByteRange | null | undefined {
  if (header === null) return undefined
  const match = /^bytes=(\d*)-(\d*)$/.exec(header)
  if (!match) return null
  const [, first = '', last = ''] = match
  if (first === '' && last === '') return null
  let start = Number(first)
  let end = size
  if (first === '') {
    // The last so many; `-0` means all (observed).
    const count = Number(last)
    start = count === 0 ? 0 : Math.max(0, size - count)
  } else if (last !== '') {
    if (Number(last) < start) return null
    end = Math.min(Number(last) + 1, size)
  }
  return start >= size ? null : { start, end }
}

/** Of the file: its time in seconds with fractions, and its tag. */
export interface Validators {
  readonly time: number
  readonly tag: string
}

/** What conditions leave of the request: go on, nothing new, or not as expected. */
export function conditionOf(headers: Headers, { time, tag }: Validators): 'go-on' | 'not-modified' | 'failed' {
  const match = tags(headers.get('If-Match'))
  if (match && !match.includes('*') && !match.includes(tag)) return 'failed'
  const unmodified = seconds(headers.get('If-Unmodified-Since'))
  if (!match && unmodified !== null && time > unmodified) return 'failed'
  const none = tags(headers.get('If-None-Match'))
  if (none && (none.includes('*') || none.includes(tag))) return 'not-modified'
  const modified = seconds(headers.get('If-Modified-Since'))
  return !none && modified !== null && time <= modified ? 'not-modified' : 'go-on'
}

/** Dates count; tags are not looked at. */
export function isRangeValid(headers: Headers, { time }: Validators): boolean {
  const condition = seconds(headers.get('If-Range'))
  return condition === null || time <= condition
}

const tags = (header: string | null): string[] | null => header?.split(',').map((tag) => tag.trim()) ?? null

function seconds(header: string | null): number | null {
  const time = header === null || /^(?:W\/)?"/.test(header) ? Number.NaN : Date.parse(header)
  return Number.isNaN(time) ? null : time / 1000
}
