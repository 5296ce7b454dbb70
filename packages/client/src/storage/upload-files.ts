/** The files of an upload: directories first, then some files at a time, and a look at what is there afterwards. */
import { delay, TimeoutError, UploadError } from '@backend-ai-sdk/core'

import { patiently } from '../patience.ts'
import type { FolderAddress } from './folder-address.ts'
import { makeDirectory, splitPath } from './transfer-folder.ts'
import { statFiles, type FileState } from './transfer-stat.ts'
import { ProgressMeter, type UploadProgress } from './upload-progress.ts'
import { sendFile } from './upload-session.ts'
import { openSource, type OpenSource } from './upload-source.ts'
import type { ResumeStore } from './upload-store.ts'
import type { Limits, UploadEntry } from './upload.ts'

export interface UploadedFile {
  readonly path: string
  /** Bytes. */
  readonly size: number
  /** Bytes that were there already from an attempt before. */
  readonly resumedAt: number
}

export interface SendOptions {
  limits: Limits
  store: ResumeStore | undefined
  verify: boolean
  signal: AbortSignal | undefined
  timeout: number
  /** Of who has the handle. */
  leaving: AbortSignal
  mayGoOn: () => Promise<boolean>
  report: (progress: UploadProgress) => void
}

export async function sendFiles(
  folder: FolderAddress,
  entries: readonly UploadEntry[],
  options: SendOptions,
): Promise<readonly UploadedFile[]> {
  const { limits, leaving, signal, timeout } = options
  const stop = new AbortController()
  const leave = (event: Event): void => stop.abort((event.target as AbortSignal).reason)
  const timer = timeout > 0 ? setTimeout(() => stop.abort(tooLate(timeout)), timeout) : undefined
  leaving.addEventListener('abort', leave)
  signal?.addEventListener('abort', leave)
  try {
    signal?.throwIfAborted()
    const batch = new Batch(folder, entries, options, stop.signal)
    const results: UploadedFile[] = []
    let next = 0
    const work = async (): Promise<void> => {
      while (next < entries.length) {
        const index = next++
        results[index] = await batch.send(entries[index]!)
      }
    }
    const workers = Array.from({ length: Math.min(limits.parallel, entries.length) }, async () => {
      try {
        await work()
      } catch (error) {
        stop.abort(error)
        throw error
      }
    })
    const outcomes = await Promise.allSettled(workers)
    if (outcomes.some(({ status }) => status === 'rejected')) throw stop.signal.reason
    if (options.verify) await batch.verify(results)
    return results
  } finally {
    clearTimeout(timer)
    leaving.removeEventListener('abort', leave)
    signal?.removeEventListener('abort', leave)
  }
}

const tooLate = (ms: number): TimeoutError =>
  new TimeoutError(`The upload was not complete within ${ms} ms.`, 'total', ms)

class Batch {
  readonly #folder: FolderAddress
  readonly #options: SendOptions
  readonly #signal: AbortSignal
  readonly #meter: ProgressMeter
  readonly #directories = new Map<string, Promise<void>>()

  constructor(folder: FolderAddress, entries: readonly UploadEntry[], options: SendOptions, signal: AbortSignal) {
    this.#folder = folder
    this.#options = options
    this.#signal = signal
    this.#meter = new ProgressMeter(entries.map(sizeOf), options.report)
  }

  async send(entry: UploadEntry): Promise<UploadedFile> {
    const { path, source, size, fingerprint } = entry
    if (await this.#options.mayGoOn()) this.#signal.throwIfAborted()
    const { directory } = splitPath(path)
    await this.#makeDirectory(directory)
    const given = typeof source === 'function' ? await source() : source
    const disposable = typeof source === 'function' ? (given as Partial<AsyncDisposable>) : {}
    try {
      const open = await openSource(given, path, size)
      try {
        return await this.#send(path, open, fingerprint ?? open.fingerprint, sizeOf(entry))
      } finally {
        await open.close()
      }
    } finally {
      await disposable[Symbol.asyncDispose]?.()
    }
  }

  async #send(
    path: string,
    source: OpenSource,
    fingerprint: string | undefined,
    declared: number,
  ): Promise<UploadedFile> {
    const { limits, mayGoOn, store } = this.#options
    const { size } = source
    const meter = this.#meter.file(path, size, declared)
    const key = `${this.#folder.id}/${path}/${size}/${fingerprint}`
    // What takes one request is not worth a note.
    const isNoted = store && fingerprint !== undefined && size > limits.partSize
    const unlock = isNoted && store.lock ? await store.lock(key) : nothing
    try {
      const { resumedAt } = await sendFile({
        folder: this.#folder,
        path,
        source,
        ...limits,
        signal: this.#signal,
        note: isNoted && unlock ? { store, key } : undefined,
        onSent: (bytes) => meter.sent(bytes),
        mayGoOn,
      })
      meter.done()
      return { path, size, resumedAt }
    } finally {
      await unlock?.()
    }
  }

  /** Old servers fail after the last byte where there is no directory (protocol 03 §2.7). */
  #makeDirectory(directory: string): Promise<void> {
    if (directory === '') return Promise.resolve()
    let made = this.#directories.get(directory)
    if (!made) {
      const signal = this.#signal
      made = patiently(() => makeDirectory(this.#folder, directory, { signal }), signal)
      this.#directories.set(directory, made)
    }
    return made
  }

  /** @throws UploadError for a file that has another size than was sent. */
  async verify(files: readonly UploadedFile[]): Promise<void> {
    const directories = new Map<string, Map<string, UploadedFile>>()
    for (const file of files) {
      const { directory, name } = splitPath(file.path)
      const siblings = directories.get(directory) ?? new Map<string, UploadedFile>()
      directories.set(directory, siblings.set(name, file))
    }
    const left = directories.entries()
    const work = async (): Promise<void> => {
      try {
        for (const [directory, siblings] of left) await this.#verify(directory, siblings)
      } catch (error) {
        // The others end with what they are at.
        directories.clear()
        throw error
      }
    }
    const workers = Array.from({ length: Math.min(this.#options.limits.parallel, directories.size) }, work)
    const failed = (await Promise.allSettled(workers)).find((outcome) => outcome.status === 'rejected')
    if (failed) throw failed.reason
  }

  async #verify(directory: string, files: Map<string, UploadedFile>): Promise<void> {
    const options = { signal: this.#signal, idle: this.#options.limits.idle }
    const names = new Set(files.keys())
    // Shared storage shows what was written elsewhere only after a moment.
    for (const pause of [0, 500, 2000, 4000]) {
      if (pause > 0) await delay(pause, this.#signal)
      const states = await patiently(() => statFiles(this.#folder, directory, names, options), this.#signal)
      for (const name of names) if (states.get(name)?.size === files.get(name)!.size) names.delete(name)
      const [left] = names
      if (left === undefined) return
      if (pause === 4000) throw mismatch(files.get(left)!, states.get(left))
    }
  }
}

const mismatch = ({ path, size }: UploadedFile, state: FileState | undefined): UploadError =>
  new UploadError(
    state
      ? `In the folder ${path} now has ${state.size} bytes, and ${size} were sent: somebody else wrote to it.`
      : `In the folder there is no ${path} after it was sent: somebody else removed it.`,
    'damaged',
    { path, expected: size, reported: state?.size },
  )

/** Of handles it is known when they are opened. */
function sizeOf({ source, size = 0 }: UploadEntry): number {
  if (typeof source === 'string') return new Blob([source]).size
  if ('byteLength' in source) return source.byteLength
  return 'size' in source ? source.size : size
}

const nothing = async (): Promise<void> => {}
