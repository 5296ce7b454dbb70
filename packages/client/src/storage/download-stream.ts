/** A stream over requests that follow each other, as long as they are about the same content. */
import {
  abortable,
  APIError,
  BackendAIError,
  delay,
  DownloadError,
  NetworkError,
  TimeoutError,
  type Transport,
} from '@backend-ai-sdk/core'

import { backOff, isTemporary } from '../patience.ts'
import { askStorageProxy, isTokenRefused, isUntrusted, permittedURL, Silence, untrusted } from './storage-proxy.ts'
import type { Permit } from './transfer-folder.ts'
import { isWholeZip, zipTail } from './zip-end.ts'

type Bytes = Uint8Array<ArrayBuffer>

export interface ArchiveTask {
  transport: Transport
  path: string
  idle: number
  signal: AbortSignal | undefined
  /** Milliseconds to the first headers. */
  timeout: number | undefined
  permit: () => Promise<Permit>
  query?: Record<string, string>
}

export interface DownloadTask extends ArchiveTask {
  start: number
  /** `Last-Modified` of what was fetched before, of which this is to be the rest. */
  version?: string | undefined
  /** Bytes of one request. */
  partSize: number
  patience: number
  retries: number
}

export interface OpenedDownload {
  size: number | undefined
  lastModified: string | undefined
  readable: ReadableStream<Bytes>
}

export async function openFile(task: DownloadTask): Promise<OpenedDownload> {
  const reader = new FileReader(task)
  await openWithin(task, reader)
  const { size, lastModified } = reader
  return { size, lastModified, readable: streamOf(reader, task.signal) }
}

export async function openArchive(task: ArchiveTask): Promise<OpenedDownload> {
  const reader = new ArchiveReader(task)
  await openWithin(task, reader)
  return { size: undefined, lastModified: undefined, readable: streamOf(reader, task.signal) }
}

/** Opens, or leaves nothing open. */
async function openWithin(task: ArchiveTask, reader: Reader): Promise<void> {
  try {
    task.signal?.throwIfAborted()
    await within(task, reader.open())
  } catch (error) {
    reader.close()
    throw error
  }
}

async function within({ transport, path, signal, timeout }: ArchiveTask, opening: Promise<void>): Promise<void> {
  const ms = timeout ?? transport.config.timeouts.total
  if (ms === 0) return abortable(opening, signal)
  const late = new AbortController()
  const error = new TimeoutError(`No answer within ${ms} ms (download of ${path})`, 'total', ms, { retryable: true })
  const timer = setTimeout(() => late.abort(error), ms)
  try {
    await abortable(abortable(opening, signal), late.signal)
  } finally {
    clearTimeout(timer)
  }
}

interface Reader {
  open(): Promise<void>
  /** Undefined at the end. */
  read(): Promise<Bytes | undefined>
  close(): void
}

function streamOf(reader: Reader, signal: AbortSignal | undefined): ReadableStream<Bytes> {
  return new ReadableStream<Bytes>(
    {
      async pull(controller) {
        try {
          const bytes = await abortable(reader.read(), signal)
          if (bytes) controller.enqueue(bytes)
          else controller.close()
        } catch (error) {
          reader.close()
          throw error
        }
      },
      cancel: () => reader.close(),
    },
    { highWaterMark: 0 },
  )
}

/** One request. */
class Connection {
  readonly #silence: Silence
  readonly #leaving = new AbortController()
  #reader: ReadableStreamDefaultReader<Bytes> | undefined

  constructor(idle: number) {
    this.#silence = new Silence(idle)
  }

  async open(transport: Transport, url: URL, headers: Record<string, string>): Promise<Response> {
    const { signal } = this.#leaving
    const response = await askStorageProxy(transport, { method: 'GET', url, headers, signal, silence: this.#silence })
    this.#reader = response.body?.getReader()
    return response
  }

  async read(): Promise<Bytes | undefined> {
    this.#silence.break()
    try {
      return (await abortable(this.#reader?.read() ?? Promise.resolve(undefined), this.#silence.signal))?.value
    } catch (cause) {
      if (cause instanceof BackendAIError) throw cause
      throw new NetworkError('The answer of the storage proxy broke off.', { cause, retryable: true })
    } finally {
      this.#silence.end()
    }
  }

  close(): void {
    this.#silence.end()
    this.#leaving.abort()
    void this.#reader?.cancel().catch(() => {})
  }
}

/** A file: what breaks off is asked for again, from where it was, under the condition that it is still the same. */
class FileReader implements Reader {
  size: number | undefined
  lastModified: string | undefined
  readonly #task: DownloadTask
  #etag: string | undefined
  #permit: Permit | undefined
  #connection: Connection | undefined
  #position: number
  /** Of what the latest answer has. */
  #partEnd: number | undefined
  /** Of a body that could only be had from its beginning. */
  #skipped = 0
  #isClosed = false
  #failures = 0
  #progressAt = performance.now()

  constructor(task: DownloadTask) {
    this.#task = task
    this.#position = task.start
    this.lastModified = task.version
  }

  async open(): Promise<void> {
    for (;;)
      try {
        return await this.#connect()
      } catch (error) {
        await this.#recover(error)
      }
  }

  async read(): Promise<Bytes | undefined> {
    for (;;)
      try {
        if (this.#position === this.size) return this.close()
        if (!this.#connection) await this.#connect()
        const bytes = await this.#connection!.read()
        if (bytes) {
          const fresh = this.#take(bytes)
          if (fresh.byteLength > 0) return fresh
        } else if (this.size === undefined) return this.close()
        else if (this.#position === this.#partEnd && this.#position < this.size) this.#disconnect()
        else if (this.#position < this.size) throw new NetworkError('The answer of the storage proxy ended too early.')
      } catch (error) {
        await this.#recover(error)
      }
  }

  #take(bytes: Bytes): Bytes {
    const left = Math.max(0, this.#position - this.#skipped)
    const fresh = bytes.subarray(left)
    this.#skipped += bytes.byteLength - fresh.byteLength
    this.#position += fresh.byteLength
    this.#skipped += fresh.byteLength
    this.#failures = 0
    this.#progressAt = performance.now()
    if (this.size !== undefined && this.#position > this.size) throw this.#changed(this.#position)
    return fresh
  }

  /** From {@link #position} on. */
  async #connect(): Promise<void> {
    const { transport, path, permit, idle, query, partSize } = this.#task
    this.#permit ??= await permit()
    const connection = new Connection(idle)
    this.#connection = connection
    // A range keeps compressed siblings away, also in pages, which then ask for the identity (protocol 03 §2.5).
    const last = Number.isFinite(partSize) ? this.#position + partSize - 1 : ''
    const headers: Record<string, string> = { Range: `bytes=${this.#position}-${last}`, 'Accept-Encoding': 'identity' }
    // By date: with an entity tag the condition is ignored.
    if (this.lastModified !== undefined) headers['If-Range'] = this.lastModified
    let response: Response
    try {
      response = await connection.open(transport, permittedURL(transport, this.#permit, query), headers)
    } catch (error) {
      // Nothing is left, or nothing was ever in it.
      if (!(error instanceof APIError) || error.status !== 416) throw error
      const size = this.#position === 0 ? 0 : this.size
      if (size === undefined || this.#position !== size)
        throw new DownloadError(`${path} has no byte ${this.#position}.`, 'changed', {
          path,
          expected: this.#position,
          cause: error,
        })
      this.size = size
      return
    }
    this.#mustBeTheSame(response)
    const range = /^bytes (\d+)-(\d*)\/(\d+)$/.exec(response.headers.get('Content-Range') ?? '')
    if (response.status === 206 && (!range || Number(range[1]) !== this.#position)) throw this.#changed(undefined)
    const length = response.headers.get('Content-Length')
    const isEncoded = response.headers.has('Content-Encoding')
    const total = range ? Number(range[3]) : length !== null && !isEncoded ? Number(length) : undefined
    if (this.size !== undefined && total !== undefined && total !== this.size) throw this.#changed(total)
    this.size ??= total
    // Without a range it begins at the beginning.
    this.#skipped = range ? this.#position : 0
    this.#partEnd = range ? Number(range[2]) + 1 : undefined
  }

  #mustBeTheSame({ headers }: Response): void {
    const lastModified = headers.get('Last-Modified') ?? undefined
    const etag = headers.get('ETag') ?? undefined
    const isOther = this.lastModified !== undefined && lastModified !== this.lastModified
    const isOtherTag = this.#etag !== undefined && etag !== this.#etag
    if (this.#position > 0 && (isOther || isOtherTag)) throw this.#changed(undefined)
    this.lastModified = lastModified
    this.#etag = etag
  }

  #changed(reported: number | undefined): DownloadError {
    const { path } = this.#task
    const message = `${path} was changed while it was read.`
    return new DownloadError(message, 'changed', { path, expected: this.size, reported, retryable: true })
  }

  async #recover(error: unknown): Promise<void> {
    this.#disconnect()
    const { transport, path, patience, retries, signal } = this.#task
    signal?.throwIfAborted()
    if (error instanceof APIError && isTokenRefused(error)) {
      if (this.#failures++ >= 3)
        throw this.#failed('expired', `The server's tokens expire before ${path} comes.`, error)
      this.#permit = undefined
      return
    }
    if (isUntrusted(error) && this.#permit)
      throw new DownloadError(untrusted(transport, this.#permit), 'untrusted', { path, cause: error })
    if (!isTemporary(error) || this.#isClosed) throw error
    const silence = performance.now() - this.#progressAt
    if (++this.#failures > retries || (this.#failures >= 3 && silence > patience))
      throw this.#failed('unreachable', `No progress with ${path} in ${this.#failures} attempts.`, error)
    await delay(backOff(this.#failures, 100), signal)
  }

  #failed(reason: DownloadError['reason'], message: string, cause: unknown): DownloadError {
    const { path } = this.#task
    const facts = { path, expected: this.size, reported: this.#position }
    return new DownloadError(message, reason, { ...facts, cause, retryable: true })
  }

  #disconnect(): void {
    this.#connection?.close()
    this.#connection = undefined
  }

  close(): undefined {
    this.#isClosed = true
    this.#connection?.close()
  }
}

/** An archive: made on the way, so that it cannot be gone on with; its end tells that it is whole. */
class ArchiveReader implements Reader {
  readonly #task: ArchiveTask
  readonly #connection: Connection
  #length = 0
  #tail: Bytes = new Uint8Array(0)

  constructor(task: ArchiveTask) {
    this.#task = task
    this.#connection = new Connection(task.idle)
  }

  async open(): Promise<void> {
    const { transport, permit, query } = this.#task
    await this.#connection.open(transport, permittedURL(transport, await permit(), query), {})
  }

  async read(): Promise<Bytes | undefined> {
    const { path } = this.#task
    let bytes: Bytes | undefined
    try {
      bytes = await this.#connection.read()
    } catch (cause) {
      const why =
        cause instanceof TimeoutError
          ? 'the server was silent for too long, as it is where a link leads nowhere'
          : 'it broke off'
      throw this.#truncated(`The archive of ${path} is not complete: ${why}.`, cause)
    }
    if (bytes) {
      this.#length += bytes.byteLength
      this.#tail = joined(this.#tail, bytes)
      return bytes
    }
    if (!isWholeZip(this.#tail, this.#length))
      throw this.#truncated(`The archive of ${path} has no end: the server failed while it made it.`)
    this.close()
    return undefined
  }

  #truncated(message: string, cause?: unknown): DownloadError {
    const { path } = this.#task
    return new DownloadError(message, 'truncated', { path, reported: this.#length, cause, retryable: true })
  }

  close(): void {
    this.#connection.close()
  }
}

/** The end of both. */
function joined(tail: Bytes, bytes: Bytes): Bytes {
  if (bytes.byteLength >= zipTail) return bytes.slice(-zipTail)
  const kept = tail.subarray(Math.max(0, tail.byteLength + bytes.byteLength - zipTail))
  const both = new Uint8Array(kept.byteLength + bytes.byteLength)
  both.set(kept)
  both.set(bytes, kept.byteLength)
  return both
}
