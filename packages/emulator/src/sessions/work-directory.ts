/** The sessions' directories, on Node. Loaded only there. */
import { createReadStream } from 'node:fs'
import { mkdir, mkdtemp, readdir, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve, sep } from 'node:path'

import type { TarEntry } from '../formats/tar.ts'
import {
  forgetMounts,
  isInMount,
  listHome,
  mountDirectory,
  placeDotfile,
  treeOf,
  type HomeEntry,
  type HomeProblem,
} from './session-home.ts'
import { placeSessionKey } from './session-key.ts'

export type FoundFile =
  /** Names in order; those of directories end with `/`. */
  { kind: 'directory'; names: readonly string[] } | { kind: 'file'; size: number; chunks(): AsyncIterable<Uint8Array> }

export interface DirectoryMount {
  source: string
  /** Absolute, as the session's programs see it: below `/home/work`, or elsewhere where the machine lets that be. */
  target: string
  isReadOnly: boolean
}

export interface WorkDirectory {
  /** Makes the directory of a session. */
  create(sessionId: string): Promise<string>
  remove(path: string): Promise<void>
  /** Writes a file below a session's home. @returns false where it would be outside. */
  write(home: string, path: string, bytes: Uint8Array): Promise<boolean>
  /** What is in a folder of a session's home. */
  list(home: string, path: string): Promise<HomeEntry[] | HomeProblem>
  /** A file or folder of a session's home, of so many bytes at most. */
  tree(home: string, path: string, limit: number): Promise<TarEntry[] | HomeProblem>
  /** A file that is there when the session starts; nothing is done for a path that leads out of its home. */
  place(home: string, path: string, data: string, permission: string): Promise<void>
  /** Makes the key with which its user logs in, unless there are others. */
  placeKey(home: string): Promise<void>
  /** Lets a directory be seen by the programs of a session; nothing is done where something else is. */
  mount(home: string, mount: DirectoryMount): Promise<void>
  /** Null where there is nothing below a session's home. */
  find(home: string, path: string): Promise<FoundFile | null>
  /** Removes what is left, also the directory itself if it was made here. */
  dispose(): Promise<void>
}

export function openWorkDirectory(given: string | undefined): WorkDirectory {
  let made: Promise<string> | undefined
  const root = (): Promise<string> => {
    made ??= given === undefined ? mkdtemp(join(tmpdir(), 'backend-ai-emulator-')) : prepare(given)
    return made
  }
  const remove = (path: string): Promise<void> => rm(path, { recursive: true, force: true, maxRetries: 3 })
  return {
    async create(sessionId) {
      const path = join(await root(), sessionId)
      await mkdir(path, { recursive: true })
      return path
    },
    async remove(path) {
      forgetMounts(path)
      await remove(path)
    },
    async write(home, path, bytes) {
      // As absolute as it may be.
      const file = resolve(home, path.replace(/^\/+/, ''))
      if (!file.startsWith(home + sep)) return false
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, bytes)
      return true
    },
    find,
    list: listHome,
    tree: treeOf,
    place: placeDotfile,
    placeKey: placeSessionKey,
    mount: mountDirectory,
    async dispose() {
      if (made && given === undefined) await remove(await made)
    },
  }
}

async function find(home: string, path: string): Promise<FoundFile | null> {
  try {
    const base = await realpath(home)
    const file = await realpath(join(base, path))
    // Links may lead anywhere.
    if (file !== base && !file.startsWith(base + sep) && !(await isInMount(base, path, file))) return null
    const found = await stat(file)
    // A file that grows in the meantime must not be longer than was said.
    if (found.isFile()) {
      const { size } = found
      return { kind: 'file', size, chunks: () => createReadStream(file, { end: Math.max(0, size - 1) }) }
    }
    if (!found.isDirectory()) return null
    const entries = await readdir(file, { withFileTypes: true })
    const names = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
    return {
      kind: 'directory',
      names: names.sort((left, right) => (left.toLowerCase() < right.toLowerCase() ? -1 : 1)),
    }
  } catch {
    return null
  }
}

async function prepare(path: string): Promise<string> {
  await mkdir(path, { recursive: true })
  return path
}
