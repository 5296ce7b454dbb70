import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'

import { path } from './path.ts'

test('encodes each value as one segment', () => {
  expect(path`/session/${'a b/한글?#%'}/logs`).toBe('/session/a%20b%2F%ED%95%9C%EA%B8%80%3F%23%25/logs')
})

test.each(['', '.', '..'])('refuses %j', (value) => {
  expect(() => path`/session/${value}`).toThrow(TypeError)
})

const name = fc.string({ unit: 'grapheme' }).filter((text) => !['', '.', '..'].includes(text) && text.isWellFormed())

test.prop([name, name])('what went in comes out, and no value leaves its segment', (first, second) => {
  const { pathname } = new URL(path`/x/${first}/y/${second}`, 'http://h')
  const segments = pathname.split('/')
  expect(segments).toHaveLength(5)
  expect([decodeURIComponent(segments[2]!), decodeURIComponent(segments[4]!)]).toEqual([first, second])
})
