/** Where the bytes of an upload come from: whatever a page, Node, Deno or Bun has, behind one interface. */
import { ConfigError, prefersStreamedBodies, UploadError } from '@backend-ai-sdk/core'

/** Bytes that can be read from any place. */
export interface RandomAccess {
  readonly size: number
  /** Milliseconds since 1970. With it an upload can be found again after a reload or a crash. */
  readonly lastModified?: number | undefined
  /** Bytes from `start` to `end`, the end excluded; fewer where the source ends before. */
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>
}

/** Of Node's `fs/promises`. */
interface FileHandle {
  stat(): Promise<{ size: number; mtimeMs: number }>
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }>
}

interface DenoFile {
  stat(): Promise<{ size: number; mtime: Date | null }>
  seek(offset: number, whence: 0): Promise<number>
  read(buffer: Uint8Array): Promise<number | null>
}

/** `Bun.file()` is a `Blob`; streams need the option `size`, and cannot be gone on with after a reload. */
export type UploadSource =
  | Blob
  | Uint8Array<ArrayBuffer>
  | ArrayBuffer
  | string
  | ReadableStream<Uint8Array<ArrayBuffer>>
  | AsyncIterable<Uint8Array<ArrayBuffer>>
  | RandomAccess
  | FileHandle
  | DenoFile

/** A source that is being read. */
export interface OpenSource {
  readonly size: number
  /** Of this content, for the resume store; undefined where nothing tells it from other content of that size. */
  readonly fingerprint: string | undefined
  /** Bytes before this are gone. */
  readonly floor: number
  /**
   * @throws UploadError where the source has other content or another size than at the beginning. What is checked last is
   *   the last piece, before it is handed out.
   */
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>
  /** Whether what `read` gives is made for it, so that its memory may be freed. */
  readonly isCopy: boolean
  /** A body for the bytes from `start` to `end`, where there is a better one than pieces that are read. */
  slice?(start: number, end: number): Blob
  close(): Promise<void>
}

/** @param size that the caller gives, which streams need. */
export async function openSource(source: UploadSource, path: string, size?: number): Promise<OpenSource> {
  const opened = await open(source, path, size)
  if (size !== undefined && opened.size !== size) throw changed(path, size, opened.size)
  return opened
}

async function open(source: UploadSource, path: string, size: number | undefined): Promise<OpenSource> {
  if (typeof source === 'string') return ofBlob(new Blob([source]), path)
  if (source instanceof ArrayBuffer) return ofBytes(new Uint8Array(source))
  if (source instanceof Uint8Array) return ofBytes(source)
  if (source instanceof Blob) return ofBlob(source, path)
  if ('stat' in source) return 'seek' in source ? ofDenoFile(source, path) : ofFileHandle(source, path)
  if ('size' in source) return ofRandomAccess(source, path)
  if (size === undefined)
    throw new ConfigError(`The size of ${path} must be given: a server takes no file whose size it does not know.`)
  return new Sequence(source, path, size)
}

const changed = (path: string, expected: number, reported?: number): UploadError =>
  new UploadError(
    reported === undefined || reported === expected
      ? `${path} was changed while it was sent.`
      : `${path} has ${reported} bytes, not ${expected}: it was changed while it was sent, or its size is given wrongly.`,
    'source-changed',
    { path, expected, reported },
  )

const nothing = async (): Promise<void> => {}

function ofBytes(bytes: Uint8Array<ArrayBuffer>): OpenSource {
  return {
    size: bytes.byteLength,
    fingerprint: undefined,
    floor: 0,
    isCopy: false,
    read: async (start, end) => bytes.subarray(start, end),
    slice: (start, end) => new Blob([bytes.subarray(start, end)]),
    close: nothing,
  }
}

function ofBlob(blob: Blob, path: string): OpenSource {
  const { size } = blob
  const { name, lastModified } = blob as Partial<File>
  return {
    size,
    fingerprint: lastModified === undefined ? undefined : `${name ?? ''}@${lastModified}`,
    floor: 0,
    isCopy: true,
    async read(start, end) {
      try {
        const bytes = new Uint8Array(await blob.slice(start, end).arrayBuffer())
        if (bytes.byteLength === end - start) return bytes
      } catch (cause) {
        // A file of a page, or of `openAsBlob()`, that was written to since it was chosen.
        throw Object.assign(changed(path, size), { cause })
      }
      throw changed(path, size)
    },
    slice: (start, end) => blob.slice(start, end),
    close: nothing,
  }
}

interface State {
  size: number
  modified: number | undefined
}

/** What can be asked for its state is asked before the last piece of each part is handed out. */
function checked(
  path: string,
  first: State,
  state: () => Promise<State>,
  isCopy: boolean,
  read: (start: number, end: number) => Promise<Uint8Array<ArrayBuffer>>,
): OpenSource {
  return {
    size: first.size,
    fingerprint: first.modified === undefined ? undefined : String(first.modified),
    floor: 0,
    isCopy,
    async read(start, end) {
      const bytes = await read(start, end)
      const { size, modified } = await state()
      if (bytes.byteLength !== end - start) throw changed(path, first.size, start + bytes.byteLength)
      if (size !== first.size || modified !== first.modified) throw changed(path, first.size, size)
      return bytes
    },
    close: nothing,
  }
}

async function ofRandomAccess(source: RandomAccess, path: string): Promise<OpenSource> {
  const state = async (): Promise<State> => ({ size: source.size, modified: source.lastModified })
  return checked(path, await state(), state, false, (start, end) => source.read(start, end))
}

async function ofFileHandle(handle: FileHandle, path: string): Promise<OpenSource> {
  const state = async (): Promise<State> => {
    const { size, mtimeMs } = await handle.stat()
    return { size, modified: mtimeMs }
  }
  return checked(path, await state(), state, true, async (start, end) => {
    const bytes = new Uint8Array(end - start)
    let length = 0
    while (length < bytes.byteLength) {
      const { bytesRead } = await handle.read(bytes, length, bytes.byteLength - length, start + length)
      if (bytesRead === 0) break
      length += bytesRead
    }
    return bytes.subarray(0, length)
  })
}

async function ofDenoFile(file: DenoFile, path: string): Promise<OpenSource> {
  const state = async (): Promise<State> => {
    const { size, mtime } = await file.stat()
    return { size, modified: mtime?.getTime() }
  }
  return checked(path, await state(), state, true, async (start, end) => {
    const bytes = new Uint8Array(end - start)
    let length = 0
    await file.seek(start, 0)
    while (length < bytes.byteLength) {
      const count = await file.read(bytes.subarray(length))
      if (!count) break
      length += count
    }
    return bytes.subarray(0, length)
  })
}

/** What can be read once: of it the part that is on its way is kept, in case it must be sent again. */
class Sequence implements OpenSource {
  readonly size: number
  readonly fingerprint = undefined
  readonly isCopy = true
  floor = 0
  readonly #path: string
  readonly #iterator: AsyncIterator<Uint8Array<ArrayBuffer>, unknown, undefined>
  /** From {@link floor} on. */
  #kept: Uint8Array<ArrayBuffer>[] = []
  #end = 0
  #hasEnded = false

  constructor(
    source: ReadableStream<Uint8Array<ArrayBuffer>> | AsyncIterable<Uint8Array<ArrayBuffer>>,
    path: string,
    size: number,
  ) {
    this.size = size
    this.#path = path
    this.#iterator = source instanceof ReadableStream ? iterate(source) : source[Symbol.asyncIterator]()
  }

  async read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    while (this.#end < end) await this.#pull()
    // A source that goes on has another size than was said.
    if (end === this.size) while (!this.#hasEnded) await this.#pull()
    const bytes = new Uint8Array(end - start)
    let position = this.floor
    for (const piece of this.#kept) {
      const from = Math.max(start - position, 0)
      const to = Math.min(end - position, piece.byteLength)
      if (from < to) bytes.set(piece.subarray(from, to), position + from - start)
      position += piece.byteLength
    }
    return bytes
  }

  /** What is before will not be asked for again. */
  forget(before: number): void {
    while (this.#kept[0] && this.floor + this.#kept[0].byteLength <= before)
      this.floor += this.#kept.shift()!.byteLength
  }

  async #pull(): Promise<void> {
    const { done, value } = this.#hasEnded ? { done: true, value: undefined } : await this.#iterator.next()
    if (done) {
      this.#hasEnded = true
      if (this.#end !== this.size) throw changed(this.#path, this.size, this.#end)
      return
    }
    const bytes = value as Uint8Array<ArrayBuffer>
    this.#kept.push(bytes)
    this.#end += bytes.byteLength
    if (this.#end > this.size) throw changed(this.#path, this.size, this.#end)
  }

  async close(): Promise<void> {
    this.#kept = []
    await this.#iterator.return?.()
  }
}

/** Safari has no async iteration of streams. */
async function* iterate(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const reader = stream.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}

export const forget = (source: OpenSource, before: number): void => {
  if (source instanceof Sequence) source.forget(before)
}

/** Pieces of a body that is a stream: large ones are four times as fast, small ones tell progress where a line is slow. */
const pieces = { first: 256 * 1024, smallest: 64 * 1024, largest: 1024 * 1024, milliseconds: 100 }

export interface PartBody {
  body: BodyInit
  headers: Readonly<Record<string, string>>
  /** Of the source, in the words of the one who reads it: a `fetch` wraps it. */
  failure(): unknown
  /**
   * To be called when all has arrived: by itself V8 frees what is behind arrays only after 64 MiB of them. The last
   * piece is left alone, since a server that lies may answer while it is on its way; those before it are not.
   */
  free(): void
}

/** @param onBytes is told of the bytes that were handed out, where that can be seen. */
export async function bodyOf(
  source: OpenSource,
  start: number,
  end: number,
  onBytes: (count: number) => void,
): Promise<PartBody> {
  let failure: unknown
  const none = { headers: {}, failure: () => failure, free: () => {} }
  if (start === end) {
    await source.read(start, end)
    return { body: new Uint8Array(0), ...none }
  }
  if (!prefersStreamedBodies()) return { body: source.slice?.(start, end) ?? (await source.read(start, end)), ...none }
  const buffers: ArrayBuffer[] = []
  let position = start
  let size = pieces.first
  let pulledAt: number | undefined
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const now = performance.now()
        // A piece has left the process when the next one is wanted.
        if (pulledAt !== undefined)
          size =
            now - pulledAt < pieces.milliseconds
              ? Math.min(size * 2, pieces.largest)
              : Math.max(size / 2, pieces.smallest)
        pulledAt = now
        try {
          const left = end - position
          // The last piece is a small one, since it is not freed.
          const next =
            left > size + pieces.smallest ? position + size : left > pieces.smallest ? end - pieces.smallest : end
          const bytes = await source.read(position, next)
          if (source.isCopy) buffers.push(bytes.buffer)
          controller.enqueue(bytes)
          onBytes(bytes.byteLength)
          if ((position = next) === end) controller.close()
        } catch (error) {
          failure = error
          throw error
        }
      },
    },
    { highWaterMark: 0 },
  )
  return {
    body,
    headers: { 'Content-Length': String(end - start) },
    failure: () => failure,
    free: () => buffers.slice(0, -1).forEach(detach),
  }
}

/** Node 22 has `transfer`, of ES2024. */
const detach = (buffer: ArrayBuffer & { transfer?: (length: number) => unknown }): void => void buffer.transfer?.(0)
