/** Sends files to a folder (protocol 03 §2.7). Loaded with the first upload. */
import { ConfigError, refuseUnknownKeys, type CallOptions } from '@backend-ai-sdk/core'

import type { FolderAddress } from './folder-address.ts'
import { folderPath } from './transfer-folder.ts'
import { sendFiles, type UploadedFile } from './upload-files.ts'
import type { UploadProgress } from './upload-progress.ts'
import type { UploadSource } from './upload-source.ts'
import type { ResumeStore } from './upload-store.ts'

export interface UploadFilesOptions extends CallOptions {
  /**
   * Is told how far it is, at most every 50 ms. What a server has lost is sent again: then there is less than before.
   */
  onProgress?: ((progress: UploadProgress) => void) | undefined
  /** Files at a time. Default 4. */
  parallel?: number | undefined
  /** Bytes of one request, at most; smaller where a line breaks often, and in pages what takes a second. Default 16 MiB. */
  partSize?: number | undefined
  /** Notes uploads, so that they go on after a reload or a crash. Default: none. */
  resumeStore?: ResumeStore | undefined
  /** Milliseconds without progress, after which an upload fails. Default 300,000. */
  patience?: number | undefined
  /** Milliseconds that the storage proxy may be silent before a request is made again; 0 is no limit. Default 60,000. */
  idleTimeout?: number | undefined
  /** Compares the sizes in the folder afterwards. Default true. */
  verify?: boolean | undefined
  /** Ends the upload; what was sent stays for the next attempt, where there is a {@link resumeStore}. */
  signal?: AbortSignal | undefined
  /** Milliseconds for all of it. Default: no limit. */
  timeout?: number | undefined
}

const filesOptionNames = [
  'onProgress',
  'parallel',
  'partSize',
  'resumeStore',
  'patience',
  'idleTimeout',
  'verify',
  'signal',
  'timeout',
] as const satisfies (keyof UploadFilesOptions)[]

export interface FileUploadOptions extends UploadFilesOptions {
  /** Bytes of the source, which streams need. */
  size?: number | undefined
  /** Tells the content from other content of that path and size, for sources that have no date. */
  fingerprint?: string | undefined
}

const fileOptionNames = [...filesOptionNames, 'size', 'fingerprint'] as const satisfies (keyof FileUploadOptions)[]

/** A file to be sent. */
export interface UploadEntry {
  /** Below the folder's root, with slashes: `data/train.csv`. Directories are made; a file that is there is replaced. */
  path: string
  /** A function is called when it is the file's turn; what it returns is disposed of afterwards. */
  source: UploadSource | (() => Promise<UploadSource>)
  /** Bytes: needed for streams and functions. */
  size?: number | undefined
  /** See {@link FileUploadOptions.fingerprint}. */
  fingerprint?: string | undefined
}

export interface Limits {
  parallel: number
  partSize: number
  patience: number
  idle: number
}

/**
 * An upload that is under way.
 *
 * @example
 * const upload = await folder.startUpload([{ path: 'train.csv', source: file }])
 * for await (const { sent, total, rate } of upload) console.log(`${sent} of ${total}, ${rate} bytes/s`)
 * const [uploaded] = await upload.done
 */
export class Upload implements AsyncIterable<UploadProgress>, AsyncDisposable {
  /** In the order in which the files were given. @throws UploadError; APIError of the manager; the signal's reason. */
  readonly done: Promise<readonly UploadedFile[]>
  readonly #leaving = new AbortController()
  #progress: UploadProgress | undefined
  #hold: PromiseWithResolvers<void> | undefined
  readonly #watchers = new Set<() => void>()
  #hasEnded = false

  constructor(folder: FolderAddress, entries: Iterable<UploadEntry>, options: UploadFilesOptions = {}) {
    refuseUnknownKeys(options, filesOptionNames, 'the options of an upload')
    const { onProgress, resumeStore, verify = true, signal, timeout = 0 } = options
    const limits: Limits = {
      parallel: options.parallel ?? 4,
      partSize: options.partSize ?? 16 * 1024 * 1024,
      patience: options.patience ?? 300_000,
      idle: options.idleTimeout ?? 60_000,
    }
    for (const [name, value] of Object.entries(limits))
      if (!(value >= (name === 'parallel' || name === 'partSize' ? 1 : 0)))
        throw new ConfigError(
          `The option ${name === 'idle' ? 'idleTimeout' : name} of an upload is no number that can work.`,
        )
    const files = [...entries].map((entry) => ({ ...entry, path: folderPath(entry.path) }))
    this.done = sendFiles(folder, files, {
      limits,
      store: resumeStore,
      verify,
      signal,
      timeout,
      leaving: this.#leaving.signal,
      mayGoOn: () => this.#mayGoOn(),
      report: (progress) => {
        this.#progress = progress
        onProgress?.(progress)
        this.#wake()
      },
    }).finally(() => {
      this.#hasEnded = true
      this.#wake()
    })
  }

  /** The latest; undefined before the first. */
  get progress(): UploadProgress | undefined {
    return this.#progress
  }

  get isPaused(): boolean {
    return this.#hold !== undefined
  }

  /** Sends nothing more after the parts that are on their way, until {@link resume}. */
  pause(): void {
    if (!this.#hasEnded) this.#hold ??= Promise.withResolvers<void>()
  }

  resume(): void {
    this.#hold?.resolve()
    this.#hold = undefined
  }

  /** The newest progress, whenever there is one; what was not read in time is left out. Throws what {@link done} throws. */
  async *[Symbol.asyncIterator](): AsyncGenerator<UploadProgress, void, undefined> {
    // Who reads it here sees the failure here.
    this.done.catch(() => {})
    let shown: UploadProgress | undefined
    for (;;) {
      if (this.#progress && this.#progress !== shown) yield (shown = this.#progress)
      else if (this.#hasEnded) break
      else await this.#next()
    }
    await this.done
  }

  #next(): Promise<void> {
    return new Promise((resolve) => this.#watchers.add(resolve))
  }

  #wake(): void {
    for (const watcher of this.#watchers) watcher()
    this.#watchers.clear()
  }

  async #mayGoOn(): Promise<boolean> {
    const wasHeld = this.#hold !== undefined
    while (this.#hold) await this.#hold.promise
    return wasHeld
  }

  /** Ends it, if it is still under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#hasEnded) this.#leaving.abort(new DOMException('The upload was left.', 'AbortError'))
    this.resume()
    await this.done.catch(() => {})
  }
}

/** Many files, some at a time. */
export function startUpload(
  folder: FolderAddress,
  entries: Iterable<UploadEntry>,
  options?: UploadFilesOptions,
): Upload {
  return new Upload(folder, entries, options)
}

/** One file. */
export async function upload(
  folder: FolderAddress,
  path: string,
  source: UploadSource,
  options: FileUploadOptions = {},
): Promise<UploadedFile> {
  refuseUnknownKeys(options, fileOptionNames, 'the options of upload()')
  const { size, fingerprint, ...others } = options
  const [uploaded] = await new Upload(folder, [{ path, source, size, fingerprint }], others).done
  return uploaded!
}
