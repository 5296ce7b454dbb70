import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { casesOf, interpolate } from './cases.ts'
import { parseRange } from './ranges.ts'

const plain = { build: '*', exec: '*' }
const ranges = (...texts: string[]) => texts.map(parseRange)

describe('interpolation', () => {
  const variables = new Map([
    ['A', '1'],
    ['AB', '2'],
    ['_x9', '3'],
  ])

  test.each([
    ['$A', '1'],
    ['${A}B', '1B'],
    ['$AB', '2'],
    ['$A.$_x9', '1.3'],
    ['$$A', '$A'],
    ['$$$A', '$1'],
    ['echo $HOME ${HOME} $1 $', 'echo $HOME ${HOME} $1 $'],
    ['${A', '${A'],
    ['${}', '${}'],
    ['$가', '$가'],
  ])('%s', (text, filled) => expect(interpolate(text, variables)).toBe(filled))

  test('tells of names that are not defined', () => {
    const unknown: string[] = []
    interpolate('$A $HOME ${PATH} $$X', variables, (name) => unknown.push(name))
    expect(unknown).toEqual(['HOME', 'PATH'])
  })

  test('leaves texts without dollars alone, and undoes doubled ones', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(interpolate(text.replaceAll('$', '$$$$'), variables)).toBe(text)
      }),
    )
  })

  test('does not look into what it inserts', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        expect(interpolate('<$A>', new Map([['A', value]]))).toBe(`<${value}>`)
      }),
    )
  })
})

describe('cases', () => {
  test('without ranges there is one', () => {
    const { cases, unknownNames } = casesOf({ env: [['K', '$HOME $$']], build: '*', exec: 'echo $HOME' })
    expect(cases).toEqual([{ environment: [['K', '$HOME $']], build: '*', exec: 'echo $HOME' }])
    expect(unknownNames).toEqual([])
  })

  test('are all combinations: environment, build, exec, the last changing fastest', () => {
    const { cases } = casesOf({
      env: [['K', '$X']],
      build: 'make $Y',
      exec: 'run $Z $W',
      envRange: ranges('X=case:a,b'),
      buildRange: ranges('Y=range:2'),
      execRange: ranges('Z=case:p,q', 'W=range:2'),
    })
    expect(cases).toHaveLength(16)
    expect(cases.slice(0, 5).map(({ environment, build, exec }) => `${environment[0]![1]} ${build} ${exec}`)).toEqual([
      'a make 0 run p 0',
      'a make 0 run p 1',
      'a make 0 run q 0',
      'a make 0 run q 1',
      'a make 1 run p 0',
    ])
  })

  test('families do not see the names of each other', () => {
    const { cases, unknownNames } = casesOf({
      env: [['K', '$Z']],
      build: '$X',
      exec: '$Z',
      envRange: ranges('X=range:1'),
      execRange: ranges('Z=range:1'),
    })
    expect(cases).toEqual([{ environment: [['K', '$Z']], build: '$X', exec: '0' }])
    expect(unknownNames).toEqual(['$Z'])
  })

  test('the same combination counts once', () => {
    expect(casesOf({ ...plain, env: [['K', '$X']], envRange: ranges('X=case:1,1,1') }).cases).toHaveLength(1)
    expect(casesOf({ ...plain, execRange: ranges('X=range:5') }).cases).toHaveLength(1)
  })

  test('the last definition of a name counts', () => {
    const { cases } = casesOf({ ...plain, env: [['K', '$X']], envRange: ranges('X=case:1,2', 'X=case:3') })
    expect(cases.map(({ environment }) => environment[0]![1])).toEqual(['3'])
  })

  test('too many are refused before they are made', () => {
    const envRange = ranges('A=range:1000', 'B=range:1000', 'C=range:1000')
    expect(() => casesOf({ ...plain, envRange })).toThrow('1000000 combinations are more than 10000.')
  })

  test('are as many as the product of the values', () => {
    const values = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,4}$/), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(values, values, values, (x, y, z) => {
        const { cases } = casesOf({
          env: [['K', '$X']],
          build: '$Y',
          exec: '$Z',
          envRange: [{ key: 'X', values: x }],
          buildRange: [{ key: 'Y', values: y }],
          execRange: [{ key: 'Z', values: z }],
        })
        expect(cases.map(({ environment, build, exec }) => [environment[0]![1], build, exec])).toEqual(
          x.flatMap((a) => y.flatMap((b) => z.map((c) => [a, b, c]))),
        )
      }),
    )
  })
})
