/** Errors of files on their way; beside `errors.ts`, because most clients carry none. */
import { BackendAIError, type ErrorFacts } from './errors.ts'

/** What went wrong with a file on its way. */
export interface TransferFacts extends ErrorFacts {
  /** Of the file in the folder. */
  path: string
  /** Bytes that there should have been, and that there were. */
  expected?: number | undefined
  reported?: number | undefined
}

/** A file could not be sent. The folder has what it had before, unless the message says otherwise. */
export class UploadError extends BackendAIError {
  static override readonly name: string = 'UploadError'

  /**
   * `source-changed`: it changed, shrank or grew while it was read. `expired`: the server's tokens do not last as long as
   * the upload takes. `not-rewindable`: the server lost what a stream cannot give again. `directory`: there is one of
   * that name. `in-use`: somebody else sends to the same upload. `damaged`: what arrived has another size than the
   * source. `unreachable`: no progress for too long.
   */
  readonly reason: 'source-changed' | 'expired' | 'not-rewindable' | 'directory' | 'in-use' | 'damaged' | 'unreachable'
  readonly path: string
  /** Bytes. */
  readonly expected: number | undefined
  /** Bytes. */
  readonly reported: number | undefined

  constructor(message: string, reason: UploadError['reason'], { path, expected, reported, ...facts }: TransferFacts) {
    super(message, facts)
    this.reason = reason
    this.path = path
    this.expected = expected
    this.reported = reported
  }
}

/** A file could not be fetched. At a local path there is what was there before. */
export class DownloadError extends BackendAIError {
  static override readonly name: string = 'DownloadError'

  /**
   * `changed`: the file was written to while it was read. `truncated`: the server left the end of an archive out.
   * `exists`, `directory`: what is at the local path already. `disk-full`: of this machine. `unreachable`: no progress
   * for too long. `too-many`: a directory with more entries than the server lists.
   */
  readonly reason: 'changed' | 'truncated' | 'exists' | 'directory' | 'disk-full' | 'unreachable' | 'too-many'
  readonly path: string
  /** Bytes. */
  readonly expected: number | undefined
  /** Bytes. */
  readonly reported: number | undefined

  constructor(message: string, reason: DownloadError['reason'], { path, expected, reported, ...facts }: TransferFacts) {
    super(message, facts)
    this.reason = reason
    this.path = path
    this.expected = expected
    this.reported = reported
  }
}
