/** From a call of a resource to a request, and from the answer to a value or a typed error. */
import ky, { HTTPError, isNetworkError, isTimeoutError, type KyInstance, type Options } from 'ky'

import { abortable } from './abort.ts'
import { anonymous } from './auth.ts'
import type { Capability } from './capabilities.ts'
import { resolveConfig, type ClientOptions, type Config } from './config.ts'
import { APIError, BackendAIError, ConfigError, NetworkError, TimeoutError, toAPIError } from './errors.ts'
import { attempt } from './fetch.ts'
import { randomHex } from './runtime.ts'
import { negotiate, type ServerInfo } from './versions.ts'

export type QueryValue = string | number | boolean | null | undefined
export type Query = Readonly<Record<string, QueryValue | readonly QueryValue[]>>

/** What every call takes. */
export interface CallOptions {
  /** Ends the call; its reason is thrown as it is. */
  signal?: AbortSignal | undefined
  /** Milliseconds for the whole call, in place of the client's `timeouts.total`; 0 is no limit. */
  timeout?: number | undefined
}

/** One request, in the manager's own terms. */
export interface Call extends CallOptions {
  /** Default `GET`. */
  method?: string
  /** Below the endpoint, as the `path` tag makes it. */
  path: string
  /** Lists become repeated keys; null and undefined are left out. */
  query?: Query | undefined
  json?: unknown
  body?: BodyInit | null
  headers?: Readonly<Record<string, string>>
  /** Sends neither credentials nor a version. */
  anonymous?: boolean
}

/** The way to one cluster as one user. Resources depend on this alone. */
export class Transport {
  readonly config: Config
  readonly #ky: KyInstance
  readonly #kyAnonymous: KyInstance
  readonly #options: ClientOptions
  #server: Promise<ServerInfo> | undefined

  constructor(options: ClientOptions) {
    this.#options = options
    const config = (this.config = resolveConfig(options))
    this.#server = config.server && Promise.resolve(config.server)
    const shared: Options = {
      retry: 0,
      // A redirected request would carry a signature that does not fit, to a host that should not see it.
      redirect: 'manual',
      credentials: 'omit',
      timeout: false,
      hooks: {
        beforeError: [({ error, request, options }) => translate(error, request, Number(options.context['timeout']))],
      },
    }
    this.#ky = ky.create({ ...shared, fetch: attempt(config.auth, config.fetch, config.timeouts.idle) })
    this.#kyAnonymous = ky.create({ ...shared, fetch: attempt(anonymous(), config.fetch, config.timeouts.idle) })
  }

  /** A transport that differs in some options; what is known of the server is kept where it is the same server. */
  with(options: Partial<ClientOptions>): Transport {
    const derived = new Transport({ ...this.#options, ...options })
    if (derived.config.endpoint.href === this.config.endpoint.href) derived.#server ??= this.#server
    return derived
  }

  /**
   * The server's release and the API version spoken with it. Asked for once, on the first call; calls that start
   * meanwhile share the answer, and a failure is asked for again by the next.
   */
  server(options: CallOptions = {}): Promise<ServerInfo> {
    if (!this.#server) {
      const asked = this.#askVersion()
      this.#server = asked
      asked.catch(() => {
        if (this.#server === asked) this.#server = undefined
      })
    }
    return abortable(this.#server, options.signal)
  }

  // The table is loaded with the first question: most pages have none.
  async supports(capability: Capability, options?: CallOptions): Promise<boolean> {
    const { supports } = await import('./capabilities.ts')
    return supports(await this.server(options), capability)
  }

  /** @throws UnsupportedError before anything is sent. */
  async mustSupport(capability: Capability, options?: CallOptions): Promise<void> {
    const { requireCapability } = await import('./capabilities.ts')
    requireCapability(await this.server(options), capability)
  }

  /** Headers that prove who opens `url` with a GET, for sockets. */
  async authenticate(url: URL, options?: CallOptions): Promise<Headers> {
    const headers = new Headers({ 'X-BackendAI-Version': (await this.server(options)).apiVersion })
    await this.config.auth.prepare({ method: 'GET', url, headers })
    return headers
  }

  // Not bound to the signal of the call that happens to be the first.
  async #askVersion(): Promise<ServerInfo> {
    const url = new URL(`${this.config.prefix}/`, this.config.endpoint)
    const response = this.#kyAnonymous(url, timeLimit(this.config.timeouts.connect))
    return readJSON(response, 'GET', url, negotiate)
  }

  /** The URL of a path of the API. */
  url(path: string, query?: Query): URL {
    const { endpoint, prefix } = this.config
    const url = new URL(endpoint.origin + prefix + path)
    if (!path.startsWith('/') || !url.pathname.startsWith(`${prefix}/`))
      throw new ConfigError('A path starts with / and stays below the endpoint.')
    for (const [key, value] of Object.entries(query ?? {}))
      for (const item of Array.isArray(value) ? value : [value])
        if (item !== null && item !== undefined) url.searchParams.append(key, String(item))
    return url
  }

  /** The raw response of a successful call; its body is the caller's to read or cancel. */
  async fetch(call: Call): Promise<Response> {
    return (await this.#send(call)).response
  }

  /** Sends a call and parses its JSON answer. @throws APIError where the answer is something else. */
  async request<T>(call: Call): Promise<T> {
    const { response, url } = await this.#send(call)
    return readJSON(response, call.method ?? 'GET', url, (body) => body as T)
  }

  /** For calls whose answer says nothing beyond its success. */
  async send(call: Call): Promise<void> {
    await (await this.#send(call)).response.text()
  }

  async #send(call: Call): Promise<{ response: ReturnType<KyInstance>; url: URL }> {
    call.signal?.throwIfAborted()
    const headers: Record<string, string> = { ...call.headers, [requestId]: randomHex(16) }
    if (!call.anonymous) headers['X-BackendAI-Version'] = (await this.server(call)).apiVersion
    const url = this.url(call.path, call.query)
    const { method = 'GET', json, body, signal, timeout = this.config.timeouts.total } = call
    const options = { method, headers, json, body, signal, ...timeLimit(timeout) } as Options
    return { response: (call.anonymous ? this.#kyAnonymous : this.#ky)(url, options), url }
  }
}

export function createTransport(options: ClientOptions): Transport {
  return new Transport(options)
}

// `context` tells `translate` which limit it was.
const timeLimit = (ms: number): Options => ({ totalTimeout: ms > 0 ? ms : false, context: { timeout: ms } })

// Read through ky, whose time limit then covers the body too.
async function readJSON<T>(
  sent: ReturnType<KyInstance>,
  method: string,
  url: URL,
  convert: (body: unknown) => T,
): Promise<T> {
  const body = await sent.text()
  try {
    return convert(JSON.parse(body))
  } catch (cause) {
    if (cause instanceof BackendAIError) throw cause
    const { status } = await sent
    throw new APIError({ status, method, url: withoutQuery(url.href), body }, { cause })
  }
}

const requestId = 'X-BackendAI-RequestID'

const withoutQuery = (url: string): string => url.split('?', 1)[0]!

const safeMethod = /^(GET|HEAD|OPTIONS)$/

/** ky's errors become ours; the caller's own abort reason and our own errors pass as they are. */
function translate(error: Error, request: Request, timeout: number): Error {
  // ky tells its errors by their name, and would take our TimeoutError for its own.
  if (error instanceof BackendAIError) return error
  const { method } = request
  const url = withoutQuery(request.url)
  if (error instanceof HTTPError) {
    const { status, headers } = error.response
    return toAPIError({
      status,
      method,
      url,
      body: error.data,
      requestId: request.headers.get(requestId) ?? undefined,
      retryAfter: Number(headers.get('Retry-After')) || undefined,
    })
  }
  const retryable = safeMethod.test(method) || 'unknown'
  if (isTimeoutError(error))
    return new TimeoutError(`No complete answer within ${timeout} ms (${method} ${url})`, 'total', timeout, {
      cause: error,
      retryable,
    })
  if (!isNetworkError(error)) return error
  // Node: TypeError 'fetch failed' → Error 'connect ECONNREFUSED 127.0.0.1:1'
  let cause: unknown = error
  while (cause instanceof Error && cause.cause) cause = cause.cause
  return new NetworkError(`No answer: ${cause instanceof Error ? cause.message : String(cause)} (${method} ${url})`, {
    cause: error.cause,
    retryable,
  })
}
