/** Puts what came out of an archive where it belongs, and nowhere else. */
import { chmod, lstat, mkdir, realpath, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { dirname, isAbsolute, join, resolve, sep } from 'node:path'

import { randomHex, type ArchiveEntry } from '@backend-ai-sdk/client'

import { Failure } from './failures.ts'

/**
 * Files replace what is there when they are whole. Links that would lead out of the directory are left out.
 *
 * @returns their names.
 * @throws Failure for what the file system does not take.
 */
export async function extract(entries: readonly ArchiveEntry[], destination: string): Promise<string[]> {
  await mkdir(destination, { recursive: true })
  const root = await realpath(destination)
  const left: string[] = []
  for (const entry of entries) {
    const path = pathOf(root, entry.name)
    try {
      await makeParent(root, path)
      if (entry.type === 'directory') await makeDirectory(path)
      else if (entry.type === 'file') await replaceFile(path, entry)
      else if (leadsOut(root, path, entry.target ?? '')) left.push(entry.name)
      else await replaceLink(path, entry.target!)
    } catch (error) {
      if (error instanceof Failure) throw error
      throw new Failure(`"${path}" cannot be written: ${(error as Error).message}`)
    }
  }
  return left
}

/** Names of POSIX may mean something else here. */
function pathOf(root: string, name: string): string {
  if (sep === '\\' && /[\\:]/.test(name)) throw new Failure(`"${name}" is no name of a file on this system.`)
  return join(root, ...name.split('/'))
}

/** An earlier link may stand in the way. */
async function makeParent(root: string, path: string): Promise<void> {
  const parent = dirname(path)
  await mkdir(parent, { recursive: true })
  const real = await realpath(parent)
  if (real !== root && !real.startsWith(root.endsWith(sep) ? root : root + sep))
    throw new Failure(`"${path}" is outside of "${root}", because a link leads there.`)
}

async function makeDirectory(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined)
  if (found?.isDirectory()) return
  if (found) await rm(path)
  await mkdir(path)
}

async function replaceFile(path: string, { data, mode, modified }: ArchiveEntry): Promise<void> {
  if ((await lstat(path).catch(() => undefined))?.isDirectory()) throw new Failure(`"${path}" is a directory.`)
  const part = `${path}.${randomHex(4)}.part`
  try {
    await writeFile(part, data, { flag: 'wx' })
    await chmod(part, Number.parseInt(mode, 8) & 0o777)
    await utimes(part, modified, modified)
    await rename(part, path)
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
}

const leadsOut = (root: string, path: string, target: string): boolean =>
  isAbsolute(target) || !`${resolve(dirname(path), target)}${sep}`.startsWith(root + sep)

async function replaceLink(path: string, target: string): Promise<void> {
  if ((await lstat(path).catch(() => undefined))?.isDirectory()) throw new Failure(`"${path}" is a directory.`)
  await rm(path, { force: true })
  await symlink(target, path)
}
