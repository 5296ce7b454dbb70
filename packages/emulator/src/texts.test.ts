/** Small languages: dates, sizes, Python's texts. */
import { describe, expect, test } from 'vitest'

import { parseDate, parseDuration } from './formats/dates.ts'
import { pythonJson } from './formats/json.ts'
import { parseSize, sizeText, slotText } from './formats/sizes.ts'
import { Decimal, isoDate, repr } from './python.ts'

describe('dates', () => {
  test.each([
    ['2020-12-27T05:40:22.123456+00:00', 1_609_047_622_123.456, '20201227'],
    ['2020-12-27T05:40:22Z', 1_609_047_622_000, '20201227'],
    ['2020-12-27 05:40:22', 1_609_047_622_000, '20201227'],
    ['20201227T054022Z', 1_609_047_622_000, '20201227'],
    ['2020-12-27T00:30:00+09:00', 1_608_996_600_000, '20201227'],
    ['2020-12-26T23:10:00-0800', 1_609_053_000_000, '20201226'],
    ['Sun, 27 Dec 2020 05:40:22 GMT', 1_609_047_622_000, '20201227'],
    ['Sunday, 27-Dec-20 05:40:22 GMT', 1_609_047_622_000, '20201227'],
    ['Sun Dec 27 05:40:22 2020', 1_609_047_622_000, '20201227'],
  ])('%s', (text, time, day) => {
    expect(parseDate(text)?.time).toBeCloseTo(time, 3)
    expect(parseDate(text)?.day).toBe(day)
  })

  test.each(['', 'yesterday', '1609047622', '2020-13-01T00:00:00Z', '2020-02-30', '2020-12-27T25:00:00Z'])(
    'not %s',
    (text) => {
      expect(parseDate(text)).toBeNull()
    },
  )

  test('times from now', () => {
    expect(['30min', '1d1hr', '300', '1h30m', '2w', 'garbage', ''].map(parseDuration)).toEqual([
      1_800_000,
      90_000_000,
      300_000,
      5_400_000,
      1_209_600_000,
      null,
      null,
    ])
  })
})

test('sizes', () => {
  expect(['256', '4g', '4GiB', '1.5g', '64m', ' 4 gib', '4 bytes', '1_000', 'inf'].map(parseSize)).toEqual([
    256,
    4 * 1024 ** 3,
    4 * 1024 ** 3,
    1.5 * 1024 ** 3,
    64 * 1024 ** 2,
    4 * 1024 ** 3,
    4,
    1000,
    Infinity,
  ])
  expect(['1.5', '4b', '4bytes', '', 'abc'].map(parseSize)).toEqual([null, null, null, null, null])
  expect([128, 576, 1088, 1280].map((mebibytes) => sizeText(mebibytes * 1024 ** 2))).toEqual([
    '128m',
    '576m',
    '1.06g',
    '1.25g',
  ])
  expect([1, 0.5, 2 ** 60, Infinity, Number.NaN].map(slotText)).toEqual([
    '1',
    '0.5',
    '1152921504606846976',
    'Infinity',
    'NaN',
  ])
})

test("Python's texts", () => {
  expect(pythonJson({ a: [1, 'é', null], b: { c: true }, d: undefined })).toBe(
    String.raw`{"a": [1, "\u00e9", null], "b": {"c": true}}`,
  )
  expect(repr({ cpu: new Decimal('1'), list: [true, null, 'a'] })).toBe(
    "{'cpu': Decimal('1'), 'list': [True, None, 'a']}",
  )
  expect([repr("it's"), repr(`"it's"`), repr('a\n')]).toEqual([`"it's"`, String.raw`'"it\'s"'`, String.raw`'a\n'`])
  expect([isoDate(1_609_047_622_123), isoDate(1_609_047_622_000)]).toEqual([
    '2020-12-27T05:40:22.123000+00:00',
    '2020-12-27T05:40:22+00:00',
  ])
})
