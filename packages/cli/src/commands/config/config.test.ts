import { afterEach, describe, expect, test } from 'vitest'

import packageJSON from '../../../package.json' with { type: 'json' }
import { type Cluster, openCluster, runCommand } from '../../testing.ts'

let cluster: Cluster
afterEach(() => cluster?.[Symbol.asyncDispose]())

const keys = {
  BACKEND_ACCESS_KEY: 'AKIANABBDUSEREXAMPLE',
  BACKEND_SECRET_KEY: 'C8qnIo29EZvXkPK_MXcuAakYTy4NYrxwmCEyNPlf',
}

test('tells what is used', async () => {
  cluster = openCluster({ profile: '23.09' })
  const { code, stdout, stderr } = await cluster.run(['config'], { env: keys })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout.split('\n')).toEqual([
    'API endpoint: http://cluster.test (mode: api)',
    `Client version: ${packageJSON.version} (API: v9.20250722)`,
    'Server version: 23.09.10 (API: v7.20230615)',
    "Negotiated API version: (7, '20230615')",
    'Domain name: "default"',
    'Group name: "default"',
    'Access key: "AKIANABBDUSEREXAMPLE"',
    'Secret key: "C8qnIo************************xwmCEyNPlf"',
    'Signature hash type: sha256',
    'Skip SSL certificate validation? False',
    '',
  ])
})

test('shows the version as such on a terminal', async () => {
  cluster = openCluster()
  expect((await cluster.run(['config'], { terminal: true })).stdout).toContain('Negotiated API version: v9.20250722\n')
})

test('as JSON', async () => {
  cluster = openCluster()
  const { stdout } = await cluster.run(['--output', 'json', 'config'], { env: keys })
  expect(JSON.parse(stdout)).toMatchObject({
    count: 1,
    total_count: 1,
    items: [
      {
        endpoint: 'http://cluster.test',
        server_version: '26.9.6',
        secret_key: 'C8qnIo************************xwmCEyNPlf',
      },
    ],
  })
  expect(stdout).not.toContain(keys.BACKEND_SECRET_KEY)
})

test('works without a server', async () => {
  const fetch = () => Promise.reject(new TypeError('fetch failed'))
  const env = { ...keys, BACKEND_ENDPOINT: 'http://cluster.test' }
  const { code, stdout } = await runCommand(['config'], { env }, { fetch })
  expect(code).toBe(0)
  expect(stdout).toContain('\nServer version: (failed to fetch)\n')
})

test('an anonymous user has no keys', async () => {
  cluster = openCluster()
  const { stdout } = await cluster.run(['config'], { env: { BACKEND_ACCESS_KEY: '' } })
  expect(stdout).toContain('\nAccess key: (this is an anonymous session)\nSignature')
})

describe('variables', () => {
  test.each([
    [{}, '✘ ConfigError: BACKEND_ENDPOINT is not set.\n'],
    [
      { BACKEND_ENDPOINT: 'cluster' },
      '✘ ConfigError: BACKEND_ENDPOINT is no absolute URL such as https://api.example.com.\n',
    ],
    [{ BACKEND_ENDPOINT: 'http://cluster.test' }, '✘ ConfigError: BACKEND_ACCESS_KEY is not set.\n'],
    [
      { BACKEND_ENDPOINT: 'http://cluster.test', BACKEND_ACCESS_KEY: 'A' },
      '✘ ConfigError: BACKEND_SECRET_KEY is not set.\n',
    ],
    [
      { BACKEND_ENDPOINT: 'http://cluster.test', BACKEND_SKIP_SSLCERT_VALIDATION: 'maybe' },
      '✘ ConfigError: BACKEND_SKIP_SSLCERT_VALIDATION must be yes or no.\n',
    ],
  ])('that are missing or wrong are named: %j', async (env, stderr) => {
    expect(await runCommand(['config'], { env })).toEqual({ code: 1, stdout: '', stderr })
  })

  test.each([
    [['config'], { BACKEND_SKIP_SSLCERT_VALIDATION: 'YES' }],
    [['config'], { SORNA_SKIP_SSLCERT_VALIDATION: '1' }],
    [['--skip-sslcert-validation', 'config'], {}],
  ])('certificates: %j %j', async (args, env: Record<string, string>) => {
    cluster = openCluster()
    const variables = { ...cluster.env, ...env }
    const { code, stdout, stderr } = await runCommand(
      args,
      { env: variables },
      { fetch: (input, init) => cluster.emulator.fetch(new Request(input, init)) },
    )
    expect(code).toBe(0)
    expect(variables).toHaveProperty('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    expect(stdout).toContain('\nSkip SSL certificate validation? True\n')
    expect(stderr).toBe(
      '∙ The certificates of servers are not checked: anyone on the way can read and change what is sent.\n',
    )
  })

  test('several endpoints: one that answers is taken', async () => {
    cluster = openCluster()
    const asked: string[] = []
    const env = { ...cluster.env, BACKEND_ENDPOINT: 'http://down.test, http://cluster.test,http://lost.test' }
    const fetch = (input: string | URL | Request, init?: RequestInit) => {
      const request = new Request(input, init)
      asked.push(new URL(request.url).host)
      return request.url.startsWith('http://cluster.test')
        ? cluster.emulator.fetch(request)
        : Promise.reject(new TypeError('fetch failed'))
    }
    for (let round = 0; round < 5; round++) {
      const { code, stdout } = await runCommand(['config'], { env }, { fetch })
      expect(code).toBe(0)
      expect(stdout).toMatch(/^API endpoint: http:\/\/cluster\.test /)
    }
    const down = { ...env, BACKEND_ENDPOINT: 'http://down.test,http://lost.test' }
    expect((await runCommand(['ps'], { env: down }, { fetch })).stderr).toMatch(/^✘ BackendClientError: [^\n]*\n$/)
  })
})
