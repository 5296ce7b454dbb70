/** One argument that an app is started with, as it is written for a shell: `--option value`, `--option=value`. */
export type StartArgument = readonly [option: string, value: string | readonly string[] | null]

export function parseStartArgument(text: string): StartArgument {
  const [first, ...more] = shellWords(text)
  if (!first) throw new Error(`'${text}' is not written as "--option value".`)
  const at = first.indexOf('=')
  const [option, ...values] = at > 0 ? [first.slice(0, at), first.slice(at + 1), ...more] : [first, ...more]
  const [only] = values
  return [option, only === undefined ? null : values.length === 1 ? only : values]
}

/** Words with quotes and backslashes, as a POSIX shell reads them; nothing is replaced. */
export function shellWords(text: string): string[] {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  const letters = Array.from(text)
  for (let at = 0; at < letters.length; at++) {
    const letter = letters[at]!
    const next = letters[at + 1]
    if (letter === '\\' && quote !== "'" && next !== undefined && (quote === '' || '"\\'.includes(next))) {
      word = (word ?? '') + next
      at++
    } else if (letter === quote) quote = ''
    else if (quote === '' && (letter === '"' || letter === "'")) {
      quote = letter
      word ??= ''
    } else if (quote === '' && /\s/.test(letter)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + letter
  }
  if (quote) throw new Error(`'${text}' has a quote that does not end.`)
  return word === undefined ? words : [...words, word]
}
