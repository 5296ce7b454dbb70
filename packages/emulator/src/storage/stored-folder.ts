/** The contents of one folder. Paths are relative to it, with `/`; `''` and `.` are the folder itself. */
import { type Bytes, FileError, type FileStatus, type FileSystem, OutsideError } from './file-system.ts'

/** Of a listing; what is beyond is left out without a word (protocol 03 §1.10). */
const scanLimit = 1000

export interface FolderEntry extends FileStatus {
  readonly name: string
}

/** A file or a directory with files, and where it is in its folder. */
export interface WalkedEntry {
  /** Within the folder. */
  readonly path: string
  readonly status: FileStatus
  readonly isEmpty: boolean
}

export class StoredFolder {
  /** Dashed. */
  readonly id: string
  /** Where it is on the file system. */
  readonly root: string
  readonly #files: FileSystem

  constructor(files: FileSystem, root: string, id: string) {
    this.#files = files
    this.root = root
    this.id = id
  }

  /** The directory that programs of this machine find it at; null in memory. */
  get directory(): string | null {
    return this.#files.hostPath?.(this.root) ?? null
  }

  /** Makes the folder itself; of no effect where it is there. */
  async create(): Promise<void> {
    await makeAll(this.#files, this.root)
  }

  /** Removes the folder with all in it. */
  async destroy(): Promise<void> {
    if (await this.#files.inspect(this.root)) await removeTree(this.#files, this.root)
  }

  /** False where it was never made, or was destroyed. */
  async exists(): Promise<boolean> {
    return (await this.#files.inspect(this.root)) !== null
  }

  /** At most {@link scanLimit} entries, links not followed, in no order. */
  async list(path = ''): Promise<FolderEntry[]> {
    const directory = await this.#existing(path)
    const names = await this.#relating(path, () => this.#files.list(directory, scanLimit))
    const entries: FolderEntry[] = []
    for (const name of names) {
      const status = await this.#files.inspect(`${directory}/${name}`)
      if (status) entries.push({ name, ...status })
    }
    return entries
  }

  /** Of what is at the end of all links; null where there is nothing. */
  async inspect(path: string): Promise<FileStatus | null> {
    try {
      return await this.#files.inspect(await this.#existing(path))
    } catch (error) {
      if (error instanceof FileError) return null
      throw error
    }
  }

  read(path: string, start = 0, end = Infinity): AsyncIterable<Bytes> {
    const files = this.#files
    const place = this.#existing(path)
    // Failures are met by who reads.
    place.catch(() => {})
    return (async function* () {
      yield* files.read(await place, start, end)
    })()
  }

  /** See {@link FileSystem.write}. The directory must be there. */
  async write(
    path: string,
    offset: number | 'end',
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ): Promise<number> {
    const place = await this.#place(path)
    return this.#files.write(place, offset, chunks)
  }

  async resize(path: string, size: number): Promise<void> {
    await this.#files.resize(await this.#existing(path), size)
  }

  /** @param options.parents makes missing directories above it. `existOk`: no failure where it is there. */
  async makeDirectory(path: string, options: { parents?: boolean; existOk?: boolean } = {}): Promise<void> {
    const place = await this.#place(path, options.parents)
    const found = await this.#files.inspect(place)
    if (found) {
      if (options.existOk && found.type !== 'file') return
      throw new FileError('EEXIST', path)
    }
    await this.#relating(path, () => (options.parents ? makeAll(this.#files, place) : this.#files.makeDirectory(place)))
  }

  /** Into a place that need not be there: over a file or an empty directory. The directory above must be there. */
  async rename(from: string, to: string): Promise<void> {
    const source = await this.#entry(from)
    if (!(await this.#files.inspect(source))) throw new FileError('ENOENT', from)
    const target = await this.#entry(to)
    await this.#relating(to, () => this.#files.rename(source, target))
  }

  /**
   * As Python's `shutil.move`, by which servers move and rename (observed 23.9.10 and 26.9.6): into a directory that is
   * there, over a file; for a directory those above its new place are made.
   */
  async move(from: string, to: string): Promise<void> {
    const source = await this.#entry(from)
    const status = await this.#files.inspect(source)
    if (!status) throw new FileError('ENOENT', from)
    const target = (await this.inspect(to))?.type === 'directory' ? `${to}/${basename(from)}` : to
    if (status.type !== 'directory') return this.rename(from, target)
    if (await this.inspect(target)) throw new FileError('EEXIST', target)
    const parent = inside(target).slice(0, -1).join('/')
    const place = await this.#place(target, true)
    if (`${place}/`.startsWith(`${source}/`)) throw new FileError('EINVAL', from)
    await this.makeDirectory(parent, { parents: true, existOk: true })
    return this.rename(from, target)
  }

  /** @throws FileError `EISDIR` for a directory that is not to be removed with all in it. */
  async remove(path: string, options: { recursive?: boolean } = {}): Promise<void> {
    const place = await this.#entry(path)
    const status = await this.#files.inspect(place)
    if (!status) throw new FileError('ENOENT', path)
    if (status.type !== 'directory') return this.#relating(path, () => this.#files.removeFile(place))
    if (!options.recursive) throw new FileError('EISDIR', path)
    await removeTree(this.#files, place)
  }

  /** Removes a directory if it is there and empty. */
  async removeIfEmpty(path: string): Promise<void> {
    try {
      await this.#files.removeDirectory(await this.#existing(path))
    } catch (error) {
      if (!(error instanceof FileError)) throw error
    }
  }

  /** Copies everything into another folder. */
  async copyTo(other: StoredFolder): Promise<void> {
    await other.create()
    for await (const { path, status } of this.walk('')) {
      if (status.type === 'directory') await other.makeDirectory(path, { existOk: true })
      else await other.write(path, 0, this.read(path))
    }
  }

  /**
   * All below a directory, each directory before what is in it; links to directories are left out, and those into nothing
   * unless they are asked for.
   */
  async *walk(path: string, options: { brokenLinks?: boolean } = {}): AsyncGenerator<WalkedEntry, void, undefined> {
    yield* this.#walk(path, await this.#all(path), options.brokenLinks ?? false)
  }

  /** How many files and bytes are in it. */
  async usage(): Promise<{ files: number; bytes: number }> {
    let files = 0
    let bytes = 0
    for await (const { status } of this.walk('')) {
      if (status.type !== 'file') continue
      files += 1
      bytes += status.size
    }
    return { files, bytes }
  }

  async *#walk(
    path: string,
    entries: readonly FolderEntry[],
    brokenLinks: boolean,
  ): AsyncGenerator<WalkedEntry, void, undefined> {
    for (const { name, ...status } of entries) {
      const child = path === '' ? name : `${path}/${name}`
      if (status.type === 'directory') {
        const children = await this.#all(child)
        yield { path: child, status, isEmpty: children.length === 0 }
        yield* this.#walk(child, children, brokenLinks)
      } else {
        const target = status.type === 'file' ? status : await this.inspect(child).catch(() => null)
        if (target?.type === 'file') yield { path: child, status: target, isEmpty: target.size === 0 }
        else if (!target && brokenLinks) yield { path: child, status, isEmpty: true }
      }
    }
  }

  async #all(path: string): Promise<FolderEntry[]> {
    const directory = await this.#existing(path)
    const names = (await this.#files.list(directory)).toSorted()
    const entries = await Promise.all(
      names.map(async (name) => ({ name, status: await this.#files.inspect(`${directory}/${name}`) })),
    )
    return entries.flatMap(({ name, status }) => (status ? [{ name, ...status }] : []))
  }

  /** Where something is, all links followed and within the folder. */
  async #existing(path: string): Promise<string> {
    const place = join(this.root, inside(path))
    const real = await this.#relating(path, () => this.#files.realPath(place))
    return this.#contained(real, path)
  }

  /** Where something is or will be: the links of its directory are followed, not its own. */
  async #entry(path: string): Promise<string> {
    const parts = inside(path)
    const name = parts.pop()
    if (name === undefined) return this.#existing('')
    const directory = await this.#relating(path, () => this.#files.realPath(join(this.root, parts)))
    return `${await this.#contained(directory, path)}/${name}`
  }

  /** Where something will be; with `parents` its directory need not be there. A link at its end must stay within. */
  async #place(path: string, parents = false): Promise<string> {
    const parts = inside(path)
    const missing: string[] = []
    let found = join(this.root, parts)
    while (!(await this.#files.inspect(found)) && parts.length > 0) {
      missing.unshift(parts.pop() ?? '')
      found = join(this.root, parts)
    }
    if (missing.length > 1 && !parents) throw new FileError('ENOENT', path)
    const real = await this.#relating(path, () => this.#files.realPath(found))
    return join(await this.#contained(real, path), missing)
  }

  async #contained(real: string, path: string): Promise<string> {
    const root = await this.#relating(path, () => this.#files.realPath(this.root))
    if (real !== root && !real.startsWith(`${root}/`)) throw new OutsideError(path)
    return real
  }

  /** Failures name the path within the folder. */
  async #relating<T>(path: string, action: () => Promise<T>): Promise<T> {
    try {
      return await action()
    } catch (error) {
      if (error instanceof FileError && error.path !== path) throw new FileError(error.code, path, { cause: error })
      throw error
    }
  }
}

/**
 * The parts of a path that stays within its folder, as far as its text tells.
 *
 * @throws OutsideError
 */
function inside(path: string): string[] {
  if (path.startsWith('/')) throw new OutsideError(path)
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) throw new OutsideError(path)
  }
  return parts
}

const join = (root: string, parts: readonly string[]): string => [root, ...parts].join('/')

export const basename = (path: string): string => inside(path).at(-1) ?? ''

async function makeAll(files: FileSystem, path: string): Promise<void> {
  const status = await files.inspect(path)
  if (status?.type === 'directory') return
  const parent = path.slice(0, path.lastIndexOf('/'))
  if (!status && parent) await makeAll(files, parent)
  try {
    await files.makeDirectory(path)
  } catch (error) {
    // Another call may have made it in the meantime.
    if (!(error instanceof FileError) || error.code !== 'EEXIST' || status) throw error
  }
}

async function removeTree(files: FileSystem, path: string): Promise<void> {
  for (const name of await files.list(path)) {
    const child = `${path}/${name}`
    if ((await files.inspect(child))?.type === 'directory') await removeTree(files, child)
    else await files.removeFile(child)
  }
  await files.removeDirectory(path)
}
