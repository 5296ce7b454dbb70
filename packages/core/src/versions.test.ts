import { describe, expect, test } from 'vitest'

import { requireCapability, supports } from './capabilities.ts'
import { ConfigError, UnsupportedError } from './errors.ts'
import { assumedServer, negotiate } from './negotiation.ts'
import { isAtLeast } from './versions.ts'

describe('negotiation', () => {
  test.each([
    [
      { version: 'v6.20200815', manager: '20.09.0' },
      { apiVersion: 'v6.20200815', release: '20.09.0' },
    ],
    [
      { version: 'v7.20230615', manager: '23.09.10' },
      { apiVersion: 'v7.20230615', release: '23.09.10' },
    ],
    [
      { version: 'v9.20250722', manager: '26.9.6' },
      { apiVersion: 'v9.20250722', release: '26.9.6' },
    ],
    // newer than this SDK: the newest it knows
    [
      { version: 'v10.20270101', manager: '27.3.0' },
      { apiVersion: 'v9.20250722', release: '27.3.0' },
    ],
    // a version between two that are known
    [
      { version: 'v6.20221201', manager: '22.12.0' },
      { apiVersion: 'v6.20220615', release: '22.12.0' },
    ],
    // servers before 19.03 do not tell their release
    [{ version: 'v6.20210815' }, { apiVersion: 'v6.20210815', release: '20.9.21' }],
  ])('%j', (document, expected) => expect(negotiate(document)).toEqual(expected))

  test('servers older than 20.09 are not spoken to', () => {
    expect(() => negotiate({ version: 'v5.20191215', manager: '20.03.1' })).toThrow(UnsupportedError)
  })

  test.each([null, undefined, [], 'text', {}, { version: 6 }, { version: 'v6' }, { version: 'v6.2020' }])(
    '%j is no version document',
    (document) => {
      expect(() => negotiate(document)).toThrow(TypeError)
    },
  )

  test('can be skipped by naming the version', () => {
    expect(assumedServer('v8.20240315')).toEqual({ apiVersion: 'v8.20240315', release: '24.3.0' })
    expect(assumedServer('v8.20240315', '24.03.10').release).toBe('24.03.10')
    expect(() => assumedServer('v8.20240316')).toThrow(ConfigError)
  })
})

describe('releases are compared as numbers', () => {
  const server = (release: string) => ({ apiVersion: 'v7.20230615', release }) as const
  test.each([
    ['23.09.10', '23.9', true],
    ['23.9.10', '23.09.9', true],
    ['23.09.10', '23.09.11', false],
    ['9.9', '10.0', false],
    ['26.9.6rc1', '26.9.6', true],
  ])('%s is at least %s: %s', (release, since, expected) => expect(isAtLeast(server(release), since)).toBe(expected))
  test('and API versions too', () => {
    expect(isAtLeast(server('1'), 'v6.20210815')).toBe(true)
    expect(isAtLeast(server('99'), 'v9.20250722')).toBe(false)
  })
})

describe('capabilities', () => {
  const server = (release: string) => ({ apiVersion: 'v8.20240915', release }) as const
  test.each([
    ['20.9.0', true],
    ['24.9.12', true],
    ['24.9.13', false],
    ['24.12.1', true],
    ['25.6.12', true],
    ['25.6.13', false],
    ['25.8.0', true],
    ['25.11.4', false],
    ['26.9.6', false],
  ])('execute-lossless-batch on %s: %s', (release, expected) =>
    expect(supports(server(release), 'execute-lossless-batch')).toBe(expected),
  )

  test('what is missing is refused with the releases that have it', () => {
    expect(() => requireCapability(server('20.9.0'), 'session-rename')).toThrow(
      /release 20\.9\.0.*'session-rename'.*21\.9 or newer/,
    )
    expect(() => requireCapability(server('26.9.6'), 'session-restart')).toThrow(/20\.9 up to 26\.8/)
    expect(requireCapability(server('23.9.0'), 'session-rename')).toBeUndefined()
  })

  test('an unknown name is an error, not a no', () => {
    expect(() => supports(server('26.9.6'), 'sesion-rename' as never)).toThrow(ConfigError)
  })
})
