/** The line discipline of a terminal, in small: it echoes, edits one line, and sees Ctrl-C, Ctrl-D and Ctrl-U. */

export interface LineEditorEvents {
  /** What the screen shows of the typing. */
  echo(text: string): void
  line(text: string): void
  interrupt(): void
  /** Ctrl-D on an empty line. */
  end(): void
}

/** Longer lines are cut, as a real one cuts them at 4096. */
const longestLine = 4096

export class LineEditor {
  readonly #events: LineEditorEvents
  readonly #decoder = new TextDecoder()
  #line: string[] = []
  /** Of an escape sequence, which arrow and function keys send and nobody here wants. */
  #escape: '' | 'start' | 'sequence' = ''

  constructor(events: LineEditorEvents) {
    this.#events = events
  }

  /** Keys, as bytes that may be cut within a character. */
  type(bytes: Uint8Array): void {
    for (const key of this.#decoder.decode(bytes, { stream: true })) if (!this.#isEscaped(key)) this.#press(key)
  }

  /** Forgets what is typed so far. */
  clear(): void {
    this.#line = []
  }

  #press(key: string): void {
    const events = this.#events
    switch (key) {
      case '\r':
      case '\n': {
        const text = this.#line.join('')
        this.#line = []
        events.echo('\r\n')
        return events.line(text)
      }
      case '\u0003':
        this.#line = []
        events.echo('^C\r\n')
        return events.interrupt()
      case '\u0004':
        return this.#line.length === 0 ? events.end() : undefined
      case '\u007F':
      case '\b':
        return this.#erase(1)
      case '\u0015':
        return this.#erase(this.#line.length)
      default:
        if (key < ' ' || this.#line.length >= longestLine) return
        this.#line.push(key)
        events.echo(key)
    }
  }

  #erase(count: number): void {
    const erased = this.#line.splice(this.#line.length - Math.min(count, this.#line.length))
    this.#events.echo('\b \b'.repeat(erased.length))
  }

  #isEscaped(key: string): boolean {
    if (key === '\u001B') this.#escape = 'start'
    else if (this.#escape === 'start') this.#escape = key === '[' || key === 'O' ? 'sequence' : ''
    else if (this.#escape === 'sequence') this.#escape = key >= '@' && key <= '~' ? '' : 'sequence'
    else return false
    return true
  }
}
