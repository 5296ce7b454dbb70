/** `/auth`: checking keys, roles, and getting keys for a password (protocol 01 §3.6). */
import { sameText } from '../auth/hmac.ts'
import { choice, flag, nullable, optional, required, text, uuid } from '../checks.ts'
import type { Cluster } from '../cluster.ts'
import { type Context, json, type Route, type Routes } from '../context.ts'
import { Problem } from '../problems.ts'
import type { Profile } from '../profiles.ts'
import { newHex } from '../random.ts'
import { projectsOf, type User, userByPassword } from '../state.ts'
import { registrationToken } from './totp.ts'

export const auth: Routes = (profile) => [
  ...['/auth', '/auth/test'].flatMap((path): Route[] => [
    { method: 'GET', path, role: 'user', handle: (c) => (profile.echoRequired ? echo(c) : echoed('')) },
    { method: 'POST', path, role: 'user', handle: echo },
  ]),
  { method: 'GET', path: '/auth/role', role: 'user', handle: role },
  { method: 'POST', path: '/auth/authorize', role: 'anyone', handle: authorize },
]

const echoed = (given: string): Response => json({ authorized: 'yes', echo: given })

async function echo(context: Context): Promise<Response> {
  const params = await context.read({ echo: required(text(context.profile), 'echo') }, 'VerifyAuthRequest', 'body')
  return echoed(params.echo)
}

async function role(context: Context): Promise<Response> {
  const { cluster, profile, requester } = context
  const params = await context.read({ group: optional(nullable(uuid), null, 'group') }, 'GetRoleRequest', 'query')
  let groupRole: string | null = null
  if (params.group !== null) {
    const project = cluster.state.projects.get(params.group)
    const isMember = project !== undefined && projectsOf(cluster.state, requester.user.id).includes(project)
    if (!isMember) {
      const msg = 'No such project or you are not the member of it.'
      throw new Problem(profile.problems.collapsedNotFound ? 'group-not-found' : 'url-not-found', { msg })
    }
    groupRole = 'user'
  }
  const { role: own } = requester.user
  return json({
    global_role: own === 'superadmin' ? 'superadmin' : 'user',
    domain_role: own === 'superadmin' || own === 'admin' ? 'admin' : 'user',
    group_role: groupRole,
  })
}

async function authorize(context: Context): Promise<Response> {
  const { cluster, profile } = context
  const { state } = cluster
  const string = text(profile)
  const fields = {
    type: required(choice(['keypair', 'jwt']), 'type'),
    domain: required(string, 'domain'),
    username: required(string, 'username'),
    password: required(string, 'password'),
    otp: optional(nullable(string), null, ...(profile.name === '20.09' ? [] : ['otp'])),
    token: optional(nullable(string), null, ...(profile.name === '20.09' ? [] : ['stoken', 'sToken'])),
    force: optional(flag, false, ...(profile.authorizeFields === 'session-token' ? ['force'] : [])),
  }
  const params = await context.read(fields, 'AuthorizeRequest', 'body')
  if (params.type === 'jwt') {
    const kind = profile.parameters === 'typed' ? 'typed-params' : 'invalid-params'
    throw new Problem(kind, { msg: 'Unsupported authorization type' })
  }
  const user = userByPassword(state, params)
  const keypair = user && state.keypairs.get(user.mainAccessKey)
  if (!user || user.status !== 'active' || !keypair) {
    throw new Problem('auth-failed', { msg: 'User credential mismatch.' })
  }
  if (user.isPasswordExpired && profile.name !== '20.09') {
    throw new Problem('password-expired', { msg: 'Password expired.' })
  }
  const challenge = secondFactor(profile, user, params.otp)
  if (challenge) return json({ data: challenge })
  const keys = { access_key: keypair.accessKey, secret_key: keypair.secretKey, role: user.role, status: user.status }
  if (profile.authorizeFields === 'plain') return json({ data: keys })
  const session_token = newLogin(cluster, user, params.force)
  return json({ data: { response_type: 'success', ...keys, session_token, user_id: user.id, type: 'keypair' } })
}

/** Null where a login may go on. Up to 25.8 a plugin rejects it, in words that clients compare (01 §5.3). */
function secondFactor(profile: Profile, user: User, given: string | null): Record<string, string> | null {
  const { otp } = user
  if (!otp) return null
  const isRight = otp.isRegistered && given !== null && sameText(otp.code, given)
  if (isRight) return null
  if (profile.authorizeFields === 'plain') {
    const msg = given === null ? 'OTP not provided' : 'Invalid OTP'
    throw new Problem('rejected-by-hook', { msg, data: { plugins: ['totp'] } })
  }
  if (!otp.isRegistered)
    return { response_type: 'REQUIRE_TWO_FACTOR_REGISTRATION', type: 'TOTP', token: registrationToken(user) }
  if (given === null) return { response_type: 'REQUIRE_TWO_FACTOR_AUTH', type: 'TOTP' }
  throw new Problem('totp-auth-failed', { msg: 'Invalid TOTP code provided.' })
}

/** The oldest logins give way to one with `force`. */
function newLogin({ state, policy }: Cluster, user: User, force: boolean): string {
  const cap = policy.concurrentLogins ?? Infinity
  const own = [...state.logins].filter(([, login]) => login.userId === user.id).map(([token]) => token)
  if (own.length >= cap && (!force || cap <= 0)) {
    throw new Problem('active-login-session-exists', { msg: `The user has ${own.length} active login session(s).` })
  }
  for (const token of own.slice(0, Math.max(0, own.length - cap + 1))) state.logins.delete(token)
  const token = newHex(16)
  state.logins.set(token, { userId: user.id })
  return token
}
