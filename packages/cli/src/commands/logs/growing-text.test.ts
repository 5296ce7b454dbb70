import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { GrowingText, overlapOf } from './growing-text.ts'

test('tells only what is new', () => {
  const log = new GrowingText()
  expect(log.read('a\n')).toEqual({ text: 'a\n', gap: false })
  expect(log.read('a\n')).toEqual({ text: '', gap: false })
  expect(log.read('a\nb\n')).toEqual({ text: 'b\n', gap: false })
})

test('of a text that forgets its beginning', () => {
  const log = new GrowingText()
  log.read('one\ntwo\nthree\n')
  expect(log.read('two\nthree\nfour\n')).toEqual({ text: 'four\n', gap: false })
  expect(log.read('seven\neight\n')).toEqual({ text: 'seven\neight\n', gap: true })
})

test('waits for the rest of a character', () => {
  const log = new GrowingText()
  expect(log.read('안\uFFFD\uFFFD').text).toBe('안')
  expect(log.read('안녕').text).toBe('녕')
  // That it ends with.
  expect(log.read('안녕\uFFFD').text).toBe('')
  expect(log.read('안녕\uFFFD', true).text).toBe('\uFFFD')
})

test('of any text that grows and forgets, in whatever steps, all is told once', () => {
  // Numbered lines: a text that repeats itself has no one place where it goes on.
  const steps = fc.array(fc.record({ lines: fc.nat(5), forgets: fc.nat(3) }), { maxLength: 20 })
  fc.assert(
    fc.property(steps, (moves) => {
      const log = new GrowingText()
      const all: string[] = []
      let told = ''
      let kept = 0
      for (const { lines, forgets } of moves) {
        // One line that was told is left.
        kept = Math.min(kept + forgets, Math.max(0, all.length - 1))
        for (let line = 0; line < lines; line++) all.push(`${all.length} 줄\n`)
        told += log.read(all.slice(kept).join('')).text
      }
      expect(told).toBe(all.join(''))
    }),
  )
})

test('the overlap is the longest', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[ab]{0,12}$/), fc.stringMatching(/^[ab]{0,12}$/), (before, after) => {
      let longest = 0
      for (let length = 1; length <= Math.min(before.length, after.length); length++)
        if (before.endsWith(after.slice(0, length))) longest = length
      expect(overlapOf(before, after)).toBe(longest)
    }),
  )
})
