import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { parseDecimal, spaced } from './decimals.ts'
import { parseRange } from './ranges.ts'

const third = '0.3333333333333333333333333333'

describe('values', () => {
  test.each([
    ['linspace:1,2,3', ['1', '1.5', '2']],
    ['linspace:0,1,4', ['0', third, '0.6666666666666666666666666667', '1']],
    ['linspace:0,1,3', ['0', '0.5', '1']],
    ['linspace:0,10,5', ['0', '2.5', '5', '7.5', '10']],
    ['linspace:1,2,2', ['1', '2']],
    ['linspace:5,1,3', ['5', '3', '1']],
    ['linspace:0.1,0.5,5', ['0.1', '0.2', '0.3', '0.4', '0.5']],
    ['linspace:1,2,1', ['1']],
    ['linspace:-1,1,3', ['-1', '0', '1']],
    ['linspace: 1e-3 ,3e-3,3', ['0.001', '0.002', '0.003']],
    ['linspace:.5,1.,2', ['0.5', '1']],
    ['range:1,6,2', ['1', '3', '5']],
    ['range:3', ['0', '1', '2']],
    ['range:5,0,-2', ['5', '3', '1']],
    ['range:2,5', ['2', '3', '4']],
    ['case:a,b c, d', ['a', 'b c', ' d']],
    ['case:', ['']],
    ['case:1,2.5,x=y', ['1', '2.5', 'x=y']],
    ['case:two\nlines', ['two\nlines']],
  ])('of %s', (body, values) => expect(parseRange(`K=${body}`)).toEqual({ key: 'K', values }))
})

describe('refused are', () => {
  test.each([
    ['K=foo:1', 'Unrecognized range expression type'],
    ['K=1,2', 'Unrecognized range expression type'],
    ['K', "'K' is not written as NAME=TYPE:VALUES."],
    ['1K=case:1', "'1K=case:1' is not written as NAME=TYPE:VALUES."],
    ['=case:1', "'=case:1' is not written as NAME=TYPE:VALUES."],
    ['K=linspace:1,2', 'linspace takes start, stop and the number of points.'],
    ['K=linspace:1,2,x', "'x' is not a valid integer."],
    ['K=linspace:1,two,3', "'two' is not a number."],
    ['K=linspace:1,2,0', "'linspace:1,2,0' has no values."],
    ['K=linspace:1,2,-1', 'has no values.'],
    ['K=linspace:0,1,10001', '10001 values are more than 10000.'],
    ['K=range:0,0', "'range:0,0' has no values."],
    ['K=range:1,2,0', 'range() arg 3 must not be zero'],
    ['K=range:1,2,3,4', 'range takes stop, or start and stop, or start, stop and step.'],
    ['K=range:1.5', "'1.5' is not a valid integer."],
    ['K=range:100000', '100000 values are more than 10000.'],
  ])('%s', (text, message) => expect(() => parseRange(text)).toThrow(message))
})

const decimal = fc
  .tuple(fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }), fc.integer({ min: 0, max: 6 }))
  .map(([digits, scale]) => {
    const sign = digits < 0n ? '-' : ''
    const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0')
    const split = text.length - scale
    return {
      text: `${sign}${text.slice(0, split)}${scale ? `.${text.slice(split)}` : ''}`,
      value: Number(digits) / 10 ** scale,
    }
  })

describe('linspace', () => {
  test('begins and ends exactly, and never has an exponent', () => {
    fc.assert(
      fc.property(decimal, decimal, fc.integer({ min: 2, max: 50 }), (start, stop, count) => {
        const values = spaced(parseDecimal(start.text), parseDecimal(stop.text), count)
        expect(values).toHaveLength(count)
        expect(Number(values[0])).toBe(start.value)
        expect(Number(values.at(-1))).toBe(stop.value)
        for (const value of values) expect(value).toMatch(/^-?(0|[1-9]\d*)(\.\d*[1-9])?$/)
      }),
    )
  })

  test('has equal steps', () => {
    fc.assert(
      fc.property(decimal, decimal, fc.integer({ min: 2, max: 50 }), (start, stop, count) => {
        const values = spaced(parseDecimal(start.text), parseDecimal(stop.text), count).map(Number)
        const step = (stop.value - start.value) / (count - 1)
        const scale = Math.max(1, Math.abs(start.value), Math.abs(stop.value))
        for (const [index, value] of values.entries())
          expect(Math.abs(value - (start.value + index * step)) / scale).toBeLessThan(1e-9)
      }),
    )
  })
})

test('range is what Python makes of it', () => {
  const number = fc.integer({ min: -1000, max: 1000 })
  fc.assert(
    fc.property(
      number,
      number,
      fc.integer({ min: -50, max: 50 }).filter((step) => step !== 0),
      (start, stop, step) => {
        const expected: string[] = []
        for (let value = start; step > 0 ? value < stop : value > stop; value += step) expected.push(String(value))
        fc.pre(expected.length > 0)
        expect(parseRange(`K=range:${start},${stop},${step}`).values).toEqual(expected)
      },
    ),
  )
})
