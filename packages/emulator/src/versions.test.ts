/* oxlint-disable vitest/no-conditional-expect -- 20.09 answers in another way */
/** `GET /`, the version header, unknown URLs and methods, preflights: what every client meets first. */
import { describe, expect, test } from 'vitest'

import { createEmulator, profiles } from './index.ts'
import { callerOf, endpoint, readAnswer } from './testing.ts'

const names = ['20.09', '23.09', '26.9'] as const

const get = async (profile: (typeof names)[number], path: string, headers: Record<string, string> = {}) =>
  readAnswer(await createEmulator({ profile }).fetch(new Request(endpoint + path, { headers })))

describe('versions', () => {
  test.each([
    ['20.09', 'v6.20200815', '20.09.20'],
    ['23.09', 'v7.20230615', '23.09.10'],
    ['26.9', 'v9.20250722', '26.9.6'],
  ] as const)('%s announces %s', async (profile, version, manager) => {
    const answer = await get(profile, '/')
    expect(answer.body).toEqual({ version, manager })
    expect(answer.headers.get('Server')).toBe('BackendAI')
    expect(answer.headers.get('X-RateLimit-Limit')).toBe('1000')
  })

  test.each(names)('%s takes its own versions and no other', async (profile) => {
    for (const version of profiles[profile].acceptedVersions) {
      expect((await get(profile, '/', { 'X-BackendAI-Version': version })).status).toBe(200)
    }
    for (const version of ['v10.20300101', 'v6', 'v6.20200816', 'v4.20170215']) {
      const answer = await get(profile, '/', { 'X-BackendAI-Version': version })
      expect(answer.status).toBe(400)
      expect(answer.body).toMatchObject({ msg: 'Unsupported API version.' })
    }
  })

  test('only the middle one takes v6.20210815', async () => {
    const statuses = await Promise.all(
      names.map(async (profile) => (await get(profile, '/', { 'X-BackendAI-Version': 'v6.20210815' })).status),
    )
    expect(statuses).toEqual([400, 200, 400])
  })

  test('the legacy header counts where the new one is missing', async () => {
    expect((await get('26.9', '/', { 'X-Sorna-Version': 'v1.20160101' })).status).toBe(400)
    expect(
      (await get('26.9', '/', { 'X-Sorna-Version': 'v1.20160101', 'X-BackendAI-Version': 'v6.20200815' })).status,
    ).toBe(200)
  })
})

describe('what is not there', () => {
  test.each([
    ['20.09', { type: 'https://api.backend.ai/probs/generic-not-found', title: 'Unknown URL path.' }],
    ['23.09', { type: 'https://api.backend.ai/probs/url-not-found', title: 'Unknown URL path.', data: '/nope' }],
    [
      '26.9',
      {
        type: 'https://api.backend.ai/probs/url-not-found',
        title: 'Unknown URL path.',
        error_code: 'api_read_not-found',
        data: '/nope',
      },
    ],
  ] as const)('an unknown URL on %s', async (profile, problem) => {
    const answer = await get(profile, '/nope', { Origin: 'http://app.example' })
    expect(answer.status).toBe(404)
    expect(answer.body).toEqual(problem)
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('http://app.example')
  })

  test.each(names)('a method that %s does not have', async (profile) => {
    const emulator = createEmulator({ profile })
    const answer = await readAnswer(await emulator.fetch(new Request(`${endpoint}/auth/test`, { method: 'PUT' })))
    if (profile === '20.09') {
      expect(answer.status).toBe(500)
      expect(answer.headers.get('Content-Type')).toContain('text/plain')
    } else {
      expect(answer.status).toBe(405)
      expect(answer.headers.get('Allow')).toBe('GET,OPTIONS,POST')
    }
  })

  test('HEAD is no GET', async () => {
    const answer = await createEmulator().fetch(new Request(endpoint, { method: 'HEAD' }))
    expect(answer.status).toBe(405)
  })
})

describe('pages of other origins', () => {
  const preflight = (headers: Record<string, string>, path = '/auth/test') =>
    createEmulator().fetch(new Request(endpoint + path, { method: 'OPTIONS', headers }))

  test('may call what there is', async () => {
    const answer = await preflight({
      Origin: 'http://app.example',
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'authorization, x-backendai-date',
    })
    expect(answer.status).toBe(200)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'access-control-allow-origin': 'http://app.example',
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'AUTHORIZATION,X-BACKENDAI-DATE',
    })
    expect(answer.headers.has('Access-Control-Allow-Credentials')).toBe(false)
  })

  test('and not what there is not', async () => {
    const origin = { Origin: 'http://app.example' }
    expect((await preflight({ ...origin, 'Access-Control-Request-Method': 'PUT' })).status).toBe(400)
    expect((await preflight(origin)).status).toBe(400)
    expect((await preflight({ ...origin, 'Access-Control-Request-Method': 'GET' }, '/nope')).status).toBe(404)
  })

  test('see problems and all headers', async () => {
    const answer = await createEmulator().fetch(
      new Request(`${endpoint}/auth/role`, { headers: { Origin: 'http://app.example' } }),
    )
    expect(answer.status).toBe(401)
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('http://app.example')
    expect(answer.headers.get('Access-Control-Expose-Headers')).toContain('X-RateLimit-Remaining')
  })
})

describe('who may do what', () => {
  test.each([
    ['20.09', 401],
    ['23.09', 401],
    ['26.9', 403],
  ] as const)('a user of %s cannot freeze the cluster', async (profile, status) => {
    const answer = await callerOf(createEmulator({ profile }))('PUT', '/manager/status', { status: 'frozen' })
    expect(answer.status).toBe(status)
  })

  test('keys are random, unless given', async () => {
    const [first, second] = [createEmulator(), createEmulator()]
    expect(first.users[0]?.accessKey).toMatch(/^AKIA[A-Z2-7]{16}$/)
    expect(first.users[0]?.secretKey).toMatch(/^[\w-]{40}$/)
    expect(first.users[0]?.accessKey).not.toBe(second.users[0]?.accessKey)
    const given = createEmulator({ users: [{ email: 'a@b.c', accessKey: 'AKIAMINE', secretKey: 'mine' }] })
    expect(given.users).toMatchObject([{ email: 'a@b.c', role: 'user', accessKey: 'AKIAMINE', secretKey: 'mine' }])
    expect((await callerOf(given, 'a@b.c')('GET', '/auth/role')).status).toBe(200)
  })

  test('requests over a given limit are refused', async () => {
    const call = callerOf(createEmulator({ policy: { rateLimit: 2 } }))
    const answers = [await call('GET', '/auth/role'), await call('GET', '/auth/role'), await call('GET', '/auth/role')]
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429])
    expect(answers[1]?.headers.get('X-RateLimit-Remaining')).toBe('0')
    expect(answers[2]?.headers.has('Retry-After')).toBe(false)
  })
})
