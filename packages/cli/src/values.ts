/** Values of options. What is thrown is the reason that the usage error gives. */

export function integer(text: string): number {
  if (!/^[+-]?\d{1,15}$/.test(text.trim())) throw new Error(`'${text}' is not a valid integer.`)
  return Number(text)
}

export type Pair = readonly [name: string, value: string]

/** Split at the first `=`. */
export function keyValue(text: string): Pair {
  const at = text.indexOf('=')
  if (at < 1) throw new Error(`'${text}' is not written as KEY=VALUE.`)
  return [text.slice(0, at), text.slice(at + 1)]
}

/** `A,B,..` */
export const list = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')

export const integers = (text: string): number[] => list(text).map(integer)
