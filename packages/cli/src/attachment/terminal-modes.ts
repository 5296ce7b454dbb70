/**
 * What remote programs have switched on in the local terminal. One whose connection ends, or that is left, cannot
 * switch it off again: mouse reports, the other screen, a cursor that is hidden.
 */

/** Private modes that are on by themselves: wrapping, the cursor. */
const normallyOn = new Set([7, 25])
/** Those that a shell would suffer from. */
const known = new Set([1, 7, 9, 25, 47, 66, 1000, 1002, 1003, 1004, 1005, 1006, 1015, 1047, 1049, 2004, 2026])

// oxlint-disable-next-line no-control-regex -- of terminals
const sequence = /\u001B(?:\[\?([\d;]+)([hl])|\[([>=])[\d;]*u|\[(>4);?(\d*)m|(=)|(>)|(c)|\[!p)/g
/** The beginning of one, at the end of what came. */
// oxlint-disable-next-line no-control-regex -- the same
const unfinished = /\u001B(?:\[[?>=!]?[\d;]{0,32})?$/

export class TerminalModes {
  readonly #changed = new Set<number>()
  #keypad = false
  #keyboard = false
  #modifiers = false
  #rest = ''

  read(output: Uint8Array): void {
    // Sequences are ASCII; other bytes only must not be taken for some.
    const text = this.#rest + latin1(output)
    for (const [whole, modes, switched, keyboard, modifiers, level, keypadOn, keypadOff] of text.matchAll(sequence)) {
      if (modes !== undefined)
        for (const mode of modes.split(';').map(Number)) {
          if (!known.has(mode)) continue
          if ((switched === 'h') === normallyOn.has(mode)) this.#changed.delete(mode)
          else this.#changed.add(mode)
        }
      else if (keyboard) this.#keyboard = true
      else if (modifiers) this.#modifiers = level !== '' && level !== '0'
      else if (keypadOn ?? keypadOff) this.#keypad = keypadOn !== undefined
      else if (whole.endsWith('c') || whole.endsWith('p')) this.#reset()
    }
    this.#rest = unfinished.exec(text)?.[0] ?? ''
  }

  #reset(): void {
    this.#changed.clear()
    this.#keypad = this.#keyboard = this.#modifiers = false
  }

  /** What brings the terminal back to what it was; nothing where nothing was changed. */
  restoration(): string {
    const modes = [...this.#changed].map((mode) => `\u001B[?${mode}${normallyOn.has(mode) ? 'h' : 'l'}`)
    const others = [
      this.#keyboard ? '\u001B[=0;1u' : '',
      this.#modifiers ? '\u001B[>4m' : '',
      this.#keypad ? '\u001B>' : '',
    ]
    return [...modes, ...others].join('')
  }
}

const decoder = new TextDecoder('latin1')
const latin1 = (bytes: Uint8Array): string => decoder.decode(bytes)
