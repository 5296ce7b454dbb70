/** Fetches files of a folder (protocol 03 §2.5, §2.6). Loaded with the first download. */
import { refuseUnknownKeys, type CallOptions } from '@backend-ai-sdk/core'

import { openArchive, openFile, type OpenedDownload } from './download-stream.ts'
import type { FolderAddress } from './folder-address.ts'
import { folderPath, requestArchive, requestDownload } from './transfer-folder.ts'

export interface DownloadOptions extends CallOptions {
  /** Bytes that are left out at the beginning. Default 0. */
  start?: number | undefined
  /** Milliseconds that the storage proxy may be silent before a request is made again; 0 is no limit. Default 60,000. */
  idleTimeout?: number | undefined
  /** Milliseconds without progress, after which a download fails. Default 300,000. */
  patience?: number | undefined
  /** Milliseconds until the first byte can be read. Default: the client's `timeouts.total`. */
  timeout?: number | undefined
  /** Ends the download, also while it is read. */
  signal?: AbortSignal | undefined
}

const optionNames = [
  'start',
  'idleTimeout',
  'patience',
  'signal',
  'timeout',
] as const satisfies (keyof DownloadOptions)[]

/** A file that can be read, once. */
export class Download {
  /** Bytes of the whole file; undefined for an archive. */
  readonly size: number | undefined
  /** Undefined for an archive. */
  readonly modified: Date | undefined
  /** Throws DownloadError where the file changes, or the server stays away; leaving it ends the request. */
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>
  /** As the server tells it, to be held against later. */
  readonly version: string | undefined

  constructor({ size, lastModified, readable }: OpenedDownload) {
    this.size = size
    this.modified = lastModified === undefined ? undefined : new Date(lastModified)
    this.version = lastModified
    this.readable = readable
  }

  /** All of it, in memory. */
  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await new Response(this.readable).arrayBuffer())
  }

  /** As UTF-8. */
  text(): Promise<string> {
    return new Response(this.readable).text()
  }

  blob(): Promise<Blob> {
    return new Response(this.readable).blob()
  }
}

export async function download(
  folder: FolderAddress,
  file: string,
  options: DownloadOptions = {},
  version?: string,
): Promise<Download> {
  const { start = 0, idle, patience, signal, timeout } = resolve(options)
  const path = folderPath(file)
  const opened = await openFile({
    transport: folder.transport,
    path,
    start,
    version,
    idle,
    patience,
    signal,
    timeout,
    permit: () => requestDownload(folder, path, { signal }),
  })
  return new Download(opened)
}

export async function downloadArchive(
  folder: FolderAddress,
  files: string | readonly string[],
  options: DownloadOptions = {},
): Promise<Download> {
  const { idle, patience, signal, timeout } = resolve(options)
  const { transport } = folder
  const common = { transport, start: 0, idle, patience, signal, timeout }
  if (typeof files === 'string') {
    const path = files === '' || files === '.' ? '.' : folderPath(files)
    const permit = () => requestDownload(folder, path, { signal })
    return new Download(await openArchive({ ...common, path, permit, query: { archive: 'true' } }))
  }
  await transport.mustSupport('vfolder-download-archive', { signal })
  const paths = files.map(folderPath)
  const permit = () => requestArchive(folder, paths, { signal })
  return new Download(await openArchive({ ...common, path: paths.join(', '), permit }))
}

function resolve({ idleTimeout = 60_000, patience = 300_000, ...options }: DownloadOptions) {
  refuseUnknownKeys(options, optionNames, 'the options of a download')
  return { idle: idleTimeout, patience, ...options }
}
