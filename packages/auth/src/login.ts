/** Logging in and out (protocol 01 §5.3), with what both conventions of servers say of a failure. */
import {
  APIError,
  AuthenticationError,
  ConfigError,
  encodePayload,
  NotFoundError,
  refuseUnknownKeys,
  type Call,
  type CallOptions,
  type Transport,
} from '@backend-ai-sdk/core'

import type { LoggedInUser, LoginCheck, LoginOptions, LoginResult, TokenLoginOptions } from './auth.ts'
import type { CookieAuthenticator } from './cookie.ts'

/** What the webserver says of a login, in the body of whatever status. */
interface WireLogin {
  authenticated: boolean
  data: (Partial<WireUser> & Partial<WireProblem>) | null
}

interface WireUser {
  access_key: string
  role: string
  status: string
}

interface WireProblem {
  type: string
  title: string
  details: string
  two_factor_registration_token: string
}

/** Rejected logins block a name for 20 minutes, unless the webserver is configured otherwise. */
const usualBlock = 1_200_000

const callNames = ['signal', 'timeout'] as const
const loginNames = [
  'username',
  'password',
  'otp',
  'force',
  'encoded',
  ...callNames,
] as const satisfies (keyof LoginOptions)[]
const tokenLoginNames = ['token', 'name', ...callNames] as const satisfies (keyof TokenLoginOptions)[]

export async function login(transport: Transport, options: LoginOptions): Promise<LoginResult> {
  refuseUnknownKeys(options, loginNames, 'the options of login()')
  const { username, password, otp, force, encoded = false, signal, timeout } = options
  const fields = { username, password, ...(otp !== undefined && { otp }), ...(force && { force }) }
  return logInBy(transport, { path: '/server/login', signal, timeout }, fields, encoded)
}

export async function tokenLogin(transport: Transport, options: TokenLoginOptions): Promise<LoginResult> {
  refuseUnknownKeys(options, tokenLoginNames, 'the options of tokenLogin()')
  const { token, name = 'sToken', signal, timeout } = options
  return logInBy(transport, { path: '/server/token-login', signal, timeout }, { [name]: token }, false)
}

async function logInBy(transport: Transport, call: Call, fields: object, encoded: boolean): Promise<LoginResult> {
  const send = async (): Promise<LoginResult> => {
    try {
      const wire = await transport.request<WireLogin>(await postOf(transport, call, fields, encoded))
      return wire.authenticated ? { type: 'ok', user: userOf(wire.data) } : rejected(wire.data ?? {}, fields)
    } catch (error) {
      return failed(error, fields)
    }
  }
  const result = await send()
  if (result.type !== 'rejected' || result.reason !== alreadyLoggedIn) return result
  // Whoever that is, this login takes the place of it.
  await logout(transport, call)
  return send()
}

/** What the webserver calls a client that is logged in (observed 23.9.10 and 26.9.6). */
const alreadyLoggedIn = 'You have already logged in.'

async function postOf(transport: Transport, call: Call, fields: object, encoded: boolean): Promise<Call> {
  // Every attempt counts towards the block.
  const post = { ...call, method: 'POST', retry: false } as const
  if (!encoded) return { ...post, json: fields }
  const { origin } = transport.url(call.path)
  return {
    ...post,
    body: await encodePayload(JSON.stringify(fields), origin),
    headers: { 'Content-Type': 'application/octet-stream', 'X-BackendAI-Encoded': 'true' },
  }
}

/** Since 26.4 a rejection has the manager's status; problems of the webserver itself have theirs. */
function failed(error: unknown, fields: object): LoginResult {
  if (!(error instanceof APIError)) throw error
  const { status, title, msg, data } = error
  if (isOfManager(error)) throw wrongEndpoint(error)
  if (status === 429 && !isProblem(data)) return { type: 'blocked', wait: (error.retryAfter ?? 0) * 1000 || usualBlock }
  if (isProblem(data)) return rejected(data, fields)
  if (status === 400) return { type: 'rejected', reason: title || (msg ?? ''), problemType: error.problemType }
  throw error
}

const isOfManager = (error: unknown): boolean =>
  error instanceof NotFoundError || (error instanceof APIError && error.status === 405)

const wrongEndpoint = (cause: unknown): ConfigError =>
  new ConfigError(
    'This endpoint takes no logins: it is a manager, which takes keys. The webserver has another address.',
    { cause },
  )

const isProblem = (data: unknown): data is Partial<WireProblem> =>
  typeof data === 'object' && data !== null && 'type' in data

function rejected({ type = '', title = '', details, ...rest }: Partial<WireProblem>, fields: object): LoginResult {
  const slug = type.slice(type.lastIndexOf('/') + 1)
  const reason = details || title
  switch (slug) {
    case 'require-totp-authentication':
      return { type: 'otp-required', isWrong: 'otp' in fields, reason }
    case 'totp-auth-failed':
      return { type: 'otp-required', isWrong: true, reason }
    case 'require-totp-registration':
      return { type: 'otp-registration-required', token: rest.two_factor_registration_token ?? '' }
    case 'active-login-session-exists':
    // 26.4.0 and .1
    case 'too-many-concurrent-logins':
      return { type: 'active-session', reason }
    case 'password-expired':
      return { type: 'password-expired', reason }
    default:
      // What the plugin of releases up to 25.8 says, word for word; what it says of a wrong one is not known as well.
      if (reason === 'OTP not provided') return { type: 'otp-required', isWrong: false, reason }
      if ('otp' in fields && slug === 'rejected-by-hook' && /\botp\b/i.test(reason))
        return { type: 'otp-required', isWrong: true, reason }
      return { type: 'rejected', reason, problemType: type }
  }
}

export async function loginCheck(transport: Transport, options: CallOptions): Promise<LoginCheck> {
  const call = { method: 'POST', path: '/server/login-check', json: {}, ...options } as const
  const wire = await transport.request<WireLogin>(call).catch((error: unknown) => {
    if (isOfManager(error)) throw wrongEndpoint(error)
    throw error
  })
  return wire.authenticated ? { isLoggedIn: true, user: userOf(wire.data) } : { isLoggedIn: false, user: undefined }
}

export async function logout(transport: Transport, { signal, timeout }: CallOptions): Promise<void> {
  const response = await transport.fetch({ method: 'POST', path: '/server/logout', signal, timeout })
  await response.body?.cancel()
  // Pages do not see the cookie that says so.
  await (transport.config.auth as Partial<CookieAuthenticator>).remember?.(undefined)
}

export async function extendSession(transport: Transport, options: CallOptions): Promise<Date> {
  await transport.mustSupport('login-extension', options)
  const path = '/server/extend-login-session'
  // What nobody has is extended too (observed 26.9.6).
  if (!(await loginCheck(transport, options)).isLoggedIn) {
    const body = { title: 'Unauthorized access', msg: 'Nobody is logged in.' }
    throw new AuthenticationError({ status: 401, method: 'POST', url: transport.url(path).href, body })
  }
  const { expires } = await transport.request<{ expires: string }>({
    method: 'POST',
    path,
    json: {},
    ...options,
  })
  return new Date(expires)
}

function userOf(wire: Partial<WireUser> | null): LoggedInUser {
  const { access_key = '', role = '', status = '' } = wire ?? {}
  return { accessKey: access_key, role, status }
}
