const lineFeed = 0x0a
/** Bytes within which the rest of a line, cut at its beginning, is worth leaving out. */
const lineLimit = 4096

/** The last bytes of an output, to paint it again. */
export class RingBuffer {
  #bytes: Uint8Array<ArrayBuffer>
  #length = 0
  /** Where the next byte goes, once it is full. */
  #at = 0
  #isCut = false
  readonly #capacity: number

  constructor(capacity: number) {
    this.#capacity = capacity
    this.#bytes = new Uint8Array(Math.min(4096, capacity))
  }

  push(chunk: Uint8Array): void {
    const tail = chunk.subarray(Math.max(0, chunk.length - this.#capacity))
    this.#isCut ||= this.#length + chunk.length > this.#capacity
    this.#grow(this.#length + tail.length)
    const first = tail.subarray(0, this.#bytes.length - this.#at)
    this.#bytes.set(first, this.#at)
    this.#bytes.set(tail.subarray(first.length))
    this.#at = (this.#at + tail.length) % this.#capacity
    this.#length = Math.min(this.#length + tail.length, this.#capacity)
  }

  /** In their order. Where older ones were dropped, from the next line on: the first may begin within a character. */
  contents(): Uint8Array<ArrayBuffer> {
    if (!this.#isCut) return this.#bytes.slice(0, this.#length)
    const all = new Uint8Array(this.#capacity)
    all.set(this.#bytes.subarray(this.#at))
    all.set(this.#bytes.subarray(0, this.#at), this.#capacity - this.#at)
    const end = all.subarray(0, lineLimit).indexOf(lineFeed)
    return all.slice(end + 1)
  }

  #grow(wanted: number): void {
    if (wanted <= this.#bytes.length || this.#bytes.length === this.#capacity) return
    const grown = new Uint8Array(Math.min(this.#capacity, Math.max(wanted, 4 * this.#bytes.length)))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
  }
}
