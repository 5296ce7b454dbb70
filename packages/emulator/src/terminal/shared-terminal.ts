/** The one terminal of a session, which all that look at it share: they see the same screen, and type into the same shell. */
import type { Timers } from '../timers.ts'
import type { StartTerminal, Terminal, TerminalSize } from './terminal.ts'

/** Who looks at a terminal. */
export interface Viewer {
  /** Bytes that it did not read yet. */
  readonly bufferedAmount: number
  show(bytes: Uint8Array): void
  /** The shell has ended, and none comes after it. */
  over?(): void
}

export interface SharedTerminalOptions {
  start: StartTerminal
  timers: Timers
  home: string
  environment: Readonly<Record<string, string>>
  /** A new shell follows one that has ended. Default true. */
  restarts?: boolean
  /** Those who come later see its last output. Default false. */
  remembers?: boolean
}

/**
 * Of what a viewer did not read yet. Where all are above it, the programs of the terminal wait; one alone that is twice
 * as far behind misses what comes, as on a manager, so that a dead connection does not hold up the living.
 */
const highWater = 1024 * 1024
/** Milliseconds until a shell that has ended is replaced: one that ends at once must not spin. */
const restartDelay = 100

/** Bytes of output that are remembered. */
const memory = 64 * 1024

const utf8 = new TextEncoder()

export class SharedTerminal {
  readonly #options: SharedTerminalOptions
  readonly #viewers = new Set<Viewer>()
  #size: TerminalSize = { rows: 24, cols: 80 }
  /** Opened with the first viewer. */
  #terminal: Promise<Terminal> | undefined
  /** The last output, the oldest first. */
  readonly #past: Uint8Array[] = []
  #pastSize = 0
  #isPaused = false
  #isStopped = false
  #isOver = false

  constructor(options: SharedTerminalOptions) {
    this.#options = options
  }

  /** Shows it what comes from now on; the result ends that. */
  attach(viewer: Viewer): () => void {
    for (const bytes of this.#past) viewer.show(bytes)
    this.#viewers.add(viewer)
    this.#open()
    return () => this.#viewers.delete(viewer)
  }

  /** Nothing comes of it any more. */
  get isOver(): boolean {
    return this.#isOver || this.#isStopped
  }

  async write(bytes: Uint8Array): Promise<void> {
    const terminal = await this.#terminal
    terminal?.write(bytes)
  }

  async resize(size: TerminalSize): Promise<void> {
    this.#size = size
    const terminal = await this.#terminal
    terminal?.resize(size)
  }

  /** A new shell for those who look; what runs in the old one is killed. */
  async restart(): Promise<void> {
    const terminal = await this.#terminal
    // Its end brings the new one.
    await terminal?.stop()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    const terminal = await this.#terminal
    await terminal?.stop()
  }

  #open(): void {
    if (this.#terminal || this.isOver) return
    const { start, home, environment } = this.#options
    const terminal = start({
      home,
      environment,
      ...this.#size,
      onOutput: (bytes) => this.#show(bytes),
      onExit: () => void this.#replace(),
    })
    this.#terminal = terminal
    terminal.catch((error: unknown) => {
      this.#terminal = undefined
      if (!this.#isStopped) this.#show(utf8.encode(`The terminal cannot be opened: ${String(error)}\r\n`))
    })
  }

  /** As the runner does, which says so (23.9: 146). */
  async #replace(): Promise<void> {
    const ended = await this.#terminal
    if (this.#isStopped) return
    if (this.#options.restarts === false) {
      this.#isOver = true
      for (const viewer of this.#viewers) viewer.over?.()
      return ended?.stop()
    }
    this.#show(utf8.encode('Restarting...\r\n'))
    // What it leaves in the background ends with it.
    await ended?.stop()
    await this.#options.timers.sleep(restartDelay)
    this.#terminal = undefined
    this.#open()
  }

  #show(bytes: Uint8Array): void {
    if (this.#options.remembers) this.#remember(bytes)
    for (const viewer of this.#viewers) {
      if (this.#viewers.size === 1 || viewer.bufferedAmount <= 2 * highWater) viewer.show(bytes)
    }
    if (!this.#isPaused && this.#isBehind()) void this.#wait()
  }

  #remember(bytes: Uint8Array): void {
    this.#past.push(bytes)
    this.#pastSize += bytes.length
    while (this.#pastSize > memory && this.#past.length > 1) this.#pastSize -= this.#past.shift()?.length ?? 0
  }

  #isBehind(): boolean {
    for (const { bufferedAmount } of this.#viewers) if (bufferedAmount <= highWater) return false
    return this.#viewers.size > 0
  }

  async #wait(): Promise<void> {
    this.#isPaused = true
    const terminal = await this.#terminal
    terminal?.pause()
    const { timers } = this.#options
    while (this.#isBehind() && !this.#isStopped && !timers.isStopped) await timers.sleep(5)
    this.#isPaused = false
    terminal?.resume()
  }
}
