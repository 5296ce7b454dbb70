import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'

import { ConfigError } from './errors.ts'
import { nearest, refuseUnknownKeys } from './unknown-keys.ts'

test.each([
  ['endPoint', 'endpoint'],
  ['timeout', 'timeouts'],
  ['secretkey', 'secretKey'],
  ['enviroment', 'environment'],
  ['enqueue', 'enqueueOnly'],
])('%s: did you mean %s?', (given, meant) => {
  const known = ['endpoint', 'timeouts', 'secretKey', 'environment', 'enqueueOnly']
  expect(() => refuseUnknownKeys({ [given]: 1 }, known, 'the options')).toThrow(
    new ConfigError(`Unknown key '${given}' in the options: did you mean '${meant}'?`),
  )
})

test('nothing near, no guess', () => {
  expect(() => refuseUnknownKeys({ zebra: 1 }, ['endpoint'], 'the options')).toThrow(
    "Unknown key 'zebra' in the options",
  )
})

test('known keys pass', () => {
  expect(() => refuseUnknownKeys({ a: 1, b: undefined }, ['a', 'b'], 'x')).not.toThrow()
})

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd'), minLength: 4, maxLength: 60 })

test.prop([word, fc.nat(), fc.constantFrom('x', '')])(
  'finds a name behind one edit, also in long ones',
  (text, at, edit) => {
    const index = at % text.length
    const edited = text.slice(0, index) + edit + text.slice(index + 1)
    expect(nearest(edited, [text])).toBe(text)
  },
)

test('long names that differ are told apart at once', () => {
  expect(nearest('a'.repeat(5000), ['b'.repeat(5000)])).toBeUndefined()
})
