/** Resource slots and sizes as they are written (protocol 02 §9.1, §9.2). */

const letters = 'kmgtpezy'

/** Bytes of `256`, `4g`, `1.5 GiB`; null where the grammar refuses it. */
export function parseSize(value: string | number): number | null {
  const text = String(value).trim().toLowerCase().replaceAll('_', '')
  if (/^inf(?:inite|inity)?$/.test(text)) return Infinity
  if (/^\d+$/.test(text)) return Number(text)
  const match = /^(\d+(?:\.\d+)?)\s*([kmgtpezy])(?:i?b(?:ytes?)?)?$/.exec(text)
  if (match) return Math.trunc(Number(match[1]) * 1024 ** (letters.indexOf(match[2] ?? '') + 1))
  const plain = /^(\d+)\s+bytes?$/.exec(text)
  return plain ? Number(plain[1]) : null
}

/** The short form of messages: `128m`, `1.06g`. */
export function sizeText(bytes: number): string {
  let unit = 0
  let amount = bytes
  while (amount >= 1024 && unit < letters.length) {
    amount /= 1024
    unit += 1
  }
  const text = amount.toFixed(2).replace(/\.?0+$/, '')
  return unit === 0 ? text : `${text}${letters[unit - 1]}`
}

/** Amounts by slot; `mem` in bytes. */
export type Slots = Readonly<Record<string, number>>

/** A decimal without exponent, as slots travel. */
export function slotText(amount: number): string {
  if (amount === Infinity) return 'Infinity'
  if (Number.isNaN(amount)) return 'NaN'
  return Number.isInteger(amount) ? BigInt(amount).toString() : String(amount)
}

export const slotTexts = (slots: Slots): Record<string, string> =>
  Object.fromEntries(Object.entries(slots).map(([name, amount]) => [name, slotText(amount)]))

export function addSlots(left: Slots, right: Slots, sign = 1): Record<string, number> {
  const sum: Record<string, number> = { ...left }
  for (const [name, amount] of Object.entries(right)) sum[name] = (sum[name] ?? 0) + sign * amount
  return sum
}

export const scaleSlots = (slots: Slots, factor: number): Record<string, number> =>
  Object.fromEntries(Object.entries(slots).map(([name, amount]) => [name, amount * factor]))

/** Does `wanted` fit into `free`? A slot that is not limited always does. */
export const fits = (wanted: Slots, free: Slots, unlisted: 'free' | 'none'): boolean =>
  Object.entries(wanted).every(([name, amount]) => amount <= (free[name] ?? (unlisted === 'free' ? Infinity : 0)))
