/** Files in memory, for pages and other places without a disk. */
import { type Bytes, FileError, type FileStatus, type FileSystem } from './file-system.ts'

interface MemoryFile {
  kind: 'file'
  /** Longer than the file while it grows. */
  bytes: Bytes
  size: number
  modified: number
  changed: number
}

interface MemoryDirectory {
  kind: 'directory'
  entries: Map<string, MemoryFile | MemoryDirectory>
  modified: number
  changed: number
}

type Entry = MemoryFile | MemoryDirectory

/** How much of a file is handed out at a time. */
const portion = 256 * 1024

const split = (path: string): [parent: string, name: string] => {
  const at = path.lastIndexOf('/')
  return [path.slice(0, at), path.slice(at + 1)]
}

export class MemoryFileSystem implements FileSystem {
  readonly #clock: () => number
  #root: MemoryDirectory

  constructor(clock: () => number) {
    this.#clock = clock
    this.#root = this.#newDirectory()
  }

  async inspect(path: string): Promise<FileStatus | null> {
    const entry = this.#find(path)
    if (!entry) return null
    const { kind, modified, changed } = entry
    const isFile = kind === 'file'
    return { type: kind, size: isFile ? entry.size : 4096, mode: isFile ? 0o100644 : 0o40755, modified, changed }
  }

  async realPath(path: string): Promise<string> {
    this.#get(path)
    return path
  }

  async list(path: string, most?: number): Promise<string[]> {
    return [...this.#directory(path).entries.keys()].slice(0, most)
  }

  async makeDirectory(path: string): Promise<void> {
    const [parent, name] = split(path)
    const directory = this.#directory(parent)
    if (directory.entries.has(name)) throw new FileError('EEXIST', path)
    this.#put(directory, name, this.#newDirectory())
  }

  async rename(from: string, to: string): Promise<void> {
    const entry = this.#get(from)
    const [parent, name] = split(to)
    const directory = this.#directory(parent)
    const old = directory.entries.get(name)
    if (old === entry) return
    if (`${to}/`.startsWith(`${from}/`)) throw new FileError('EINVAL', from)
    if (old?.kind === 'directory') {
      if (entry.kind === 'file') throw new FileError('EISDIR', to)
      if (old.entries.size > 0) throw new FileError('ENOTEMPTY', to)
    } else if (old && entry.kind === 'directory') throw new FileError('ENOTDIR', to)
    this.#take(from)
    entry.changed = this.#clock()
    this.#put(directory, name, entry)
  }

  async removeFile(path: string): Promise<void> {
    if (this.#get(path).kind === 'directory') throw new FileError('EISDIR', path)
    this.#take(path)
  }

  async removeDirectory(path: string): Promise<void> {
    if (this.#directory(path).entries.size > 0) throw new FileError('ENOTEMPTY', path)
    this.#take(path)
  }

  async *read(path: string, start: number, end: number): AsyncGenerator<Bytes, void, undefined> {
    const file = this.#file(path)
    const until = Math.min(end, file.size)
    for (let at = start; at < until; at += portion) yield file.bytes.slice(at, Math.min(at + portion, until))
  }

  async write(
    path: string,
    offset: number | 'end',
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ): Promise<number> {
    const [parent, name] = split(path)
    const directory = this.#directory(parent)
    const found = directory.entries.get(name)
    if (found?.kind === 'directory') throw new FileError('EISDIR', path)
    const file = found ?? this.#newFile()
    if (!found) this.#put(directory, name, file)
    let written = 0
    for await (const chunk of chunks) {
      const at = offset === 'end' ? file.size : offset + written
      this.#reserve(file, at + chunk.length)
      file.bytes.set(chunk, at)
      file.size = Math.max(file.size, at + chunk.length)
      file.modified = file.changed = this.#clock()
      written += chunk.length
    }
    return written
  }

  async resize(path: string, size: number): Promise<void> {
    const file = this.#file(path)
    this.#reserve(file, size)
    file.bytes.fill(0, size)
    file.size = size
    file.modified = file.changed = this.#clock()
  }

  async dispose(): Promise<void> {
    this.#root = this.#newDirectory()
  }

  #reserve(file: MemoryFile, size: number): void {
    if (size <= file.bytes.length) return
    const bytes = new Uint8Array(Math.max(size, 2 * file.bytes.length))
    bytes.set(file.bytes)
    file.bytes = bytes
  }

  #newFile(): MemoryFile {
    const now = this.#clock()
    return { kind: 'file', bytes: new Uint8Array(0), size: 0, modified: now, changed: now }
  }

  #newDirectory(): MemoryDirectory {
    const now = this.#clock()
    return { kind: 'directory', entries: new Map(), modified: now, changed: now }
  }

  /** @throws FileError where a part on the way is a file. */
  #find(path: string): Entry | undefined {
    let entry: Entry | undefined = this.#root
    for (const part of path.split('/')) {
      if (part === '') continue
      if (!entry) return undefined
      if (entry.kind === 'file') throw new FileError('ENOTDIR', path)
      entry = entry.entries.get(part)
    }
    return entry
  }

  #get(path: string): Entry {
    const entry = this.#find(path)
    if (!entry) throw new FileError('ENOENT', path)
    return entry
  }

  #directory(path: string): MemoryDirectory {
    const entry = this.#get(path)
    if (entry.kind === 'file') throw new FileError('ENOTDIR', path)
    return entry
  }

  #file(path: string): MemoryFile {
    const entry = this.#get(path)
    if (entry.kind === 'directory') throw new FileError('EISDIR', path)
    return entry
  }

  #put(directory: MemoryDirectory, name: string, entry: Entry): void {
    directory.entries.set(name, entry)
    directory.modified = directory.changed = this.#clock()
  }

  #take(path: string): void {
    const [parent, name] = split(path)
    const directory = this.#directory(parent)
    directory.entries.delete(name)
    directory.modified = directory.changed = this.#clock()
  }
}
