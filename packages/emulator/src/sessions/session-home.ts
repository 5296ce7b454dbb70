/** What is in a session's home, and how it gets there, on Node. Loaded only there. */
import type { Stats } from 'node:fs'
import { chmod, lstat, mkdir, readdir, readFile, readlink, realpath, stat, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'

import type { TarEntry } from '../formats/tar.ts'
import { addNamespaceMount, dropNamespace } from '../kernel/mount-namespace.ts'
import type { DirectoryMount } from './work-directory.ts'

/** Where programs in a session see their home. */
const seenAs = '/home/work'

export interface HomeEntry {
  name: string
  stats: Pick<Stats, 'mode' | 'size' | 'ctimeMs' | 'mtimeMs' | 'atimeMs'>
}

/** What stands in the way. */
export type HomeProblem = 'outside' | 'missing' | 'no-folder' | 'too-large'

/** The path in the file system, also of one as programs in the session see it; undefined outside of the home. */
function inside(home: string, path: string): string | undefined {
  const rest = path === seenAs || path.startsWith(`${seenAs}/`) ? `.${path.slice(seenAs.length)}` : path
  const file = resolve(home, rest)
  return file === home || file.startsWith(home + sep) ? file : undefined
}

/** Directories of folders, by where they are mounted. */
const mounted = new Map<string, string>()

/** A link, behind which are the files of a folder; the home can be removed without them. */
export async function mountDirectory(home: string, { source, target, isReadOnly }: DirectoryMount): Promise<void> {
  await mkdir(source, { recursive: true })
  const base = await realpath(home)
  const place = inside(base, target)
  if (place === base) return
  if (place === undefined) return addNamespaceMount(home, { source, target, isReadOnly })
  await mkdir(dirname(place), { recursive: true })
  await symlink(source, place).catch(() => {})
  mounted.set(place, source)
  if (isReadOnly) addNamespaceMount(home, { source, target: source, isReadOnly })
}

export function forgetMounts(home: string): void {
  dropNamespace(home)
  for (const place of mounted.keys()) if (place.includes(`${sep}${basename(home)}${sep}`)) mounted.delete(place)
}

/** Whether a path leads, by what is mounted in the home, to where it really is. */
export async function isInMount(home: string, path: string, real: string): Promise<boolean> {
  const file = resolve(home, path)
  for (const [place, directory] of mounted) {
    if ((file === place || file.startsWith(place + sep)) && (real === directory || real.startsWith(directory + sep)))
      return true
  }
  return false
}

/** Links may lead anywhere. */
async function isInside(home: string, file: string): Promise<boolean> {
  const base = await realpath(home)
  const real = await realpath(file)
  return real === base || real.startsWith(base + sep) || isInMount(base, relative(home, file), real)
}

export async function listHome(home: string, path: string): Promise<HomeEntry[] | HomeProblem> {
  const folder = inside(home, path)
  if (folder === undefined) return 'outside'
  const found = await stat(folder).catch(() => undefined)
  if (!found) return 'missing'
  if (!found.isDirectory()) return 'no-folder'
  if (!(await isInside(home, folder))) return 'outside'
  const names = await readdir(folder)
  return Promise.all(names.map(async (name) => ({ name, stats: await lstat(join(folder, name)) })))
}

/** A file, or a folder with all that is in it, by names that begin with its own. */
export async function treeOf(home: string, path: string, limit: number): Promise<TarEntry[] | HomeProblem> {
  const top = inside(home, path)
  if (top === undefined) return 'outside'
  if (!(await lstat(top).catch(() => undefined))) return 'missing'
  if (!(await isInside(home, dirname(top)))) return 'outside'
  const entries: TarEntry[] = []
  let size = 0
  const add = async (file: string): Promise<void> => {
    const found = await lstat(file)
    const above = relative(dirname(top), file).split(sep).join('/')
    const common = { name: above, mode: found.mode & 0o7777, modified: Math.floor(found.mtimeMs / 1000) }
    if (found.isSymbolicLink()) entries.push({ ...common, type: 'symlink', target: await readlink(file) })
    else if (found.isDirectory()) {
      entries.push({ ...common, type: 'directory' })
      for (const name of await readdir(file)) if (size <= limit) await add(join(file, name))
    } else if (found.isFile()) {
      size += found.size
      if (size <= limit) entries.push({ ...common, type: 'file', bytes: new Uint8Array(await readFile(file)) })
    }
  }
  await add(top)
  return size > limit ? 'too-large' : entries
}

/** Writes a file, and gives its permission to every folder that is above it too, as agents do. */
export async function placeDotfile(home: string, path: string, data: string, permission: string): Promise<void> {
  const file = inside(home, path)
  if (file === undefined || file === home) return
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, data)
  const mode = Number.parseInt(permission, 8)
  await chmod(file, mode)
  // Its owner can always look in, who is to remove it later.
  for (let at = dirname(file); at !== home; at = dirname(at)) await chmod(at, mode | 0o700)
}
