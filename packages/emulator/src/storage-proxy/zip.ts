/** ZIP archives as a stream: what follows a file says its length, since it is not known before (protocol 03 §2.6). */
import { chunksOf, streamFrom } from '../formats/byte-streams.ts'
import type { Bytes } from '../storage/file-system.ts'

export interface ZipEntry {
  /** Of a directory with `/` at the end. */
  readonly name: string
  /** As `st_mode`. */
  readonly mode: number
  /** Milliseconds since 1970. */
  readonly modified: number
  /** What is known of its length beforehand. */
  readonly size: number
  /** Null for a directory. */
  readonly chunks: AsyncIterable<Bytes> | null
}

interface Written {
  readonly entry: ZipEntry
  readonly name: Bytes
  readonly checksum: number
  readonly packed: number
  readonly size: number
  readonly offset: number
}

const utf8 = new TextEncoder()
/** From here on a number takes eight bytes elsewhere. */
const large = 0xff_ff_ff_ff

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xed_b8_83_20 ^ (value >>> 1) : value >>> 1
  return value >>> 0
})

function checksumOf(bytes: Uint8Array, before: number): number {
  let value = ~before
  for (const byte of bytes) value = (table[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8)
  return ~value >>> 0
}

/** Numbers of two, four or eight bytes, the lowest first. */
function pack(...fields: readonly (readonly [bytes: 2 | 4 | 8, value: number])[]): Bytes {
  const view = new DataView(new ArrayBuffer(fields.reduce((sum, [bytes]) => sum + bytes, 0)))
  let at = 0
  for (const [bytes, value] of fields) {
    if (bytes === 2) view.setUint16(at, value, true)
    else if (bytes === 4) view.setUint32(at, value, true)
    else view.setBigUint64(at, BigInt(value), true)
    at += bytes
  }
  return new Uint8Array(view.buffer)
}

/** In the two numbers of MS-DOS, to two seconds, in UTC. */
function dosTime(milliseconds: number): { time: number; date: number } {
  const at = new Date(Math.max(milliseconds, Date.UTC(1980, 0, 1)))
  return {
    time: (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1),
    date: ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate(),
  }
}

const isLarge = ({ size }: ZipEntry): boolean => size * 1.05 > large

/** Version, flags, method, time: the same in both headers. */
function commonFields(entry: ZipEntry, name: Bytes): (readonly [2, number])[] {
  const { time, date } = dosTime(entry.modified)
  // Lengths follow; names are UTF-8 where it makes a difference.
  const flags = 0x08 | (name.length === entry.name.length ? 0 : 0x08_00)
  return [
    [2, isLarge(entry) ? 45 : 20],
    [2, flags],
    [2, 8],
    [2, time],
    [2, date],
  ]
}

/** @param entries are read one after the other, as the archive is. */
export async function* zipOf(entries: AsyncIterable<ZipEntry>): AsyncGenerator<Bytes, void, undefined> {
  const written: Written[] = []
  let offset = 0
  for await (const entry of entries) {
    const start = offset
    const name = utf8.encode(entry.name)
    const extra = isLarge(entry) ? pack([2, 1], [2, 16], [8, 0], [8, 0]) : new Uint8Array()
    const unknown = isLarge(entry) ? large : 0
    const common = commonFields(entry, name)
    const header = pack(
      [4, 0x04_03_4b_50],
      ...common,
      [4, 0],
      [4, unknown],
      [4, unknown],
      [2, name.length],
      [2, extra.length],
    )
    let packed = 0
    let size = 0
    let checksum = 0
    const count = async function* (chunks: AsyncIterable<Bytes>): AsyncGenerator<Bytes, void, undefined> {
      for await (const chunk of chunks) {
        size += chunk.length
        checksum = checksumOf(chunk, checksum)
        yield chunk
      }
    }
    for (const part of [header, name, extra]) {
      offset += part.length
      if (part.length > 0) yield part
    }
    if (entry.chunks) {
      const source = streamFrom(count(entry.chunks))
      const deflated = source.pipeThrough<Bytes>(new CompressionStream('deflate-raw'))
      for await (const chunk of chunksOf(deflated)) {
        packed += chunk.length
        yield chunk
      }
      const bytes = isLarge(entry) ? 8 : 4
      const descriptor = pack([4, 0x08_07_4b_50], [4, checksum], [bytes, packed], [bytes, size])
      yield descriptor
      offset += packed + descriptor.length
    }
    written.push({ entry, name, checksum, packed, size, offset: start })
  }
  yield* directoryOf(written, offset)
}

function* directoryOf(written: readonly Written[], start: number): Generator<Bytes, void, undefined> {
  let length = 0
  for (const { entry, name, checksum, packed, size, offset } of written) {
    const numbers = [size, packed, offset].filter((value) => value >= large)
    const extra =
      numbers.length > 0
        ? pack([2, 1], [2, 8 * numbers.length], ...numbers.map((value) => [8, value] as const))
        : new Uint8Array()
    const header = pack(
      [4, 0x02_01_4b_50],
      // Made on Unix, whose mode it has.
      [2, (3 << 8) | 20],
      ...commonFields(entry, name),
      [4, checksum],
      [4, Math.min(packed, large)],
      [4, Math.min(size, large)],
      [2, name.length],
      [2, extra.length],
      [2, 0],
      [2, 0],
      [2, 0],
      [4, (entry.mode << 16) >>> 0],
      [4, Math.min(offset, large)],
    )
    for (const part of [header, name, extra]) {
      length += part.length
      if (part.length > 0) yield part
    }
  }
  const count = written.length
  if (count >= 0xff_ff || start >= large || length >= large) {
    yield pack(
      [4, 0x06_06_4b_50],
      [8, 44],
      [2, 45],
      [2, 45],
      [4, 0],
      [4, 0],
      [8, count],
      [8, count],
      [8, length],
      [8, start],
    )
    yield pack([4, 0x07_06_4b_50], [4, 0], [8, start + length], [4, 1])
  }
  const few = Math.min(count, 0xff_ff)
  yield pack(
    [4, 0x06_05_4b_50],
    [2, 0],
    [2, 0],
    [2, few],
    [2, few],
    [4, Math.min(length, large)],
    [4, Math.min(start, large)],
    [2, 0],
  )
}
