/** Bodies of several parts: those that uploads send, and those that downloads are answered with (protocol 02 §1.15). */
import { randomHex, StreamError } from '@backend-ai-sdk/core'

/**
 * A form of files. Not the platform's own: that writes `%22` for a quote in a name, which servers store as it stands.
 *
 * @param boundary tests give their own.
 */
export function formOf(files: readonly { path: string; blob: Blob }[], boundary = `sdk-${randomHex(16)}`): Blob {
  const parts = files.flatMap(({ path, blob }): BlobPart[] => [
    `--${boundary}\r\nContent-Disposition: form-data; name="src"; ${nameParameter(path)}\r\n`,
    'Content-Type: application/octet-stream\r\n\r\n',
    blob,
    '\r\n',
  ])
  return new Blob([...parts, `--${boundary}--\r\n`], { type: `multipart/form-data; boundary=${boundary}` })
}

/**
 * The name as it is, because servers store a percent-encoded one literally, but in the form of RFC 5987 where quotes,
 * backslashes, line ends or percent signs would be read as something else.
 */
function nameParameter(name: string): string {
  // eslint-disable-next-line no-control-regex -- A name may have them.
  if (!/["\\%\u0000-\u001F\u007F]/.test(name)) return `filename="${name}"`
  const rest = /['()*!]/g
  const encoded = encodeURIComponent(name).replace(rest, (character) => `%${character.charCodeAt(0).toString(16)}`)
  return `filename*=UTF-8''${encoded}`
}

/** Bytes between two parts; more are no header. */
const longestHeader = 8 * 1024

/** The bodies of the parts, in order. @throws StreamError for what is no such body, or not all of it. */
export function partsOf(body: Uint8Array<ArrayBuffer>, contentType: string): Uint8Array<ArrayBuffer>[] {
  const boundary = /^multipart\/[^;]+;.*\bboundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType)?.slice(1).find(Boolean)
  if (!boundary) throw damaged()
  const delimiter = new TextEncoder().encode(`\r\n--${boundary}`)
  const parts: Uint8Array<ArrayBuffer>[] = []
  let at = startsAt(body, delimiter.subarray(2), 0) ? delimiter.length - 2 : find(body, delimiter, 0) + delimiter.length
  if (at < delimiter.length - 2) throw damaged()
  while (!startsAt(body, dashes, at)) {
    const header = find(body, emptyLine, at)
    if (header === -1 || header - at > longestHeader) throw damaged()
    const start = header + emptyLine.length
    const told = /^content-length:\s*(\d+)\s*$/im.exec(new TextDecoder().decode(body.subarray(at, header)))?.[1]
    // Where the length is told, the bytes themselves may look like a boundary.
    const end = told === undefined ? find(body, delimiter, start) : start + Number(told)
    if (end < start || !startsAt(body, delimiter, end)) throw damaged()
    parts.push(body.slice(start, end))
    at = end + delimiter.length
  }
  return parts
}

const dashes = new TextEncoder().encode('--')
const emptyLine = new TextEncoder().encode('\r\n\r\n')

const startsAt = (bytes: Uint8Array, wanted: Uint8Array, at: number): boolean =>
  at + wanted.length <= bytes.length && wanted.every((byte, index) => bytes[at + index] === byte)

function find(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(wanted[0]!, from); at !== -1; at = bytes.indexOf(wanted[0]!, at + 1))
    if (startsAt(bytes, wanted, at)) return at
  return -1
}

const damaged = (): StreamError => new StreamError('The answer of several parts is cut off or damaged.')
