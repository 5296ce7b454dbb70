import { describe, expect, test } from 'vitest'

import { anonymous } from './auth.ts'
import { fromEnv, resolveConfig } from './config.ts'
import { ConfigError } from './errors.ts'

const auth = anonymous()
const config = (options: object) => resolveConfig({ endpoint: 'https://api.example.com', auth, ...options })

describe('options', () => {
  test.each([
    ['https://api.example.com', 'api.example.com', '/'],
    ['https://api.example.com/', 'api.example.com', '/'],
    ['https://API.Example.COM:443/backend-ai/', 'api.example.com', '/backend-ai/'],
    ['http://gw.example.com:8090/api/v', 'gw.example.com:8090', '/api/v'],
    ['http://[::1]:8081', '[::1]:8081', '/'],
    ['https://한글.example:8443', 'xn--bj0bj06e.example:8443', '/'],
    [new URL('http://h'), 'h', '/'],
  ])('endpoint %s', (endpoint, host, path) => {
    const { endpoint: resolved } = config({ endpoint })
    expect([resolved.host, resolved.pathname]).toEqual([host, path])
  })

  test.each([undefined, '', 'api.example.com', 'ftp://h', 'foo', 'https://'])('endpoint %j is refused', (endpoint) => {
    expect(() => config({ endpoint })).toThrow(/'endpoint' that starts with https/)
  })

  test.each(['https://user:hunter2@h', 'https://h/?token=hunter2', 'https://h/#hunter2'])(
    'an endpoint with more is refused, and not repeated',
    (endpoint) => {
      expect(() => config({ endpoint })).toThrow(ConfigError)
      expect(() => config({ endpoint })).not.toThrow('hunter2')
    },
  )

  test.each([
    [{ endPoint: 'x' }, "did you mean 'endpoint'?"],
    [{ timeout: 1 }, "did you mean 'timeouts'?"],
    [{ accessKey: 'x' }, "Unknown key 'accessKey'"],
    [{ timeouts: { totl: 1 } }, "did you mean 'total'?"],
    [{ timeouts: { total: -1 } }, 'timeouts.total must be 0 to'],
    [{ timeouts: { idle: Number.NaN } }, 'timeouts.idle must be 0 to'],
    [{ timeouts: { connect: 2 ** 31 } }, 'timeouts.connect must be 0 to'],
    [{ auth: undefined }, "needs an 'auth'"],
  ])('%j', (options, message) => expect(() => config(options)).toThrow(message))
})

describe('environment', () => {
  const keys = { BACKEND_ACCESS_KEY: 'AKIAIOSFODNN7EXAMPLE', BACKEND_SECRET_KEY: 'secret' }
  const minimal = { BACKEND_ENDPOINT: 'https://api.example.com', ...keys }

  test('defaults', () => {
    expect(fromEnv(minimal)).toMatchObject({
      endpoint: 'https://api.example.com',
      domain: 'default',
      project: 'default',
      mounts: [],
      storageProxies: {},
      timeouts: { connect: 10_000, idle: 0 },
    })
  })

  test('every variable', () => {
    const options = fromEnv({
      ...minimal,
      BACKEND_ENDPOINT_TYPE: 'api',
      BACKEND_DOMAIN: 'd',
      BACKEND_GROUP: 'g',
      BACKEND_VFOLDER_MOUNTS: 'a,b',
      BACKEND_SKIP_SSLCERT_VALIDATION: 'No',
      BACKEND_CONNECTION_TIMEOUT: '2.5',
      BACKEND_READ_TIMEOUT: '30',
      BACKEND_OVERRIDE_STORAGE_PROXY: 'http://a=http://b,c=d',
    })
    expect(options).toMatchObject({
      domain: 'd',
      project: 'g',
      mounts: ['a', 'b'],
      storageProxies: { 'http://a': 'http://b', c: 'd' },
      timeouts: { connect: 2500, idle: 30_000 },
    })
    expect(() => resolveConfig(options)).not.toThrow()
  })

  test('the older names, and the newer ones first', () => {
    const options = fromEnv({
      SORNA_ENDPOINT: 'http://old',
      SORNA_ACCESS_KEY: 'a',
      SORNA_SECRET_KEY: 's',
      SORNA_DOMAIN: 'old',
      BACKEND_DOMAIN: 'new',
    })
    expect(options).toMatchObject({ endpoint: 'http://old', domain: 'new' })
  })

  test('an empty access key stands for an anonymous client', async () => {
    const headers = new Headers()
    const { auth } = fromEnv({ BACKEND_ENDPOINT: 'http://h', BACKEND_ACCESS_KEY: '' })
    await auth.prepare({ method: 'GET', url: new URL('http://h'), headers, now: 0 })
    expect([...headers]).toEqual([])
  })

  test.each([
    [{}, 'BACKEND_ENDPOINT is not set.'],
    [{ ...keys, BACKEND_ENDPIONT: 'x' }, 'BACKEND_ENDPOINT is not set, but BACKEND_ENDPIONT is: was that meant?'],
    [{ ...keys, BACKEND_ENDPOINT: 'foo' }, 'BACKEND_ENDPOINT is no absolute URL'],
    [{ BACKEND_ENDPOINT: 'http://h' }, 'BACKEND_ACCESS_KEY is not set.'],
    [{ BACKEND_ENDPOINT: 'http://h', BACKEND_ACESS_KEY: 'x' }, 'but BACKEND_ACESS_KEY is: was that meant?'],
    [{ BACKEND_ENDPOINT: 'http://h', BACKEND_ACCESS_KEY: 'x' }, 'BACKEND_SECRET_KEY is not set.'],
    [{ ...minimal, BACKEND_ENDPOINT_TYPE: 'docker' }, "must be 'api' or 'session'"],
    [{ ...minimal, BACKEND_ENDPOINT_TYPE: 'session' }, "BACKEND_ENDPOINT_TYPE is 'session'"],
    [{ ...minimal, BACKEND_CONNECTION_TIMEOUT: 'soon' }, 'BACKEND_CONNECTION_TIMEOUT must be a number of seconds'],
    [{ ...minimal, BACKEND_READ_TIMEOUT: '' }, 'BACKEND_READ_TIMEOUT must be a number of seconds'],
    [{ ...minimal, BACKEND_SKIP_SSLCERT_VALIDATION: 'maybe' }, 'must be yes or no'],
    [{ ...minimal, BACKEND_SKIP_SSLCERT_VALIDATION: 'yes' }, 'pass a `fetch` that trusts the certificate'],
    [{ ...minimal, BACKEND_OVERRIDE_STORAGE_PROXY: 'a' }, 'must be written as FROM=TO'],
    [{ ...minimal, BACKEND_OVERRIDE_STORAGE_PROXY: 'a=' }, 'must be written as FROM=TO'],
  ])('%j', (variables, message) => {
    expect(() => fromEnv(variables)).toThrow(ConfigError)
    expect(() => fromEnv(variables)).toThrow(message)
  })
})
