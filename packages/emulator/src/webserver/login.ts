/** `/server/…`: logging in, out, and what goes with it (protocol 01 §5.3). */
import type { Cluster } from '../cluster.ts'
import { isObject, type JsonObject, parseJson, pythonJson } from '../formats/json.ts'
import type { Role } from '../options.ts'
import { newHex } from '../random.ts'
import { decodeBody } from './encoded-bodies.ts'
import type { LoginSession, LoginSessions } from './login-sessions.ts'
import { webserverProblem } from './problems.ts'
import type { Manager } from './relay.ts'
import type { WebserverTraits } from './traits.ts'

export interface WebserverOptions {
  /** Rejected logins of one name after which it is blocked. Default 10. */
  allowedFailures?: number
  /** Milliseconds of the block. Default 1,200,000. */
  blockTime?: number
  /** Milliseconds that a login lasts. Default 604,800,000. */
  maxAge?: number
  /** Whether cookies are for https alone. Default: as the release has it. */
  secureCookie?: boolean
}

export interface LoginMeans {
  cluster: Cluster
  traits: WebserverTraits
  manager: Manager
  sessions: LoginSessions
  options: Required<WebserverOptions>
}

interface Authorized {
  response_type?: string
  token?: string
  access_key: string
  role: Role
  status: string
  session_token?: string
}

type Handler = (request: Request, means: LoginMeans) => Response | Promise<Response>

export const loginRoutes: Readonly<Record<string, Handler>> = {
  '/server/login': login,
  '/server/login-check': loginCheck,
  '/server/logout': logout,
  '/server/token-login': tokenLogin,
  '/server/extend-login-session': extend,
  '/server/update-password-no-auth': updatePassword,
}

const cookieName = 'AIOHTTP_SESSION'

/** The header goes before the cookie. */
function sessionOf(request: Request, { sessions, traits }: LoginMeans): LoginSession | undefined {
  const id = traits.takesSessionHeader ? request.headers.get('X-BackendAI-SessionID') : null
  return sessions.find(id ?? cookieOf(request))
}

/** The user of a request; none where the manager has ended the login, as another one with `force` does. */
export function userOf(request: Request, means: LoginMeans): LoginSession['user'] {
  const user = sessionOf(request, means)?.user ?? null
  const isEnded = user?.managerToken && !means.cluster.state.logins.has(user.managerToken)
  return isEnded ? null : user
}

function cookieOf(request: Request): string {
  const pairs = (request.headers.get('Cookie') ?? '').split(';').map((pair) => pair.trim().split('='))
  return pairs.find(([name]) => name === cookieName)?.[1] ?? ''
}

async function login(request: Request, means: LoginMeans): Promise<Response> {
  const { cluster, traits, sessions, options } = means
  const { profile } = cluster
  if (userOf(request, means)) return webserverProblem(profile, 'generic-bad-request', 'You have already logged in.')
  const fields = await bodyOf(request, means)
  for (const name of ['username', 'password'])
    if (!fields[name] || typeof fields[name] !== 'string')
      return webserverProblem(profile, 'invalid-api-params', `You must provide the ${name} field.`)
  const username = fields['username'] as string
  if (sessions.isBlocked(username, options.allowedFailures, options.blockTime))
    return webserverProblem(profile, 'too-many-requests')
  const response = await authorize(
    traits.takesMoreFields ? fields : { username, password: fields['password'] },
    means,
  ).catch(() => undefined)
  if (!response) return webserverProblem(profile, 'bad-gateway')
  if (!response.ok && (traits.countedFailures === 'all' || response.status === 401)) sessions.countFailure(username)
  if (response.ok) sessions.forgetFailures(username)
  return concluded(request, response, means, traits.failedLogin === 'ok' ? 200 : response.status)
}

async function tokenLogin(request: Request, means: LoginMeans): Promise<Response> {
  const fields = await bodyOf(request, means)
  if (typeof fields['sToken'] !== 'string')
    return webserverProblem(
      means.cluster.profile,
      'invalid-api-params',
      'You must provide cookie-based authentication token',
    )
  // The names that plugins look past.
  const nobody = { username: 'stoken', password: 'stoken' }
  const response = await authorize({ ...nobody, ...fields }, means).catch(() => undefined)
  return response ? concluded(request, response, means, 200) : webserverProblem(means.cluster.profile, 'bad-gateway')
}

function authorize(fields: JsonObject, { cluster, manager }: LoginMeans): Promise<Response> {
  const body = JSON.stringify({ type: 'keypair', domain: 'default', ...fields })
  const headers = {
    'Content-Type': 'application/json',
    'X-BackendAI-Version': cluster.profile.announcedVersion,
    'X-BackendAI-Date': new Date(cluster.clock()).toISOString(),
  }
  return manager.fetch(new Request('http://manager/auth/authorize', { method: 'POST', headers, body }), {})
}

async function concluded(
  request: Request,
  response: Response,
  means: LoginMeans,
  failedStatus: number,
): Promise<Response> {
  const answer = (await response.json()) as { data?: Authorized; type?: string; title?: string; msg?: string }
  const { traits } = means
  const { data } = answer
  const isIn = response.ok && (data?.response_type ?? 'success') === 'success'
  if (isIn && data) {
    const { access_key, role, status, session_token } = data
    const managerToken = traits.takesManagerToken ? (session_token ?? null) : null
    const user = { accessKey: access_key, role, status, managerToken }
    const known = managerToken === null ? sessionOf(request, means)?.id : managerToken
    return saved({ authenticated: true, data: { access_key, role, status } }, 200, { id: known, user }, means)
  }
  const problem =
    response.ok && data
      ? data.response_type === 'REQUIRE_TWO_FACTOR_REGISTRATION'
        ? {
            type: 'https://api.backend.ai/probs/require-totp-registration',
            title: 'Two-factor registration is required.',
            two_factor_registration_token: data.token,
          }
        : { type: 'https://api.backend.ai/probs/require-totp-authentication', title: 'OTP is required.' }
      : { type: answer.type, title: answer.title, details: answer.msg ?? '' }
  const status = response.ok ? 200 : failedStatus
  return saved(
    { authenticated: false, data: problem },
    status,
    { id: sessionOf(request, means)?.id, user: null },
    means,
  )
}

function loginCheck(request: Request, means: LoginMeans): Response {
  const session = sessionOf(request, means)
  const user = userOf(request, means)
  const id = session?.id ?? (request.headers.get('X-BackendAI-SessionID') || null)
  return answered({
    authenticated: user !== null,
    data: user && { access_key: user.accessKey, role: user.role, status: user.status },
    session_id: id,
  })
}

function logout(request: Request, means: LoginMeans): Response {
  const session = sessionOf(request, means)
  if (session) {
    means.sessions.end(session.id)
    if (session.user?.managerToken) means.cluster.state.logins.delete(session.user.managerToken)
  }
  const { logoutStatus } = means.traits
  return new Response(null, {
    status: logoutStatus,
    headers: {
      'Set-Cookie': `${cookieName}=""; expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/`,
      // What is empty has a type up to 24.03 (23.9: 433; 26.9: 173).
      ...(logoutStatus === 201 && { 'Content-Type': 'application/octet-stream' }),
    },
  })
}

function extend(request: Request, means: LoginMeans): Response {
  if (!means.traits.extendsSessions) return notAllowed()
  // Also for nobody, in whose place there is then a session (observed 26.9.6).
  const session = sessionOf(request, means) ?? { user: null }
  const expires = isoSeconds(means.cluster.clock() + means.options.maxAge)
  return saved({ status: 201, expires }, 200, session, means)
}

async function updatePassword(request: Request, means: LoginMeans): Promise<Response> {
  const { cluster, manager, traits } = means
  if (!traits.changesExpiredPasswords) return notAllowed()
  const fields = await bodyOf(request, means)
  for (const name of ['username', 'current_password', 'new_password'])
    if (!fields[name])
      return webserverProblem(cluster.profile, 'invalid-api-params', `You must provide the ${name} field.`)
  const response = await manager.fetch(
    new Request('http://manager/auth/update-password-no-auth', {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'X-BackendAI-Version': cluster.profile.announcedVersion,
        'X-BackendAI-Date': new Date(cluster.clock()).toISOString(),
      },
      body: JSON.stringify({ domain: 'default', ...fields }),
    }),
    {},
  )
  const answer = (await response.json()) as Record<string, unknown>
  if (response.ok) {
    const { password_changed_at } = answer
    return answered(traits.extendsSessions ? { data: null, password_changed_at } : { password_changed_at })
  }
  const { type, title, msg } = answer
  const status = traits.failedLogin === 'ok' ? 200 : response.status
  return answered({ data: { type, title, details: msg ?? '' }, password_changed_at: null }, status)
}

async function bodyOf(request: Request, { traits }: LoginMeans): Promise<JsonObject> {
  let text = await request.text()
  if (traits.takesEncodedBodies && request.headers.get('X-BackendAI-Encoded') === 'true' && text !== '')
    text = await decodeBody(text, new URL(request.url).origin)
  const value = parseJson(text)?.value
  return isObject(value) ? value : {}
}

/** Of paths that are pages to a GET alone (observed 23.9.10 and 26.9.6). */
export const notAllowed = (): Response =>
  new Response('405: Method Not Allowed', { status: 405, headers: { 'Content-Type': 'text/plain; charset=utf-8' } })

const isoSeconds = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}+00:00`

/** `Wed, 02-Dec-2026 04:44:10 GMT` (23.9: 417). */
const cookieDate = (time: number): string => new Date(time).toUTCString().replace(/ (\w{3}) (\d{4}) /, '-$1-$2 ')

/** With the cookie of the session, which a rejected login gets as well. */
function saved(
  body: JsonObject,
  status: number,
  { id, user }: { id?: string | undefined; user: LoginSession['user'] },
  { sessions, traits, cluster, options }: LoginMeans,
): Response {
  const isNew = id === undefined || !sessions.find(id)
  const session: LoginSession = { id: id ?? newHex(16), user, expiresAt: cluster.clock() + options.maxAge }
  sessions.save(session)
  const expires = traits.expires === 'iso' ? isoSeconds(session.expiresAt) : cookieDate(session.expiresAt)
  const secure = options.secureCookie ? '; Secure' : ''
  const maxAge = Math.floor(options.maxAge / 1000)
  const response = answered(body, status)
  response.headers.set(
    'Set-Cookie',
    `${cookieName}=${session.id}; expires=${expires}; HttpOnly; Max-Age=${maxAge}; Path=/${secure}`,
  )
  if (traits.tellsSession === 'saved' || (traits.tellsSession === 'new' && isNew))
    response.headers.set('X-BackendAI-SessionID', session.id)
  return response
}

function answered(body: unknown, status = 200): Response {
  return new Response(pythonJson(body), { status, headers: { 'Content-Type': 'application/json; charset=utf-8' } })
}
