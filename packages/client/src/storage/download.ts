/** Fetches files of a folder (protocol 03 §2.5, §2.6). Loaded with the first download. */
import { ConfigError, DownloadError, refuseUnknownKeys, type CallOptions } from '@backend-ai-sdk/core'

import { openArchive, openFile, type OpenedDownload } from './download-stream.ts'
import type { FolderAddress } from './folder-address.ts'
import { folderPath, isServedAlone, requestArchive, requestDownload, splitPath } from './transfer-folder.ts'

export interface ArchiveOptions extends CallOptions {
  /** Milliseconds that the storage proxy may be silent, before a file is asked for again; 0 is no limit. Default 60,000. */
  idleTimeout?: number | undefined
  /** Milliseconds until the first byte can be read. Default: the client's `timeouts.total`. */
  timeout?: number | undefined
  /** Ends the download, also while it is read. */
  signal?: AbortSignal | undefined
}

export interface DownloadOptions extends ArchiveOptions {
  /** Bytes that are left out at the beginning. Default 0. */
  start?: number | undefined
  /** Bytes of one request, at most. Default: all that there are. */
  partSize?: number | undefined
  /** Milliseconds without progress, after which a download fails. Default 300,000. */
  patience?: number | undefined
  /** Attempts that follow one that failed, without a byte, before a download fails. Default: as many as {@link patience} lets. */
  retries?: number | undefined
}

const archiveNames = ['idleTimeout', 'signal', 'timeout'] as const satisfies (keyof ArchiveOptions)[]
const fileNames = [
  ...archiveNames,
  'start',
  'partSize',
  'patience',
  'retries',
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
  refuseUnknownKeys(options, fileNames, 'the options of a download')
  const { start = 0, partSize = Infinity, idleTimeout = 60_000, signal, timeout } = options
  const { patience = 300_000, retries = Infinity } = options
  if (!(partSize >= 1) || !(retries >= 0))
    throw new ConfigError('The option partSize of a download is 1 or more, and retries 0 or more.')
  const path = servedPath(file)
  const opened = await openFile({
    transport: folder.transport,
    path,
    start,
    version,
    partSize: Math.floor(partSize),
    idle: idleTimeout,
    patience,
    retries,
    signal,
    timeout,
    permit: () => requestDownload(folder, path, { signal }),
  })
  return new Download(opened)
}

/** @throws DownloadError for a name that would get no answer. */
function servedPath(file: string): string {
  const path = folderPath(file)
  if (isServedAlone(splitPath(path).name)) return path
  throw new DownloadError(
    `${JSON.stringify(path)} has a control character in its name, and comes with an archive of its directory alone.`,
    'name',
    { path },
  )
}

export async function downloadArchive(
  folder: FolderAddress,
  files: string | readonly string[],
  options: ArchiveOptions = {},
): Promise<Download> {
  refuseUnknownKeys(options, archiveNames, 'the options of an archive')
  const { idleTimeout = 60_000, signal, timeout } = options
  const { transport } = folder
  const common = { transport, idle: idleTimeout, signal, timeout }
  if (typeof files === 'string') {
    const path = files === '' || files === '.' ? '.' : servedPath(files)
    const permit = () => requestDownload(folder, path, { signal })
    return new Download(await openArchive({ ...common, path, permit, query: { archive: 'true' } }))
  }
  await transport.mustSupport('vfolder-download-archive', { signal })
  const paths = files.map(folderPath)
  const permit = () => requestArchive(folder, paths, { signal })
  return new Download(await openArchive({ ...common, path: paths.join(', '), permit }))
}
