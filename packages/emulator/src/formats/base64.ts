/** Base64 of bytes, by Node's Buffer where there is one: a terminal's output passes through here. */
interface BufferLike {
  from(bytes: Uint8Array): { toString(encoding: 'base64'): string }
}

export function toBase64(bytes: Uint8Array): string {
  const { Buffer } = globalThis as { Buffer?: BufferLike }
  if (Buffer) return Buffer.from(bytes).toString('base64')
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}

/** Null where the text is not base64. */
export function fromBase64(text: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  } catch {
    return null
  }
}
