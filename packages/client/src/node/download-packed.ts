/**
 * Directories that servers do not list to their end: fetched as one archive, beside what comes out of it. Loaded with the
 * first of them.
 *
 * The archive is kept until all is unpacked, and read by the directory at its end: headers on the way do not say where a
 * file ends, and a mark that could be looked for may stand in any file.
 */
import { randomUUID } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'

import { BackendAIError, DownloadError } from '@backend-ai-sdk/core'
import { openPromise, type Entry, type ZipFile } from 'yauzl'

import { downloadArchive } from '../storage/download.ts'
import type { FolderAddress } from '../storage/folder-address.ts'
import { staging } from '../storage/transfer-folder.ts'
import type { DownloadedFile, DownloadToOptions } from './download-to.ts'
import { makeDirectory, mustBeFree, mustBeName, putInPlace, withReason, writeAll } from './in-place.ts'

/** @param localPath is a directory. */
export async function downloadPacked(
  folder: FolderAddress,
  path: string,
  localPath: string,
  options: DownloadToOptions,
): Promise<readonly DownloadedFile[]> {
  const archive = join(localPath, `.backend-ai.${randomUUID()}.zip`)
  try {
    await fetchArchive(folder, path, archive, options)
    return await unpack(archive, path, localPath, options)
  } catch (error) {
    options.signal?.throwIfAborted()
    throw isDamage(error) ? damaged(path, error) : withReason(error, path, localPath)
  } finally {
    await rm(archive, { force: true })
  }
}

/** What the readers of archives, compressed data and text throw: nothing that the system has a code for. */
const isDamage = (error: unknown): boolean =>
  error instanceof Error &&
  !(error instanceof BackendAIError) &&
  !/^E[A-Z\d]+$/.test((error as NodeJS.ErrnoException).code ?? '')

const damaged = (path: string, cause?: unknown): DownloadError =>
  new DownloadError(`The archive of ${path || 'the folder'} is damaged.`, 'truncated', { path, cause, retryable: true })

async function fetchArchive(
  folder: FolderAddress,
  path: string,
  archive: string,
  { idleTimeout, signal, timeout, onProgress }: DownloadToOptions,
): Promise<void> {
  const { readable } = await downloadArchive(folder, path, { idleTimeout, signal, timeout })
  await using handle = await open(archive, 'wx', 0o600)
  let received = 0
  for await (const bytes of readable) {
    await writeAll(handle, bytes, received)
    received += bytes.byteLength
    onProgress?.({ path, received, total: undefined })
  }
}

async function unpack(
  archive: string,
  path: string,
  localPath: string,
  { noClobber = false, signal }: DownloadToOptions,
): Promise<DownloadedFile[]> {
  const files: DownloadedFile[] = []
  // Its own rules for names take backslashes for slashes, which they are not here.
  const zip = await openPromise(archive, { autoClose: false, decodeStrings: false })
  try {
    for await (const entry of zip.eachEntry()) {
      signal?.throwIfAborted()
      const names = namesOf(entry)
      const isDirectory = names.at(-1) === ''
      if (isDirectory) names.pop()
      for (const name of names) mustBeName(name)
      if (path === '' && names[0] === staging) continue
      const place = join(localPath, ...names)
      const from = [...(path ? [path] : []), ...names].join('/')
      await makeDirectory(from, isDirectory ? place : dirname(place))
      if (isDirectory) continue
      await mustBeFree(from, place, noClobber)
      await unpackFile(zip, entry, { from, place, noClobber, signal })
      files.push({ path: from, localPath: place, size: entry.uncompressedSize, resumedAt: 0 })
    }
  } finally {
    zip.close()
  }
  return files
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const namesOf = ({ fileNameRaw }: Entry): string[] => utf8.decode(fileNameRaw).split('/')

interface Target {
  from: string
  place: string
  noClobber: boolean
  signal: AbortSignal | undefined
}

async function unpackFile(zip: ZipFile, entry: Entry, { from, place, noClobber, signal }: Target): Promise<void> {
  const part = join(dirname(place), `.backend-ai.${randomUUID()}.part`)
  try {
    let size = 0
    let checksum = 0
    {
      await using handle = await open(part, 'wx', 0o666)
      // What was packed as a link comes as the text of its target: nothing here leads elsewhere.
      for await (const bytes of (await zip.openReadStreamPromise(entry)) as AsyncIterable<Buffer>) {
        signal?.throwIfAborted()
        await writeAll(handle, bytes, size)
        size += bytes.byteLength
        checksum = crc32(bytes, checksum)
      }
      await handle.sync()
    }
    if (size !== entry.uncompressedSize || checksum !== entry.crc32) throw damaged(from)
    await putInPlace(from, part, place, noClobber)
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
}
