/** Files on a real disk, in a directory of their own. Loaded only where there is one. */
import { constants } from 'node:fs'
import { createReadStream } from 'node:fs'
import { lstat, mkdir, mkdtemp, open, opendir, realpath, rename, rm, rmdir, truncate, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type Bytes, FileError, type FileStatus, type FileSystem, isFileErrorCode } from './file-system.ts'

/** How much of a file is read at a time. */
const portion = 256 * 1024

/** @param parent of the directory that is made. Default: that of temporary files. */
export async function openDisk(parent = tmpdir()): Promise<FileSystem> {
  await mkdir(parent, { recursive: true })
  return new Disk(await realpath(await mkdtemp(join(parent, 'backend-ai-volumes-'))))
}

class Disk implements FileSystem {
  readonly #base: string

  constructor(base: string) {
    this.#base = base
  }

  hostPath(path: string): string {
    return this.#base + path
  }

  inspect(path: string): Promise<FileStatus | null> {
    return this.#do(path, async (place) => {
      try {
        const found = await lstat(place)
        return {
          type: found.isDirectory() ? 'directory' : found.isSymbolicLink() ? 'symlink' : 'file',
          size: found.size,
          mode: found.mode,
          modified: found.mtimeMs,
          changed: found.ctimeMs,
        }
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return null
        throw error
      }
    })
  }

  realPath(path: string): Promise<string> {
    return this.#do(path, async (place) => {
      const real = await realpath(place)
      // Where a link leads elsewhere: within no folder.
      return real.startsWith(`${this.#base}/`) ? real.slice(this.#base.length) : '/'
    })
  }

  list(path: string, most = Infinity): Promise<string[]> {
    return this.#do(path, async (place) => {
      const names: string[] = []
      for await (const { name } of await opendir(place)) if (names.push(name) >= most) break
      return names
    })
  }

  makeDirectory(path: string): Promise<void> {
    return this.#do(path, (place) => mkdir(place))
  }

  rename(from: string, to: string): Promise<void> {
    return this.#do(from, (place) => rename(place, this.hostPath(to)))
  }

  removeFile(path: string): Promise<void> {
    return this.#do(path, (place) => unlink(place))
  }

  removeDirectory(path: string): Promise<void> {
    return this.#do(path, (place) => rmdir(place))
  }

  async *read(path: string, start: number, end: number): AsyncGenerator<Bytes, void, undefined> {
    if (end <= start) return
    try {
      const stream = createReadStream(this.hostPath(path), { start, end: end - 1, highWaterMark: portion })
      for await (const chunk of stream) yield chunk as Bytes
    } catch (error) {
      throw failureOf(error, path)
    }
  }

  write(
    path: string,
    offset: number | 'end',
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ): Promise<number> {
    return this.#do(path, async (place) => {
      const behind = offset === 'end'
      const { O_WRONLY, O_CREAT, O_APPEND } = constants
      await using file = await open(place, O_WRONLY | O_CREAT | (behind ? O_APPEND : 0), 0o644)
      let written = 0
      const writeAll = async (chunk: Uint8Array): Promise<void> => {
        for (let at = 0; at < chunk.length;) {
          const position = behind ? null : offset + written
          const { bytesWritten } = await file.write(chunk, at, chunk.length - at, position)
          at += bytesWritten
          written += bytesWritten
        }
      }
      // The next part is received while one is written.
      let writing = Promise.resolve()
      try {
        for await (const chunk of chunks) {
          await writing
          writing = writeAll(chunk)
          // A failure is met where it is waited for.
          writing.catch(() => {})
        }
      } finally {
        await writing
      }
      return written
    })
  }

  resize(path: string, size: number): Promise<void> {
    return this.#do(path, (place) => truncate(place, size))
  }

  async dispose(): Promise<void> {
    await rm(this.#base, { recursive: true, force: true, maxRetries: 3 })
  }

  async #do<T>(path: string, action: (place: string) => Promise<T>): Promise<T> {
    try {
      return await action(this.hostPath(path))
    } catch (error) {
      throw failureOf(error, path)
    }
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)

function failureOf(error: unknown, path: string): unknown {
  const code = codeOf(error)
  return error instanceof FileError || !isFileErrorCode(code) ? error : new FileError(code, path, { cause: error })
}
