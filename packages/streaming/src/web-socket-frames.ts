/** The frames of a WebSocket as a client reads and writes them (RFC 6455 §5): bytes in, messages out. */
import { WebSocketError } from '@backend-ai-sdk/core'

import { concatenate } from './bytes.ts'

export type FrameMessage =
  | { readonly type: 'text'; readonly data: string }
  | { readonly type: 'binary' | 'ping' | 'pong'; readonly data: Uint8Array }
  | { readonly type: 'close'; readonly code: number; readonly reason: string }

const opcodes = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

const encoder = new TextEncoder()

/** Says no code: there was none. */
const noCode = 1005

/** @param mask four random bytes: they keep what pages send from looking like something else to old proxies. */
export function encodeFrame(
  type: keyof typeof opcodes,
  payload: string | Uint8Array,
  mask: Uint8Array = crypto.getRandomValues(new Uint8Array(4)),
): Uint8Array<ArrayBuffer> {
  const data = typeof payload === 'string' ? encoder.encode(payload) : payload
  const { length } = data
  const extra = length < 126 ? 0 : length < 65_536 ? 2 : 8
  const frame = new Uint8Array(6 + extra + length)
  const view = new DataView(frame.buffer)
  frame[0] = 0x80 | opcodes[type]
  frame[1] = 0x80 | (extra === 0 ? length : extra === 2 ? 126 : 127)
  if (extra === 2) view.setUint16(2, length)
  if (extra === 8) view.setBigUint64(2, BigInt(length))
  frame.set(mask, 2 + extra)
  const start = 6 + extra
  for (let at = 0; at < length; at++) frame[start + at] = data[at]! ^ mask[at & 3]!
  return frame
}

/** A close with its code, 1005 for none. */
export function encodeClose(code: number, reason = ''): Uint8Array<ArrayBuffer> {
  if (code === noCode) return encodeFrame('close', '')
  const text = encoder.encode(reason).subarray(0, 123)
  const payload = new Uint8Array(2 + text.length)
  new DataView(payload.buffer).setUint16(0, code)
  payload.set(text, 2)
  return encodeFrame('close', payload)
}

interface Frame {
  readonly opcode: number
  readonly isLast: boolean
  readonly data: Uint8Array<ArrayBuffer>
  filled: number
}

/** Holds one frame at most, and the parts of one message. */
export class FrameParser {
  readonly #limit: number
  readonly #header = new Uint8Array(10)
  #headerSize = 0
  #frame: Frame | undefined
  #parts: { type: 'text' | 'binary'; chunks: Uint8Array[]; size: number } | undefined

  /** @param limit bytes of one message. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** @throws WebSocketError whose code is what the other side is to be told: 1002, 1007 or 1009. */
  *push(chunk: Uint8Array): Generator<FrameMessage, void, undefined> {
    for (let rest = chunk; rest.length > 0;) {
      rest = this.#frame ? this.#fill(this.#frame, rest) : this.#begin(rest)
      const frame = this.#frame
      if (!frame || frame.filled < frame.data.length) continue
      this.#frame = undefined
      const message = this.#join(frame)
      if (message) yield message
    }
  }

  /** Takes bytes of the header, one by one as their number depends on the first. */
  #begin(bytes: Uint8Array): Uint8Array {
    let at = 0
    while (at < bytes.length && !this.#frame) {
      this.#header[this.#headerSize++] = bytes[at++]!
      this.#frame = this.#readHeader()
    }
    return bytes.subarray(at)
  }

  #readHeader(): Frame | undefined {
    if (this.#headerSize < 2) return undefined
    const [first = 0, second = 0] = this.#header
    if ((first & 0x70) !== 0) throw broken(1002, 'reserved bits')
    if ((second & 0x80) !== 0) throw broken(1002, 'a frame with a mask')
    const short = second & 0x7f
    const size = short === 126 ? 4 : short === 127 ? 10 : 2
    if (this.#headerSize < size) return undefined
    this.#headerSize = 0
    const view = new DataView(this.#header.buffer)
    const length = size === 2 ? short : size === 4 ? view.getUint16(2) : Number(view.getBigUint64(2))
    const opcode = first & 0x0f
    if (opcode >= 8 && (length > 125 || (first & 0x80) === 0)) throw broken(1002, 'a control frame in parts')
    if (length + (this.#parts?.size ?? 0) > this.#limit) throw broken(1009, `a message of ${length} bytes or more`)
    return { opcode, isLast: (first & 0x80) !== 0, data: new Uint8Array(length), filled: 0 }
  }

  #fill(frame: Frame, bytes: Uint8Array): Uint8Array {
    const taken = bytes.subarray(0, frame.data.length - frame.filled)
    frame.data.set(taken, frame.filled)
    frame.filled += taken.length
    return bytes.subarray(taken.length)
  }

  #join({ opcode, isLast, data }: Frame): FrameMessage | undefined {
    if (opcode === opcodes.ping) return { type: 'ping', data }
    if (opcode === opcodes.pong) return { type: 'pong', data }
    if (opcode === opcodes.close) return readClose(data)
    const type = opcode === opcodes.text ? 'text' : opcode === opcodes.binary ? 'binary' : undefined
    if (type === undefined && opcode !== 0) throw broken(1002, `the opcode ${opcode}`)
    if ((type === undefined) !== (this.#parts !== undefined)) throw broken(1002, 'a part out of order')
    const parts = (this.#parts ??= { type: type ?? 'binary', chunks: [], size: 0 })
    parts.chunks.push(data)
    parts.size += data.length
    if (!isLast) return undefined
    this.#parts = undefined
    const whole = concatenate(parts.chunks, parts.size)
    return parts.type === 'text' ? { type: 'text', data: decode(whole) } : { type: 'binary', data: whole }
  }
}

function readClose(data: Uint8Array<ArrayBuffer>): FrameMessage {
  if (data.length === 0) return { type: 'close', code: noCode, reason: '' }
  if (data.length === 1) throw broken(1002, 'half a close code')
  return { type: 'close', code: new DataView(data.buffer).getUint16(0), reason: decode(data.subarray(2)) }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw broken(1007, 'text that is no UTF-8', cause)
  }
}

const broken = (code: number, what: string, cause?: unknown): WebSocketError =>
  new WebSocketError(`The other side sent ${what}, which is no WebSocket's.`, code, '', {
    retryable: true,
    ...(cause !== undefined && { cause }),
  })
