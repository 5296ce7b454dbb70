/** What is in a folder now: the size of a file, as the server has it. */
import { APIError, NotFoundError } from '@backend-ai-sdk/core'

import type { FolderAddress } from './folder-address.ts'
import { askStorageProxy, permittedURL, Silence } from './storage-proxy.ts'
import { listEntries, listLimit, requestDownload, splitPath } from './transfer-folder.ts'

export interface FileState {
  type: 'FILE' | 'DIRECTORY' | 'SYMLINK'
  size: number
  /** Milliseconds since 1970, by the storage's clock; undefined where a directory is too long to be listed. */
  modified?: number
}

interface Options {
  signal?: AbortSignal | undefined
  /** Milliseconds that a storage proxy may be silent. */
  idle: number
}

/** Of the files of one directory; those that are not there are left out. */
export async function statFiles(
  folder: FolderAddress,
  directory: string,
  names: ReadonlySet<string>,
  { signal, idle }: Options,
): Promise<Map<string, FileState>> {
  const entries = await listEntries(folder, directory, { signal })
  const found = new Map<string, FileState>()
  for (const { name, type, size, modified } of entries)
    if (names.has(name)) found.set(name, { type, size, modified: Date.parse(modified) })
  // What a long list leaves out must be asked for one by one.
  if (entries.length >= listLimit)
    for (const name of names) {
      if (found.has(name)) continue
      const size = await probe(folder, directory ? `${directory}/${name}` : name, { signal, idle })
      if (size !== undefined) found.set(name, { type: 'FILE', size })
    }
  return found
}

export async function statFile(folder: FolderAddress, file: string, options: Options): Promise<FileState | undefined> {
  const { directory, name } = splitPath(file)
  return (await statFiles(folder, directory, new Set([name]), options)).get(name)
}

/** One byte tells the size, and of an empty file none can be had (protocol 03 §6, trap 8). */
async function probe(folder: FolderAddress, file: string, { signal, idle }: Options): Promise<number | undefined> {
  const { transport } = folder
  const url = permittedURL(transport, await requestDownload(folder, file, { signal }))
  const headers = { Range: 'bytes=0-0', 'Accept-Encoding': 'identity' }
  try {
    const response = await askStorageProxy(transport, {
      method: 'GET',
      url,
      headers,
      signal,
      silence: new Silence(idle),
    })
    await response.body?.cancel()
    return Number(/\/(\d+)$/.exec(response.headers.get('Content-Range') ?? '')?.[1])
  } catch (error) {
    if (error instanceof NotFoundError) return undefined
    if (error instanceof APIError && error.status === 416) return 0
    throw error
  }
}
