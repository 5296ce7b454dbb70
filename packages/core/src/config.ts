/** What a client is made from: options, or the environment variables of the Python client (protocol §6.1). */
import { anonymous, keypair, type Authenticator } from './auth.ts'
import { ConfigError } from './errors.ts'
import { environmentVariables } from './runtime.ts'
import { nearest, refuseUnknownKeys } from './unknown-keys.ts'
import { assumedServer, type ServerInfo } from './versions.ts'

export interface Timeouts {
  /** Limits the first contact, the request for the server's version. Default 10,000. */
  connect?: number
  /** Without a byte from the server; 0 is no limit. Default 0. */
  idle?: number
  /** One call from start to the last byte of its answer; 0 is no limit. Default 60,000. */
  total?: number
}

export interface ClientOptions {
  /** Address of the manager, `https://api.example.com`; a path is kept as a prefix of all paths. */
  endpoint: string | URL
  /** `keypair()`, `jwt()`, `anonymous()` or your own. */
  auth: Authenticator
  /** Skips the version negotiation: the version to speak, such as `v8.20240915`. */
  apiVersion?: string
  /** Release of the manager, `24.09.3`: with {@link apiVersion}, so that `supports()` knows more than the version tells. */
  release?: string
  /** Domain of new sessions. Default `default`. */
  domain?: string
  /** Project (on the wire: group) of new sessions. Default `default`. */
  project?: string
  /** Folders mounted into every new session. */
  mounts?: readonly string[]
  /** Storage proxy addresses to use in place of those the manager names. */
  storageProxies?: Readonly<Record<string, string>>
  /** Limits in milliseconds. */
  timeouts?: Timeouts
  /** In place of the platform's `fetch`. */
  fetch?: typeof globalThis.fetch
  /** In place of the platform's WebSocket: a constructor with its arguments `(url, protocols, { headers })`. */
  webSocket?: WebSocketConstructor
}

/** The common part of `ws`, its shims and the browsers' `WebSocket`. */
export type WebSocketConstructor = new (
  url: string,
  protocols?: string[],
  options?: { headers?: Record<string, string>; [option: string]: unknown },
) => WebSocket

export interface Config {
  /** Without user, query, fragment and trailing slashes. */
  readonly endpoint: URL
  /** Path of the endpoint: empty, or with a leading and without a trailing slash. */
  readonly prefix: string
  readonly auth: Authenticator
  readonly server: ServerInfo | undefined
  readonly domain: string
  readonly project: string
  readonly mounts: readonly string[]
  readonly storageProxies: Readonly<Record<string, string>>
  readonly timeouts: Required<Timeouts>
  readonly fetch: typeof globalThis.fetch | undefined
  readonly webSocket: WebSocketConstructor | undefined
}

const optionNames = [
  'endpoint',
  'auth',
  'apiVersion',
  'release',
  'domain',
  'project',
  'mounts',
  'storageProxies',
  'timeouts',
  'fetch',
  'webSocket',
] as const satisfies (keyof ClientOptions)[]

/** @throws ConfigError for an unknown key, and for a value that cannot work. */
export function resolveConfig(options: ClientOptions): Config {
  refuseUnknownKeys(options, optionNames, 'the client options')
  const timeouts = { connect: 10_000, idle: 0, total: 60_000, ...options.timeouts }
  refuseUnknownKeys(timeouts, ['connect', 'idle', 'total'], 'timeouts')
  for (const [phase, ms] of Object.entries(timeouts))
    if (!(ms >= 0 && ms <= 0x7fffffff)) throw new ConfigError(`timeouts.${phase} must be 0 to 2147483647 milliseconds.`)
  if (!options.auth?.prepare) throw new ConfigError("The client needs an 'auth', such as keypair().")
  const endpoint = parseEndpoint(options.endpoint)
  return {
    endpoint,
    prefix: endpoint.pathname.replace(/\/+$/, ''),
    auth: options.auth,
    server: options.apiVersion === undefined ? undefined : assumedServer(options.apiVersion, options.release),
    domain: options.domain ?? 'default',
    project: options.project ?? 'default',
    mounts: options.mounts ?? [],
    storageProxies: options.storageProxies ?? {},
    timeouts,
    fetch: options.fetch,
    webSocket: options.webSocket,
  }
}

function parseEndpoint(endpoint: string | URL): URL {
  const url = URL.canParse(endpoint) && new URL(endpoint)
  // The text is not repeated: it may hold a password.
  if (!url || !/^https?:$/.test(url.protocol))
    throw new ConfigError("The client needs an 'endpoint' that starts with https:// or http://.")
  if (url.username || url.password || url.search || url.hash)
    throw new ConfigError('The endpoint must have no user name, password, query or fragment.')
  return url
}

/** Options that the environment can give. */
export type EnvironmentOptions = Pick<ClientOptions, 'endpoint' | 'auth'> &
  Required<Pick<ClientOptions, 'domain' | 'project' | 'mounts' | 'storageProxies' | 'timeouts'>>

const variableNames = [
  'ENDPOINT',
  'ENDPOINT_TYPE',
  'DOMAIN',
  'GROUP',
  'ACCESS_KEY',
  'SECRET_KEY',
  'VFOLDER_MOUNTS',
  'SKIP_SSLCERT_VALIDATION',
  'CONNECTION_TIMEOUT',
  'READ_TIMEOUT',
  'OVERRIDE_STORAGE_PROXY',
] as const
type VariableName = (typeof variableNames)[number]

/**
 * Client options from `BACKEND_*` variables, each with its older name `SORNA_*` (protocol §6.1). An access key set to
 * the empty text stands for an anonymous client. A `.env` file is not read.
 *
 * @param variables in place of the process's environment.
 * @throws ConfigError naming the variable that is missing or wrong.
 * @example
 * const client = createClient(fromEnv())
 */
export function fromEnv(
  variables: Readonly<Record<string, string | undefined>> = environmentVariables(),
): EnvironmentOptions {
  const read = (name: VariableName): string | undefined => variables[`BACKEND_${name}`] ?? variables[`SORNA_${name}`]

  function required(name: VariableName): string {
    const value = read(name)
    if (value !== undefined) return value
    const set = Object.keys(variables).filter((key) => key.startsWith('BACKEND_') && !isVariable(key))
    const meant = nearest(`BACKEND_${name}`, set)
    throw new ConfigError(`BACKEND_${name} is not set${meant ? `, but ${meant} is: was that meant?` : '.'}`)
  }

  function seconds(name: VariableName, fallback: number): number {
    const value = read(name)
    const number = value === undefined ? fallback : Number(value)
    if (!(number >= 0) || value === '') throw new ConfigError(`BACKEND_${name} must be a number of seconds.`)
    return number * 1000
  }

  const type = read('ENDPOINT_TYPE') ?? 'api'
  if (type !== 'api' && type !== 'session')
    throw new ConfigError(`BACKEND_ENDPOINT_TYPE must be 'api' or 'session', not '${type}'.`)
  if (type === 'session')
    throw new ConfigError(
      "BACKEND_ENDPOINT_TYPE is 'session': keys are not used with a webserver. Point BACKEND_ENDPOINT at the manager and use 'api'.",
    )
  const skip = read('SKIP_SSLCERT_VALIDATION') ?? 'no'
  if (!/^(y|yes|t|true|1|n|no|f|false|0)$/i.test(skip))
    throw new ConfigError('BACKEND_SKIP_SSLCERT_VALIDATION must be yes or no.')
  if (/^[yt1]/i.test(skip))
    throw new ConfigError(
      'BACKEND_SKIP_SSLCERT_VALIDATION works for the command only: in a program, pass a `fetch` that trusts the certificate.',
    )
  const endpoint = required('ENDPOINT')
  if (!URL.canParse(endpoint))
    throw new ConfigError('BACKEND_ENDPOINT is no absolute URL such as https://api.example.com.')
  const accessKey = required('ACCESS_KEY')
  return {
    endpoint,
    auth: accessKey === '' ? anonymous() : keypair({ accessKey, secretKey: required('SECRET_KEY') }),
    domain: read('DOMAIN') ?? 'default',
    project: read('GROUP') ?? 'default',
    mounts: (read('VFOLDER_MOUNTS') ?? '').split(',').filter(Boolean),
    storageProxies: addressMap(read('OVERRIDE_STORAGE_PROXY') ?? ''),
    timeouts: { connect: seconds('CONNECTION_TIMEOUT', 10), idle: seconds('READ_TIMEOUT', 0) },
  }
}

const isVariable = (key: string): boolean => (variableNames as readonly string[]).includes(key.slice('BACKEND_'.length))

// `X1=Y1,X2=Y2`
function addressMap(text: string): Record<string, string> {
  const map: Record<string, string> = {}
  for (const pair of text.split(',').filter(Boolean)) {
    const [from, to] = pair.split('=', 2)
    if (!from || !to) throw new ConfigError('BACKEND_OVERRIDE_STORAGE_PROXY must be written as FROM=TO,FROM=TO.')
    map[from] = to
  }
  return map
}
