/** What users do with their own account (protocol 01 §3.6 and §5.4). */
import {
  APIError,
  AuthenticationError,
  InvalidRequestError,
  refuseUnknownKeys,
  type CallOptions,
  type Transport,
} from '@backend-ai-sdk/core'

import type {
  AccountKeys,
  AuthorizeOptions,
  OtpRegistration,
  PasswordChange,
  Roles,
  SignupOptions,
  SSHKeypair,
} from './auth.ts'

const callNames = ['signal', 'timeout'] as const

const signupNames = [
  'email',
  'password',
  'username',
  'fullName',
  'description',
  'domain',
  ...callNames,
] as const satisfies (keyof SignupOptions)[]

const post = (path: string, json: object, options: CallOptions) => ({ method: 'POST', path, json, ...options }) as const

export async function authorize(transport: Transport, options: AuthorizeOptions): Promise<AccountKeys> {
  refuseUnknownKeys(options, ['username', 'password', 'otp', 'domain', ...callNames], 'the options of authorize()')
  const { username, password, otp, domain, signal, timeout } = options
  const json = {
    type: 'keypair',
    domain: domain ?? transport.config.domain,
    username,
    password,
    ...(otp !== undefined && { otp }),
  }
  interface Wire {
    data: { access_key?: string; secret_key?: string; role: string; status: string; response_type?: string }
  }
  const { data } = await transport.request<Wire>({
    ...post('/auth/authorize', json, { signal, timeout }),
    anonymous: true,
  })
  if (data.access_key === undefined || data.secret_key === undefined) {
    const title = 'A second factor is required.'
    const url = transport.url('/auth/authorize').href
    throw new AuthenticationError({ status: 401, method: 'POST', url, body: { title, msg: data.response_type } })
  }
  return { accessKey: data.access_key, secretKey: data.secret_key, role: data.role, status: data.status }
}

export async function test(transport: Transport, echo: string, options: CallOptions): Promise<string> {
  return (await transport.request<{ echo: string }>(post('/auth/test', { echo }, options))).echo
}

export async function role(
  transport: Transport,
  { project, ...options }: CallOptions & { project?: string },
): Promise<Roles> {
  const wire = await transport.request<{ global_role: string; domain_role: string; group_role: string | null }>({
    path: '/auth/role',
    query: { group: project },
    ...options,
  })
  return { global: wire.global_role, domain: wire.domain_role, project: wire.group_role ?? undefined }
}

export async function signup(
  transport: Transport,
  options: SignupOptions,
): Promise<Pick<AccountKeys, 'accessKey' | 'secretKey'>> {
  refuseUnknownKeys(options, signupNames, 'the options of signup()')
  const { email, password, username, fullName, description, domain, signal, timeout } = options
  const json = {
    domain: domain ?? transport.config.domain,
    email,
    password,
    username,
    full_name: fullName,
    description,
  }
  const call = post('/auth/signup', json, { signal, timeout })
  const wire = await transport.request<{ access_key: string; secret_key: string }>({ ...call, anonymous: true })
  return { accessKey: wire.access_key, secretKey: wire.secret_key }
}

export async function signout(
  transport: Transport,
  { email, password, ...options }: CallOptions & { email: string; password: string },
): Promise<void> {
  await transport.send(post('/auth/signout', { email, password }, options))
}

export async function updatePassword(
  transport: Transport,
  { oldPassword, newPassword, ...options }: PasswordChange,
): Promise<void> {
  refuseUnknownKeys(options, callNames, 'the options of updatePassword()')
  const json = { old_password: oldPassword, new_password: newPassword, new_password2: newPassword }
  await transport.send(post('/auth/update-password', json, options))
}

export async function updatePasswordNoAuth(
  transport: Transport,
  { username, oldPassword, newPassword, domain, ...options }: PasswordChange & { username: string; domain?: string },
): Promise<void> {
  refuseUnknownKeys(options, callNames, 'the options of updatePasswordNoAuth()')
  await transport.mustSupport('password-renewal', options)
  const json = { username, current_password: oldPassword, new_password: newPassword }
  const isWebserver = transport.config.auth.locate !== undefined
  if (!isWebserver) {
    const call = post('/auth/update-password-no-auth', { domain: domain ?? transport.config.domain, ...json }, options)
    return transport.send({ ...call, anonymous: true })
  }
  const call = post('/server/update-password-no-auth', { ...json, ...(domain !== undefined && { domain }) }, options)
  interface Wire {
    data?: WireDocument | null
    password_changed_at: string | null
  }
  // 200 whatever comes of it; on 26.9.6 the manager's status (observed), around the same document.
  const data = await transport.request<Wire>(call).then(
    (wire) => (wire.password_changed_at === null ? wire.data : undefined),
    (error: unknown) => {
      if (error instanceof APIError && isDocument(error.data)) return error.data
      throw error
    },
  )
  if (data === undefined) return
  const facts = { method: 'POST', url: transport.url(call.path).href, body: { ...data, msg: data?.details } } as const
  throw data?.type.endsWith('/auth-failed')
    ? new AuthenticationError({ status: 401, ...facts })
    : new InvalidRequestError({ status: 400, ...facts })
}

interface WireDocument {
  type: string
  title: string
  details?: string
}

const isDocument = (data: unknown): data is WireDocument =>
  typeof data === 'object' && data !== null && typeof (data as Partial<WireDocument>).type === 'string'

export async function updateFullName(
  transport: Transport,
  { email, fullName, ...options }: CallOptions & { email: string; fullName: string },
): Promise<void> {
  await transport.send(post('/auth/update-full-name', { email, full_name: fullName }, options))
}

interface WireKeypair {
  ssh_public_key: string | null
  ssh_private_key: string
}

const path = '/auth/ssh-keypair'

export async function sshPublicKey(transport: Transport, options: CallOptions): Promise<string | undefined> {
  // Empty since 26.3 where there is none.
  return (await transport.request<WireKeypair>({ path, ...options })).ssh_public_key || undefined
}

export async function refreshSSHKeypair(transport: Transport, options: CallOptions): Promise<SSHKeypair> {
  return toKeypair(await transport.request<WireKeypair>({ method: 'PATCH', path, ...options }))
}

export async function uploadSSHKeypair(
  transport: Transport,
  { publicKey, privateKey }: SSHKeypair,
  options: CallOptions,
): Promise<SSHKeypair> {
  await transport.mustSupport('ssh-keypair-upload', options)
  return toKeypair(
    await transport.request<WireKeypair>(post(path, { pubkey: publicKey, privkey: privateKey }, options)),
  )
}

const toKeypair = (wire: WireKeypair): SSHKeypair => ({
  publicKey: wire.ssh_public_key ?? '',
  privateKey: wire.ssh_private_key,
})

export async function registerOtp(transport: Transport, token: string, options: CallOptions): Promise<OtpRegistration> {
  const call = post('/totp/anon', { registration_token: token }, options)
  const wire = await transport.request<{ totp_key: string; totp_uri: string }>({ ...call, anonymous: true })
  return { key: wire.totp_key, uri: wire.totp_uri }
}

export async function confirmOtp(
  transport: Transport,
  { token, otp, ...options }: CallOptions & { token: string; otp: string },
): Promise<void> {
  const call = post('/totp/anon/verify', { registration_token: token, otp }, options)
  await transport.request({ ...call, anonymous: true })
}
