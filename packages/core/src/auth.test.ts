import { afterEach, expect, test, vi } from 'vitest'

import { anonymous, keypair } from './auth.ts'
import { ConfigError } from './errors.ts'

const keys = { accessKey: 'AKIAIOSFODNN7EXAMPLE', secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const request = (url = 'https://api.backend.ai/auth/test?echo=1') => ({
  method: 'GET',
  url: new URL(url),
  headers: new Headers({ 'X-BackendAI-Version': 'v6.20200815', 'Content-Type': 'application/json' }),
  now: Date.parse('2020-12-27T05:40:22.123Z'),
})

test('signs as the vector date-js-x-header', async () => {
  const given = request()
  await keypair(keys).prepare(given)
  expect(given.headers.get('X-BackendAI-Date')).toBe('2020-12-27T05:40:22.123Z')
  const { default: vectors } = await import('../fixtures/signing-vectors.json', { with: { type: 'json' } })
  const vector = vectors.signing.find(({ id }) => id === 'date-js-x-header')!
  expect(given.headers.get('Authorization')).toBe(vector.expected.authorization)
})

const asInPage = (): void => void vi.stubGlobal('process', undefined)

test('derives the key once per day and host', async () => {
  asInPage()
  const sign = vi.spyOn(crypto.subtle, 'sign')
  const auth = keypair(keys)
  await Promise.all([auth.prepare(request()), auth.prepare(request()), auth.prepare(request())])
  expect(sign).toHaveBeenCalledTimes(2 + 3)
  await auth.prepare(request('https://other.example/'))
  expect(sign).toHaveBeenCalledTimes(2 + 3 + 2 + 1)
})

test.each([{ accessKey: '' }, { secretKey: '' }, { hash: 'MD5' as never }])('refuses %j', (part) => {
  expect(() => keypair({ ...keys, ...part })).toThrow(ConfigError)
})

test('a page that is no secure context is told the way out', () => {
  asInPage()
  vi.stubGlobal('crypto', { getRandomValues: () => {} })
  expect(() => keypair(keys)).toThrow(/plain http.*session login/)
})

test('keys are in no property of the authenticator', () => {
  expect(JSON.stringify(keypair(keys))).not.toContain(keys.secretKey)
})

test('anonymous adds nothing', async () => {
  const given = request()
  await anonymous().prepare(given)
  expect([...given.headers.keys()]).toEqual(['content-type', 'x-backendai-version'])
})
