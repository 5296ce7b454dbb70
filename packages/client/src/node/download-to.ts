/** Downloads to files and directories of this machine. */
import { randomUUID } from 'node:crypto'
import { link, mkdir, open, readFile, rename, rm, stat, writeFile, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

import { DownloadError, Limiter, refuseUnknownKeys } from '@backend-ai-sdk/core'

import { download, type Download, type DownloadOptions } from '../storage/download.ts'
import type { FolderAddress } from '../storage/folder-address.ts'
import { listEntries, listLimit, staging } from '../storage/transfer-folder.ts'
import { lockFile } from './file-store.ts'

export interface DownloadToOptions extends Omit<DownloadOptions, 'start'> {
  /** Refuses to replace a file. Default false. */
  noClobber?: boolean | undefined
  /** Keeps what was fetched of a file, beside its place, and goes on with it the next time. Default true. */
  resume?: boolean | undefined
  /** Files of a directory at a time. Default 4. */
  parallel?: number | undefined
  /** Is told how much of a file has been fetched. */
  onProgress?: ((progress: { path: string; received: number; total: number | undefined }) => void) | undefined
}

const optionNames = [
  'noClobber',
  'resume',
  'parallel',
  'onProgress',
  'idleTimeout',
  'patience',
  'signal',
  'timeout',
] as const satisfies (keyof DownloadToOptions)[]

export interface DownloadedFile {
  /** In the folder, and here. */
  readonly path: string
  readonly localPath: string
  /** Bytes. */
  readonly size: number
  /** Bytes that were here already from an attempt before. */
  readonly resumedAt: number
}

/**
 * Fetches a file to a path. At that place is the whole file or what was there before, never a part.
 *
 * @throws DownloadError `exists`, `directory`, `disk-full`, `changed`, `unreachable`.
 * @example
 * await downloadTo(folder, 'model/weights.bin', './weights.bin')
 */
export async function downloadTo(
  folder: FolderAddress,
  path: string,
  localPath: string,
  options: DownloadToOptions = {},
): Promise<DownloadedFile> {
  refuseUnknownKeys(options, optionNames, 'the options of downloadTo()')
  const { noClobber = false, resume = true } = options
  await mustBeFree(path, localPath, noClobber)
  await mkdir(dirname(localPath), { recursive: true })
  const beside = join(dirname(localPath), `.${basename(localPath)}.backend-ai`)
  // Another process that fetches the same file has the part that could be gone on with.
  const unlock = resume ? await lockFile(`${beside}.lock`) : undefined
  const part = unlock ? `${beside}.part` : `${beside}.${randomUUID()}.part`
  try {
    const { size, resumedAt } = await fetchPart(folder, path, part, options, unlock !== undefined)
    await putInPlace(path, part, localPath, noClobber)
    await rm(`${part}.json`, { force: true })
    return { path, localPath, size, resumedAt }
  } catch (error) {
    if (!unlock || isFull(error) || (error instanceof DownloadError && error.reason === 'changed')) await discard(part)
    if (isFull(error))
      throw new DownloadError(`There is no space left for ${localPath}.`, 'disk-full', { path, cause: error })
    throw error
  } finally {
    await unlock?.()
  }
}

/**
 * Fetches a directory, with all that is in it, to a directory; the empty text is the root of the folder.
 *
 * @throws DownloadError `too-many` for a directory with more entries than the server lists: take `downloadArchive()`.
 */
export async function downloadDirectory(
  folder: FolderAddress,
  path: string,
  localPath: string,
  options: DownloadToOptions = {},
): Promise<readonly DownloadedFile[]> {
  refuseUnknownKeys(options, optionNames, 'the options of downloadDirectory()')
  const turns = new Limiter({ concurrent: options.parallel ?? 4 })
  const stop = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal
  const files: Promise<DownloadedFile>[] = []
  const fetchFile = async (from: string, to: string): Promise<DownloadedFile> => {
    await turns.enter(signal)
    try {
      return await downloadTo(folder, from, to, { ...options, signal })
    } catch (error) {
      stop.abort(error)
      throw error
    } finally {
      turns.leave()
    }
  }
  const walk = async (from: string, to: string): Promise<void> => {
    await mkdir(to, { recursive: true })
    const entries = await listEntries(folder, from, { signal })
    if (entries.length >= listLimit)
      throw new DownloadError(
        `${from || 'The folder'} has ${listLimit} entries or more, and the server lists no more: fetch it as an archive.`,
        'too-many',
        { path: from },
      )
    for (const { name, type } of entries) {
      mustBeName(name)
      // Uploads that are under way.
      if (from === '' && name === staging) continue
      const child = from ? `${from}/${name}` : name
      if (type === 'DIRECTORY') await walk(child, join(to, name))
      else files.push(fetchFile(child, join(to, name)))
    }
  }
  try {
    await walk(path.replace(/\/+$/, ''), localPath)
    return await Promise.all(files)
  } catch (error) {
    stop.abort(error)
    await Promise.allSettled(files)
    throw error
  }
}

/** A server must not choose places outside of the directory. */
function mustBeName(name: string): void {
  const isSeparated = name.includes('/') || name.includes('\0') || (process.platform === 'win32' && /[\\:]/.test(name))
  if (name === '' || name === '.' || name === '..' || isSeparated)
    throw new DownloadError(`${JSON.stringify(name)} is no name for a file here.`, 'directory', { path: name })
}

async function mustBeFree(path: string, localPath: string, noClobber: boolean): Promise<void> {
  const state = await stat(localPath).catch(() => undefined)
  if (state?.isDirectory()) throw new DownloadError(`At ${localPath} is a directory.`, 'directory', { path })
  if (state && noClobber) throw exists(path, localPath)
}

const exists = (path: string, localPath: string, cause?: unknown): DownloadError =>
  new DownloadError(`At ${localPath} is a file already.`, 'exists', { path, cause })

/** What a part is a part of. */
interface PartFacts {
  folder: string
  path: string
  version: string
}

async function fetchPart(
  folder: FolderAddress,
  path: string,
  part: string,
  given: DownloadToOptions,
  isKept: boolean,
): Promise<{ size: number; resumedAt: number }> {
  const { onProgress, idleTimeout, patience, signal, timeout } = given
  const { start, version } = isKept ? await readPart(folder, path, part) : none
  const begun = await downloadFrom(folder, path, { idleTimeout, patience, signal, timeout, start }, version)
  const { source } = begun
  let position = begun.start
  await using handle = await open(part, position > 0 ? 'r+' : 'w', 0o666)
  await handle.truncate(position)
  const facts: PartFacts = { folder: folder.id, path, version: source.version ?? '' }
  if (isKept && source.version !== undefined) await writeFile(`${part}.json`, JSON.stringify(facts), { mode: 0o600 })
  for await (const bytes of source.readable) {
    await writeAll(handle, bytes, position)
    position += bytes.byteLength
    onProgress?.({ path, received: position, total: source.size })
  }
  await handle.sync()
  return { size: position, resumedAt: begun.start }
}

const none = { start: 0, version: undefined }

/** The rest, or where the file has changed since, all of it. */
async function downloadFrom(
  folder: FolderAddress,
  path: string,
  options: DownloadOptions & { start: number },
  version: string | undefined,
): Promise<{ source: Download; start: number }> {
  if (options.start > 0)
    try {
      return { source: await download(folder, path, options, version), start: options.start }
    } catch (error) {
      if (!(error instanceof DownloadError) || error.reason !== 'changed') throw error
    }
  return { source: await download(folder, path, { ...options, start: 0 }), start: 0 }
}

async function readPart(
  folder: FolderAddress,
  path: string,
  part: string,
): Promise<{ start: number; version: string | undefined }> {
  try {
    const facts = JSON.parse(await readFile(`${part}.json`, 'utf8')) as PartFacts
    const { size } = await stat(part)
    // One byte is fetched again: a request for nothing would not tell whether the file is still the same.
    const isOfIt = facts.folder === folder.id && facts.path === path && facts.version !== '' && size > 1
    return isOfIt ? { start: size - 1, version: facts.version } : none
  } catch {
    return none
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let written = 0
  while (written < bytes.byteLength)
    written += (await handle.write(bytes, written, bytes.byteLength - written, position + written)).bytesWritten
}

async function putInPlace(path: string, part: string, localPath: string, noClobber: boolean): Promise<void> {
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

async function discard(part: string): Promise<void> {
  await rm(part, { force: true })
  await rm(`${part}.json`, { force: true })
}

const isFull = (error: unknown): boolean => ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException)?.code ?? '')
