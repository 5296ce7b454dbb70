/** Every wall-clock wait of an emulator, so that none outlives it. */
export class Timers {
  readonly #pending = new Map<ReturnType<typeof setTimeout>, (() => void) | undefined>()
  #stopped = false

  /** No wait takes any time now: loops must look. */
  get isStopped(): boolean {
    return this.#stopped
  }

  /** Calls back once, later; after {@link stop} never. The result takes it back. */
  after(milliseconds: number, callback: () => void, onStop?: () => void): () => void {
    if (this.#stopped) {
      onStop?.()
      return () => {}
    }
    const timer = setTimeout(() => {
      this.#pending.delete(timer)
      callback()
    }, milliseconds)
    this.#pending.set(timer, onStop)
    return () => {
      clearTimeout(timer)
      this.#pending.delete(timer)
    }
  }

  /** Resolves early when the emulator stops. */
  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(milliseconds, resolve, resolve)
    })
  }

  stop(): void {
    this.#stopped = true
    const pending = [...this.#pending]
    this.#pending.clear()
    for (const [timer, onStop] of pending) {
      clearTimeout(timer)
      onStop?.()
    }
  }
}
