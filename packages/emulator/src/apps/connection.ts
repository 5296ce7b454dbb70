/**
 * One end of a connection to an app, as of a TCP socket: bytes both ways, in order, with back-pressure. It is paused
 * until whoever takes it has set its listeners and resumes it.
 */
export interface AppConnection {
  ondata: ((bytes: Uint8Array) => void) | null
  /** After a {@link write} that was refused more: there is room again. */
  ondrain: (() => void) | null
  /** The other side closed it, or it broke. Called once, behind all data. */
  onend: (() => void) | null
  /** False: what waits is enough, until `ondrain`. */
  write(bytes: Uint8Array): boolean
  pause(): void
  resume(): void
  /** Behind what was written. */
  close(): void
}

/** Bytes on their way in one direction; above it the writer should wait. */
const highWater = 256 * 1024

class End implements AppConnection {
  ondata: ((bytes: Uint8Array) => void) | null = null
  ondrain: (() => void) | null = null
  onend: (() => void) | null = null
  other!: End
  /** Bytes for this end; null is the end of them. */
  readonly #queue: (Uint8Array | null)[] = []
  #size = 0
  #isFull = false
  #isPaused = true
  #isRunning = false
  #isClosed = false

  write(bytes: Uint8Array): boolean {
    if (this.#isClosed) return true
    return this.other.#take(bytes.slice())
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    this.#run()
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#queue.length = 0
    this.other.#take(null)
  }

  #take(bytes: Uint8Array | null): boolean {
    if (this.#isClosed) return true
    this.#queue.push(bytes)
    this.#size += bytes?.length ?? 0
    this.#isFull = this.#size > highWater
    this.#run()
    return !this.#isFull
  }

  /** Each chunk in a turn of its own, so that neither side runs inside the other's call. */
  #run(): void {
    if (this.#isRunning || this.#isPaused || this.#queue.length === 0) return
    this.#isRunning = true
    queueMicrotask(() => {
      this.#isRunning = false
      if (this.#isPaused) return
      const next = this.#queue.shift()
      if (next === undefined) return
      if (next === null) {
        this.#isClosed = true
        this.onend?.()
        return
      }
      this.#size -= next.length
      this.ondata?.(next)
      if (this.#isFull && this.#size <= highWater) {
        this.#isFull = false
        this.other.ondrain?.()
      }
      this.#run()
    })
  }
}

/** Both ends of a connection inside one process. */
export function connectionPair(): [AppConnection, AppConnection] {
  const [left, right] = [new End(), new End()]
  left.other = right
  right.other = left
  return [left, right]
}

/** All that one side says goes to the other, as fast as that reads; the end of one ends the other. */
export function join(left: AppConnection, right: AppConnection): void {
  for (const [from, to] of [
    [left, right],
    [right, left],
  ] as const) {
    from.ondata = (bytes) => {
      if (!to.write(bytes)) from.pause()
    }
    to.ondrain = () => from.resume()
    from.onend = () => to.close()
  }
  left.resume()
  right.resume()
}

/** Writes many chunks, as fast as the other side reads; ends early where it closes. */
export async function writeAll(connection: AppConnection, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  let isClosed = false
  let wake = (): void => {}
  const { onend } = connection
  connection.onend = () => {
    isClosed = true
    wake()
    onend?.()
  }
  for await (const chunk of chunks) {
    if (isClosed) return
    if (connection.write(chunk)) continue
    await new Promise<void>((resolve) => {
      wake = resolve
      connection.ondrain = resolve
      if (isClosed) resolve()
    })
  }
}
