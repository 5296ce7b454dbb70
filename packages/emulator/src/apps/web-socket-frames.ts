/** The frames of a WebSocket over a stream of bytes, for the server's side (RFC 6455). */
import { concatenate } from './http.ts'

export type Opcode = 'text' | 'binary' | 'close' | 'ping' | 'pong'

export interface Message {
  opcode: Opcode
  data: Uint8Array
}

const numbers: Readonly<Record<Opcode, number>> = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 }
const opcodes = new Map(Object.entries(numbers).map(([name, number]) => [number, name as Opcode]))

/** What a client may send in one message. */
const largestMessage = 16 * 1024 * 1024

/** A client that breaks the protocol; `code` closes the connection. */
export class FrameError extends Error {
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

/** Unmasked, as servers send. */
export function encodeFrame(opcode: Opcode, data: Uint8Array): Uint8Array {
  const { length } = data
  const extra = length < 126 ? 0 : length < 65_536 ? 2 : 8
  const frame = new Uint8Array(2 + extra + length)
  const view = new DataView(frame.buffer)
  frame[0] = 0x80 | numbers[opcode]
  frame[1] = extra === 0 ? length : extra === 2 ? 126 : 127
  if (extra === 2) view.setUint16(2, length)
  if (extra === 8) view.setBigUint64(2, BigInt(length))
  frame.set(data, 2 + extra)
  return frame
}

/** Chunks in, whole messages out. */
export class FrameReader {
  #bytes: Uint8Array = new Uint8Array()
  /** Of a message in several frames. */
  #parts: Message | undefined

  /** @throws FrameError */
  push(chunk: Uint8Array): Message[] {
    this.#bytes = concatenate(this.#bytes, chunk)
    const messages: Message[] = []
    for (let frame = this.#next(); frame; frame = this.#next()) {
      const message = this.#join(frame.number, frame.isLast, frame.data)
      if (message) messages.push(message)
    }
    return messages
  }

  #next(): { number: number; isLast: boolean; data: Uint8Array } | null {
    const bytes = this.#bytes
    const [first, second] = bytes
    if (first === undefined || second === undefined) return null
    if ((first & 0x70) !== 0) throw new FrameError(1002, 'Reserved bits.')
    if ((second & 0x80) === 0) throw new FrameError(1002, 'A frame without a mask.')
    const short = second & 0x7f
    const extra = short === 126 ? 2 : short === 127 ? 8 : 0
    if (bytes.length < 6 + extra) return null
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    const length = extra === 0 ? short : extra === 2 ? view.getUint16(2) : Number(view.getBigUint64(2))
    if (length > largestMessage) throw new FrameError(1009, 'A frame that is too large.')
    const start = 6 + extra
    if (bytes.length < start + length) return null
    const mask = bytes.subarray(start - 4, start)
    const data = bytes.slice(start, start + length)
    for (let index = 0; index < length; index += 1) data[index] = (data[index] ?? 0) ^ (mask[index & 3] ?? 0)
    this.#bytes = bytes.subarray(start + length)
    return { number: first & 0x0f, isLast: (first & 0x80) !== 0, data }
  }

  #join(number: number, isLast: boolean, data: Uint8Array): Message | null {
    const opcode = opcodes.get(number)
    if (number !== 0 && !opcode) throw new FrameError(1002, 'An unknown opcode.')
    if (opcode && number >= 8) {
      if (!isLast || data.length > 125) throw new FrameError(1002, 'A control frame in parts.')
      return { opcode, data }
    }
    const parts = this.#parts
    if ((opcode === undefined) !== (parts !== undefined)) throw new FrameError(1002, 'A part out of order.')
    const message = opcode
      ? { opcode, data }
      : { opcode: parts?.opcode ?? 'binary', data: concatenate(parts?.data ?? data, data) }
    if (message.data.length > largestMessage) throw new FrameError(1009, 'A message that is too large.')
    this.#parts = isLast ? undefined : message
    return isLast ? message : null
  }
}
