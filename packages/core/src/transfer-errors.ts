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

abstract class TransferError<Reason extends string> extends BackendAIError {
  readonly reason: Reason
  readonly path: string
  /** Bytes. */
  readonly expected: number | undefined
  /** Bytes. */
  readonly reported: number | undefined

  constructor(message: string, reason: Reason, { path, expected, reported, ...facts }: TransferFacts) {
    super(message, facts)
    this.reason = reason
    this.path = path
    this.expected = expected
    this.reported = reported
  }
}

/**
 * A file could not be sent. The folder has what it had before, unless the message says otherwise.
 *
 * Its `reason` is `source-changed`: it changed, shrank or grew while it was read. `expired`: the server's tokens do not
 * last as long as the upload takes. `not-rewindable`: the server lost what a stream cannot give again. `directory`: there
 * is one of that name. `in-use`: somebody else sends to the same upload. `damaged`: what arrived has another size than the
 * source. `unreachable`: no progress for too long. `untrusted`: the storage proxy has a certificate that is not trusted.
 */
export class UploadError extends TransferError<
  'source-changed' | 'expired' | 'not-rewindable' | 'directory' | 'in-use' | 'damaged' | 'unreachable' | 'untrusted'
> {
  static override readonly name: string = 'UploadError'
  /** Bytes that the server keeps of it, outside of the folder's files. Undefined where nothing was begun. */
  received: number | undefined
}

/**
 * A file could not be fetched. At a local path there is what was there before.
 *
 * Its `reason` is `changed`: the file was written to while it was read. `expired`: the server refuses each token that it
 * gives. `truncated`: the server left the end of an archive out. `exists`, `directory`: what is at the local path already.
 * `disk-full`: of this machine. `unreachable`: no progress for too long. `untrusted`: the storage proxy has a certificate
 * that is not trusted. `name`: no server hands out a file with such a name.
 */
export class DownloadError extends TransferError<
  'name' | 'changed' | 'expired' | 'truncated' | 'exists' | 'directory' | 'disk-full' | 'unreachable' | 'untrusted'
> {
  static override readonly name: string = 'DownloadError'
}
