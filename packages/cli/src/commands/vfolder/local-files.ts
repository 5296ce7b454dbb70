/** What an upload was asked to send, looked at before anything is sent. */
import { open, readdir, realpath, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'

import type { UploadEntry } from '@backend-ai-sdk/client'

import { pathBelow, readingFailure } from '../../base-directory.ts'
import { InvalidArgument } from '../../failures.ts'

export interface LocalFilesOptions {
  readonly cwd: string
  readonly baseDir?: string | undefined
  readonly recursive: boolean
}

export interface LocalFiles {
  /** Those that were named, here. */
  readonly named: readonly string[]
  readonly files: readonly UploadEntry[]
  /** In the folder, those that no file makes. */
  readonly emptyDirectories: readonly string[]
}

/** @throws InvalidArgument for one that is missing, outside of the base directory, or an unexpected directory. */
export async function findLocalFiles(
  given: readonly string[],
  { baseDir = '.', cwd, recursive }: LocalFilesOptions,
): Promise<LocalFiles> {
  const base = resolve(cwd, baseDir)
  const finder = new Finder(base)
  const named = given.map((file) => resolve(cwd, file))
  for (const local of named) {
    pathBelow(base, local)
    await finder.add(local, recursive)
  }
  return { named, files: [...finder.files.values()], emptyDirectories: [...finder.emptyDirectories] }
}

class Finder {
  /** By the path in the folder, so that what was named twice is sent once. */
  readonly files = new Map<string, UploadEntry>()
  readonly emptyDirectories = new Set<string>()
  readonly #base: string

  constructor(base: string) {
    this.#base = base
  }

  /** Links are followed. @param above the directories that this is in, without links. */
  async add(local: string, recursive: boolean, above: readonly string[] = []): Promise<void> {
    const facts = await stat(local).catch((error: unknown) => {
      throw readingFailure(local, error)
    })
    if (facts.isDirectory()) {
      if (!recursive)
        throw new InvalidArgument(`"${local}" is a directory: --recursive sends it with all that is in it.`)
      await this.#addDirectory(local, above)
    } else if (facts.isFile()) {
      const path = pathBelow(this.#base, local)
      this.files.set(path, { path, source: () => open(local), size: facts.size })
    } else throw new InvalidArgument(`"${local}" is neither a file nor a directory.`)
  }

  async #addDirectory(local: string, above: readonly string[]): Promise<void> {
    const real = await realpath(local)
    if (above.includes(real)) throw new InvalidArgument(`"${local}" is a link to a directory that it is in.`)
    const names = await readdir(local).catch((error: unknown) => {
      throw readingFailure(local, error)
    })
    const path = pathBelow(this.#base, local)
    if (names.length === 0 && path !== '') this.emptyDirectories.add(path)
    for (const name of names.toSorted()) await this.add(join(local, name), true, [...above, real])
  }
}
