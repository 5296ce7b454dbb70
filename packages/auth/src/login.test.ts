import { AuthenticationError, ConfigError, createTransport, type ClientOptions } from '@backend-ai-sdk/core'
import {
  createEmulator,
  profiles,
  type Emulator,
  type EmulatorOptions,
  type ProfileName,
} from '@backend-ai-sdk/emulator'
import { CookieJar } from 'tough-cookie'
import { describe, expect, onTestFinished, test } from 'vitest'

import { Auth, type LoginOptions } from './auth.ts'
import { cookie, type CookieOptions, type LoginStore } from './cookie.ts'

const username = 'user@lablup.com'
const password = 'a password of four words'

const all = Object.keys(profiles) as ProfileName[]

function start(options: EmulatorOptions = {}): Emulator {
  const emulator = createEmulator({ users: [{ email: username, password }], ...options })
  onTestFinished(() => emulator.stop())
  return emulator
}

function clientOf(emulator: Emulator, options: CookieOptions = {}, more: Partial<ClientOptions> = {}) {
  const requests: Request[] = []
  const lines: string[] = []
  const fetch: typeof globalThis.fetch = (input) => {
    requests.push(input as Request)
    return emulator.webserver.fetch(input as Request)
  }
  const auth = cookie(options)
  const log = (...parts: unknown[]): void => void lines.push(JSON.stringify(parts))
  const logger = { debug: log, info: log, warn: log, error: log }
  const transport = createTransport({
    endpoint: 'http://console',
    auth,
    fetch,
    logLevel: 'debug',
    logger,
    retry: false,
    ...more,
  })
  return { auth: new Auth(transport), transport, requests, lines, authenticator: auth }
}

describe.each(all)('release %s', (profile) => {
  test('logs in, calls as that user, and logs out', async () => {
    const { auth } = clientOf(start({ profile }))
    expect(await auth.loginCheck()).toEqual({ isLoggedIn: false, user: undefined })
    await expect(auth.test('hello')).rejects.toThrow(AuthenticationError)
    expect(await auth.login({ username, password })).toMatchObject({ type: 'ok', user: { role: 'user' } })
    expect(await auth.test('hello')).toBe('hello')
    expect(await auth.loginCheck()).toMatchObject({ isLoggedIn: true, user: { role: 'user', status: 'active' } })
    await auth.logout()
    expect(await auth.loginCheck()).toEqual({ isLoggedIn: false, user: undefined })
  })

  test('a wrong password is rejected in the words of the server', async () => {
    const { auth } = clientOf(start({ profile }))
    const result = await auth.login({ username, password: 'another' })
    expect(result).toMatchObject({ type: 'rejected', reason: 'User credential mismatch.' })
    expect(await auth.loginCheck()).toMatchObject({ isLoggedIn: false })
  })

  test('a second login takes the place of the first', async () => {
    const second = { email: 'second@lablup.com', password, role: 'admin' } as const
    const { auth } = clientOf(start({ profile, users: [{ email: username, password }, second] }))
    await auth.login({ username, password })
    expect(await auth.login({ username: second.email, password })).toMatchObject({
      type: 'ok',
      user: { role: 'admin' },
    })
  })

  test('ten failures block the name', async () => {
    const { auth } = clientOf(start({ profile }))
    for (let failure = 0; failure < 10; failure++)
      expect(await auth.login({ username, password: 'another' })).toMatchObject({ type: 'rejected' })
    expect(await auth.login({ username, password })).toEqual({ type: 'blocked', wait: 1_200_000 })
  })

  test('a webserver whose manager is down is no rejection', async () => {
    const emulator = start({ profile })
    const { auth } = clientOf(emulator, {}, { apiVersion: 'v6.20200815' })
    using fault = emulator.faults.inject({ kind: 'refuse' })
    await expect(auth.login({ username, password })).rejects.toMatchObject({ status: 502, retryable: 'unknown' })
    expect(fault.hits).toBe(1)
  })
})

describe.each(['23.09', '26.9'] as const)('release %s', (profile) => {
  test('asks for a one-time password', async () => {
    const { auth } = clientOf(start({ profile, users: [{ email: username, password, otp: '123456' }] }))
    expect(await auth.login({ username, password })).toMatchObject({ type: 'otp-required', isWrong: false })
    const wrong = await auth.login({ username, password, otp: '654321' })
    // Up to 25.8 a plugin says so in its own words.
    const reason = profile === '23.09' ? 'Invalid OTP' : 'Invalid TOTP code provided.'
    expect(wrong).toEqual({ type: 'otp-required', isWrong: true, reason })
    expect(await auth.login({ username, password, otp: '123456' })).toMatchObject({ type: 'ok' })
  })

  test('takes a new password for one that has expired', async () => {
    const { auth } = clientOf(start({ profile, users: [{ email: username, password, passwordExpired: true }] }))
    expect(await auth.login({ username, password })).toMatchObject({ type: 'password-expired' })
    const renewal = { username, oldPassword: password, newPassword: 'a newer one' }
    await expect(auth.updatePasswordNoAuth({ ...renewal, oldPassword: 'another' })).rejects.toThrow(AuthenticationError)
    await auth.updatePasswordNoAuth(renewal)
    expect(await auth.login({ username, password: 'a newer one' })).toMatchObject({ type: 'ok' })
    const ageless = clientOf(start({ profile })).auth.updatePasswordNoAuth(renewal)
    await expect(ageless).rejects.toMatchObject({ code: 'ERR_INVALID_REQUEST', msg: 'Unsupported function.' })
  })

  test('takes an encoded body', async () => {
    const { auth, requests } = clientOf(start({ profile }))
    expect(await auth.login({ username, password, encoded: true })).toMatchObject({ type: 'ok' })
    const { headers } = requests.find(({ url }) => url.endsWith('/server/login'))!
    expect(headers.get('X-BackendAI-Encoded')).toBe('true')
  })

  test('takes the header in place of the cookie', async () => {
    const { auth, requests } = clientOf(start({ profile }), { carrier: 'header' })
    await auth.login({ username, password })
    expect(await auth.test('hello')).toBe('hello')
    const { headers } = requests.at(-1)!
    expect([headers.has('Cookie'), headers.get('X-BackendAI-SessionID')]).toEqual([
      false,
      expect.stringMatching(/^[\da-f]{32}$/),
    ])
  })
})

test.each(['23.09', '26.9'] as const)('the token of another system lets in, on %s', async (profile) => {
  const { auth } = clientOf(start({ profile, users: [{ email: username, password, loginToken: 'from elsewhere' }] }))
  expect(await auth.tokenLogin({ token: 'of nobody' })).toMatchObject({
    type: 'rejected',
    reason: 'User credential mismatch.',
  })
  expect(await auth.tokenLogin({ token: 'from elsewhere' })).toMatchObject({ type: 'ok', user: { role: 'user' } })
  expect(await auth.loginCheck()).toMatchObject({ isLoggedIn: true })
  expect(await auth.tokenLogin({ token: 'from elsewhere', name: 'stoken' })).toMatchObject({ type: 'rejected' })
})

test('a login is made to last longer, and nobody has one to be', async () => {
  let now = Date.now()
  const { auth } = clientOf(start({ clock: () => now, webserver: { maxAge: 60_000 } }))
  await expect(auth.extendSession()).rejects.toThrow(AuthenticationError)
  await auth.login({ username, password })
  now += 50_000
  expect((await auth.extendSession()).getTime()).toBeGreaterThan(now + 58_000)
  now += 50_000
  expect(await auth.loginCheck()).toMatchObject({ isLoggedIn: true })
  now += 50_000
  expect(await auth.loginCheck()).toMatchObject({ isLoggedIn: false })
})

test('registers a second factor on the way in', async () => {
  const { auth } = clientOf(start({ users: [{ email: username, password, otp: '123456', otpUnregistered: true }] }))
  const result = await auth.login({ username, password })
  if (result.type !== 'otp-registration-required') throw new Error(result.type)
  const { token } = result
  expect((await auth.registerOtp(token)).uri).toMatch(/^otpauth:\/\/totp\//)
  await expect(auth.confirmOtp({ token, otp: '000000' })).rejects.toThrow(AuthenticationError)
  await auth.confirmOtp({ token, otp: '123456' })
  expect(await auth.login({ username, password, otp: '123456' })).toMatchObject({ type: 'ok' })
})

test('a login by force ends the one elsewhere', async () => {
  const emulator = start({ policy: { concurrentLogins: 1 } })
  const here = clientOf(emulator).auth
  const there = clientOf(emulator).auth
  await there.login({ username, password })
  expect(await here.login({ username, password })).toMatchObject({ type: 'active-session' })
  expect(await here.login({ username, password, force: true })).toMatchObject({ type: 'ok' })
  expect(await there.loginCheck()).toMatchObject({ isLoggedIn: false })
  await expect(there.role()).rejects.toThrow(AuthenticationError)
})

test('the cookie of another server lets nobody in', async () => {
  const first = clientOf(start())
  await first.auth.login({ username, password })
  const login = await first.authenticator.login()
  const { auth, authenticator } = clientOf(start())
  await authenticator.remember(login)
  expect(await auth.loginCheck()).toMatchObject({ isLoggedIn: false })
  await expect(auth.role()).rejects.toThrow(AuthenticationError)
})

test('a cookie for https alone goes over http as a header', async () => {
  const plain = clientOf(start())
  await plain.auth.login({ username, password })
  await plain.auth.role()
  expect(plain.requests.at(-1)!.headers.has('Cookie')).toBe(false)
  const secure = clientOf(start(), {}, { endpoint: 'https://console' })
  await secure.auth.login({ username, password })
  await secure.auth.role()
  expect(secure.requests.at(-1)!.headers.get('Cookie')).toMatch(/^AIOHTTP_SESSION=[\da-f]{32}$/)
})

test('a store keeps the login for the next program', async () => {
  let kept: string | undefined
  const store: LoginStore = { get: async () => kept, set: async (login) => void (kept = login) }
  const emulator = start()
  await clientOf(emulator, { store }).auth.login({ username, password })
  const { auth } = clientOf(emulator, { store })
  expect(await auth.loginCheck()).toMatchObject({ isLoggedIn: true })
  await auth.logout()
  expect(kept).toBeUndefined()
})

describe('the jar of a library', () => {
  test('keeps the login, and cookies of others, for the next program', async () => {
    const jar = new CookieJar()
    const emulator = start()
    const https = { endpoint: 'https://console.example.com' }
    await clientOf(emulator, { jar }, https).auth.login({ username, password })
    await jar.setCookie('balancer=two; Path=/', https.endpoint)
    const { auth, requests } = clientOf(emulator, { jar }, https)
    expect(await auth.loginCheck()).toMatchObject({ isLoggedIn: true })
    expect(requests.at(-1)!.headers.get('Cookie')).toMatch(/^AIOHTTP_SESSION=[\da-f]{32}; balancer=two$/)
    await auth.logout()
    expect(await jar.getCookieString(https.endpoint)).toBe('balancer=two')
    expect(await auth.loginCheck()).toMatchObject({ isLoggedIn: false })
  })

  test('gives no cookie for https to plain http, which gets a header', async () => {
    const endpoint = 'http://console.example.com'
    const { auth, requests } = clientOf(start(), { jar: new CookieJar() }, { endpoint })
    await auth.login({ username, password })
    expect(await auth.role()).toMatchObject({ global: 'user' })
    const { headers } = requests.at(-1)!
    expect([headers.has('Cookie'), headers.has('X-BackendAI-SessionID')]).toEqual([false, true])
  })
})

test('options that are misspelt are refused before anything is sent', async () => {
  const { auth, requests } = clientOf(start())
  const given = { username, password, oldPassword: 'a', newPassword: 'b' }
  await expect(auth.login({ username, password, opt: '1' } as object as LoginOptions)).rejects.toThrow(
    "Unknown key 'opt' in the options of login(): did you mean 'otp'?",
  )
  await expect(auth.updatePassword(given)).rejects.toThrow(ConfigError)
  expect(() => cookie({ carier: 'header' } as object)).toThrow("did you mean 'carrier'?")
  expect(requests).toEqual([])
})

test('a manager takes no logins', async () => {
  const emulator = start()
  const fetch: typeof globalThis.fetch = (input) => emulator.fetch(input as Request)
  const auth = new Auth(createTransport({ endpoint: 'http://manager', auth: cookie(), fetch }))
  await expect(auth.login({ username, password })).rejects.toThrow(ConfigError)
  await expect(auth.loginCheck()).rejects.toThrow(ConfigError)
})

test('no secret is in an error, a result or a log line', async () => {
  const emulator = start({ users: [{ email: username, password, otp: '123456' }] })
  const { auth, lines, authenticator, transport } = clientOf(emulator)
  const told: unknown[] = [
    await auth.login({ username, password: `${password}!` }),
    await auth.login({ username, password }),
    await auth.login({ username, password, otp: '123456' }),
    await auth.test('x'.repeat(10)),
    await transport.request({ path: '/no/such' }).catch((error: unknown) => error),
    await auth.updatePassword({ oldPassword: 'another', newPassword: 'a newer one' }).catch((error: unknown) => error),
  ]
  const id = (await authenticator.login())!.split(';')[0]!
  const text = JSON.stringify(told.map((value) => [value, String(value), (value as Error).stack])) + lines.join('\n')
  expect(lines.length).toBeGreaterThan(5)
  for (const secret of [password, '123456', id, 'a newer one']) expect(text).not.toContain(secret)
})

describe('accounts', () => {
  test('keys by password, of a manager', async () => {
    const emulator = start()
    const fetch: typeof globalThis.fetch = (input) => emulator.fetch(input as Request)
    const auth = new Auth(createTransport({ endpoint: 'http://manager', auth: { prepare() {} }, fetch }))
    const [user] = emulator.users
    expect(await auth.authorize({ username, password })).toMatchObject({
      accessKey: user!.accessKey,
      secretKey: user!.secretKey,
    })
    await expect(auth.authorize({ username, password: 'another' })).rejects.toThrow(AuthenticationError)
  })

  test.each(all)('of release %s: sign up, change the password, sign out', async (profile) => {
    const emulator = start({ profile })
    const { auth } = clientOf(emulator)
    const keys = await auth.signup({ email: 'new@lablup.com', password: 'first' })
    expect(keys.accessKey).toMatch(/^AKIA/)
    await expect(auth.signup({ email: 'new@lablup.com', password: 'first' })).rejects.toMatchObject({ status: 400 })
    // Since 25.19 an administrator lets them in.
    for (const user of emulator.state.users.values()) user.status = 'active'
    for (const keypair of emulator.state.keypairs.values()) keypair.isActive = true
    expect(await auth.login({ username: 'new@lablup.com', password: 'first' })).toMatchObject({ type: 'ok' })
    await expect(auth.updatePassword({ oldPassword: 'another', newPassword: 'second' })).rejects.toThrow(
      AuthenticationError,
    )
    await auth.updatePassword({ oldPassword: 'first', newPassword: 'second' })
    expect(await auth.role()).toEqual({ global: 'user', domain: 'user', project: undefined })
    await auth.signout({ email: 'new@lablup.com', password: 'second' })
    await expect(auth.role()).rejects.toThrow(AuthenticationError)
  })

  test('SSH keys', async () => {
    const { auth } = clientOf(start())
    await auth.login({ username, password })
    expect(await auth.sshPublicKey()).toBeUndefined()
    const pair = await auth.refreshSSHKeypair()
    expect(pair.privateKey).toMatch(/^-----BEGIN RSA PRIVATE KEY-----\n[\s\S]+-----END RSA PRIVATE KEY-----\n$/)
    expect(await auth.sshPublicKey()).toBe(pair.publicKey)
    expect((await auth.uploadSSHKeypair(pair)).publicKey).toBe(pair.publicKey)
    await expect(auth.uploadSSHKeypair({ publicKey: 'none', privateKey: 'none' })).rejects.toMatchObject({
      status: 400,
    })
  })
})
