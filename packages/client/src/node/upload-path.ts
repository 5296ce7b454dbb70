/** Uploads of files and directories of this machine. */
import { open, readdir, readFile, realpath, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'

import { ConfigError } from '@backend-ai-sdk/core'

import type { FolderAddress } from '../storage/folder-address.ts'
import { makeDirectory } from '../storage/transfer-folder.ts'
import type { UploadedFile } from '../storage/upload-files.ts'
import { startUpload, type Upload, type UploadEntry, type UploadFilesOptions } from '../storage/upload.ts'

export interface UploadPathOptions extends UploadFilesOptions {
  /** Where it goes, below the folder's root. Default: the name of what is sent; of a directory, `''` puts what is in it at the root. */
  to?: string | undefined
  /** Name of files, in any directory that is sent, with patterns of what is left out, as git has them. Default `.backendaiignore`. */
  ignoreFile?: string | undefined
}

/**
 * Sends a file or a directory with all that is in it. Links are followed. Directories that are empty are made too.
 *
 * @throws ConfigError for a link that leads back to a directory above it, and for what is neither file nor directory.
 * @example
 * await uploadPath(folder, 'data', { to: 'training/data', resumeStore: fileStore() })
 */
export async function uploadPath(
  folder: FolderAddress,
  path: string,
  options: UploadPathOptions = {},
): Promise<readonly UploadedFile[]> {
  return (await startUploadPath(folder, path, options)).done
}

/** The same, as a handle: to watch, to pause, to leave. */
export async function startUploadPath(
  folder: FolderAddress,
  path: string,
  { to, ignoreFile = '.backendaiignore', ...options }: UploadPathOptions = {},
): Promise<Upload> {
  const target = to ?? basename(await realpath(path))
  const found = await entriesOf(path, target, ignoreFile)
  for (const directory of found.emptyDirectories) await makeDirectory(folder, directory, { signal: options.signal })
  return startUpload(folder, found.entries, options)
}

interface Found {
  entries: UploadEntry[]
  emptyDirectories: string[]
}

async function entriesOf(path: string, target: string, ignoreFile: string): Promise<Found> {
  const found: Found = { entries: [], emptyDirectories: [] }
  await collect(path, target, ignoreFile, [], [], found)
  return found
}

/** Patterns of one ignore file, for what is below it. */
interface Ignore {
  directory: string
  ignores: (path: string) => boolean
}

async function collect(
  path: string,
  target: string,
  ignoreFile: string,
  above: readonly string[],
  ignores: readonly Ignore[],
  found: Found,
): Promise<void> {
  const state = await stat(path)
  if (state.isFile()) {
    found.entries.push({
      path: target,
      size: state.size,
      source: () => open(path),
    })
    return
  }
  if (!state.isDirectory()) throw new ConfigError(`${path} is neither a file nor a directory.`)
  const real = await realpath(path)
  if (above.includes(real)) throw new ConfigError(`${path} is a link to a directory that it is in.`)
  const names = (await readdir(path)).sort()
  const all = [...ignores, ...(names.includes(ignoreFile) ? [await readIgnoreFile(path, ignoreFile)] : [])]
  const before = found.entries.length + found.emptyDirectories.length
  for (const name of names) {
    const child = join(path, name)
    const isDirectory = (await stat(child)).isDirectory()
    if (all.some(({ directory, ignores }) => ignores(relativeTo(directory, child) + (isDirectory ? '/' : '')))) continue
    await collect(child, target ? `${target}/${name}` : name, ignoreFile, [...above, real], all, found)
  }
  if (target && found.entries.length + found.emptyDirectories.length === before) found.emptyDirectories.push(target)
}

const relativeTo = (directory: string, path: string): string =>
  path.slice(join(directory, 'x').length - 1).replaceAll('\\', '/')

async function readIgnoreFile(directory: string, name: string): Promise<Ignore> {
  const { default: ignore } = await import('ignore')
  const patterns = ignore().add(await readFile(join(directory, name), 'utf8'))
  return { directory, ignores: (path) => patterns.ignores(path) }
}
