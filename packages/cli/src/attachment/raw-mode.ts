/** The local terminal as a mere way for bytes: each key goes to the session, Ctrl-C too. */
import type { HostProcess } from '../context.ts'
import type { TerminalModes } from './terminal-modes.ts'

/** Until it is disposed of, or the process ends in whatever way it can notice. */
export class RawMode implements Disposable {
  readonly #host: HostProcess
  readonly #modes: TerminalModes
  readonly #restore = (): void => this[Symbol.dispose]()
  /** Whoever stopped the process and goes on finds the terminal as shells leave it. */
  readonly #again = (): void => void this.#host.stdin.setRawMode(true)
  #isRaw = true

  constructor(host: HostProcess, modes: TerminalModes) {
    this.#host = host
    this.#modes = modes
    host.stdin.setRawMode(true)
    host.on('exit', this.#restore)
    host.on('SIGCONT', this.#again)
  }

  [Symbol.dispose](): void {
    if (!this.#isRaw) return
    this.#isRaw = false
    this.#host.off('exit', this.#restore)
    this.#host.off('SIGCONT', this.#again)
    const restoration = this.#modes.restoration()
    if (restoration) this.#host.stdout.write(restoration)
    this.#host.stdin.setRawMode(false)
  }
}
