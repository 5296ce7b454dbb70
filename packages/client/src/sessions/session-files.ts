/** Files of a running session (protocol 02 §1.15). */
import { ConfigError, InvalidRequestError, path, StreamError } from '@backend-ai-sdk/core'
import type { CallOptions, Transport } from '@backend-ai-sdk/core'

import type { ArchiveEntry } from '../tar.ts'

export interface SessionFile {
  /** Below the session's home, with slashes: `src/main.py`; folders are made. */
  path: string
  data: Blob | Uint8Array<ArrayBuffer> | string
}

export interface UploadOptions extends CallOptions {
  /** Told after each request. */
  onProgress?: ((progress: { sent: number; total: number }) => void) | undefined
}

/** What a session has at a path. */
export interface SessionDownload {
  /** As it was asked for. */
  path: string
  /** The file itself, or the folder and all that is in it. */
  entries: ArchiveEntry[]
}

const filesPerUpload = 20
const filesPerDownload = 5
const fileLimit = 1024 * 1024
/** Of archives, and what is around them. */
const answerLimit = filesPerDownload * (fileLimit + 64 * 1024)

/**
 * @throws ConfigError before anything is sent: for a file of 1 MiB or more, because the server takes smaller ones only, and
 *   for a path that is absolute or has `..` in it, which servers take to mean different things.
 */
export async function uploadFiles(
  transport: Transport,
  session: string,
  files: readonly SessionFile[],
  { onProgress, ...options }: UploadOptions,
): Promise<void> {
  const parts = files.map((file) => ({
    path: file.path,
    blob: file.data instanceof Blob ? file.data : new Blob([file.data]),
  }))
  for (const { path, blob } of parts) {
    mustStayInHome(path)
    if (path.startsWith('/')) throw new ConfigError(`${path} is to be below the session's home, without a leading /.`)
    if (blob.size >= fileLimit)
      throw new ConfigError(
        `${path} has ${blob.size} bytes; a session takes files below ${fileLimit}. Use a folder for larger ones.`,
      )
  }
  const { formOf } = await import('../multipart.ts')
  const total = parts.reduce((sum, { blob }) => sum + blob.size, 0)
  let sent = 0
  for (let first = 0; first < parts.length; first += filesPerUpload) {
    const some = parts.slice(first, first + filesPerUpload)
    await transport.send({ method: 'POST', path: path`/session/${session}/upload`, body: formOf(some), ...options })
    sent += some.reduce((sum, { blob }) => sum + blob.size, 0)
    onProgress?.({ sent, total })
  }
}

/** @throws APIError (500 on all known releases) for a file that is not there. */
export async function downloadFile(
  transport: Transport,
  session: string,
  file: string,
  options: CallOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  mustStayInHome(file)
  const isPosted = await transport.supports('session-download-post', options)
  const response = await transport.fetch({
    method: isPosted ? 'POST' : 'GET',
    path: path`/session/${session}/download_single`,
    query: { file },
    // What is not there is a failure of the server, which it stays.
    retry: false,
    ...options,
  })
  const bytes = new Uint8Array(await response.arrayBuffer())
  if (await transport.supports('session-download-raw', options)) return bytes
  const { fileOfTar } = await import('../tar.ts')
  return fileOfTar(bytes)
}

export async function downloadFiles(
  transport: Transport,
  session: string,
  paths: readonly string[],
  options: CallOptions,
): Promise<SessionDownload[]> {
  paths.forEach(mustStayInHome)
  const isPosted = await transport.supports('session-download-post', options)
  const ask = isPosted ? downloadByPost : downloadByGet
  // By GET only one is read from the query.
  const atOnce = isPosted ? filesPerDownload : 1
  const [{ partsOf }, { entriesOfTar }] = await Promise.all([import('../multipart.ts'), import('../tar.ts')])
  const downloads: SessionDownload[] = []
  for (let first = 0; first < paths.length; first += atOnce) {
    const files = paths.slice(first, first + atOnce)
    const { headers, bytes } = await ask(transport, session, files, options)
    const parts = partsOf(bytes, headers.get('Content-Type') ?? '')
    if (parts.length !== files.length) throw new StreamError(`${parts.length} parts came for ${files.length} paths.`)
    downloads.push(...parts.map((part, index) => ({ path: files[index]!, entries: entriesOfTar(part) })))
  }
  return downloads
}

interface Answer {
  headers: Headers
  bytes: Uint8Array<ArrayBuffer>
}
type Ask = (transport: Transport, session: string, files: readonly string[], options: CallOptions) => Promise<Answer>

/** Up to 26.2 the body is read, and then the query. */
const downloadByPost: Ask = async (transport, session, files, options) =>
  answerOf(await transport.fetch({ ...downloadCall(session, files), method: 'POST', json: { files }, ...options }))

const downloadByGet: Ask = async (transport, session, files, options) => {
  const call = { ...downloadCall(session, files), ...options }
  try {
    return await answerOf(await transport.fetch(call))
  } catch (error) {
    if (!(error instanceof InvalidRequestError)) throw error
    // Through webservers of 23.09 an empty body arrives, and is read in place of the query.
    const { getWithBody } = await import('../get-with-body.ts')
    const answer = await getWithBody(transport, call, { files })
    if (!answer) throw error
    return answer
  }
}

const downloadCall = (session: string, files: readonly string[]) =>
  ({
    path: path`/session/${session}/download`,
    query: { files },
    // What is not there is a failure of the server, which it stays.
    retry: false,
    maxResponseBytes: answerLimit,
  }) as const

const answerOf = async (response: Response): Promise<Answer> => ({
  headers: response.headers,
  bytes: new Uint8Array(await response.arrayBuffer()),
})

/** 23.09 hands out and writes files outside of the home. */
export function mustStayInHome(path: string): void {
  if (path === '' || path.includes('\0') || path.split('/').includes('..'))
    throw new ConfigError(`${JSON.stringify(path)} is no path below a session's home.`)
}
