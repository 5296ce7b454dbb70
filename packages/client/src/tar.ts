/** Reads the archives that servers put files into (protocol 02 §1.15): ustar, with the extensions of GNU and POSIX. */
import { StreamError } from '@backend-ai-sdk/core'

export interface ArchiveEntry {
  /** With slashes, beginning with the name of what was asked for: `dir/sub/a.txt`. Never absolute, never with `..`. */
  name: string
  type: 'file' | 'directory' | 'symlink'
  /** Octal, `644`. */
  mode: string
  modified: Date
  /** Of a file; empty for others. */
  data: Uint8Array<ArrayBuffer>
  /** Of a symbolic link, as it is written there: it may lead anywhere. */
  target?: string
}

const block = 512
const fields = {
  name: [0, 100],
  mode: [100, 108],
  size: [124, 136],
  modified: [136, 148],
  target: [157, 257],
  magic: [257, 263],
  prefix: [345, 500],
} as const
const typeAt = 156

/** @throws StreamError for an archive that is cut off or damaged, and for names that lead out of it. */
export function entriesOfTar(archive: Uint8Array<ArrayBuffer>): ArchiveEntry[] {
  const entries: ArchiveEntry[] = []
  /** Names that are too long for a header come before it. */
  let longer: { name?: string; target?: string } = {}
  for (const { header, type, data } of blocksOf(archive)) {
    if (type === 'L') longer.name = textOf(data)
    else if (type === 'K') longer.target = textOf(data)
    else if (type === 'x') Object.assign(longer, recordsOf(data))
    else {
      const entry = toEntry(header, type, data, longer, entries)
      if (entry) entries.push(entry)
      longer = {}
    }
  }
  return entries
}

/** The first file of an archive. @throws StreamError where there is none, or not all of it. */
export function fileOfTar(archive: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const file = entriesOfTar(archive).find(({ type }) => type === 'file')
  if (!file) throw new StreamError('The tar archive has no file in it.')
  return file.data
}

function* blocksOf(archive: Uint8Array<ArrayBuffer>) {
  for (let at = 0; at + block <= archive.length;) {
    const header = archive.subarray(at, at + block)
    if (header.every((byte) => byte === 0)) return
    const type = String.fromCharCode(header[typeAt]!)
    const size = octalOf(header, 'size')
    const start = at + block
    if (size === undefined || start + size > archive.length) throw damaged()
    yield { header, type, data: archive.slice(start, start + size) }
    at = start + Math.ceil(size / block) * block
  }
  // An archive ends with empty blocks.
  throw damaged()
}

function toEntry(
  header: Uint8Array,
  type: string,
  data: Uint8Array<ArrayBuffer>,
  longer: { name?: string; target?: string },
  before: readonly ArchiveEntry[],
): ArchiveEntry | undefined {
  const kind = kinds[type]
  if (!kind) return undefined
  // Only ustar itself has a prefix: GNU keeps times in its place.
  const prefix = field(header, 'magic') === 'ustar' ? field(header, 'prefix') : ''
  const name = inside(longer.name ?? (prefix && `${prefix}/`) + field(header, 'name'))
  // The folder that the archive is made of.
  if (name === '') return undefined
  const target = longer.target ?? field(header, 'target')
  const common = {
    name,
    mode: ((octalOf(header, 'mode') ?? 0o644) & 0o7777).toString(8).padStart(3, '0'),
    modified: new Date(1000 * (octalOf(header, 'modified') ?? 0)),
  }
  if (kind === 'symlink') return { ...common, type: kind, data: new Uint8Array(), target }
  if (kind === 'directory') return { ...common, type: kind, data: new Uint8Array() }
  // A second name of a file that came before.
  const linked = type === '1' ? before.find((entry) => entry.name === inside(target))?.data : data
  if (!linked) throw damaged()
  return { ...common, type: 'file', data: linked }
}

const kinds: Readonly<Record<string, ArchiveEntry['type']>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '1': 'file',
  '2': 'symlink',
  '5': 'directory',
}

function inside(name: string): string {
  const segments = name.split('/').filter((segment) => segment !== '' && segment !== '.')
  if (name.startsWith('/') || segments.includes('..') || name.includes('\0'))
    throw new StreamError(`The tar archive has a name that leads out of it: ${JSON.stringify(name)}.`)
  return segments.join('/')
}

/** `27 path=dir/name\n`: a length in bytes, which counts itself (POSIX pax). */
function recordsOf(data: Uint8Array): { name?: string; target?: string } {
  const records: { name?: string; target?: string } = {}
  for (let at = 0; at < data.length;) {
    const space = data.indexOf(0x20, at)
    const length = Number(textOf(data.subarray(at, space)))
    if (space === -1 || !Number.isInteger(length) || length < 5 || at + length > data.length) throw damaged()
    const record = textOf(data.subarray(space + 1, at + length - 1))
    const equals = record.indexOf('=')
    const key = record.slice(0, equals)
    if (key === 'path') records.name = record.slice(equals + 1)
    if (key === 'linkpath') records.target = record.slice(equals + 1)
    at += length
  }
  return records
}

function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  return new TextDecoder().decode(end === -1 ? bytes : bytes.subarray(0, end))
}

const field = (header: Uint8Array, name: keyof typeof fields): string => textOf(header.subarray(...fields[name]))

/** Octal digits, which blanks or zeros end. */
function octalOf(header: Uint8Array, name: 'mode' | 'size' | 'modified'): number | undefined {
  const text = field(header, name).trim()
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : undefined
}

const damaged = (): StreamError => new StreamError('The tar archive is cut off or damaged.')
