import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { entriesOfTar, fileOfTar } from './tar.ts'

const utf8 = new TextEncoder()

interface Written {
  type: string
  name?: string
  target?: string
  prefix?: string
  mode?: number
  data?: Uint8Array
}

function entry({ type, name = 'name', target = '', prefix, mode = 0o644, data = new Uint8Array() }: Written) {
  const header = new Uint8Array(512)
  const write = (at: number, text: string): void => header.set(utf8.encode(text).subarray(0, 155), at)
  header.set(utf8.encode(name).subarray(0, 100))
  write(100, mode.toString(8).padStart(7, '0'))
  write(124, `${data.length.toString(8).padStart(11, '0')} `)
  write(136, '15302571234')
  write(156, type)
  header.set(utf8.encode(target).subarray(0, 100), 157)
  write(257, prefix === undefined ? 'ustar  ' : 'ustar')
  if (prefix !== undefined) write(345, prefix)
  return [header, data, new Uint8Array((512 - (data.length % 512)) % 512)]
}

/** A record of pax, whose length counts itself. */
function record(key: string, value: string): Uint8Array {
  const rest = utf8.encode(` ${key}=${value}\n`).length
  const digits = [1, 2, 3, 4, 5].find((count) => String(rest + count).length === count)!
  return utf8.encode(`${rest + digits} ${key}=${value}\n`)
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
const archiveOf = (...entries: Written[]) => bytesOf([...entries.flatMap(entry), ...end])

/** Of one segment, as file systems allow them. */
const segment = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .filter((text) => !/[/\0]|^\.\.?$/.test(text) && text.isWellFormed())
const names = fc.array(segment, { minLength: 1, maxLength: 6 }).map((segments) => segments.join('/'))

test('files, by names of any length, in the form of GNU and of pax', () => {
  fc.assert(
    fc.property(names, fc.uint8Array({ maxLength: 2000 }), fc.boolean(), (name, data, isGNU) => {
      const before: Written = isGNU
        ? { type: 'L', data: utf8.encode(`${name}\0`) }
        : { type: 'x', data: bytesOf([record('mtime', '1.5'), record('path', name)]) }
      const archive = archiveOf({ type: '5', name: 'dir/', mode: 0o755 }, before, { type: '0', data })
      const [dir, file] = entriesOfTar(archive)
      expect(dir).toMatchObject({ name: 'dir', type: 'directory', mode: '755' })
      expect(file).toMatchObject({ name, type: 'file', mode: '644', modified: new Date(1_795_879_580_000) })
      expect(file!.data).toEqual(data)
      expect(fileOfTar(archive)).toEqual(data)
    }),
  )
})

test('links, prefixes, modes, and what else there is', () => {
  const data = utf8.encode('one')
  const entries = entriesOfTar(
    archiveOf(
      { type: '5', name: './' },
      { type: '0', name: 'a.txt', prefix: 'long/way', data, mode: 0o4755 },
      { type: '1', name: 'again', target: 'long/way/a.txt' },
      { type: 'K', data: utf8.encode(`${'x'.repeat(200)}\0`) },
      { type: '2', name: 'link' },
      { type: '2', name: 'out', target: '/etc/passwd' },
      { type: '6', name: 'pipe' },
    ),
  )
  expect(entries.map(({ name, type, mode, target }) => [name, type, mode, target])).toEqual([
    ['long/way/a.txt', 'file', '4755', undefined],
    ['again', 'file', '644', undefined],
    ['link', 'symlink', '644', 'x'.repeat(200)],
    ['out', 'symlink', '644', '/etc/passwd'],
  ])
  expect(entries[1]!.data).toEqual(data)
})

test.each(['/etc/passwd', '../a', 'a/../../b', 'a/..'])('the name %j leads out', (name) => {
  expect(() => entriesOfTar(archiveOf({ type: '0', name }))).toThrow('leads out of it')
  expect(() => entriesOfTar(archiveOf({ type: 'x', data: record('path', name) }, { type: '0' }))).toThrow('leads out')
})

test('of what is none, or cut off, a reason', () => {
  const archive = archiveOf({ type: '0', data: new Uint8Array(600) })
  expect(() => fileOfTar(archive.slice(0, 1000))).toThrow('The tar archive is cut off or damaged.')
  expect(() => fileOfTar(archive.slice(0, 100))).toThrow('The tar archive is cut off or damaged.')
  expect(() => fileOfTar(archiveOf({ type: '5' }))).toThrow('The tar archive has no file in it.')
  expect(() => fileOfTar(new Uint8Array(1024).fill(65))).toThrow('damaged')
  const length = { type: 'x', data: utf8.encode('999 path=a\n') }
  expect(() => entriesOfTar(archiveOf(length, { type: '0' }))).toThrow('damaged')
})

test('no bytes whatsoever break it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), fc.constantFrom('0', '1', '2', 'L', 'x'), (data, type) => {
      const read = () => entriesOfTar(archiveOf({ type, data: new Uint8Array(data) }, { type: '0' }))
      const outcome = ((): string => {
        try {
          return read().length <= 2 ? 'read' : 'too many'
        } catch (error) {
          return (error as Error).name
        }
      })()
      expect(['read', 'StreamError']).toContain(outcome)
    }),
  )
})
