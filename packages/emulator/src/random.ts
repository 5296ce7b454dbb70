/** Identifiers and keys, new at each start. */

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const urlSafe = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Both alphabets have a power of two of characters, so that the remainder is fair. */
const pick = (alphabet: string, length: number): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => alphabet[byte % alphabet.length]).join('')

/** Protocol 01 §3.1. */
export const newAccessKey = (): string => `AKIA${pick(base32, 16)}`
export const newSecretKey = (): string => pick(urlSafe, 40)
export const newPassword = (): string => pick(urlSafe, 16)

export const newHex = (bytes: number): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, '0')).join('')

/** `crypto.randomUUID` needs a secure context; this does not. */
export function newUUID(): string {
  const hex = newHex(16)
  const variant = '89ab'[Number.parseInt(hex[16] ?? '0', 16) % 4]
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`
}

export const isUUID = (text: string): boolean => /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text)
