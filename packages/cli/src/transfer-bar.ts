/** A bar of bytes for as long as a transfer lasts; on terminals alone. */
import type { Output } from './output.ts'
import { type Progress, transferBar } from './progress.ts'

/** Milliseconds between two looks: terminals are slower than networks. */
const pause = 100

export class TransferBar implements Disposable {
  readonly #output: Output
  readonly #start = performance.now()
  #last: Omit<Progress, 'elapsed'> | undefined
  #drawn = Number.NEGATIVE_INFINITY

  constructor(output: Output) {
    this.#output = output
  }

  update(progress: Omit<Progress, 'elapsed'>): void {
    this.#last = progress
    if (performance.now() - this.#drawn >= pause) this.#draw()
  }

  #draw(): void {
    if (!this.#last) return
    const now = performance.now()
    this.#drawn = now
    const text = transferBar({ ...this.#last, elapsed: now - this.#start })
    this.#output.bar(Array.from(text).slice(0, this.#output.width).join(''))
  }

  /** The last look stays. */
  [Symbol.dispose](): void {
    this.#draw()
    this.#output.keepLine()
  }
}
