import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { fileOfTar } from './tar.ts'

function entry(type: string, data: Uint8Array): Uint8Array[] {
  const header = new Uint8Array(512)
  const write = (at: number, text: string): void => header.set(new TextEncoder().encode(text), at)
  write(0, 'name')
  write(124, `${data.length.toString(8).padStart(11, '0')} `)
  write(156, type)
  write(257, 'ustar')
  return [header, data, new Uint8Array((512 - (data.length % 512)) % 512)]
}

const bytesOf = (parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

const end = [new Uint8Array(1024)]

test('the first file, after names and folders', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), fc.array(fc.constantFrom('x', 'g', 'L', '5')), (data, before) => {
      const others = before.flatMap((type) => entry(type, new Uint8Array(700)))
      expect(fileOfTar(bytesOf([...others, ...entry('0', data), ...end]))).toEqual(Uint8Array.from(data))
    }),
  )
})

test('of what is none, or cut off, a reason', () => {
  const archive = bytesOf([...entry('0', new Uint8Array(600)), ...end])
  expect(() => fileOfTar(archive.slice(0, 1000))).toThrow('The tar archive is cut off or damaged.')
  expect(() => fileOfTar(archive.slice(0, 100))).toThrow('The tar archive has no file in it.')
  expect(() => fileOfTar(bytesOf([...entry('5', new Uint8Array()), ...end]))).toThrow('has no file')
  expect(() => fileOfTar(new Uint8Array(1024).fill(65))).toThrow('damaged')
})

test('whatever comes, it ends', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => {
      const archive = Uint8Array.from(bytes)
      const name = (() => {
        try {
          return fileOfTar(archive).length <= bytes.length ? 'file' : 'too long'
        } catch (error) {
          return (error as Error).name
        }
      })()
      expect(['file', 'StreamError']).toContain(name)
    }),
  )
})
