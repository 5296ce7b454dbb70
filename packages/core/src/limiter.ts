/** Holds requests back, so that a program stays below a server's limits. */
import { abortable, delay } from './abort.ts'
import { ConfigError } from './errors.ts'
import { refuseUnknownKeys } from './unknown-keys.ts'

export interface LimiterOptions {
  /** Requests under way at a time. No limit unless given. */
  concurrent?: number
  /** Requests that start per second, evenly spread. No limit unless given. */
  perSecond?: number
}

export class Limiter {
  readonly #concurrent: number
  /** Milliseconds from one start to the next. */
  readonly #interval: number
  readonly #waiting: (() => void)[] = []
  #active = 0
  #nextStart = 0

  /** @throws ConfigError for an unknown key, and for a value that cannot work. */
  constructor(options: LimiterOptions) {
    refuseUnknownKeys(options, ['concurrent', 'perSecond'], 'limiter')
    const { concurrent = Number.POSITIVE_INFINITY, perSecond = Number.POSITIVE_INFINITY } = options
    if (!(concurrent >= 1 && perSecond > 0))
      throw new ConfigError('limiter.concurrent must be 1 or more, limiter.perSecond above 0.')
    this.#concurrent = concurrent
    this.#interval = 1000 / perSecond
  }

  /** Waits for its turn; `leave` must follow unless it throws. @throws the reason of the signal. */
  async enter(signal: AbortSignal | undefined): Promise<void> {
    if (this.#active >= this.#concurrent) await this.#place(signal)
    else this.#active++
    const wait = this.#nextStart - performance.now()
    this.#nextStart = Math.max(this.#nextStart, performance.now()) + this.#interval
    try {
      if (wait > 0) await delay(wait, signal)
    } catch (reason) {
      this.leave()
      throw reason
    }
  }

  leave(): void {
    // A place is handed over: nobody can come in between.
    const next = this.#waiting.shift()
    if (next) next()
    else this.#active--
  }

  async #place(signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.push(resolve)
    try {
      await abortable(promise, signal)
    } catch (reason) {
      const index = this.#waiting.indexOf(resolve)
      // It was handed a place in the same moment.
      if (index < 0) this.leave()
      else this.#waiting.splice(index, 1)
      throw reason
    }
  }
}
