/** As much of an HTTP server as the apps of the emulator need: one request per connection, and its answer. */
import type { AppConnection } from './connection.ts'

export interface AppRequest {
  method: string
  /** As it came: `/path?query`. */
  target: string
  /** Names in lower case. */
  headers: ReadonlyMap<string, string>
  /** As it came, with the empty line. */
  head: Uint8Array
  /** What came behind it. */
  rest: Uint8Array
}

/** Of a request's head. */
const largestHead = 64 * 1024

const latin1 = new TextDecoder('latin1')
const utf8 = new TextEncoder()

/** Null where it is none, or the connection ends before. The connection is paused afterwards. */
export async function readRequest(connection: AppConnection): Promise<AppRequest | null> {
  const head = await new Promise<{ text: string; bytes: Uint8Array; rest: Uint8Array } | null>((resolve) => {
    let bytes = new Uint8Array()
    connection.ondata = (chunk) => {
      const from = Math.max(0, bytes.length - 3)
      bytes = concatenate(bytes, chunk)
      const end = endOfHead(bytes, from)
      if (end === -1 && bytes.length <= largestHead) return
      connection.pause()
      resolve(
        end === -1
          ? null
          : {
              text: latin1.decode(bytes.subarray(0, end)),
              bytes: bytes.slice(0, end + 4),
              rest: bytes.slice(end + 4),
            },
      )
    }
    connection.onend = () => resolve(null)
    connection.resume()
  })
  if (!head) return null
  const [line = '', ...lines] = head.text.split('\r\n')
  const match = /^([A-Z]+) (\S+) HTTP\/1\.[01]$/.exec(line)
  if (!match) return null
  const headers = new Map(
    lines.map((text) => {
      const colon = text.indexOf(':')
      return [text.slice(0, colon).toLowerCase(), text.slice(colon + 1).trim()] as const
    }),
  )
  return { method: match[1] ?? '', target: match[2] ?? '', headers, head: head.bytes, rest: head.rest }
}

/** Status line and headers. */
export const headOf = (status: string, headers: Readonly<Record<string, string | number>>): Uint8Array =>
  utf8.encode(
    `${status}\r\n${Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')}\r\n`,
  )

export function concatenate(left: Uint8Array, right: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(left.length + right.length)
  both.set(left)
  both.set(right, left.length)
  return both
}

/** Where the empty line begins, with the end of the line before it; -1 where there is none. */
function endOfHead(bytes: Uint8Array, from: number): number {
  for (let at = from; at + 3 < bytes.length; at += 1) {
    if (bytes[at] === 13 && bytes[at + 1] === 10 && bytes[at + 2] === 13 && bytes[at + 3] === 10) return at
  }
  return -1
}
