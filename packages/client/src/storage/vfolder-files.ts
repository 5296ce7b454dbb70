/** Files of a folder, but for their bytes (protocol 03 §1.10). */
import {
  ConfigError,
  ConflictError,
  InvalidRequestError,
  NotFoundError,
  path as route,
  refuseUnknownKeys,
  type APIError,
  type CallOptions,
} from '@backend-ai-sdk/core'

import { BackgroundTask } from '../events/tasks.ts'
import type { FolderAddress } from './folder-address.ts'
import { listEntries, listLimit, staging, type WireEntry } from './transfer-folder.ts'
import { as } from './vfolder-refusals.ts'

export interface FileEntry {
  /** Without its directory. */
  name: string
  /** Links are not followed. */
  type: 'file' | 'directory' | 'symlink'
  /** Bytes; of a directory what its own entry takes. */
  size: number
  /** Three octal digits: `644`. */
  mode: string
  /** The last change of the entry, be it of its mode alone. */
  created: Date
  modified: Date
}

export type FileListing = FileEntry[] & {
  /** There may be more: the server has stopped counting. */
  isTruncated: boolean
}

export async function listFiles(folder: FolderAddress, path: string, options: CallOptions): Promise<FileListing> {
  checkPaths(path)
  const items = await withReason(listEntries(folder, path, options), folder, options, { missing: [path] })
  const entries = items.filter(({ name }) => !isRoot(path) || name !== staging).map((wire) => toEntry(wire))
  return Object.assign(entries, { isTruncated: items.length >= listLimit })
}

const toEntry = ({ name, type, size, mode, created, modified }: WireEntry): FileEntry => ({
  name,
  type: type.toLowerCase() as FileEntry['type'],
  size,
  // Since 25.6 a number, with the kind of the file.
  mode: typeof mode === 'number' ? (mode & 0o777).toString(8).padStart(3, '0') : mode,
  created: new Date(created),
  modified: new Date(modified),
})

export interface MakeDirectoryOptions extends CallOptions {
  /** Makes the directories above too. Default true. */
  parents?: boolean
  /** A directory that exists is no error. Default false. */
  existOk?: boolean
}

const directoryNames = ['parents', 'existOk', 'signal', 'timeout'] as const satisfies (keyof MakeDirectoryOptions)[]

/** How many a server takes at once. */
const directoriesPerCall = 50

interface DirectoryResults {
  success: { item: string }[]
  failed: { item: string; msg: string }[]
}

/** Since 25.12 failures are in an answer of 200. */
export async function makeDirectories(
  folder: FolderAddress,
  given: string | readonly string[],
  options: MakeDirectoryOptions,
): Promise<void> {
  refuseUnknownKeys(options, directoryNames, 'the options of mkdir()')
  const { parents = true, existOk = false, ...call } = options
  const { transport, segment } = folder
  const paths = typeof given === 'string' ? [given] : given
  checkPaths(...paths)
  const atOnce = (await transport.supports('vfolder-mkdir-list', call)) ? directoriesPerCall : 1
  const url = route`/folders/${segment}/mkdir`
  const created: string[] = []
  const failed: { path: string; reason: string }[] = []
  let cause: unknown
  for (let first = 0; first < paths.length; first += atOnce) {
    const some = paths.slice(first, first + atOnce)
    const json = { path: some.length === 1 ? some[0] : some, parents, exist_ok: existOk }
    try {
      const results = resultsOf(await text(transport.fetch({ method: 'POST', path: url, json, ...call })))
      created.push(...(results?.success.map(({ item }) => item) ?? some))
      failed.push(...(results?.failed.map(({ item, msg }) => ({ path: item, reason: msg })) ?? []))
    } catch (error) {
      if (!(error instanceof InvalidRequestError)) throw error
      if (paths.length === 1) throw await explain(error, folder, call, { existing: paths })
      cause = error
      const results = resultsOf(JSON.stringify(error.data ?? null))
      failed.push(
        ...(results?.failed.map(({ item, msg }) => ({ path: item, reason: msg })) ??
          some.map((path) => ({ path, reason: error.msg ?? error.title }))),
      )
    }
  }
  if (failed.length === 0) return
  const exists = failed.every(({ reason }) => /File ?Exists/i.test(reason))
  throw new (exists ? ConflictError : InvalidRequestError)(
    {
      status: exists ? 409 : 400,
      method: 'POST',
      url: transport.url(url).href,
      body: {
        title: `${failed.length} of ${paths.length} directories could not be made.`,
        msg: failed
          .map(({ path, reason }) => `${path}: ${reason}`)
          .slice(0, 5)
          .join('; '),
        data: { created, failed },
      },
    },
    { cause },
  )
}

const text = async (response: Promise<Response>): Promise<string> => (await response).text()

/** Up to 23.09 the answer is empty; 25.6.0 has the lists without what is around them. */
function resultsOf(body: string): DirectoryResults | undefined {
  if (!body) return undefined
  const found = JSON.parse(body) as { results?: DirectoryResults } | DirectoryResults | null
  const results = found && 'results' in found ? found.results : found
  return results && 'failed' in results ? results : undefined
}

export async function renameFile(
  folder: FolderAddress,
  path: string,
  name: string,
  options: CallOptions,
): Promise<void> {
  checkPaths(path)
  if (name === '' || name === '.' || name === '..' || name.includes('/'))
    throw new ConfigError(`A file cannot be called ${JSON.stringify(name)}; moveFile() takes it elsewhere.`)
  const { transport, segment } = folder
  const rename = (isDirectory?: boolean): Promise<void> =>
    transport.send({
      method: 'POST',
      path: route`/folders/${segment}/rename-file`,
      json: { target_path: path, new_name: name, is_dir: isDirectory },
      ...options,
    })
  // From 20.09.7 to 21.09 it must be told what it is; before and after that is refused or ignored.
  const mustTell = await transport.supports('vfolder-rename-by-kind', options)
  const renamed = mustTell ? isDirectory(folder, path, options).then(rename) : rename()
  await withReason(renamed, folder, options, { missing: [path] })
}

async function isDirectory(folder: FolderAddress, path: string, options: CallOptions): Promise<boolean> {
  const entry = await entryOf(folder, path, options)
  return entry?.type === 'directory'
}

export async function moveFile(folder: FolderAddress, from: string, to: string, options: CallOptions): Promise<void> {
  checkPaths(from, to)
  const { transport, segment } = folder
  await transport.mustSupport('vfolder-move-file', options)
  const json = { src: from, dst: to }
  const moved = transport.send({ method: 'POST', path: route`/folders/${segment}/move-file`, json, ...options })
  await withReason(moved, folder, options, { missing: [from, parentOf(to)] })
}

export interface DeleteFilesOptions extends CallOptions {
  /** Directories with all that is in them. Default false. */
  recursive?: boolean
}

export async function deleteFiles(
  folder: FolderAddress,
  paths: readonly string[],
  options: DeleteFilesOptions,
): Promise<void> {
  const { json, call } = deletion(paths, options, 'deleteFiles()')
  const { transport, segment } = folder
  // A body of DELETE is lost on some ways.
  const method = (await transport.supports('vfolder-post-deletes', call)) ? 'POST' : 'DELETE'
  const deleted = transport.send({ method, path: route`/folders/${segment}/delete-files`, json, ...call })
  await withReason(deleted, folder, call, { missing: paths })
}

export async function startDeletingFiles(
  folder: FolderAddress,
  paths: readonly string[],
  options: DeleteFilesOptions,
): Promise<BackgroundTask | undefined> {
  const { json, call } = deletion(paths, options, 'startDeletingFiles()')
  const { transport, segment } = folder
  if (!(await transport.supports('vfolder-delete-files-task', call))) {
    await deleteFiles(folder, paths, options)
    return undefined
  }
  const url = route`/folders/${segment}/delete-files-async`
  const begun = transport.request<{ bgtask_id: string }>({ method: 'POST', path: url, json, ...call })
  const { bgtask_id } = await withReason(begun, folder, call, { missing: paths })
  return new BackgroundTask(transport, bgtask_id, true)
}

function deletion(paths: readonly string[], options: DeleteFilesOptions, where: string) {
  refuseUnknownKeys(options, ['recursive', 'signal', 'timeout'], `the options of ${where}`)
  checkPaths(...paths)
  const { recursive = false, ...call } = options
  return { json: { files: paths, recursive }, call }
}

/** Servers refuse them in many ways, 500 among them. @throws ConfigError for paths that lead out of the folder. */
function checkPaths(...paths: readonly string[]): void {
  for (const path of paths) {
    let depth = 0
    const isOutside = parts(path).some((part) => (depth += part === '..' ? -1 : 1) < 0)
    if (isOutside || path.startsWith('/') || path.includes('\0'))
      throw new ConfigError(`The path ${JSON.stringify(path)} is not one within the folder.`)
  }
}

/** What may be the matter with paths. */
interface Suspicion {
  missing?: readonly string[]
  existing?: readonly string[]
}

async function withReason<T>(
  call: Promise<T>,
  folder: FolderAddress,
  options: CallOptions,
  suspicion: Suspicion,
): Promise<T> {
  try {
    return await call
  } catch (error) {
    throw error instanceof InvalidRequestError ? await explain(error, folder, options, suspicion) : error
  }
}

/**
 * What the storage refuses is 400 whatever the reason, and since 25.12 no reason is told: the paths are looked up.
 *
 * @returns NotFoundError where one is not there, ConflictError where one is, else the error as it was.
 */
async function explain(
  error: InvalidRequestError,
  folder: FolderAddress,
  options: CallOptions,
  { missing = [], existing = [] }: Suspicion,
): Promise<APIError> {
  // Refused before the storage was asked.
  if (error.problemType.endsWith('/vfolder-filter-status-failed')) return error
  const isPlain = (path: string): boolean => !parts(path).includes('..')
  try {
    for (const path of missing.filter(isPlain))
      if (!(await exists(folder, path, options))) return as(NotFoundError, error)
    for (const path of existing.filter(isPlain))
      if (await exists(folder, path, options)) return as(ConflictError, error)
  } catch (another) {
    options.signal?.throwIfAborted()
    if (!(another instanceof InvalidRequestError)) throw another
  }
  return error
}

async function exists(folder: FolderAddress, path: string, options: CallOptions): Promise<boolean> {
  return isRoot(path) || (await entryOf(folder, path, options)) !== undefined
}

/** Undefined where there is none, be it that its directory is not there. */
async function entryOf(folder: FolderAddress, path: string, options: CallOptions): Promise<FileEntry | undefined> {
  const parent = parentOf(path)
  if (!isRoot(parent) && (await entryOf(folder, parent, options))?.type !== 'directory') return undefined
  const entries = await listEntries(folder, parent, options)
  const wire = entries.find(({ name }) => name === baseOf(path))
  return wire && toEntry(wire)
}

const parts = (path: string): string[] => path.split('/').filter((part) => part !== '' && part !== '.')
const isRoot = (path: string): boolean => parts(path).length === 0
const parentOf = (path: string): string => parts(path).slice(0, -1).join('/')
const baseOf = (path: string): string => parts(path).at(-1) ?? ''
