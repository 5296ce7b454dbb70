/** Base64 at the speed of the platform. */
interface Codec {
  encode(bytes: Uint8Array): string
  /** @throws where the text is none. */
  decode(text: string): Uint8Array
}

const standard = {
  encode: (bytes: Uint8Array & { toBase64?(): string }) => bytes.toBase64!(),
  decode: (text: string) => (Uint8Array as unknown as { fromBase64(text: string): Uint8Array }).fromBase64(text),
} satisfies Codec

type NodeBuffer = Uint8Array & { toString(encoding: 'base64'): string }
interface NodeBuffers {
  from(text: string, encoding: 'base64'): NodeBuffer
  from(buffer: ArrayBufferLike, at: number, length: number): NodeBuffer
}

/** Of Node up to release 24: what stands in would be 20 times as slow there. */
const nodes = (buffers: NodeBuffers): Codec => ({
  encode: ({ buffer, byteOffset, length }) => buffers.from(buffer, byteOffset, length).toString('base64'),
  decode(text) {
    const bytes = buffers.from(text, 'base64')
    // It leaves out what is none.
    const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
    if (text.length % 4 !== 0 || bytes.length !== (text.length / 4) * 3 - padding) throw new TypeError('no base64')
    // Small ones are parts of a larger buffer that is not ours.
    return bytes.buffer.byteLength === bytes.length ? new Uint8Array(bytes.buffer) : new Uint8Array(bytes)
  },
})

/** Characters that one call may have as arguments. */
const portion = 0x8000

const portable = {
  encode(bytes: Uint8Array) {
    let text = ''
    for (let at = 0; at < bytes.length; at += portion) text += String.fromCharCode(...bytes.subarray(at, at + portion))
    return btoa(text)
  },
  decode(text: string) {
    const binary = atob(text)
    const bytes = new Uint8Array(binary.length)
    // eslint-disable-next-line unicorn/prefer-code-point -- each is one byte, and this is the fast one
    for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at)
    return bytes
  },
} satisfies Codec

const { Buffer: buffers } = globalThis as { Buffer?: NodeBuffers }

/** Bytes of what is typed, and of its echo: for so few the call of a builtin takes longer than all the rest. */
const few = 256

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

function encodeFew(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at
    const bits = (bytes[at]! << 16) | (left > 1 ? bytes[at + 1]! << 8 : 0) | (left > 2 ? bytes[at + 2]! : 0)
    text += alphabet[bits >> 18]! + alphabet[(bits >> 12) & 63]!
    text += left > 1 ? alphabet[(bits >> 6) & 63]! : '='
    text += left > 2 ? alphabet[bits & 63]! : '='
  }
  return text
}

const padding = 0x3d

/** What stands between two places of an ASCII text, without a copy as text; undefined where it is none, or not few. */
export function decodeFew(ascii: Uint8Array, start: number, end: number): Uint8Array | undefined {
  if ((end - start) % 4 !== 0 || end - start > (few / 3) * 4) return undefined
  let last = end
  while (last > Math.max(start, end - 2) && ascii[last - 1] === padding) last--
  const bytes = new Uint8Array(((end - start) / 4) * 3 - (end - last))
  let [bits, held, to] = [0, 0, 0]
  for (let at = start; at < last; at++) {
    const value = valueOf(ascii[at]!)
    if (value < 0) return undefined
    bits = ((bits << 6) | value) & 0xffff
    held += 6
    if (held >= 8) {
      held -= 8
      bytes[to++] = bits >> held
    }
  }
  return bytes
}

function valueOf(letter: number): number {
  if (letter >= 0x61) return letter <= 0x7a ? letter - 0x47 : -1
  if (letter >= 0x41) return letter <= 0x5a ? letter - 0x41 : -1
  if (letter >= 0x30) return letter <= 0x39 ? letter + 4 : -1
  return letter === 0x2b ? 62 : letter === 0x2f ? 63 : -1
}

const platform: Codec = 'fromBase64' in Uint8Array ? standard : buffers ? nodes(buffers) : portable

export const base64: Codec = {
  encode: (bytes) => (bytes.length > few ? platform.encode(bytes) : encodeFew(bytes)),
  decode: (text) => platform.decode(text),
}
/** For tests: what stands in where the platform has none. */
export { portable as portableBase64 }
