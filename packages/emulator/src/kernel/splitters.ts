/** Cut what a runner writes on a pipe into data and barriers, wherever the chunks of the pipe begin and end. */

/** A barrier, or the data before and behind it. `done` is told when the barrier is passed. */
export type Piece = { data: Buffer } | { barrier: number; done?: () => void }

export interface Splitter {
  split(chunk: Buffer): Piece[]
  /** What was held back, when nothing more comes. */
  rest(): Piece[]
}

const NUMBER_LENGTH = 8
const LINE_LIMIT = 64 * 1024 * 1024
const NOTHING = Buffer.alloc(0)

/** Barriers in user output: NUL, a mark that user code does not know, eight hexadecimal digits. */
export class MarkSplitter implements Splitter {
  readonly #mark: Buffer | undefined
  #held = NOTHING

  constructor(mark: string | undefined) {
    this.#mark = mark === undefined ? undefined : Buffer.from(`\0${mark}`)
  }

  split(chunk: Buffer): Piece[] {
    if (!this.#mark) return [{ data: chunk }]
    const bytes = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk
    const pieces: Piece[] = []
    let start = 0
    let end = bytes.length
    const until = (index: number) => {
      if (index > start) pieces.push({ data: bytes.subarray(start, index) })
    }
    for (let index; (index = bytes.indexOf(this.#mark, start)) >= 0;) {
      const number = index + this.#mark.length
      if (number + NUMBER_LENGTH > end) {
        end = index
        break
      }
      until(index)
      start = number + NUMBER_LENGTH
      pieces.push({ barrier: Number.parseInt(bytes.toString('latin1', number, start), 16) })
    }
    end = Math.min(end, this.#beginOfMark(bytes, start))
    until(end)
    this.#held = Buffer.from(bytes.subarray(Math.max(start, end)))
    return pieces
  }

  rest(): Piece[] {
    return this.#held.length > 0 ? [{ data: this.#held }] : []
  }

  /** Where the end of these bytes may be the begin of a mark. */
  #beginOfMark(bytes: Buffer, start: number): number {
    const mark = this.#mark as Buffer
    const index = bytes.lastIndexOf(0)
    const tail = bytes.subarray(index)
    const open = index >= start && tail.length < mark.length && tail.equals(mark.subarray(0, tail.length))
    return open ? index : bytes.length
  }
}

/** JSON lines; a barrier is `{"type":"barrier","barrier":1}`. */
export class LineSplitter implements Splitter {
  #parts: Buffer[] = []
  #length = 0

  split(chunk: Buffer): Piece[] {
    const pieces: Piece[] = []
    let start = 0
    for (let index; (index = chunk.indexOf(10, start)) >= 0; start = index + 1) {
      const line = Buffer.concat([...this.#parts, chunk.subarray(start, index)])
      this.#parts = []
      this.#length = 0
      const barrier = /^\{"type":"barrier","barrier":(\d+)\}$/.exec(line.length < 64 ? line.toString() : '')
      pieces.push(barrier ? { barrier: Number(barrier[1]) } : { data: line })
    }
    this.#parts.push(chunk.subarray(start))
    this.#length += chunk.length - start
    if (this.#length > LINE_LIMIT) {
      this.#parts = []
      this.#length = 0
    }
    return pieces
  }

  rest(): Piece[] {
    return []
  }
}
