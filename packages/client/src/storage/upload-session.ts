/**
 * One file on its way: parts, doubts, and what the server says of them (protocol 03 §2.7).
 *
 * Servers treat offsets in three ways. Up to 26.1 they ignore them and append, and keep what arrived of a part that broke
 * off; then they check them, and keep it as well; since 26.4.4 they check them, and forget such a part. What holds for all:
 * nothing is sent again before the server has said, twice the same, how much it has; and a number that cannot be ours
 * means that the file is begun anew.
 */
import {
  APIError,
  BackendAIError,
  ConflictError,
  delay,
  InvalidRequestError,
  isLoadedFromDisk,
  NetworkError,
  NotFoundError,
  prefersStreamedBodies,
  UploadError,
} from '@backend-ai-sdk/core'

import { backOff, isTemporary } from '../patience.ts'
import type { FolderAddress } from './folder-address.ts'
import { firstPart, nextPartSize, smallestPart } from './part-size.ts'
import { askStorageProxy, isTokenRefused, isUntrusted, permittedURL, Silence, untrusted } from './storage-proxy.ts'
import { requestUpload, type Permit } from './transfer-folder.ts'
import { statFile } from './transfer-stat.ts'
import { bodyOf, forget, type OpenSource } from './upload-source.ts'
import type { ResumeStore } from './upload-store.ts'

export interface UploadTask {
  folder: FolderAddress
  path: string
  source: OpenSource
  /** Bytes of one request, at most. */
  partSize: number
  /** Milliseconds that the storage proxy may be silent. */
  idle: number
  /** Milliseconds without progress. */
  patience: number
  signal: AbortSignal
  /** Where the upload is noted, and as what. */
  note?: { store: ResumeStore; key: string } | undefined
  /** Told how far it is; that may be less than before. */
  onSent: (bytes: number) => void
  /** Resolves when it may go on. @returns whether it had to wait. */
  mayGoOn: () => Promise<boolean>
  /** In place of time, in tests. */
  wait?: (ms: number, signal: AbortSignal) => Promise<void>
}

export interface SessionResult {
  /** Where an upload was gone on with that had been begun before. */
  resumedAt: number
}

/** A line that is slower counts as silent: bytes per second. */
const slowestRate = 32 * 1024
/** What is handed to the system before anything is known of it. */
const systemBuffer = 2 * 1024 * 1024
/** Milliseconds before the server is asked how much it has, and between the two times. */
const settling = 200
/** Milliseconds. */
const firstBackOff = 250
/** A lease outlives a writer that is gone by 30 s. */
const leaseLimit = 90_000
const restartsBorne = 5
const expiriesBorne = 3
/** Of files' times, in milliseconds. */
const clockGrain = 2000

export function sendFile(task: UploadTask): Promise<SessionResult> {
  return new UploadSession(task).run()
}

class UploadSession {
  readonly #task: UploadTask
  readonly #size: number
  readonly #wait: (ms: number, signal: AbortSignal) => Promise<void>
  #permit!: Permit
  #offset = 0
  /** No byte beyond was sent with this permit. */
  #furthest = 0
  /** By the server's clock. */
  #startedAt = 0
  #partSize: number
  #hasBegun = false
  #isComplete = false
  #resumedAt = 0
  #restarts = 0
  #expiries = 0
  /** Attempts to complete what has all its bytes. */
  #closings = 0
  /** Failures since the latest progress, and when that was. */
  #failures = 0
  #progressAt = performance.now()
  #leaseHeldSince: number | undefined

  constructor(task: UploadTask) {
    this.#task = task
    this.#size = task.source.size
    this.#partSize = prefersStreamedBodies() ? task.partSize : Math.min(firstPart, task.partSize)
    this.#wait = task.wait ?? delay
  }

  async run(): Promise<SessionResult> {
    try {
      return await this.#run()
    } catch (error) {
      if (error instanceof UploadError && this.#hasBegun) error.received = this.#offset
      throw error
    }
  }

  async #run(): Promise<SessionResult> {
    const { signal, note } = this.#task
    await this.#begin()
    while (!this.#isComplete) {
      if (await this.#task.mayGoOn()) this.#progressAt = performance.now()
      signal.throwIfAborted()
      await this.#sendNext()
    }
    await note?.store.delete(note.key)
    return { resumedAt: this.#resumedAt }
  }

  async #begin(): Promise<void> {
    const { note } = this.#task
    const record = await note?.store.get(note.key)
    if (!record) return this.#start()
    this.#permit = { url: record.url, token: record.token }
    this.#startedAt = record.startedAt
    this.#furthest = this.#size
    await this.#settle()
    this.#hasBegun = true
    this.#resumedAt = this.#offset
  }

  /** With a new permit, from the first byte. */
  async #start(): Promise<void> {
    const { folder, path, source, note } = this.#task
    if (source.floor > 0)
      throw new UploadError(`The server lost the beginning of ${path}, which cannot be read again.`, 'not-rewindable', {
        path,
        expected: source.floor,
        reported: 0,
      })
    this.#startedAt = Date.now() + folder.transport.clockOffset
    this.#permit = await this.#askManager(() => this.#request())
    this.#hasBegun = true
    this.#offset = this.#furthest = 0
    this.#closings = 0
    this.#task.onSent(0)
    await note?.store.set(note.key, { ...this.#permit, startedAt: this.#startedAt })
  }

  /**
   * An upload that ends beside this one takes their common directory along, if it is empty at that moment: the storage
   * then fails for a reason that passes.
   */
  async #request(attempt = 1): Promise<Permit> {
    const { folder, path, signal } = this.#task
    try {
      return await requestUpload(folder, path, this.#size, { signal })
    } catch (error) {
      const isOfStorage = error instanceof APIError && error.problemType.endsWith('/vfolder-operation-failed')
      if (!isOfStorage || attempt === 4) throw error
      await this.#wait(settling * attempt, signal)
      return this.#request(attempt + 1)
    }
  }

  async #restart(error: UploadError): Promise<void> {
    if (++this.#restarts > restartsBorne) throw error
    await this.#start()
  }

  async #sendNext(): Promise<void> {
    const start = this.#offset
    const end = Math.min(start + this.#partSize, this.#size)
    if (start === this.#size && this.#size > 0) this.#closings++
    const begun = performance.now()
    let reported: number
    try {
      reported = await this.#sendPart(start, end)
    } catch (error) {
      this.#task.signal.throwIfAborted()
      return this.#recover(error)
    }
    if (reported !== end) return this.#restart(this.#damaged(end, reported))
    this.#advance(end)
    const { partSize } = this.#task
    this.#partSize = prefersStreamedBodies()
      ? Math.min(this.#partSize * 2, partSize)
      : nextPartSize(end - start, performance.now() - begun, partSize)
    if (end === this.#size) this.#isComplete = true
  }

  /** @returns how many bytes the server then has. */
  async #sendPart(start: number, end: number): Promise<number> {
    const { folder, source, idle, onSent } = this.#task
    const length = end - start
    const unseen = prefersStreamedBodies() ? Math.min(length, systemBuffer) : length
    const silence = new Silence(idle && idle + (unseen / slowestRate) * 1000)
    let sent = start
    const part = await bodyOf(source, start, end, (count) => {
      onSent((sent += count))
      silence.break()
    })
    this.#furthest = Math.max(this.#furthest, end)
    try {
      const response = await askStorageProxy(folder.transport, {
        method: 'PATCH',
        url: permittedURL(folder.transport, this.#permit),
        headers: {
          'Tus-Resumable': '1.0.0',
          'Upload-Offset': String(start),
          'Content-Type': 'application/offset+octet-stream',
          ...part.headers,
        },
        body: part.body,
        signal: this.#task.signal,
        silence,
      })
      const reported = offsetOf(response) ?? end
      // A `fetch` of the caller's may keep what it has sent.
      if (reported === end && !folder.transport.config.fetch) part.free()
      return reported
    } catch (error) {
      throw part.failure() ?? error
    }
  }

  #damaged(expected: number, reported: number): UploadError {
    const { path } = this.#task
    return new UploadError(
      `The server has ${reported} bytes of ${path} where ${expected} were sent: somebody else writes to it, or a proxy repeats requests.`,
      'damaged',
      { path, expected, reported },
    )
  }

  /** The server has so many bytes. */
  #advance(offset: number): void {
    if (offset > this.#offset) {
      this.#failures = 0
      this.#progressAt = performance.now()
    }
    this.#offset = offset
    this.#leaseHeldSince = undefined
    forget(this.#task.source, offset)
    this.#task.onSent(offset)
  }

  /** Resolves when the upload can go on. @throws what is no passing failure. */
  async #recover(error: unknown): Promise<void> {
    if (error instanceof NetworkError) {
      this.#mustBeTrusted(error)
      await this.#mustBeReadable()
      return this.#settle(error)
    }
    if (!(error instanceof APIError)) throw error
    if (isTokenRefused(error)) return this.#renew(error)
    if (error instanceof NotFoundError) return this.#lost(error)
    if (error.status === 413 && this.#partSize > smallestPart) {
      this.#makePartsSmaller()
      return this.#settle(error)
    }
    if (isLease(error)) return this.#waitForLease(error)
    if (error instanceof ConflictError || error.status >= 500 || error.status === 429) return this.#settle(error)
    throw error
  }

  /** In a page, a file that was written to since it was chosen looks like a network that is gone. */
  async #mustBeReadable(): Promise<void> {
    const { source } = this.#task
    const start = Math.max(source.floor, this.#offset)
    if (source.slice && start < this.#size) await source.read(start, start + 1)
  }

  #mustBeTrusted(error: unknown): void {
    const { path, folder } = this.#task
    if (isUntrusted(error))
      throw new UploadError(untrusted(folder.transport, this.#permit), 'untrusted', { path, cause: error })
  }

  async #waitForLease(error: APIError): Promise<void> {
    const { path, signal } = this.#task
    this.#leaseHeldSince ??= performance.now()
    if (performance.now() - this.#leaseHeldSince > leaseLimit)
      throw new UploadError(`Somebody else sends to the same upload of ${path}.`, 'in-use', { path, cause: error })
    await this.#wait(3000, signal)
    await this.#settle(error)
  }

  /** Takes for true what the server says twice. */
  async #settle(reason?: BackendAIError): Promise<void> {
    const { signal } = this.#task
    const before = this.#offset
    let previous: number | undefined
    let refusals = 0
    for (;;) {
      this.#mustHavePatience(reason)
      await this.#wait(this.#failures > 2 ? backOff(this.#failures, firstBackOff) : settling, signal)
      let answer: { offset: number; length: number | undefined }
      try {
        answer = await this.#ask()
      } catch (error) {
        signal.throwIfAborted()
        this.#mustBeTrusted(error)
        previous = undefined
        this.#failures++
        // A refusal of HEAD has no body that could name the token, and nothing else of it could be wrong.
        if (error instanceof InvalidRequestError) return this.#renew(error)
        if (error instanceof NotFoundError) return this.#lost(error)
        if (!(error instanceof BackendAIError) || !isTemporary(error)) throw error
        // Pages cannot read a refusal (protocol 03 §2.8): if the proxy answers otherwise, that is what it was.
        if (!isLoadedFromDisk() && error instanceof NetworkError && (await this.#isProxyThere()) && ++refusals > 1)
          return this.#lost(error)
        reason = error
        continue
      }
      const { offset, length } = answer
      if (length !== undefined && length !== this.#size) return this.#restart(this.#damaged(this.#size, length))
      if (offset === previous) {
        this.#failures++
        if (reason instanceof NetworkError && offset <= before) this.#makePartsSmaller()
        return this.#accept(offset, reason)
      }
      previous = offset
    }
  }

  /** A line that breaks more often than a part takes would get nowhere. */
  #makePartsSmaller(): void {
    this.#partSize = Math.max(Math.min(smallestPart, this.#partSize), Math.floor(this.#partSize / 2))
  }

  async #ask(): Promise<{ offset: number; length: number | undefined }> {
    const { folder, idle, signal } = this.#task
    const response = await askStorageProxy(folder.transport, {
      method: 'HEAD',
      url: permittedURL(folder.transport, this.#permit),
      headers: { 'Tus-Resumable': '1.0.0' },
      signal,
      silence: new Silence(idle),
    })
    const offset = offsetOf(response)
    if (offset === undefined) throw new NetworkError('The answer of the storage proxy has no Upload-Offset.')
    const length = response.headers.get('Upload-Length')
    return { offset, length: length === null ? undefined : Number(length) }
  }

  async #isProxyThere(): Promise<boolean> {
    const { folder, idle, signal } = this.#task
    try {
      const url = permittedURL(folder.transport, this.#permit)
      await askStorageProxy(folder.transport, { method: 'OPTIONS', url, signal, silence: new Silence(idle) })
      return true
    } catch {
      signal.throwIfAborted()
      return false
    }
  }

  async #accept(offset: number, reason: BackendAIError | undefined): Promise<void> {
    const { path, source } = this.#task
    if (offset > this.#furthest) return this.#restart(this.#damaged(this.#furthest, offset))
    if (offset < source.floor)
      throw new UploadError(
        `The server has ${offset} bytes of ${path}, and those before ${source.floor} cannot be read again.`,
        'not-rewindable',
        { path, expected: source.floor, reported: offset, cause: reason },
      )
    this.#advance(offset)
    // All bytes are there, but they did not become a file.
    if (offset === this.#size && this.#closings >= 3) throw await this.#whyNotComplete(reason)
  }

  async #whyNotComplete(cause: BackendAIError | undefined): Promise<BackendAIError> {
    const { path, folder, idle, signal } = this.#task
    const state = await this.#askManager(() => statFile(folder, path, { signal, idle }))
    if (state?.type === 'DIRECTORY')
      return new UploadError(`In the folder ${path} is a directory.`, 'directory', { path, cause })
    return cause ?? this.#damaged(this.#size, this.#size)
  }

  /** An upload that is complete is gone as well. */
  async #lost(error: BackendAIError): Promise<void> {
    const { folder, path, idle, signal } = this.#task
    if (this.#furthest === this.#size) {
      const state = await this.#askManager(() => statFile(folder, path, { signal, idle }))
      // An older file of that size is not what was sent.
      const isNew = state?.modified === undefined || state.modified >= this.#startedAt - clockGrain
      if (state?.type === 'FILE' && state.size === this.#size && isNew) {
        this.#advance(this.#size)
        this.#isComplete = true
        return
      }
    }
    const message = `The server lost the upload of ${path} ${restartsBorne} times.`
    await this.#restart(new UploadError(message, 'damaged', { path, expected: this.#offset, cause: error }))
  }

  /** There is no renewal of a token: a new one is a new upload (protocol 03 §2.2). */
  async #renew(error: APIError): Promise<void> {
    const { path } = this.#task
    if (++this.#expiries > expiriesBorne)
      throw new UploadError(`The server's tokens expire before ${path} is sent.`, 'expired', {
        path,
        expected: this.#size,
        reported: this.#offset,
        cause: error,
      })
    await this.#start()
  }

  #mustHavePatience(cause: BackendAIError | undefined): void {
    const { path, patience } = this.#task
    // A machine that slept has not tried yet.
    if (this.#failures < 3 || performance.now() - this.#progressAt <= patience) return
    throw new UploadError(
      `No progress with ${path} for ${Math.round(patience / 1000)} s; the server had ${this.#offset} of ${this.#size} bytes.`,
      'unreachable',
      { path, expected: this.#size, reported: this.#offset, cause, retryable: true },
    )
  }

  async #askManager<T>(question: () => Promise<T>): Promise<T> {
    for (;;)
      try {
        return await question()
      } catch (error) {
        this.#task.signal.throwIfAborted()
        if (!isTemporary(error)) throw error
        this.#mustHavePatience(error as BackendAIError)
        await this.#wait(backOff(++this.#failures, firstBackOff), this.#task.signal)
      }
  }
}

function offsetOf({ headers }: Response): number | undefined {
  const text = headers.get('Upload-Offset')
  return text !== null && /^\d+$/.test(text) ? Number(text) : undefined
}

const isLease = ({ problemType }: APIError): boolean => problemType.endsWith('/tus-lease-held')
