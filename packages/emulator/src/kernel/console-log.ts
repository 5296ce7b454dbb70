/** The last part of a kernel's whole output, as `GET …/logs` gives it. */
const BLOCK_LENGTH = 64 * 1024

export class ConsoleLog {
  readonly #limit: number
  readonly #blocks: { text: string; bytes: number }[] = []
  #bytes = 0
  #newest = ''

  constructor(limit = 10 * 1024 * 1024) {
    this.#limit = limit
  }

  append(text: string): void {
    this.#newest += text
    if (this.#newest.length < BLOCK_LENGTH) return
    const block = { text: this.#newest, bytes: byteLength(this.#newest) }
    this.#newest = ''
    this.#blocks.push(block)
    this.#bytes += block.bytes
    for (let oldest = this.#blocks[0]; oldest && this.#bytes - oldest.bytes >= this.#limit; oldest = this.#blocks[0]) {
      this.#bytes -= oldest.bytes
      this.#blocks.shift()
    }
  }

  /** At most the last `limit` bytes in UTF-8, beginning with a whole character. */
  text(): string {
    const all = this.#blocks.map(({ text }) => text).join('') + this.#newest
    const bytes = new TextEncoder().encode(all)
    if (bytes.length <= this.#limit) return all
    let start = bytes.length - this.#limit
    while (((bytes[start] as number) & 0xc0) === 0x80) start++
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(start))
  }
}

const byteLength = (text: string) => new TextEncoder().encode(text).length
