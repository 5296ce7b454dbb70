import { WebSocketError } from '@backend-ai-sdk/core'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { encodeClose, encodeFrame, FrameParser, type FrameMessage } from './web-socket-frames.ts'

const limit = 1024 * 1024

/** As a server sends it. */
function serverFrame(opcode: number, payload: Uint8Array, isLast = true): Uint8Array {
  const { length } = payload
  const size = length < 126 ? [length] : length < 65_536 ? [126, length >> 8, length & 255] : [127, 0, 0, 0, 0, 0]
  const long = length < 65_536 ? [] : [(length >> 16) & 255, (length >> 8) & 255, length & 255]
  return new Uint8Array([(isLast ? 0x80 : 0) | opcode, ...size, ...long, ...payload])
}

const join = (parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(parts.flatMap((part) => [...part]))
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

/** In pieces that end at the given places. */
function parse(bytes: Uint8Array, cuts: readonly number[] = []): FrameMessage[] {
  const parser = new FrameParser(limit)
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
  let start = 0
  return [...places, bytes.length].flatMap((end) => {
    const piece = bytes.subarray(start, end)
    start = end
    return [...parser.push(piece)]
  })
}

describe('reading', () => {
  const message = fc.oneof(
    fc
      .string({ unit: 'binary' })
      .map((text): [FrameMessage, Uint8Array] => [{ type: 'text', data: text }, serverFrame(1, utf8(text))]),
    fc
      .uint8Array({ maxLength: 70_000 })
      .map((data): [FrameMessage, Uint8Array] => [{ type: 'binary', data }, serverFrame(2, data)]),
    fc
      .uint8Array({ maxLength: 125 })
      .map((data): [FrameMessage, Uint8Array] => [{ type: 'ping', data }, serverFrame(9, data)]),
  )

  test('any messages in any pieces', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 5 }), fc.array(fc.nat(), { maxLength: 8 }), (messages, cuts) => {
        const bytes = join(messages.map(([, frame]) => frame))
        expect(parse(bytes, cuts)).toEqual(messages.map(([expected]) => expected))
      }),
      { numRuns: 60 },
    )
  })

  test('a message in any parts, with pings between', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 6 }), (parts) => {
        const frames = parts.flatMap((part, index) => [
          serverFrame(index === 0 ? 2 : 0, part, index === parts.length - 1),
          serverFrame(9, utf8(String(index))),
        ])
        const messages = parse(join(frames))
        expect(messages.filter(({ type }) => type === 'binary')).toEqual([{ type: 'binary', data: join(parts) }])
        expect(messages.filter(({ type }) => type === 'ping')).toHaveLength(parts.length)
      }),
    )
  })

  test('a character may be in two parts', () => {
    const [first, second] = [utf8('한').subarray(0, 1), utf8('한').subarray(1)]
    expect(parse(join([serverFrame(1, first, false), serverFrame(0, second)]))).toEqual([{ type: 'text', data: '한' }])
  })

  test('closes, with and without a code', () => {
    expect(parse(serverFrame(8, new Uint8Array([3, 232, ...utf8('bye')])))).toEqual([
      { type: 'close', code: 1000, reason: 'bye' },
    ])
    expect(parse(serverFrame(8, new Uint8Array()))).toEqual([{ type: 'close', code: 1005, reason: '' }])
  })

  test.each([
    ['reserved bits', new Uint8Array([0xc2, 0]), 1002],
    ['a mask', new Uint8Array([0x82, 0x80, 0, 0, 0, 0]), 1002],
    ['an unknown opcode', new Uint8Array([0x83, 0]), 1002],
    ['a ping in parts', new Uint8Array([0x09, 0]), 1002],
    ['a long ping', serverFrame(9, new Uint8Array(126)), 1002],
    ['a part without a beginning', serverFrame(0, new Uint8Array()), 1002],
    [
      'a beginning within another',
      join([serverFrame(2, new Uint8Array(), false), serverFrame(2, new Uint8Array())]),
      1002,
    ],
    ['half a close code', serverFrame(8, new Uint8Array(1)), 1002],
    ['text that is no UTF-8', serverFrame(1, new Uint8Array([0xff])), 1007],
    ['2^53 bytes announced', new Uint8Array([0x82, 127, 0, 32, 0, 0, 0, 0, 0, 0]), 1009],
    [
      'parts that grow too large',
      join(Array.from({ length: 3 }, (_, i) => serverFrame(i ? 0 : 2, new Uint8Array(limit / 2), false))),
      1009,
    ],
  ])('%s', (_what, bytes, closeCode) => {
    expect(() => parse(bytes)).toThrow(WebSocketError)
    expect(() => parse(bytes)).toThrow(expect.objectContaining({ closeCode }) as Error)
  })
})

test('what is written is masked, and any length of it is read by a server', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70_000 }), fc.uint8Array({ minLength: 4, maxLength: 4 }), (data, mask) => {
      const frame = encodeFrame('binary', data, mask)
      expect(frame[1]! & 0x80).toBe(0x80)
      const start = frame.length - data.length
      expect(frame.slice(start - 4, start)).toEqual(mask)
      expect(frame.slice(start).map((byte, at) => byte ^ mask[at & 3]!)).toEqual(data)
      // Without the mask it is a frame as servers send it.
      frame[1]! &= 0x7f
      expect(parse(join([frame.subarray(0, start - 4), data]))).toEqual([{ type: 'binary', data }])
    }),
    { numRuns: 30 },
  )
})

test('a close has at most 125 bytes', () => {
  expect(encodeClose(1000, 'x'.repeat(500)).length).toBe(6 + 125)
  expect(encodeClose(1005).length).toBe(6)
})
