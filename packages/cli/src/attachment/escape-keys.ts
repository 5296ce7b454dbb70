/** The keys that leave a terminal, as in ssh: at the start of a line, `~.`. */

const enter = new Set([0x0a, 0x0d])
const dot = 0x2e
const question = 0x3f

export interface Keys {
  /** For the session. */
  readonly input: Uint8Array<ArrayBuffer>
  readonly asks: 'detach' | 'help' | undefined
}

/** Finds them in what is typed, however it is cut. What follows the wish to leave is not read. */
export class EscapeKeys {
  readonly #escape: number | undefined
  #atLineStart = true
  #escaped = false

  /** @param character undefined: there is no way out but the end of the session. */
  constructor(character: string | undefined) {
    this.#escape = character?.charCodeAt(0)
  }

  read(typed: Uint8Array): Keys {
    if (this.#escape === undefined) return { input: Uint8Array.from(typed), asks: undefined }
    const input: number[] = []
    let asks: Keys['asks']
    for (const byte of typed) {
      if (this.#escaped) {
        this.#escaped = false
        if (byte === dot) return { input: Uint8Array.from(input), asks: 'detach' }
        if (byte === question) {
          asks = 'help'
          continue
        }
        // Twice is once; with any other key it was meant for the session.
        if (byte !== this.#escape) input.push(this.#escape)
      } else if (this.#atLineStart && byte === this.#escape) {
        this.#escaped = true
        continue
      }
      input.push(byte)
      this.#atLineStart = enter.has(byte)
    }
    return { input: Uint8Array.from(input), asks }
  }
}
