/** The archives that files are put into before they are sent: GNU's form, as Python's agents write it. */

export type TarEntry = { name: string; mode: number; modified: number } & (
  | { type: 'file'; bytes: Uint8Array }
  | { type: 'directory' }
  | { type: 'symlink'; target: string }
)

const block = 512
/** Archives are multiples of it. */
const record = 10_240
const typeOf = { file: '0', symlink: '2', directory: '5' } as const

export function tarOf(entries: readonly TarEntry[]): Uint8Array<ArrayBuffer> {
  const blocks = entries.flatMap((entry) => {
    const name = entry.type === 'directory' ? `${entry.name}/` : entry.name
    const target = entry.type === 'symlink' ? entry.target : ''
    const bytes = entry.type === 'file' ? entry.bytes : new Uint8Array()
    const { mode, modified } = entry
    const facts = { name, target, mode, modified, size: bytes.length, type: typeOf[entry.type] }
    return [...longer('K', target), ...longer('L', name), header(facts), padded(bytes)]
  })
  const size = blocks.reduce((sum, { length }) => sum + length, 2 * block)
  const archive = new Uint8Array(Math.ceil(size / record) * record)
  let at = 0
  for (const part of blocks) {
    archive.set(part, at)
    at += part.length
  }
  return archive
}

/** A name that is too long for a header comes before it. */
function longer(type: 'K' | 'L', text: string): Uint8Array[] {
  const bytes = new TextEncoder().encode(`${text}\0`)
  if (bytes.length <= 101) return []
  const facts = { name: '././@LongLink', target: '', mode: 0, modified: 0, size: bytes.length, type }
  return [header(facts), padded(bytes)]
}

interface HeaderFacts {
  name: string
  target: string
  mode: number
  modified: number
  size: number
  type: string
}

function header({ name, target, mode, modified, size, type }: HeaderFacts): Uint8Array {
  const bytes = new Uint8Array(block)
  const write = (at: number, text: string, most = Infinity): void =>
    bytes.set(new TextEncoder().encode(text).subarray(0, most), at)
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`
  write(0, name, 100)
  write(100, octal(mode, 7) + octal(0, 7) + octal(0, 7) + octal(size, 11) + octal(modified, 11))
  write(156, type)
  write(157, target, 100)
  write(257, 'ustar  \0')
  write(265, 'work')
  write(297, 'work')
  // Of the header, with the sum itself as blanks.
  write(148, ' '.repeat(8))
  const sum = bytes.reduce((total, byte) => total + byte, 0)
  write(148, `${sum.toString(8).padStart(6, '0')}\0 `)
  return bytes
}

function padded(bytes: Uint8Array): Uint8Array {
  const all = new Uint8Array(Math.ceil(bytes.length / block) * block)
  all.set(bytes)
  return all
}
