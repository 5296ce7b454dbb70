/** `/auth`: checking keys, roles, and getting keys for a password (protocol 01 §3.6). */
import { choice, nullable, optional, required, text, uuid } from '../checks.ts'
import { type Context, json, type Route, type Routes } from '../context.ts'
import { sameText } from '../hmac.ts'
import { Problem } from '../problems.ts'
import { newHex } from '../random.ts'
import { projectsOf, userByEmail } from '../state.ts'

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
    // Handed to plugins that the emulator does not have (01 §3.6).
    otp: optional(nullable(string), null, ...(profile.name === '20.09' ? [] : ['otp'])),
  }
  const params = await context.read(fields, 'AuthorizeRequest', 'body')
  if (params.type === 'jwt') {
    const kind = profile.parameters === 'typed' ? 'typed-params' : 'invalid-params'
    throw new Problem(kind, { msg: 'Unsupported authorization type' })
  }
  const user = userByEmail(state, params.username)
  const isKnown = user?.domainName === params.domain && sameText(user.password, params.password)
  const keypair = user && state.keypairs.get(user.mainAccessKey)
  if (!isKnown || user.status !== 'active' || !keypair) {
    throw new Problem('auth-failed', { msg: 'User credential mismatch.' })
  }
  const keys = { access_key: keypair.accessKey, secret_key: keypair.secretKey, role: user.role, status: user.status }
  if (profile.authorizeFields === 'plain') return json({ data: keys })
  return json({
    data: { response_type: 'success', ...keys, session_token: newHex(16), user_id: user.id, type: 'keypair' },
  })
}
