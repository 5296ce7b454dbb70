/** `/auth`: what users do with their own account (protocol 01 §3.6). */
import { sameText } from '../auth/hmac.ts'
import { newKeypair, readPublicKey } from '../auth/ssh-keypair.ts'
import { optional, nullable, required, text } from '../checks.ts'
import { type Context, json, type Routes } from '../context.ts'
import { Problem } from '../problems.ts'
import { newAccount } from '../seed.ts'
import { userByEmail, userByPassword } from '../state.ts'

export const account: Routes = (profile) => [
  { method: 'POST', path: '/auth/signup', role: 'anyone', handle: signup },
  { method: 'POST', path: '/auth/signout', role: 'user', handle: signout },
  { method: 'POST', path: '/auth/update-password', role: 'user', handle: updatePassword },
  { method: 'GET', path: '/auth/ssh-keypair', role: 'user', handle: publicKey },
  { method: 'PATCH', path: '/auth/ssh-keypair', role: 'user', handle: renewKeypair },
  ...(profile.name === '20.09'
    ? []
    : ([
        { method: 'POST', path: '/auth/update-full-name', role: 'user', handle: updateFullName },
        { method: 'POST', path: '/auth/ssh-keypair', role: 'user', handle: setKeypair },
        { method: 'POST', path: '/auth/update-password-no-auth', role: 'anyone', handle: renewPassword },
      ] as const)),
  ...(profile.authorizeFields === 'plain'
    ? []
    : ([{ method: 'POST', path: '/auth/logout', role: 'anyone', handle: logout }] as const)),
]

async function signup(context: Context): Promise<Response> {
  const { cluster, profile } = context
  const string = text(profile)
  const fields = {
    domain: required(string, 'domain'),
    email: required(string, 'email'),
    password: required(string, 'password'),
    username: optional(nullable(string), null, 'username'),
    fullName: optional(nullable(string), null, 'full_name'),
    description: optional(nullable(string), null, 'description'),
  }
  const params = await context.read(fields, 'SignupRequest', 'body')
  if (userByEmail(cluster.state, params.email))
    throw profile.problems.errorCode
      ? new Problem('email-already-exists')
      : new Problem('bad-request', { msg: 'Email already exists' })
  const { email, password, username, fullName } = params
  // Since 25.19 an administrator lets them in.
  const status = profile.authorizeFields === 'plain' ? 'active' : 'inactive'
  const options = { email, password, status, ...(username && { username }), ...(fullName && { fullName }) } as const
  const keypair = newAccount(cluster.state, options, cluster.clock(), params.domain)
  return json({ access_key: keypair.accessKey, secret_key: keypair.secretKey }, 201)
}

async function signout(context: Context): Promise<Response> {
  const { profile, requester } = context
  const string = text(profile)
  const fields = { email: required(string, 'email', 'username'), password: required(string, 'password') }
  const params = await context.read(fields, 'SignoutRequest', 'body')
  const { user } = requester
  if (params.email !== user.email) throw new Problem('forbidden', { msg: 'Not the account owner' })
  if (!sameText(user.password, params.password))
    throw new Problem(profile.parameters === 'typed' ? 'auth-failed' : 'bad-request', {
      msg: 'Invalid email and/or password',
    })
  user.status = 'inactive'
  for (const keypair of context.cluster.state.keypairs.values())
    if (keypair.userId === user.id) keypair.isActive = false
  return json({})
}

async function updatePassword(context: Context): Promise<Response> {
  const { profile, requester } = context
  const string = text(profile)
  const fields = {
    old: required(string, 'old_password'),
    first: required(string, 'new_password'),
    second: required(string, 'new_password2'),
  }
  const params = await context.read(fields, 'UpdatePasswordRequest', 'body')
  const isOld = sameText(requester.user.password, params.old)
  const isTwice = params.first === params.second
  // Which of both is looked at first has changed in 25.9.
  if (!isTwice && (isOld || profile.parameters === 'typed')) return json({ error_msg: 'new password mismatch' }, 400)
  if (!isOld) throw new Problem('auth-failed', { msg: 'Old password mismatch' })
  requester.user.password = params.first
  return json(profile.parameters === 'typed' ? { error_msg: null } : {})
}

async function renewPassword(context: Context): Promise<Response> {
  const { cluster, profile } = context
  const string = text(profile)
  const fields = {
    domain: required(string, 'domain'),
    username: required(string, 'username'),
    password: required(string, 'current_password'),
    renewed: required(string, 'new_password'),
  }
  const params = await context.read(fields, 'UpdatePasswordNoAuthRequest', 'body')
  // Where passwords grow no older (observed 23.9.10 and 26.9.6).
  if (!cluster.state.passwordsExpire) throw new Problem('bad-request', { msg: 'Unsupported function.' })
  const user = userByPassword(cluster.state, params)
  if (!user || params.renewed === params.password)
    throw new Problem('auth-failed', { msg: 'User credential mismatch.' })
  user.password = params.renewed
  user.isPasswordExpired = false
  return json({ password_changed_at: new Date(cluster.clock()).toISOString() }, 201)
}

async function updateFullName(context: Context): Promise<Response> {
  const string = text(context.profile)
  const fields = { email: required(string, 'email'), fullName: required(string, 'full_name') }
  const { fullName } = await context.read(fields, 'UpdateFullNameRequest', 'body')
  context.requester.user.fullName = fullName
  return json({})
}

function publicKey({ profile, requester }: Context): Response {
  const none = profile.parameters === 'typed' ? '' : null
  return json({ ssh_public_key: requester.keypair.sshPublicKey ?? none })
}

async function renewKeypair({ requester }: Context): Promise<Response> {
  const { publicKey, privateKey } = await newKeypair()
  requester.keypair.sshPublicKey = publicKey
  return json({ ssh_public_key: publicKey, ssh_private_key: privateKey })
}

async function setKeypair(context: Context): Promise<Response> {
  const string = text(context.profile)
  const fields = { publicKey: required(string, 'pubkey'), privateKey: required(string, 'privkey') }
  const params = await context.read(fields, 'UploadSSHKeypairRequest', 'body')
  const publicKey = `${params.publicKey.trimEnd()}\n`
  const privateKey = `${params.privateKey.trimEnd()}\n`
  if (context.profile.problems.errorCode && !readPublicKey(publicKey))
    throw new Problem('invalid-params', { msg: 'Invalid SSH public key' })
  context.requester.keypair.sshPublicKey = publicKey
  return json({ ssh_public_key: publicKey, ssh_private_key: privateKey })
}

/** Whoever has the token may end its login. */
async function logout(context: Context): Promise<Response> {
  const { token } = await context.read(
    { token: required(text(context.profile), 'session_token') },
    'LogoutRequest',
    'body',
  )
  context.cluster.state.logins.delete(token)
  return json({})
}
