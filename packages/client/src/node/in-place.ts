/** Places of files that are fetched: which there may be, and how a file comes there as a whole. */
import { link, mkdir, rename, rm, stat, type FileHandle } from 'node:fs/promises'

import { DownloadError } from '@backend-ai-sdk/core'

/** A server must not choose places outside of the directory. */
export function mustBeName(name: string): void {
  const isSeparated = name.includes('/') || name.includes('\0') || (process.platform === 'win32' && /[\\:]/.test(name))
  if (name === '' || name === '.' || name === '..' || isSeparated)
    throw new DownloadError(`${JSON.stringify(name)} is no name for a file here.`, 'directory', { path: name })
}

/** With those above it. @throws DownloadError `exists` where a file is in the way. */
export async function makeDirectory(path: string, localPath: string): Promise<void> {
  try {
    await mkdir(localPath, { recursive: true })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw code === 'EEXIST' || code === 'ENOTDIR' ? exists(path, localPath, error) : withReason(error, path, localPath)
  }
}

export async function mustBeFree(path: string, localPath: string, noClobber: boolean): Promise<void> {
  const state = await stat(localPath).catch(() => undefined)
  if (state?.isDirectory()) throw new DownloadError(`At ${localPath} is a directory.`, 'directory', { path })
  if (state && noClobber) throw exists(path, localPath)
}

const exists = (path: string, localPath: string, cause?: unknown): DownloadError =>
  new DownloadError(`At ${localPath} is a file already.`, 'exists', { path, cause })

export async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let written = 0
  while (written < bytes.byteLength)
    written += (await handle.write(bytes, written, bytes.byteLength - written, position + written)).bytesWritten
}

/** @param part is gone afterwards. */
export async function putInPlace(path: string, part: string, localPath: string, noClobber: boolean): Promise<void> {
  if (!noClobber) return rename(part, localPath)
  try {
    // Unlike a renaming, it fails where something has come there meanwhile.
    await link(part, localPath)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') throw exists(path, localPath, error)
    // File systems without links.
    await mustBeFree(path, localPath, true)
    return rename(part, localPath)
  }
  await rm(part)
}

export const isFull = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException)?.code ?? '')

/** A full disk has a name of its own. */
export const withReason = (error: unknown, path: string, localPath: string): unknown =>
  isFull(error)
    ? new DownloadError(`There is no space left for ${localPath}.`, 'disk-full', { path, cause: error })
    : error
