/** All golden vectors of the protocol against the verifier, with a frozen clock. */
import { readFileSync } from 'node:fs'

import { describe, expect, test } from 'vitest'

import type { Cluster } from '../cluster.ts'
import { healthy } from '../faults/release-faults.ts'
import { parseDate } from '../formats/dates.ts'
import { nodeHmac } from '../node.ts'
import { Problem } from '../problems.ts'
import { profiles } from '../profiles.ts'
import { newState } from '../seed.ts'
import { Timers } from '../timers.ts'
import { authenticate } from './auth.ts'

interface SigningCase {
  id: string
  input: {
    method: string
    date_header_name: string
    date: string
    version_header_name: string
    version: string
    access_key: string
    secret_key: string
    body: string | null
  }
  wire: {
    request_target: string
    host_header: string
    content_type_header: string | null
    extra_headers: [string, string][]
  }
  expected: { authorization: string; server_clock: string; server_result: string }
}

interface HeaderCase {
  authorization?: string | null
  date?: string | null
  version?: string | null
  result: string
}

interface Vectors {
  signing: SigningCase[]
  authorization_header_parsing: HeaderCase[]
  jwt: { token: string; claims: { iat: number }; secret_key: string }[]
}

const file = new URL('../../../core/fixtures/signing-vectors.json', import.meta.url)
const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vectors

function clusterOf(
  profile: '20.09' | '23.09' | '26.9',
  keys: { accessKey: string; secretKey: string },
  now: number,
): Cluster {
  const users = [{ email: 'user@lablup.com', ...keys }]
  const state = newState({ users }, profiles[profile], now)
  return {
    profile: profiles[profile],
    state,
    clock: () => now,
    hmac: nodeHmac,
    timers: new Timers(),
    policy: {},
    sessions: undefined as never,
    tasks: undefined as never,
    directories: () => Promise.resolve(null),
    storage: undefined as never,
    storageProxy: undefined as never,
    pollTime: 0,
    faults: healthy,
  }
}

/** `accept` or the status of the refusal. */
async function outcome(cluster: Cluster, request: Request, target: string, host: string): Promise<string> {
  try {
    const requester = await authenticate(cluster, request, { rawTarget: target, host })
    return requester ? 'accept' : 'anonymous'
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return String(error.status(cluster.profile))
  }
}

describe.each(['20.09', '23.09', '26.9'] as const)('signatures as %s verifies them', (profile) => {
  test.each(vectors.signing.map((vector) => [vector.id, vector] as const))(
    '%s',
    async (_id, { input, wire, expected }) => {
      const now = parseDate(expected.server_clock)?.time ?? Number.NaN
      const keys = { accessKey: input.access_key, secretKey: input.secret_key }
      const method = input.method.toUpperCase()
      const hasBody = input.body !== null && method !== 'GET' && method !== 'HEAD'
      const request = new Request('http://emulator.invalid/', {
        method,
        ...(hasBody ? { body: new TextEncoder().encode(input.body ?? '') } : {}),
        headers: [
          [input.date_header_name, input.date],
          [input.version_header_name, input.version],
          ['Authorization', expected.authorization],
          ...(wire.content_type_header === null
            ? []
            : [['Content-Type', wire.content_type_header] as [string, string]]),
          ...wire.extra_headers,
        ],
      })
      const found = await outcome(clusterOf(profile, keys, now), request, wire.request_target, wire.host_header)
      const meant = { accept: 'accept', 'reject:signature': '401', 'reject:date': '400' }[expected.server_result]
      expect(found).toBe(meant)
    },
  )

  test.each(vectors.authorization_header_parsing.map((vector) => [JSON.stringify(vector), vector] as const))(
    '%s',
    async (_name, vector) => {
      const { result } = vector
      const now = Date.UTC(2020, 11, 27, 5, 40, 30)
      const cluster = clusterOf(profile, { accessKey: 'A', secretKey: 'secret' }, now)
      const given = (value: string | null | undefined, fallback: string): string | null =>
        value === undefined ? fallback : value
      const headers: [string, string | null][] = [
        ['Authorization', given(vector.authorization, 'BackendAI signMethod=HMAC-SHA256, credential=A:b')],
        ['Date', given(vector.date, '2020-12-27T05:40:22Z')],
        ['X-BackendAI-Version', given(vector.version, 'v6.20200815')],
      ]
      const request = new Request('http://emulator.invalid/auth/role', {
        headers: headers.filter((header): header is [string, string] => header[1] !== null),
      })
      const found = await outcome(cluster, request, '/auth/role', 'emulator.invalid')
      // "parsed": it gets as far as the comparison, where the signature `b` fails.
      const meant = /^\d{3}/.exec(result)?.[0] ?? (result.startsWith('anonymous') ? 'anonymous' : '401')
      expect(found).toBe(meant)
    },
  )
})

test('a key that was replaced is refused at once', async () => {
  const accepted = vectors.signing.find(({ expected }) => expected.server_result === 'accept')
  const { input, wire, expected } = accepted!
  const now = parseDate(expected.server_clock)?.time ?? Number.NaN
  const cluster = clusterOf('26.9', { accessKey: input.access_key, secretKey: input.secret_key }, now)
  const answer = (): Promise<string> => {
    const headers: [string, string][] = [
      [input.date_header_name, input.date],
      [input.version_header_name, input.version],
      ['Authorization', expected.authorization],
      ...(wire.content_type_header === null ? [] : [['Content-Type', wire.content_type_header] as [string, string]]),
    ]
    const request = new Request('http://emulator.invalid/', { method: input.method, headers })
    return outcome(cluster, request, wire.request_target, wire.host_header)
  }
  expect([await answer(), await answer()]).toEqual(['accept', 'accept'])
  cluster.state.keypairs.get(input.access_key)!.secretKey += 'x'
  expect(await answer()).toBe('401')
})

describe('what else 26.9 lets in', () => {
  test('a token', async () => {
    const [vector] = vectors.jwt
    const keys = { accessKey: 'AKIAIOSFODNN7EXAMPLE', secretKey: vector?.secret_key ?? '' }
    const headers = { 'X-BackendAI-Token': vector?.token ?? '' }
    const request = () => new Request('http://emulator.invalid/auth/role', { headers })
    const issued = (vector?.claims.iat ?? 0) * 1000
    expect(await outcome(clusterOf('26.9', keys, issued + 1000), request(), '/', 'x')).toBe('accept')
    expect(await outcome(clusterOf('26.9', keys, issued + 901_000), request(), '/', 'x')).toBe('401')
    expect(await outcome(clusterOf('26.9', { ...keys, secretKey: 'other' }, issued), request(), '/', 'x')).toBe('401')
    // Older releases do not know the header; they miss the date.
    expect(await outcome(clusterOf('23.09', keys, issued + 1000), request(), '/', 'x')).toBe('400')
  })
})
