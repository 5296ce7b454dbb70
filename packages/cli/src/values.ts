/** Values of options. What is thrown is the reason that the usage error gives. */

export function integer(text: string): number {
  if (!/^[+-]?\d{1,15}$/.test(text.trim())) throw new Error(`'${text}' is not a valid integer.`)
  return Number(text)
}

export function natural(text: string): number {
  const number = integer(text)
  if (number < 0) throw new Error(`'${text}' is less than 0.`)
  return number
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

/** Powers of 1024: `512`, `1.5g`. */
export function bytes(text: string): number {
  const [, digits, unit = ''] = /^(\d+(?:\.\d*)?)([kmgtpe]?)$/i.exec(text) ?? []
  const value = Number(digits) * 1024 ** ' kmgtpe'.indexOf(unit.toLowerCase() || ' ')
  if (!Number.isSafeInteger(Math.floor(value))) throw new Error(`'${text}' is not a size: 512, 64k, 1.5g.`)
  return Math.floor(value)
}

export function boolean(text: string): boolean {
  if (/^(1|t|true|y|yes|on)$/i.test(text)) return true
  if (/^(0|f|false|n|no|off)$/i.test(text)) return false
  throw new Error(`'${text}' is not a valid boolean.`)
}

/** `A=B,C=D` */
export const keyValues = (text: string): Record<string, string> => Object.fromEntries(list(text).map(keyValue))
