import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'

import { redactHeaders, redactText, redactURL } from './redact.ts'

test.each([
  ['Authorization', 'BackendAI signMethod=HMAC-SHA256, credential=AKIA:abc'],
  ['Cookie', 'AIOHTTP_SESSION=abc'],
  ['Set-Cookie', 'id=abc'],
  ['X-BackendAI-Token', 'abc'],
  ['X-BackendAI-SessionID', 'abc'],
  ['X-Api-Key', 'abc'],
])('the header %s', (name, value) => {
  expect(Object.values(redactHeaders(new Headers({ [name]: value })))).toEqual(['[redacted]'])
})

test.each(['X-BackendAI-RequestID', 'X-BackendAI-Date', 'Content-Type', 'X-RateLimit-Limit'])(
  '%s is no secret',
  (name) => {
    expect(Object.values(redactHeaders(new Headers({ [name]: 'abc' })))).toEqual(['abc'])
  },
)

test.each([
  ['http://h/a?token=abc&x=1', 'http://h/a?token=[redacted]&x=1'],
  ['/a?x=1&password=a%20b#f', '/a?x=1&password=[redacted]#f'],
  ['/a?sessionId=abc', '/a?sessionId=abc'],
  ['/a', '/a'],
])('the URL %s', (url, shown) => expect(redactURL(url)).toBe(shown))

test.each([
  ['credential=AKIA:0123abcd, x', 'credential=AKIA:[redacted], x'],
  ['Bearer abc.def', 'Bearer [redacted]'],
  ['{"secret_key": "abc", "name": "n"}', '{"secret_key": [redacted], "name": "n"}'],
  ['password: abc', 'password: [redacted]'],
  ['Cookie: a=b; c=d', 'Cookie: [redacted]'],
  ['nothing to hide', 'nothing to hide'],
])('the text %s', (text, shown) => expect(redactText(text)).toBe(shown))

const secret = fc.stringMatching(/^[A-Za-z0-9]{8,40}$/)
test.prop([secret, fc.constantFrom('token', 'secret', 'password', 'access_token', 'secretKey')])(
  'no value under a secret name is left',
  (value, name) => {
    for (const text of [`${name}=${value}`, `"${name}":"${value}"`, `${name}: ${value}`])
      expect(redactText(text)).not.toContain(value)
    expect(redactURL(`/a?${name}=${value}`)).not.toContain(value)
  },
)
