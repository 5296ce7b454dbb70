/** How far an upload is: sums over its files, and a rate. */

export interface UploadProgress {
  /** The file that this is about. */
  readonly path: string
  /** Bytes of that file that were sent, and all. */
  readonly fileSent: number
  readonly fileTotal: number
  /** Bytes of all files. */
  readonly sent: number
  readonly total: number
  readonly filesDone: number
  readonly filesTotal: number
  /** Bytes per second, in the latest 5 s. */
  readonly rate: number
}

/** Milliseconds. */
const span = 5000
const interval = 50

export class ProgressMeter {
  readonly #report: (progress: UploadProgress) => void
  #total: number
  readonly #filesTotal: number
  #sent = 0
  #filesDone = 0
  #samples: { at: number; sent: number }[] = []
  #reportedAt = Number.NEGATIVE_INFINITY

  constructor(sizes: readonly number[], report: (progress: UploadProgress) => void) {
    this.#report = report
    this.#total = sizes.reduce((sum, size) => sum + size, 0)
    this.#filesTotal = sizes.length
  }

  /**
   * Of one file: to be called with how much of it was sent.
   *
   * @param declared what was added up for it at the beginning.
   */
  file(path: string, fileTotal: number, declared: number): { sent(bytes: number): void; done(): void } {
    this.#total += fileTotal - declared
    let fileSent = 0
    const move = (bytes: number): void => {
      this.#sent += bytes - fileSent
      fileSent = bytes
    }
    const tell = (): void => this.#tell(path, fileSent, fileTotal)
    return {
      sent: (bytes) => {
        move(bytes)
        if (performance.now() - this.#reportedAt >= interval) tell()
      },
      done: () => {
        move(fileTotal)
        this.#filesDone++
        tell()
      },
    }
  }

  #tell(path: string, fileSent: number, fileTotal: number): void {
    const now = (this.#reportedAt = performance.now())
    this.#samples.push({ at: now, sent: this.#sent })
    while (this.#samples.length > 2 && this.#samples[1]!.at < now - span) this.#samples.shift()
    const [first] = this.#samples
    const seconds = (now - first!.at) / 1000
    this.#report({
      path,
      fileSent,
      fileTotal,
      sent: this.#sent,
      total: this.#total,
      filesDone: this.#filesDone,
      filesTotal: this.#filesTotal,
      rate: seconds > 0 ? Math.max(0, (this.#sent - first!.sent) / seconds) : 0,
    })
  }
}
