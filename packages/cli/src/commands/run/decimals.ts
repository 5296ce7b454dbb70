/** Decimal numbers without binary noise, for `linspace`. */

export interface Decimal {
  readonly digits: bigint
  /** How many of the digits stand after the point. */
  readonly scale: number
}

/** As many as Python's decimals have. */
const significantDigits = 28

/** @throws an error for what is no number, or one with very many digits. */
export function parseDecimal(text: string): Decimal {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text.trim())
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match ?? []
  if (!match || whole + fraction === '' || whole.length + fraction.length > 100)
    throw new Error(`'${text}' is not a number.`)
  const digits = BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`)
  const scale = fraction.length - Number(exponent)
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 }
}

/** Evenly spaced, first and last exact. */
export function spaced(start: Decimal, stop: Decimal, count: number): string[] {
  const scale = Math.max(start.scale, stop.scale)
  const first = start.digits * 10n ** BigInt(scale - start.scale)
  const last = stop.digits * 10n ** BigInt(scale - stop.scale)
  const steps = BigInt(Math.max(count - 1, 1))
  return Array.from({ length: count }, (_, index) =>
    formatQuotient(first * steps + (last - first) * BigInt(index), steps * 10n ** BigInt(scale)),
  )
}

/** Rounded to 28 significant digits, without an exponent and without zeros at the end. */
function formatQuotient(numerator: bigint, denominator: bigint): string {
  const sign = numerator < 0n ? '-' : ''
  const positive = numerator < 0n ? -numerator : numerator
  const whole = (positive / denominator).toString()
  let places = Math.max(0, significantDigits - (whole === '0' ? 0 : whole.length))
  if (whole === '0' && positive > 0n) {
    // Zeros after the point are not significant.
    for (let rest = positive * 10n; rest < denominator; rest *= 10n) places++
  }
  const scaled = (positive * 10n ** BigInt(places) * 2n + denominator) / (denominator * 2n)
  const digits = scaled.toString().padStart(places + 1, '0')
  const fraction = places > 0 ? digits.slice(-places).replace(/0+$/, '') : ''
  const text = digits.slice(0, digits.length - places) + (fraction && `.${fraction}`)
  return text === '0' ? text : sign + text
}
