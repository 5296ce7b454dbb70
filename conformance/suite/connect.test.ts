/** Who may call, and what a call that cannot work says. */
import {
  AuthenticationError,
  ClockSkewError,
  cookie,
  createClient,
  GraphQLError,
  jwt,
  keypair,
  NotFoundError,
  type Authenticator,
} from '@backend-ai-sdk/client'
import { expect, test } from 'vitest'

import { clientOf } from '../targets.ts'
import { needsAccount, needsKeys, onEachTarget, rejection } from './harness.ts'

onEachTarget('connecting', (target) => {
  const client = clientOf(target)

  test('the version is negotiated', async () => {
    const { apiVersion, release } = await client.server()
    expect(apiVersion).toMatch(/^v\d+\.\d{8}$/)
    expect(release).toMatch(/^\d+\.\d+/)
    expect(target.name).toContain(release.split('.')[0]!)
  })

  test('a signed call', async () => {
    expect(await client.request({ method: 'POST', path: '/auth/test', json: { echo: '한글 & more' } })).toMatchObject({
      authorized: 'yes',
      echo: '한글 & more',
    })
  })

  test('a signed query with every kind of character', async () => {
    const echo = 'a b+c&d=e;f/g?h%41#i\'j"k[l]{m}|n^o`<p>\\q 한글 😀'
    const answer = await client
      .request<object>({ path: '/auth/role', query: { echo } })
      .catch((error: unknown) => error as object)
    // Strict servers refuse the key; what matters is that the signature is right.
    expect(answer).not.toBeInstanceOf(AuthenticationError)
  })

  const withAuth = (auth: Authenticator) => clientOf(target, 'user', { auth })

  test('an unknown access key', async (context) => {
    needsKeys(context, target)
    const error = await rejection(
      withAuth(keypair({ accessKey: 'AKIAUNKNOWNEXAMPLE00', secretKey: 'x' })).request({ path: '/auth/role' }),
    )
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error).toMatchObject({ status: 401, problemType: expect.stringContaining('auth-failed') as string })
  })

  test.each([
    ['slow', -2],
    ['fast', 2],
  ])('a clock that is two hours %s', async (_name, hours) => {
    const clock = (): number => Date.now() + hours * 3_600_000
    // With the version given there is no first contact that could teach.
    const { apiVersion } = await client.server()
    for (const options of [{ clock }, { clock, apiVersion }]) {
      const wrong = clientOf(target, 'user', options)
      expect(await wrong.request({ method: 'POST', path: '/auth/test', json: { echo: 'x' } })).toMatchObject({
        echo: 'x',
      })
      // Who signs nothing is told nothing of a clock that is off.
      const isLearnt = !target.logins || !('apiVersion' in options)
      expect(Math.round(wrong.clockOffset / 60_000)).toBe(isLearnt ? -hours * 60 : 0)
    }
  })

  test('a token in place of a signature', async (context) => {
    needsKeys(context, target)
    const keys = target.keys.user!
    const isSupported = await client.supports('json-web-tokens')
    const call = () => withAuth(jwt(keys)).auth.test('by token')
    const outcome = await call().catch((error: unknown) => (error instanceof AuthenticationError ? 'refused' : error))
    expect(outcome).toBe(isSupported ? 'by token' : 'refused')
    const wrong = withAuth(jwt({ ...keys, secretKey: 'wrong' }))
    expect(await rejection(wrong.auth.role())).toBeInstanceOf(AuthenticationError)
  })

  test('what was signed is told of a signature that is refused', async (context) => {
    needsKeys(context, target)
    const error = (await rejection(
      withAuth(keypair({ ...target.keys.user!, secretKey: 'wrong' })).request({
        path: '/auth/role',
        query: { token: 't' },
      }),
    )) as AuthenticationError
    expect(error.explanation).toMatchObject({ host: new URL(target.endpoint).host, clockOffset: 0 })
    expect(error.explanation!.signed).toMatch(/^GET\n\/auth\/role\?token=\[redacted\]\n/)
    expect(error.explanation!.causes[0]).toBe('The secret key is not the one of the access key.')
  })

  test('a wrong secret key', async (context) => {
    needsKeys(context, target)
    const secretKey = 'a-secret-that-is-wrong'
    const error = await rejection(
      withAuth(keypair({ ...target.keys.user!, secretKey })).request({ path: '/auth/role' }),
    )
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(JSON.stringify(error)).not.toContain(secretKey)
  })

  test('a clock that is 20 minutes off', async (context) => {
    needsKeys(context, target)
    const honest = keypair(target.keys.user!)
    // Signs with the time of another clock, as a machine whose own is wrong would.
    const late: Authenticator = {
      async prepare(request) {
        const { now } = Date
        const RealDate = Date
        class LateDate extends RealDate {
          constructor() {
            super(now() - 20 * 60_000)
          }
        }
        globalThis.Date = LateDate as DateConstructor
        try {
          const prepared = honest.prepare(request)
          globalThis.Date = RealDate
          await prepared
        } finally {
          globalThis.Date = RealDate
        }
      },
    }
    const error = await rejection(withAuth(late).request({ path: '/auth/role' }))
    expect(error).toBeInstanceOf(ClockSkewError)
    expect(error).toMatchObject({ status: 400, msg: 'Date/time sync error' })
  })

  test('a URL that does not exist', async () => {
    expect(await rejection(client.request({ path: '/no/such/url' }))).toBeInstanceOf(NotFoundError)
  })

  test('no server at all', async () => {
    const auth = target.logins ? cookie() : keypair(target.keys.user!)
    const nowhere = createClient({ endpoint: 'http://127.0.0.1:1', auth })
    expect(await rejection(nowhere.sessions.list().page())).toMatchObject({ code: 'ERR_NETWORK', retryable: true })
  })

  test('the status of the manager', async (context) => {
    needsAccount(context, target, 'admin')
    const status = await clientOf(target, 'admin').manager.status()
    expect(status.status).toBe('running')
    expect(status.nodes[0]).toMatchObject({ id: expect.any(String) as string, status: 'running' })
  })

  test('GraphQL: data', async () => {
    const { domain } = await client.graphql<{ domain: { name: string } }>('query Own { domain { name } }')
    expect(domain.name).toBe('default')
  })

  test('GraphQL: a field that the server does not know', async () => {
    const error = (await rejection(client.graphql('query Wrong { nonsense }'))) as GraphQLError
    expect(error).toBeInstanceOf(GraphQLError)
    expect(error.errors[0]!.message).toMatch(/Cannot query field .nonsense./)
    expect(error.operationName).toBe('Wrong')
  })

  test('GraphQL: variables', async () => {
    const { image } = await client.graphql<{ image: { tag: string } }, { reference: string }>(
      'query($reference: String!) { image(reference: $reference) { tag } }',
      { reference: target.pythonImage },
    )
    expect(target.pythonImage).toContain(image.tag)
  })

  test('images', async () => {
    const images = await client.images.list().all()
    const python = images.find(({ reference }) => reference === target.pythonImage)
    expect(python).toMatchObject({
      labels: { 'ai.backend.runtime-type': 'python' },
      resourceLimits: { cpu: { min: '1' } },
    })
  })

  test('resources', async () => {
    const { presets, keypair: own, resourceGroups } = await client.resourcePresets.check()
    expect(presets.length).toBeGreaterThan(0)
    expect(presets[0]).toMatchObject({
      name: expect.any(String) as string,
      slots: { cpu: expect.any(String) as string },
    })
    expect(own.remaining).toHaveProperty('cpu')
    expect(Object.keys(resourceGroups)).toContain('default')
  })
})
