/** What is new in a text that is read again and again. */

/** A character that is cut in two by the end, or the beginning, of what was read. */
const cutAtEnd = /\uFFFD{1,3}$/
const cutAtStart = /^\uFFFD{1,3}/

export interface NewText {
  readonly text: string
  /** Something between the last text and this one may be missing. */
  readonly gap: boolean
}

/** Of a text that grows, and of one that forgets its beginning meanwhile. */
export class GrowingText {
  #last = ''

  /** @param isLast nothing will be written any more. */
  read(text: string, isLast = false): NewText {
    const last = this.#last
    const whole = isLast ? text : text.replace(cutAtEnd, '')
    if (whole.startsWith(last)) return this.#take(whole, whole.slice(last.length), false)
    // Shorter than it was: cut off in the middle of a character now.
    if (last.startsWith(whole)) return { text: '', gap: false }
    const rest = whole.replace(cutAtStart, '')
    const overlap = overlapOf(last, rest)
    return this.#take(whole, rest.slice(overlap), overlap === 0)
  }

  #take(whole: string, text: string, gap: boolean): NewText {
    this.#last = whole
    return { text, gap }
  }
}

/** Length of the longest end of one text that the other begins with (Knuth, Morris and Pratt). */
export function overlapOf(before: string, after: string): number {
  const borders = new Int32Array(after.length)
  let length = 0
  for (let at = 1; at < after.length; at++) {
    while (length > 0 && after[at] !== after[length]) length = borders[length - 1]!
    if (after[at] === after[length]) length++
    borders[at] = length
  }
  length = 0
  for (let at = Math.max(0, before.length - after.length); at < before.length; at++) {
    while (length > 0 && (length === after.length || before[at] !== after[length])) length = borders[length - 1]!
    if (before[at] === after[length]) length++
  }
  return length
}
