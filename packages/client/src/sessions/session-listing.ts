/** What is in a folder of a running session (protocol 02 §1.15). */
import { path, toAPIError, UnsupportedError } from '@backend-ai-sdk/core'
import type { APIError, Call, CallOptions, Transport } from '@backend-ai-sdk/core'

import { mustStayInHome } from './session-files.ts'

export interface SessionEntry {
  name: string
  type: 'file' | 'directory' | 'symlink' | 'other'
  /** Bytes. */
  size: number
  /** Octal, `644`. */
  mode: string
  modified: Date
  /** Of its inode: when it was made, renamed, or its permissions changed. */
  changed: Date
  accessed: Date
}

interface WireListing {
  /** JSON, or nothing where there is an error. */
  files: string
  errors: string
}

interface WireEntry {
  mode: string
  size: number
  ctime: number
  mtime: number
  atime: number
  filename: string
}

export async function listSessionFiles(
  transport: Transport,
  session: string,
  folder: string,
  options: CallOptions,
): Promise<SessionEntry[]> {
  mustStayInHome(folder)
  const call = { path: path`/session/${session}/files`, ...options }
  const isQueried = await transport.supports('session-list-query', options)
  const { files, errors } = isQueried
    ? await transport.request<WireListing>({ ...call, query: { path: folder } })
    : await listByBody(transport, call, folder)
  if (errors) throw failureOf(transport.url(call.path), errors)
  const entries = JSON.parse(files) as WireEntry[]
  return entries.map(toEntry).toSorted((one, other) => (one.name < other.name ? -1 : 1))
}

/** No `fetch` sends a body with GET, so it takes the runtime's own HTTP client. */
async function listByBody(transport: Transport, call: Call, folder: string): Promise<WireListing> {
  const { getWithBody } = await import('../get-with-body.ts')
  const answer = await getWithBody(transport, call, { path: folder })
  if (answer) return JSON.parse(new TextDecoder().decode(answer.bytes)) as WireListing
  const { release } = await transport.server(call)
  throw new UnsupportedError(
    `A server of release ${release} reads the path from the body of a GET request, which only the HTTP client of Node, Deno and Bun sends, and no fetch. It needs 26.3 or newer.`,
    'session-list-query',
    release,
  )
}

/** The server tells them with a success: the end of a traceback of Python's. */
function failureOf(url: URL, errors: string): APIError {
  const msg = errors.trim().split('\n').at(-1) ?? ''
  const status = msg.startsWith('FileNotFoundError') ? 404 : msg.startsWith('PermissionError') ? 403 : 400
  const body = { title: 'The folder of the session cannot be listed.', msg }
  return toAPIError({ status, method: 'GET', url: url.href, body })
}

const types: Readonly<Record<string, SessionEntry['type']>> = { '-': 'file', d: 'directory', l: 'symlink' }

const toEntry = (wire: WireEntry): SessionEntry => ({
  name: wire.filename,
  type: types[wire.mode[0] ?? ''] ?? 'other',
  size: wire.size,
  mode: octalOf(wire.mode),
  modified: new Date(wire.mtime * 1000),
  changed: new Date(wire.ctime * 1000),
  accessed: new Date(wire.atime * 1000),
})

/** From `-rwxr-xr-t`. */
export function octalOf(mode: string): string {
  const bits = Array.from(mode.slice(1, 10)).reduce((value, letter) => value * 2 + (/[a-z]/.test(letter) ? 1 : 0), 0)
  // Upper case: set, though nobody may execute it.
  const special = [3, 6, 9].reduce((value, at) => value * 2 + (/[st]/i.test(mode[at] ?? '') ? 1 : 0), 0)
  return (special ? special.toString(8) : '') + bits.toString(8).padStart(3, '0')
}
