/** The end of a ZIP archive: whether it is there. Archives of storage proxies have no length (protocol 03 §2.6). */

/** So many bytes of the end are enough to tell: a record with the longest comment, and what 64-bit archives add. */
export const zipTail = 22 + 0xffff + 20 + 56

const endRecord = 0x06054b50
const bigEndLocator = 0x07064b50
const bigEndRecord = 0x06064b50

/**
 * @param tail the last bytes of the archive, at most {@link zipTail}.
 * @param length of the whole archive.
 */
export function isWholeZip(tail: Uint8Array, length: number): boolean {
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength)
  const start = length - tail.byteLength
  for (let at = tail.byteLength - 22; at >= 0; at--)
    if (view.getUint32(at, true) === endRecord && isEnd(view, at, start)) return true
  return false
}

function isEnd(view: DataView, at: number, start: number): boolean {
  if (at + 22 + view.getUint16(at + 20, true) !== view.byteLength) return false
  const [size, offset] = [view.getUint32(at + 12, true), view.getUint32(at + 16, true)]
  if (size !== 0xffffffff && offset !== 0xffffffff && view.getUint16(at + 10, true) !== 0xffff)
    return offset + size <= start + at
  // What does not fit stands in a record of 64 bits, before its locator.
  const locator = at - 20
  const record = locator - 56
  if (record < 0 || view.getUint32(locator, true) !== bigEndLocator || view.getUint32(record, true) !== bigEndRecord)
    return false
  return view.getBigUint64(record + 40, true) + view.getBigUint64(record + 48, true) <= BigInt(start + record)
}
