import { expect, test } from 'vitest'

import vectors from '../fixtures/signing-vectors.json' with { type: 'json' }
import { jwt, signToken, type TokenClaims } from './jwt.ts'

test.each(vectors.jwt)('golden vector', async ({ claims, secret_key, token }) => {
  expect(await signToken(claims as TokenClaims, secret_key)).toBe(token)
})

test('the authenticator sends a token of 900 s and no signature', async () => {
  const headers = new Headers()
  await jwt({ accessKey: 'AKIAIOSFODNN7EXAMPLE', secretKey: 'secret' }).prepare({
    method: 'GET',
    url: new URL('http://h/'),
    headers,
    now: Date.now(),
  })
  const claims = JSON.parse(atob(headers.get('X-BackendAI-Token')!.split('.')[1]!)) as TokenClaims
  expect(claims).toMatchObject({ access_key: 'AKIAIOSFODNN7EXAMPLE', role: 'user' })
  expect(claims.exp - claims.iat).toBe(900)
  expect(headers.has('Authorization')).toBe(false)
})
