import { describe, expect, test } from 'vitest'

import { LineSplitter, MarkSplitter, type Piece, type Splitter } from './splitters.ts'

const mark = '0123456789abcdef'
const barrier = (number: number) => `\0${mark}${number.toString(16).padStart(8, '0')}`

function split(splitter: Splitter, chunks: Buffer[]): (string | number)[] {
  const pieces: Piece[] = [...chunks.flatMap((chunk) => splitter.split(chunk)), ...splitter.rest()]
  const out: (string | number)[] = []
  for (const piece of pieces) {
    if ('barrier' in piece) out.push(piece.barrier)
    else if (typeof out.at(-1) === 'string') out.push(`${out.pop()}${piece.data.toString('latin1')}`)
    else out.push(piece.data.toString('latin1'))
  }
  return out
}

describe('MarkSplitter', () => {
  const text = `a\0b${barrier(1)}${barrier(2)}c\0${mark.slice(0, 5)}d${barrier(0x1f)}\0`

  test('finds barriers wherever chunks end', () => {
    const bytes = Buffer.from(text)
    for (let size = 1; size <= bytes.length; size++) {
      const chunks: Buffer[] = []
      for (let start = 0; start < bytes.length; start += size) chunks.push(bytes.subarray(start, start + size))
      expect(split(new MarkSplitter(mark), chunks)).toEqual(['a\0b', 1, 2, `c\0${mark.slice(0, 5)}d`, 31, '\0'])
    }
  })

  test('holds back nothing that cannot be the begin of a mark', () => {
    const splitter = new MarkSplitter(mark)
    expect(splitter.split(Buffer.from('no end\0 of line'))).toEqual([{ data: Buffer.from('no end\0 of line') }])
  })

  test('passes all where there is no mark', () => {
    expect(split(new MarkSplitter(undefined), [Buffer.from(text)])).toEqual([text])
  })
})

describe('LineSplitter', () => {
  test('joins lines and knows barriers', () => {
    const text = '{"type":"ready"}\n{"type":"barrier","barrier":12}\n{"a":1}\n'
    for (const size of [1, 7, 100]) {
      const chunks: Buffer[] = []
      for (let start = 0; start < text.length; start += size) chunks.push(Buffer.from(text.slice(start, start + size)))
      const splitter = new LineSplitter()
      const pieces = chunks.flatMap((chunk) => splitter.split(chunk))
      expect(pieces).toEqual([
        { data: Buffer.from('{"type":"ready"}') },
        { barrier: 12 },
        { data: Buffer.from('{"a":1}') },
      ])
    }
  })

  test('does not take what a message holds for a barrier', () => {
    const line = '{"type":"display","record":["html","{\\"type\\":\\"barrier\\",\\"barrier\\":1}"]}'
    expect(new LineSplitter().split(Buffer.from(`${line}\n`))).toEqual([{ data: Buffer.from(line) }])
  })

  test('gives up a line without end', () => {
    const splitter = new LineSplitter()
    const chunk = Buffer.alloc(16 * 1024 * 1024, 'x')
    for (let count = 0; count < 5; count++) expect(splitter.split(chunk)).toEqual([])
    const [piece] = splitter.split(Buffer.from('\n')) as [{ data: Buffer }]
    expect(piece.data.length).toBeLessThan(64 * 1024 * 1024)
  })
})
