/** What the suite runs against: the emulator in each of its profiles, or a real cluster. */
import {
  cookie,
  createClient,
  keypair,
  type Authenticator,
  type Client,
  type ClientOptions,
  type LoggedInUser,
} from '@backend-ai-sdk/client'

export type Account = 'user' | 'otherUser' | 'admin'

/**
 * What no release tells: a `pty` that is mute, one that speaks only to who types and knows no sizes (`pty-resize`), a
 * `ttyd` that is another program, one whose shell is in a tmux, which paints bytes of its own (`ttyd-bytes`), a webserver
 * that does not tell when an app has closed a connection (`tunnel-end`), an `sshd` that nobody can log in to: that of the
 * recipe of 23.09 exchanges keys and then breaks off, whoever it is asked for.
 */
type Lack = 'pty' | 'pty-resize' | 'ttyd' | 'ttyd-bytes' | 'tunnel-end' | 'ssh'

interface Login {
  username: string
  password: string
}

export interface Target {
  /** `real-26.9`, `emulator 23.09`, … */
  name: string
  endpoint: string
  /** Canonical reference of a Python image. */
  pythonImage: string
  keys: Partial<Record<Account, { accessKey: string; secretKey: string }>>
  /** Of a webserver, in place of the keys, which are then those of the same users. */
  logins?: Partial<Record<Account, Login>> | undefined
  lacks?: readonly Lack[]
  /** With which the storage proxy signs its tokens. */
  storageSecret?: string
  /** Of the emulator in process. */
  fetch?: ClientOptions['fetch']
  webSocket?: ClientOptions['webSocket']
  close?(): Promise<void>
}

export const targetNames = [
  'emulator',
  'emulator-as-released',
  'emulator-socket',
  'emulator-session',
  'real-26.9',
  'real-23.09',
  'real-26.9-session',
  'real-23.09-session',
  'environment',
] as const
export type TargetName = (typeof targetNames)[number]

// The public example keys that the recipes of the real clusters put in.
const exampleKeys: Target['keys'] = {
  admin: { accessKey: 'AKIAIOSFODNN7EXAMPLE', secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' },
  user: { accessKey: 'AKIANABBDUSEREXAMPLE', secretKey: 'C8qnIo29EZvXkPK_MXcuAakYTy4NYrxwmCEyNPlf' },
  otherUser: { accessKey: 'AKIANATWOUSEREXAMPLE', secretKey: 'P7oxTDdzHbEpUSs5v7r7EWj9yKstp8VpZ7SEyA-g' },
}
const examplePython = 'cr.backend.ai/stable/python:3.9-ubuntu20.04'

// Their passwords.
const exampleLogins: Target['logins'] = {
  admin: { username: 'admin@lablup.com', password: 'wJalrXUt' },
  user: { username: 'user@lablup.com', password: 'C8qnIo29' },
  otherUser: { username: 'user2@lablup.com', password: 'P7oxTDdz' },
}

/** Of managers and of webservers. */
export const realEndpoints = {
  'real-26.9': 'http://127.0.0.1:28081',
  'real-23.09': 'http://127.0.0.1:18081',
  'real-26.9-session': 'http://127.0.0.1:28090',
  'real-23.09-session': 'http://127.0.0.1:18090',
} as const

/** In the configurations of the recipes. */
const realStorageSecrets = {
  'real-26.9': 'local-storage-upload-secret',
  'real-23.09': 'storage-private-secret-for-tests',
  'real-26.9-session': 'local-storage-upload-secret',
  'real-23.09-session': 'storage-private-secret-for-tests',
} as const

/** See the recipes. */
const realLacks = {
  'real-26.9': ['pty-resize', 'ttyd-bytes'],
  'real-23.09': ['ttyd', 'ssh'],
  'real-26.9-session': ['pty-resize', 'ttyd-bytes', 'tunnel-end'],
  'real-23.09-session': ['ttyd', 'tunnel-end', 'ssh'],
} as const

export async function openTargets(name: TargetName, profiles?: readonly string[]): Promise<Target[]> {
  if (name in realEndpoints) {
    const real = name as keyof typeof realEndpoints
    const common = { name, endpoint: realEndpoints[real], pythonImage: examplePython, keys: exampleKeys }
    const facts = { lacks: realLacks[real], storageSecret: realStorageSecrets[real] }
    return [{ ...common, ...facts, ...(name.endsWith('-session') && { logins: exampleLogins }) }]
  }
  if (name === 'environment') return [await environmentTarget()]
  const { openEmulatorTargets } = await import('./emulator-targets.ts')
  return openEmulatorTargets(name, profiles)
}

async function environmentTarget(): Promise<Target> {
  const { BACKEND_ENDPOINT, BACKEND_ENDPOINT_TYPE, CONFORMANCE_PYTHON_IMAGE, CONFORMANCE_LACKS } = process.env
  const isSession = BACKEND_ENDPOINT_TYPE === 'session'
  const names = isSession ? ['BACKEND_USER', 'BACKEND_PASSWORD'] : ['BACKEND_ACCESS_KEY', 'BACKEND_SECRET_KEY']
  const [id, secret] = names.map((name) => process.env[name])
  if (!BACKEND_ENDPOINT || !id || !secret)
    throw new Error(`The target "environment" needs BACKEND_ENDPOINT, ${names.join(' and ')}.`)
  const target: Target = {
    name: BACKEND_ENDPOINT,
    endpoint: BACKEND_ENDPOINT,
    pythonImage: CONFORMANCE_PYTHON_IMAGE ?? 'python',
    keys: { user: { accessKey: id, secretKey: secret } },
    lacks: (CONFORMANCE_LACKS?.split(',') ?? []) as Lack[],
  }
  if (!isSession) return target
  const login = { username: id, password: secret }
  const { accessKey } = await logIn(target, cookie(), login)
  return { ...target, keys: { user: { accessKey, secretKey: '' } }, logins: { user: login } }
}

export function clientOf(target: Target, account: Account = 'user', options: Partial<ClientOptions> = {}): Client {
  return createClient({ endpoint: target.endpoint, auth: authOf(target, account), ...platformOf(target), ...options })
}

export const platformOf = (target: Target): Pick<ClientOptions, 'fetch' | 'webSocket'> => ({
  ...(target.fetch && { fetch: target.fetch }),
  ...(target.webSocket && { webSocket: target.webSocket }),
})

/** Of an account: its keys, or a login that is made when it is first needed. */
export function authOf(target: Target, account: Account = 'user'): Authenticator {
  const keys = target.keys[account]
  if (!keys) throw new Error(`${target.name} has no keys of the account '${account}'.`)
  const credentials = target.logins?.[account]
  if (!credentials) return keypair(keys)
  const auth = cookie()
  let login: Promise<LoggedInUser> | undefined
  return {
    ...auth,
    async prepare(request) {
      login ??= logIn(target, auth, credentials)
      await login
      await auth.prepare(request)
    },
  }
}

async function logIn(target: Target, auth: Authenticator, credentials: Login): Promise<LoggedInUser> {
  const client = createClient({ endpoint: target.endpoint, auth, ...platformOf(target) })
  const result = await client.auth.login(credentials)
  if (result.type === 'ok') return result.user
  throw new Error(`${target.name}: the login of ${credentials.username} ended in '${result.type}'.`)
}
