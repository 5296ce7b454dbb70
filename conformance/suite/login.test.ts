/** Logging in at a webserver, and what only webservers do. */
import { AuthenticationError, cookie, InvalidRequestError, keypair, type Client } from '@backend-ai-sdk/client'
import { describe, expect, onTestFinished, test, type TestContext } from 'vitest'

import { clientOf } from '../targets.ts'
import { needs, needsAccount, onEachTarget, rejection } from './harness.ts'

onEachTarget('logins', (target) => {
  // Keys have no part in this.
  describe.runIf(target.logins !== undefined)('at a webserver', () => {
    const { user, otherUser } = target.logins ?? {}

    /** A client in whose place nobody has logged in yet. */
    function newClient(): Client {
      const client = clientOf(target, 'user', { auth: cookie() })
      onTestFinished(() => client.auth.logout())
      return client
    }

    /** Both came with 22.03 and 22.09. */
    async function needsNewerLogins(context: TestContext): Promise<void> {
      const { release } = await clientOf(target).server()
      context.skip(Number.parseFloat(release) < 23, `release ${release} may not have it`)
    }

    test('a login, the user, and a logout', async () => {
      const { auth, sessions } = newClient()
      expect(await auth.loginCheck()).toEqual({ isLoggedIn: false, user: undefined })
      expect(await rejection(sessions.list().page())).toBeInstanceOf(AuthenticationError)
      const known = { accessKey: target.keys.user!.accessKey, role: 'user', status: 'active' }
      expect(await auth.login(user!)).toEqual({ type: 'ok', user: known })
      expect(await auth.loginCheck()).toEqual({ isLoggedIn: true, user: known })
      expect(await auth.test('한글 & more')).toBe('한글 & more')
      await auth.logout()
      expect(await auth.loginCheck()).toEqual({ isLoggedIn: false, user: undefined })
      expect(await rejection(auth.role())).toBeInstanceOf(AuthenticationError)
      // Of no effect the second time.
      await auth.logout()
    })

    test('a wrong password', async () => {
      const { auth } = newClient()
      const result = await auth.login({ ...user!, password: 'not the password' })
      expect(result).toMatchObject({ type: 'rejected', problemType: expect.stringContaining('auth-failed') as string })
      expect(result).toHaveProperty('reason', expect.stringMatching(/credential mismatch/i))
      expect(await auth.loginCheck()).toMatchObject({ isLoggedIn: false })
      // Ten in a row would block the name.
      expect(await auth.login(user!)).toMatchObject({ type: 'ok' })
    })

    test('a name that nobody has', async () => {
      const { auth } = newClient()
      expect(await auth.login({ username: 'nobody@example.com', password: 'x' })).toMatchObject({ type: 'rejected' })
    })

    test('the role', async () => {
      expect(await clientOf(target).auth.role()).toEqual({ global: 'user', domain: 'user', project: undefined })
    })

    test('the role of an administrator', async (context) => {
      needsAccount(context, target, 'admin')
      expect(await clientOf(target, 'admin').auth.role()).toMatchObject({ global: 'superadmin' })
    })

    test('a second login takes the place of the first', async (context) => {
      needsAccount(context, target, 'otherUser')
      const { auth } = newClient()
      await auth.login(user!)
      const { accessKey } = target.keys.otherUser!
      expect(await auth.login(otherUser!)).toMatchObject({ type: 'ok', user: { accessKey } })
      expect(await auth.loginCheck()).toMatchObject({ user: { accessKey } })
    })

    test('two logins of one user, of which one ends', async () => {
      const [first, second] = [newClient(), newClient()]
      await first.auth.login(user!)
      await second.auth.login(user!)
      await second.auth.logout()
      expect(await first.auth.loginCheck()).toMatchObject({ isLoggedIn: true })
      expect(await rejection(second.auth.role())).toBeInstanceOf(AuthenticationError)
    })

    test('a login goes on in another client', async () => {
      const auth = cookie()
      const client = clientOf(target, 'user', { auth })
      onTestFinished(() => client.auth.logout())
      await client.auth.login(user!)
      const other = cookie()
      await other.remember(await auth.login())
      expect(await clientOf(target, 'user', { auth: other }).auth.loginCheck()).toMatchObject({ isLoggedIn: true })
    })

    test('by the header in place of the cookie', async (context) => {
      await needsNewerLogins(context)
      const client = clientOf(target, 'user', { auth: cookie({ carrier: 'header' }) })
      onTestFinished(() => client.auth.logout())
      expect(await client.auth.login(user!)).toMatchObject({ type: 'ok' })
      expect(await client.auth.test('by header')).toBe('by header')
    })

    test('with an encoded body', async (context) => {
      await needsNewerLogins(context)
      expect(await newClient().auth.login({ ...user!, encoded: true })).toMatchObject({ type: 'ok' })
    })

    test('a login that is made to last longer', async (context) => {
      const client = newClient()
      await needs(context, client, 'login-extension')
      expect(await rejection(client.auth.extendSession())).toBeInstanceOf(AuthenticationError)
      await client.auth.login(user!)
      expect((await client.auth.extendSession()).getTime()).toBeGreaterThan(Date.now() + 60_000)
    })

    test('a token that no other system has handed out', async () => {
      expect(await newClient().auth.tokenLogin({ token: 'of nobody' })).toMatchObject({ type: 'rejected' })
    })

    test('a password that is renewed where none grows old', async (context) => {
      const client = newClient()
      await needs(context, client, 'password-renewal')
      const renewal = { username: user!.username, oldPassword: 'not the password', newPassword: 'another' }
      expect(await rejection(client.auth.updatePasswordNoAuth(renewal))).toBeInstanceOf(InvalidRequestError)
    })

    test('who is well, and who is not logged in, by diagnosis', async () => {
      const client = newClient()
      expect(await client.diagnose()).toMatchObject({ mode: 'login', findings: [{ code: 'not-logged-in' }] })
      await client.auth.login(user!)
      expect(await client.diagnose()).toMatchObject({ isHealthy: true, findings: [] })
      const keys = keypair({ accessKey: 'AKIAIOSFODNN7EXAMPLE', secretKey: 'of no webserver' })
      expect(await client.with({ auth: keys }).diagnose()).toMatchObject({ findings: [{ code: 'wrong-mode' }] })
    })

    test('what the webserver tells its user interface', async () => {
      const { general } = await newClient().webConfig()
      expect(general).toMatchObject({
        connectionMode: 'SESSION',
        apiEndpoint: expect.stringMatching(/^https?:/) as string,
      })
    })
  })
})
