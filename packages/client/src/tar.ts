/** Reads the archives that servers wrap files in: tar, of one file (protocol 02 §1.15). */
import { StreamError } from '@backend-ai-sdk/core'

const block = 512
const sizeField = [124, 136] as const
const typeField = 156

/** The first file of an archive. @throws StreamError where there is none, or not all of it. */
export function fileOfTar(archive: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  for (let at = 0; at + block <= archive.length;) {
    const header = archive.subarray(at, at + block)
    if (header.every((byte) => byte === 0)) break
    const size = sizeOf(header)
    const start = at + block
    if (size === undefined || start + size > archive.length)
      throw new StreamError('The tar archive is cut off or damaged.')
    const type = String.fromCharCode(header[typeField]!)
    // The others are names that are too long for a header, times, folders.
    if (type === '0' || type === '\0') return archive.slice(start, start + size)
    at = start + Math.ceil(size / block) * block
  }
  throw new StreamError('The tar archive has no file in it.')
}

/** Octal digits, which blanks or zeros end. */
function sizeOf(header: Uint8Array): number | undefined {
  const text = String.fromCharCode(...header.subarray(...sizeField)).replace(/[ \0]+$/, '')
  return /^ *[0-7]+$/.test(text) ? Number.parseInt(text, 8) : undefined
}
