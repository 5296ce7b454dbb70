/** Downloads to files and directories of this machine. */
import { randomUUID } from 'node:crypto'
import { open, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

import { DownloadError, Limiter, refuseUnknownKeys } from '@backend-ai-sdk/core'

import { download, type Download, type DownloadOptions } from '../storage/download.ts'
import type { FolderAddress } from '../storage/folder-address.ts'
import { isServedAlone } from '../storage/transfer-folder.ts'
import { listFiles } from '../storage/vfolder-files.ts'
import { isFull, makeDirectory, mustBeFree, mustBeName, putInPlace, withReason, writeAll } from './in-place.ts'
import { lockFile } from './lock-file.ts'

export interface DownloadToOptions extends Omit<DownloadOptions, 'start'> {
  /** Refuses to replace a file. Default false. */
  noClobber?: boolean | undefined
  /** Keeps what was fetched of a file, beside its place, and goes on with it the next time. Default true. */
  resume?: boolean | undefined
  /** Files of a directory at a time. Default 4. */
  parallel?: number | undefined
  /** Is told how much of a file has been fetched; of a directory that comes as an archive, how much of that. */
  onProgress?: ((progress: { path: string; received: number; total: number | undefined }) => void) | undefined
}

const optionNames = [
  'noClobber',
  'resume',
  'parallel',
  'onProgress',
  'partSize',
  'idleTimeout',
  'patience',
  'retries',
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
  await makeDirectory(path, dirname(localPath))
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
    if (!unlock || isFull(error) || (error instanceof DownloadError && ['changed', 'exists'].includes(error.reason)))
      await discard(part)
    throw withReason(error, path, localPath)
  } finally {
    await unlock?.()
  }
}

/**
 * Fetches a directory, with all that is in it, to a directory; the empty text is the root of the folder. One with more
 * entries than the server lists, 1,000, or with names that it does not hand out, comes as an archive: it begins anew where
 * it breaks off, and for as long as it is unpacked takes its own place on the disk too.
 *
 * @throws NotFoundError. @throws DownloadError as {@link downloadTo}; `truncated` where an archive breaks off.
 * @example
 * await downloadDirectory(folder, 'model', './model')
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
  const files: Promise<readonly DownloadedFile[]>[] = []
  const add = (work: () => Promise<readonly DownloadedFile[]>): void => {
    const file = inTurn(work)
    // It may fail before anybody waits for it.
    file.catch(() => {})
    files.push(file)
  }
  const inTurn = async (work: () => Promise<readonly DownloadedFile[]>): Promise<readonly DownloadedFile[]> => {
    await turns.enter(signal)
    try {
      return await work()
    } catch (error) {
      stop.abort(error)
      throw error
    } finally {
      turns.leave()
    }
  }
  const walk = async (from: string, to: string): Promise<void> => {
    const entries = await listFiles(folder, from, { signal })
    await makeDirectory(from, to)
    if (entries.isTruncated || !entries.every(({ name }) => isServedAlone(name))) {
      const { downloadPacked } = await import('./download-packed.ts')
      add(() => downloadPacked(folder, from, to, { ...options, signal }))
      return
    }
    for (const { name, type } of entries) {
      mustBeName(name)
      const child = from ? `${from}/${name}` : name
      if (type === 'directory') await walk(child, join(to, name))
      else add(async () => [await downloadTo(folder, child, join(to, name), { ...options, signal })])
    }
  }
  try {
    await walk(path.replace(/\/+$/, ''), localPath)
    return (await Promise.all(files)).flat()
  } catch (error) {
    stop.abort(error)
    await Promise.allSettled(files)
    throw error
  }
}

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
  const { onProgress, partSize, idleTimeout, patience, retries, signal, timeout } = given
  const { start, version } = isKept ? await readPart(folder, path, part) : none
  const begun = await downloadFrom(
    folder,
    path,
    { partSize, idleTimeout, patience, retries, signal, timeout, start },
    version,
  )
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

async function discard(part: string): Promise<void> {
  await rm(part, { force: true })
  await rm(`${part}.json`, { force: true })
}
