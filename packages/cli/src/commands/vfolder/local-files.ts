/** What an upload was asked to send, looked at before anything is sent. */
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'

import { pathBelow, readingFailure } from '../../base-directory.ts'
import { InvalidArgument } from '../../failures.ts'

export interface LocalFile {
  readonly local: string
  /** In the folder; empty for the folder itself. */
  readonly path: string
  readonly isDirectory: boolean
}

export interface LocalFilesOptions {
  readonly cwd: string
  readonly baseDir?: string | undefined
  readonly recursive: boolean
}

/** @throws InvalidArgument for one that is missing, outside of the base directory, or an unexpected directory. */
export async function localFiles(
  files: readonly string[],
  { baseDir = '.', cwd, recursive }: LocalFilesOptions,
): Promise<LocalFile[]> {
  const base = resolve(cwd, baseDir)
  return Promise.all(
    files.map(async (file) => {
      const local = resolve(cwd, file)
      const path = pathBelow(base, local)
      const facts = await stat(local).catch((error: unknown) => {
        throw readingFailure(local, error)
      })
      const isDirectory = facts.isDirectory()
      if (isDirectory && !recursive)
        throw new InvalidArgument(`"${local}" is a directory: --recursive sends it with all that is in it.`)
      if (!isDirectory && !facts.isFile()) throw new InvalidArgument(`"${local}" is no file.`)
      return { local, path, isDirectory }
    }),
  )
}
