/** Bodies of parts on Node, which are streams of pieces. */
import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'

import { bodyOf, openSource, type UploadSource } from './upload-source.ts'

const kibibyte = 1024
const contentOf = (size: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length: size }, (_, index) => index % 251)

/** As `fs/promises` opens it. */
const handleOf = (content: Uint8Array) => ({
  stat: async () => ({ size: content.length, mtimeMs: 1 }),
  read: async (buffer: Uint8Array, offset: number, length: number, position: number) => {
    const bytes = content.subarray(position, position + length)
    buffer.set(bytes, offset)
    return { bytesRead: bytes.length }
  },
})

async function piecesOf(source: UploadSource, start: number, end: number) {
  let told = 0
  const part = await bodyOf(await openSource(source, 'f'), start, end, (count) => (told += count))
  const pieces: Uint8Array[] = []
  for await (const piece of part.body as ReadableStream<Uint8Array>) pieces.push(piece)
  return { part, pieces, told }
}

describe('a part', () => {
  const content = contentOf(5000 * kibibyte)

  test.prop([fc.nat(content.length - 1), fc.nat(content.length - 1)], { numRuns: 30 })(
    'has the bytes of its source, and the last of them in a small piece',
    async (one, other) => {
      const [start, end] = [Math.min(one, other), Math.max(one, other) + 1]
      const { part, pieces, told } = await piecesOf(handleOf(content), start, end)
      expect(Buffer.concat(pieces).equals(content.subarray(start, end))).toBe(true)
      expect(told).toBe(end - start)
      expect(part.headers).toEqual({ 'Content-Length': String(end - start) })
      expect(pieces.at(-1)!.length).toBeLessThanOrEqual(64 * kibibyte)
    },
  )

  test('that has arrived is freed, but for its last piece', async () => {
    const { part, pieces } = await piecesOf(handleOf(content), 0, content.length)
    part.free()
    expect(pieces.length).toBeGreaterThan(2)
    expect(pieces.slice(0, -1).every(({ buffer }) => buffer.byteLength === 0)).toBe(true)
    expect(pieces.at(-1)!.byteLength).toBeGreaterThan(0)
  })

  test('of bytes that are the caller’s is left alone', async () => {
    const { part, pieces } = await piecesOf(content, 0, content.length)
    part.free()
    expect(Buffer.concat(pieces).equals(content)).toBe(true)
  })

  test('of what the caller reads is left alone', async () => {
    const access = { size: content.length, read: async (start: number, end: number) => content.subarray(start, end) }
    const { part, pieces } = await piecesOf(access, 0, content.length)
    part.free()
    expect(Buffer.concat(pieces).equals(content)).toBe(true)
  })
})
