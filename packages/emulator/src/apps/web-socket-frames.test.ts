import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { encodeFrame, FrameError, FrameReader, type Message, type Opcode } from './web-socket-frames.ts'

/** As a client sends it: the mask is put over the data. */
function masked(frame: Uint8Array, mask: readonly number[] = [1, 2, 3, 4]): Uint8Array {
  const short = (frame[1] ?? 0) & 0x7f
  const start = short === 126 ? 4 : short === 127 ? 10 : 2
  const data = frame.subarray(start).map((byte, index) => byte ^ (mask[index & 3] ?? 0))
  return Uint8Array.from([frame[0] ?? 0, 0x80 | short, ...frame.subarray(2, start), ...mask, ...data])
}

const codeOf = (bytes: readonly number[]): unknown => {
  try {
    new FrameReader().push(Uint8Array.from(bytes))
  } catch (error) {
    return error instanceof FrameError ? error.code : error
  }
  return null
}

const message = fc.record<Message>({
  opcode: fc.constantFrom<Opcode>('text', 'binary'),
  data: fc.uint8Array({ maxLength: 300 }),
})
const control = fc.record<Message>({
  opcode: fc.constantFrom<Opcode>('close', 'ping', 'pong'),
  data: fc.uint8Array({ maxLength: 125 }),
})

test('what is encoded is read, wherever it is cut', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 })
  fc.assert(
    fc.property(fc.array(fc.oneof(message, control)), sizes, (messages, steps) => {
      const bytes = Uint8Array.from(messages.flatMap(({ opcode, data }) => [...masked(encodeFrame(opcode, data))]))
      const reader = new FrameReader()
      const read: Message[] = []
      for (let at = 0, step = 0; at < bytes.length; step += 1) {
        const size = steps[step % steps.length] ?? 1
        read.push(...reader.push(bytes.slice(at, at + size)))
        at += size
      }
      expect(read).toEqual(messages)
    }),
  )
})

test.each([0, 125, 126, 65_535, 65_536, 100_000])('%i bytes', (size) => {
  const data = new Uint8Array(size).fill(7)
  expect(new FrameReader().push(masked(encodeFrame('binary', data)))).toEqual([{ opcode: 'binary', data }])
})

test('a message in parts, with a ping in between', () => {
  const reader = new FrameReader()
  const part = (first: number, ...data: number[]): number[] => [first, 0x80 | data.length, 0, 0, 0, 0, ...data]
  const bytes = [...part(0x02, 1, 2), ...part(0x89, 9), ...part(0x00, 3), ...part(0x80, 4)]
  expect(reader.push(Uint8Array.from(bytes))).toEqual([
    { opcode: 'ping', data: new Uint8Array([9]) },
    { opcode: 'binary', data: new Uint8Array([1, 2, 3, 4]) },
  ])
})

describe('breaks of the protocol', () => {
  test.each([
    ['reserved bits', [0xc2, 0x80, 0, 0, 0, 0], 1002],
    ['an unknown opcode', [0x83, 0x80, 0, 0, 0, 0], 1002],
    ['no mask', [0x82, 1, 1], 1002],
    ['a control frame in parts', [0x09, 0x80, 0, 0, 0, 0], 1002],
    ['a long control frame', [0x89, 0xfe, 0, 126, 0, 0, 0, 0, ...Array.from({ length: 126 }, () => 0)], 1002],
    ['a part without a beginning', [0x80, 0x80, 0, 0, 0, 0], 1002],
    ['a beginning within a message', [0x02, 0x80, 0, 0, 0, 0, 0x82, 0x80, 0, 0, 0, 0], 1002],
    ['a frame that is too large', [0x82, 0xff, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1009],
  ])('%s', (_name, bytes, code) => {
    expect(codeOf(bytes)).toBe(code)
  })
})
