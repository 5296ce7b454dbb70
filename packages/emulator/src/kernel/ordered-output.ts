/**
 * Reads what a process writes on several pipes, and puts it back in order.
 *
 * Pipes have no common order. A runner therefore writes a numbered barrier into all of its pipes whenever another one
 * goes on: what lies before a barrier, on any pipe, is older than what lies behind it on any other. Pipes without
 * barriers (batch programs) pass as they come.
 */
import process from 'node:process'
import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'

import { LineSplitter, MarkSplitter, type Piece, type Splitter } from './splitters.ts'

/** Emitted in one turn of the event loop before reading pauses, so that a flood cannot grow without limit. */
const TURN_LIMIT = 4 * 1024 * 1024
/** More than any system keeps in a pipe: what was written before is through when so much came after it. */
const PIPE_CAPACITY = 1024 * 1024
/** Node looks at every pipe between a timer and an immediate that follow each other; other runtimes promise nothing. */
const LOOK_TIME = 'bun' in process.versions || 'deno' in process.versions ? 50 : 1

export interface OutputHandlers {
  text(stream: 'stdout' | 'stderr', text: string): void
  /** One line of the message pipe, barriers excluded. */
  message(line: string): void
}

export interface OutputPipes {
  stdout: Readable
  stderr: Readable
  /** JSON lines of a runner, and the mark that begins its barriers in the other two. */
  messages?: { stream: Readable; mark: string }
}

/** One pipe: the number of the last barrier it passed, and what waits behind it. */
interface Source {
  stream: Readable
  splitter: Splitter
  emit(data: Buffer): void
  passed: number
  waiting: Piece[]
}

export class OrderedOutput {
  readonly ended: Promise<void>
  readonly #handlers: OutputHandlers
  readonly #decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') }
  readonly #sources: Source[] = []
  #received = 0
  #emittedInTurn = 0
  #held = false

  constructor({ stdout, stderr, messages }: OutputPipes, handlers: OutputHandlers) {
    this.#handlers = handlers
    const ended: Promise<void>[] = []
    const read = (stream: Readable, splitter: Splitter, emit: (data: Buffer) => void) => {
      ended.push(this.#read({ stream, splitter, emit, passed: 0, waiting: [] }))
    }
    for (const [name, stream] of [
      ['stdout', stdout],
      ['stderr', stderr],
    ] as const) {
      read(stream, new MarkSplitter(messages?.mark), (data) => this.#text(name, this.#decoders[name].write(data)))
    }
    if (messages) read(messages.stream, new LineSplitter(), (line) => handlers.message(line.toString()))
    this.ended = Promise.all(ended).then(() => this.flush())
  }

  /** Gives out half a character that nothing will complete any more. */
  flush(): void {
    for (const name of ['stdout', 'stderr'] as const) this.#text(name, this.#decoders[name].end())
  }

  /** Resolves when all that was written before the call has been emitted, although the pipes may stay open. */
  async drained(): Promise<void> {
    const first = this.#received
    let before: number
    do {
      before = this.#received
      await new Promise((resolve) => setTimeout(resolve, LOOK_TIME))
      await new Promise((resolve) => setImmediate(resolve))
    } while ((this.#received > before || this.#full) && this.#received < first + PIPE_CAPACITY)
  }

  /** Emits nothing more: the pipes fill, and who writes into them waits. */
  hold(): void {
    this.#held = true
    for (const source of this.#sources) source.stream.pause()
  }

  release(): void {
    this.#held = false
    this.#advance()
  }

  get #full(): boolean {
    return this.#held || this.#emittedInTurn > TURN_LIMIT
  }

  #read(source: Source): Promise<void> {
    this.#sources.push(source)
    source.stream.on('data', (chunk: Buffer) => {
      this.#received += chunk.length
      source.waiting.push(...source.splitter.split(chunk))
      this.#advance()
    })
    return new Promise((resolve) => {
      source.stream.once('close', () => {
        source.waiting.push(...source.splitter.rest(), { barrier: Number.POSITIVE_INFINITY, done: resolve })
        this.#advance()
      })
      source.stream.once('error', () => source.stream.destroy())
    })
  }

  /** Emits all that may be emitted now; holds back the pipes that are ahead of the others, or too fast. */
  #advance(): void {
    for (let moved = true; moved;) {
      moved = false
      for (const source of this.#sources) moved = this.#emit(source) || moved
    }
    for (const source of this.#sources) {
      if (source.waiting.length > 0) source.stream.pause()
      else if (!this.#full) source.stream.resume()
    }
  }

  /** Emits up to the next barrier, and over it if all others have reached it; true if it came to a new barrier. */
  #emit(source: Source): boolean {
    let moved = false
    while (source.waiting.length > 0 && !this.#full) {
      if (this.#sources.some(({ passed }) => passed < source.passed)) break
      const piece = source.waiting.shift() as Piece
      if ('barrier' in piece) {
        source.passed = Math.max(source.passed, piece.barrier)
        piece.done?.()
        moved = true
      } else {
        this.#count(piece.data.length)
        source.emit(piece.data)
      }
    }
    return moved
  }

  #count(bytes: number): void {
    if (this.#emittedInTurn === 0) {
      setImmediate(() => {
        this.#emittedInTurn = 0
        this.#advance()
      })
    }
    this.#emittedInTurn += bytes
  }

  #text(stream: 'stdout' | 'stderr', text: string): void {
    if (text !== '') this.#handlers.text(stream, text)
  }
}
