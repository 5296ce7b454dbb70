/** What transfers need of a folder, and ask of its manager (protocol 03 §1.10, §1.11). */
import { path, UploadError, type CallOptions } from '@backend-ai-sdk/core'

import type { FolderAddress } from './folder-address.ts'

/** Leave to send or to fetch, at the storage proxy. Whoever has it may: it is a secret. */
export interface Permit {
  readonly url: string
  readonly token: string
}

export function requestUpload(
  { transport, segment }: FolderAddress,
  file: string,
  size: number,
  options: CallOptions,
): Promise<Permit> {
  return transport.request<Permit>({
    method: 'POST',
    path: path`/folders/${segment}/request-upload`,
    json: { path: file, size },
    ...options,
  })
}

export function requestDownload(
  { transport, segment }: FolderAddress,
  file: string,
  options: CallOptions,
): Promise<Permit> {
  return transport.request<Permit>({
    method: 'POST',
    path: path`/folders/${segment}/request-download`,
    json: { path: file, archive: false },
    ...options,
  })
}

export function requestArchive(
  { transport, segment }: FolderAddress,
  files: readonly string[],
  options: CallOptions,
): Promise<Permit> {
  return transport.request<Permit>({
    method: 'POST',
    path: path`/folders/${segment}/request-download-archive`,
    json: { files },
    ...options,
  })
}

/** An entry of a directory, as servers write it. */
export interface WireEntry {
  readonly name: string
  readonly type: 'FILE' | 'DIRECTORY' | 'SYMLINK'
  readonly size: number
  readonly mode: string | number
  readonly created: string
  readonly modified: string
}

/** Servers leave out what is beyond, unless the site has another limit, and do not say so (protocol 03 §1.10). */
export const listLimit = 1000

/**
 * Whether storage proxies hand out what has this name, without its directory: they have it in a header, which fails for
 * names with control characters, with 500 or a connection that is closed (seen on 23.9.10 and 26.9.6).
 */
// oxlint-disable-next-line no-control-regex
export const isServedAlone = (name: string): boolean => !/[\u0000-\u0008\n-\u001F\u007F]/.test(name)

/** At the root: uploads until they are whole. */
export const staging = '.upload'

export async function listEntries(
  { transport, segment }: FolderAddress,
  directory: string,
  options: CallOptions,
): Promise<readonly WireEntry[]> {
  const { items } = await transport.request<{ items: readonly WireEntry[] }>({
    path: path`/folders/${segment}/files`,
    query: { path: directory },
    ...options,
  })
  return items
}

/** Makes a directory with those above it; one that is there is fine. */
export async function makeDirectory(
  { transport, segment }: FolderAddress,
  directory: string,
  options: CallOptions,
): Promise<void> {
  // The answer is empty up to 23.09; since 25.12 a failure comes with status 200.
  const response = await transport.fetch({
    method: 'POST',
    path: path`/folders/${segment}/mkdir`,
    json: { path: directory, parents: true, exist_ok: true },
    ...options,
  })
  const text = await response.text()
  const { results } = (text ? JSON.parse(text) : {}) as { results?: { failed?: readonly { msg: string | null }[] } }
  const failure = results?.failed?.[0]
  if (failure)
    throw new UploadError(
      `The directory ${directory} cannot be made: ${failure.msg ?? 'no reason given'}`,
      'directory',
      {
        path: directory,
      },
    )
}

/**
 * A path below a folder's root, as the server wants it.
 *
 * @throws TypeError for one that leads elsewhere, or could be read in two ways.
 */
export function folderPath(given: string): string {
  const parts = given.split('/').filter((part) => part !== '' && part !== '.')
  const isAbsolute = given.startsWith('/')
  if (isAbsolute || parts.length === 0 || parts.includes('..') || given.includes('\0'))
    throw new TypeError(
      `${JSON.stringify(given)} is no path of a file in a folder: it starts at the folder's root, without /.`,
    )
  return parts.join('/')
}

export function splitPath(file: string): { directory: string; name: string } {
  const end = file.lastIndexOf('/')
  return { directory: file.slice(0, Math.max(end, 0)), name: file.slice(end + 1) }
}
