/** What a client is made from: options, or the environment variables of the Python client (protocol §6.1). */
import { longestTime } from './abort.ts'
import { anonymous, keypair, type Authenticator } from './auth.ts'
import { ConfigError } from './errors.ts'
import { logLevels, type Hooks, type Logger, type LogLevel, type Metric } from './hooks.ts'
import type { LimiterOptions } from './limiter.ts'
import type { RetryOptions } from './retry.ts'
import { environmentVariables } from './runtime.ts'
import { nearest, refuseUnknownKeys } from './unknown-keys.ts'

/** Limits in milliseconds; 0 is none. */
export interface Timeouts {
  /** First contact, the request for the server's version, for each attempt. Default 10,000. */
  connect?: number
  /** From sending a request to the headers of its answer, with the time to connect, for each attempt. Default 0. */
  headers?: number
  /**
   * Without a byte from the server, before the headers and within the body, for each attempt. Default 0. WebSockets on
   * Node, Deno and Bun ping the server after a third of it, and break when all of it, and at most a third more, brings no
   * sign of life; 0 is 45,000 there.
   */
  idle?: number
  /** One call, with all of its attempts and the waiting between them, to the last byte of its answer. Default 60,000. */
  total?: number
}

export interface ClientOptions {
  /**
   * Address of the manager, `https://api.example.com`; a path is kept as a prefix of all paths. Several addresses of one
   * cluster, as a list or separated by commas, stand in for each other where one cannot be reached.
   */
  endpoint: string | URL | readonly (string | URL)[]
  /** `keypair()`, `jwt()`, `anonymous()` or your own. */
  auth: Authenticator
  /** Skips the version negotiation: the version to speak, such as `v8.20240915`. */
  apiVersion?: string | undefined
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
  timeouts?: Timeouts
  /** When calls are sent again that may be; false is never. */
  retry?: RetryOptions | false
  /** Holds requests back. */
  limiter?: LimiterOptions
  /** Lets reads that are asked for while the same is under way share its answer, which must not be changed then. Default false. */
  shareReads?: boolean
  /** Bytes of an answer that is parsed; longer ones are an error. Default 64 MiB. */
  maxResponseBytes?: number
  /** Functions that are told of every attempt, repetition, failure and stream. */
  hooks?: Hooks
  /** Where log lines go; default, where a {@link logLevel} is given: all to `console.error`. */
  logger?: Logger
  /** Default `silent`, and `warn` where a {@link logger} is given. */
  logLevel?: LogLevel
  /** Is told of every call that has ended. */
  onMetric?: (metric: Metric) => void
  /** Milliseconds since 1970, in place of the machine's clock. */
  clock?: () => number
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
  /** The first of {@link endpoints}. */
  readonly endpoint: URL
  /** Without user, query and fragment. */
  readonly endpoints: readonly [URL, ...URL[]]
  readonly auth: Authenticator
  readonly apiVersion: string | undefined
  readonly release: string | undefined
  readonly domain: string
  readonly project: string
  readonly mounts: readonly string[]
  readonly storageProxies: Readonly<Record<string, string>>
  readonly timeouts: Required<Timeouts>
  readonly retry: Required<RetryOptions> | false
  readonly limiter: LimiterOptions | undefined
  readonly shareReads: boolean
  readonly maxResponseBytes: number
  readonly hooks: Hooks | undefined
  readonly logger: Logger | undefined
  readonly logLevel: LogLevel
  readonly onMetric: ((metric: Metric) => void) | undefined
  readonly clock: (() => number) | undefined
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
  'retry',
  'limiter',
  'shareReads',
  'maxResponseBytes',
  'hooks',
  'logger',
  'logLevel',
  'onMetric',
  'clock',
  'fetch',
  'webSocket',
] as const satisfies (keyof ClientOptions)[]

/** @throws ConfigError for an unknown key, and for a value that cannot work; `apiVersion`, `limiter` and `logLevel` are checked by the first call. */
export function resolveConfig(options: ClientOptions): Config {
  refuseUnknownKeys(options, optionNames, 'the client options')
  const timeouts = numbers('timeouts', timeoutDefaults, options.timeouts)
  if (!options.auth?.prepare) throw new ConfigError("The client needs an 'auth': keypair().")
  const endpoints = parseEndpoints(options.endpoint)
  const { domain = 'default', project = 'default', mounts = [], storageProxies = {}, logger } = options
  const { maxResponseBytes = 64 * 1024 * 1024, logLevel = logger ? 'warn' : 'silent' } = options
  numbers('options', { maxResponseBytes })
  return {
    endpoint: endpoints[0],
    endpoints,
    auth: options.auth,
    apiVersion: options.apiVersion,
    release: options.release,
    domain,
    project,
    mounts,
    storageProxies,
    timeouts,
    retry: resolveRetry(options.retry, retryDefaults),
    limiter: options.limiter,
    shareReads: options.shareReads ?? false,
    maxResponseBytes,
    hooks: options.hooks,
    logger,
    logLevel,
    onMetric: options.onMetric,
    clock: options.clock,
    fetch: options.fetch,
    webSocket: options.webSocket,
  }
}

const timeoutDefaults = { connect: 10_000, headers: 0, idle: 0, total: 60_000 }
const retryDefaults = { attempts: 3, delay: 250, maxDelay: 20_000, budget: 10 }

/** @throws ConfigError for an unknown key, and for a value that cannot work. */
export function resolveRetry(
  retry: RetryOptions | false | undefined,
  base: Required<RetryOptions> | false,
): Required<RetryOptions> | false {
  return retry ? numbers('retry', base || retryDefaults, retry) : (retry ?? base)
}

/** The defaults with what differs from them. @throws ConfigError for what has no default, and for what is no number. */
function numbers<T extends object>(group: string, defaults: T, given?: Partial<T>): T {
  const values = { ...defaults, ...given }
  refuseUnknownKeys(values, Object.keys(defaults), group)
  for (const [name, value] of Object.entries(values))
    if (!(value >= 0 && value <= longestTime)) throw new ConfigError(`${group}.${name} must be 0 to ${longestTime}.`)
  return values
}

function parseEndpoints(endpoint: ClientOptions['endpoint']): readonly [URL, ...URL[]] {
  const texts =
    typeof endpoint === 'string' ? endpoint.split(',') : endpoint instanceof URL ? [endpoint] : (endpoint ?? [])
  const [first, ...others] = texts.map((text) => parseEndpoint(typeof text === 'string' ? text.trim() : text))
  return [first ?? parseEndpoint(''), ...others]
}

function parseEndpoint(endpoint: string | URL): URL {
  const url = URL.canParse(endpoint) && new URL(endpoint)
  // The text is not repeated: it may hold a password.
  if (!url || !/^https?:$/.test(url.protocol))
    throw new ConfigError("The client needs an 'endpoint' that starts with https:// or http://.")
  if (url.username || url.password || url.search || url.hash)
    throw new ConfigError('The endpoint has a user name, password, query or fragment.')
  return url
}

/** Options that the environment can give. */
export type EnvironmentOptions = Pick<ClientOptions, 'auth' | 'logLevel'> & { endpoint: string } & Required<
    Pick<ClientOptions, 'domain' | 'project' | 'mounts' | 'storageProxies' | 'timeouts'>
  >

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
  'LOG',
] as const
type VariableName = (typeof variableNames)[number]

export interface EnvironmentReading {
  /** Of clients of a webserver, `BACKEND_ENDPOINT_TYPE=session`: such as `cookie` of `@backend-ai-sdk/auth`. */
  session?: () => Authenticator
}

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
  { session }: EnvironmentReading = {},
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
  if (type === 'session' && !session)
    throw new ConfigError(
      "BACKEND_ENDPOINT_TYPE is 'session', which takes the fromEnv() of @backend-ai-sdk/client: keys are not used with a webserver.",
    )
  const skip = read('SKIP_SSLCERT_VALIDATION') ?? 'no'
  if (!/^(y|yes|t|true|1|n|no|f|false|0)$/i.test(skip))
    throw new ConfigError('BACKEND_SKIP_SSLCERT_VALIDATION must be yes or no.')
  if (/^[yt1]/i.test(skip))
    throw new ConfigError(
      'BACKEND_SKIP_SSLCERT_VALIDATION works for the command only: in a program, pass a `fetch` that trusts the certificate.',
    )
  const endpoint = required('ENDPOINT')
  if (!endpoint.split(',').every((address) => URL.canParse(address.trim())))
    throw new ConfigError('BACKEND_ENDPOINT is no absolute URL such as https://api.example.com.')
  const level = read('LOG')?.toLowerCase()
  const logLevel = logLevels.find((known) => known === level)
  if (level && !logLevel) throw new ConfigError(`BACKEND_LOG must be one of ${logLevels.join(', ')}.`)
  function keys(): Authenticator {
    const accessKey = required('ACCESS_KEY')
    return accessKey === '' ? anonymous() : keypair({ accessKey, secretKey: required('SECRET_KEY') })
  }

  return {
    endpoint,
    auth: type === 'session' && session ? session() : keys(),
    domain: read('DOMAIN') ?? 'default',
    project: read('GROUP') ?? 'default',
    mounts: (read('VFOLDER_MOUNTS') ?? '').split(',').filter(Boolean),
    storageProxies: addressMap(read('OVERRIDE_STORAGE_PROXY') ?? ''),
    timeouts: { connect: seconds('CONNECTION_TIMEOUT', 10), idle: seconds('READ_TIMEOUT', 0) },
    ...(logLevel && { logLevel }),
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
