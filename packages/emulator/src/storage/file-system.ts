/** What the storage of a cluster needs of a place for files: a disk, or memory where there is none. */

export type Bytes = Uint8Array<ArrayBuffer>

export interface FileStatus {
  readonly type: 'file' | 'directory' | 'symlink'
  /** Bytes; of a directory what its file system says. */
  readonly size: number
  /** As `st_mode`: kind and permissions. */
  readonly mode: number
  /** Milliseconds since 1970, with fractions. */
  readonly modified: number
  /** Of the entry itself: content, name or permissions. */
  readonly changed: number
}

/** Paths are absolute, with `/`. Failures are {@link FileError}s. */
export interface FileSystem {
  /** Of the entry itself, also where it is a link. Null where there is nothing. */
  inspect(path: string): Promise<FileStatus | null>
  /** Where it really is, once all links are followed. */
  realPath(path: string): Promise<string>
  /** Names, in no order; at most so many. */
  list(path: string, most?: number): Promise<string[]>
  /** One level. */
  makeDirectory(path: string): Promise<void>
  /** Over a file that is there; over a directory only where it is empty. */
  rename(from: string, to: string): Promise<void>
  /** A file or a link. */
  removeFile(path: string): Promise<void>
  /** An empty one. */
  removeDirectory(path: string): Promise<void>
  /** From `start` until before `end`, as it is when it is opened. */
  read(path: string, start: number, end: number): AsyncIterable<Bytes>
  /**
   * Into the file, which is made where it is not there: from `offset` on, or behind whatever is the end at the time.
   *
   * @returns how many bytes; those before a failure of `chunks` stay.
   */
  write(path: string, offset: number | 'end', chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<number>
  /** Cuts it off, or fills it with zeros. */
  resize(path: string, size: number): Promise<void>
  /** Where it is on the disk of this machine, for programs that use it. None in memory. */
  hostPath?(path: string): string
  /** Removes all there is. */
  dispose(): Promise<void>
}

/** Linux's numbers and texts, which servers pass on. */
const errors = {
  ENOENT: [2, 'No such file or directory'],
  EACCES: [13, 'Permission denied'],
  EEXIST: [17, 'File exists'],
  ENOTDIR: [20, 'Not a directory'],
  EISDIR: [21, 'Is a directory'],
  EINVAL: [22, 'Invalid argument'],
  ENOSPC: [28, 'No space left on device'],
  ENAMETOOLONG: [36, 'File name too long'],
  ENOTEMPTY: [39, 'Directory not empty'],
  EIO: [5, 'Input/output error'],
} as const

export type FileErrorCode = keyof typeof errors

export const isFileErrorCode = (code: unknown): code is FileErrorCode => typeof code === 'string' && code in errors

/** A failure of the file system; its path is that within the folder. */
export class FileError extends Error {
  readonly code: FileErrorCode
  readonly errno: number
  readonly path: string

  constructor(code: FileErrorCode, path: string, options?: ErrorOptions) {
    const [errno, text] = errors[code]
    super(text, options)
    this.name = 'FileError'
    this.code = code
    this.errno = errno
    this.path = path
  }
}

/** A path that is absolute, or leads out of its folder. */
export class OutsideError extends Error {
  readonly path: string
  readonly isAbsolute: boolean

  constructor(path: string) {
    super('The path leads out of the folder.')
    this.name = 'OutsideError'
    this.path = path
    this.isAbsolute = path.startsWith('/')
  }
}
