/** What an upload was asked to send, looked at before anything is sent. */
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'

import { pathBelow, readingFailure } from '../../base-directory.ts'
import { InvalidArgument } from '../../failures.ts'

export interface LocalFilesOptions {
  readonly cwd: string
  readonly baseDir?: string | undefined
  readonly recursive: boolean
}

export interface LocalFile {
  readonly local: string
  /** In the folder; empty for the folder itself. */
  readonly path: string
  /** Bytes. */
  readonly size: number
}

/** @throws InvalidArgument for one that is missing, outside of the base directory, or an unexpected directory. */
export async function findLocalFiles(
  given: readonly string[],
  { baseDir = '.', cwd, recursive }: LocalFilesOptions,
): Promise<{ files: LocalFile[]; directories: LocalFile[] }> {
  const base = resolve(cwd, baseDir)
  const files: LocalFile[] = []
  const directories: LocalFile[] = []
  for (const local of new Set(given.map((file) => resolve(cwd, file)))) {
    const path = pathBelow(base, local)
    const facts = await stat(local).catch((error: unknown) => {
      throw readingFailure(local, error)
    })
    if (facts.isFile()) files.push({ local, path, size: facts.size })
    else if (!facts.isDirectory()) throw new InvalidArgument(`"${local}" is neither a file nor a directory.`)
    else if (recursive) directories.push({ local, path, size: 0 })
    else throw new InvalidArgument(`"${local}" is a directory: --recursive sends it with all that is in it.`)
  }
  return { files, directories }
}
