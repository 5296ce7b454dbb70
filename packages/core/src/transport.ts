/** From a call of a resource to a request, and from the answer to a value or a typed error. */
import { abortable } from './abort.ts'
import type { Answered, Call, CallOptions, Query } from './call.ts'
import type { Capability } from './capabilities.ts'
import { resolveConfig, type ClientOptions, type Config } from './config.ts'
import { BackendAIError, ConfigError } from './errors.ts'
import type { Fetch } from './fetch.ts'
import type { Hooks } from './hooks.ts'
import { assumedServer, contact } from './negotiation.ts'
import { perform, UnreadableError, type Means, type PerformOptions, type Received } from './perform.ts'
import { randomHex } from './runtime.ts'
import { TransportState } from './state.ts'
import type { Upgrade } from './upgrade.ts'
import type { ServerInfo } from './versions.ts'

/** What a server says of the rate limit (protocol §4.6). */
export interface RateLimit {
  /** Requests per window. */
  readonly limit: number
  readonly remaining: number
  /** Seconds; the window rolls. */
  readonly window: number
}

/** The way to one cluster as one user. Resources depend on this alone. */
export class Transport {
  readonly config: Config
  readonly #options: ClientOptions
  readonly #means: Means
  #equipment: Promise<void> | undefined
  /** Of this transport's calls, in the server's log. */
  readonly #id = randomHex(12)
  #calls = 0
  /** Of the latest answer that told of a rate limit. */
  #limits: Headers | undefined

  constructor(options: ClientOptions, state?: TransportState) {
    this.#options = options
    const config = (this.config = resolveConfig(options))
    this.#means = {
      config,
      state: state ?? new TransportState(config),
      equipment: {},
      url: ({ path, query }, endpoint) => this.url(path, query, endpoint),
    }
  }

  /** A transport that differs in some options; what is known of the cluster is kept where it is the same cluster. */
  with(options: Partial<ClientOptions>): Transport {
    const isOther = options.endpoint || options.apiVersion || options.clock
    return new Transport({ ...this.#options, ...options }, isOther ? undefined : this.#means.state)
  }

  /** Milliseconds that the server's clock is ahead of this machine's; 0 unless an answer told of a real difference. */
  get clockOffset(): number {
    return this.#means.state.clockOffset
  }

  /** Of the latest answer that told of it; undefined before, and for keys without a limit. */
  get rateLimit(): RateLimit | undefined {
    const read = (name: string): number => Number.parseInt(this.#limits?.get(`X-RateLimit-${name}`) ?? '')
    const limit = read('Limit')
    return limit >= 0 ? { limit, remaining: read('Remaining'), window: read('Window') } : undefined
  }

  /**
   * The server's release and the API version spoken with it. Asked for once, on the first call; calls that start
   * meanwhile share the answer, and a failure is asked for again by the next.
   */
  server(options: CallOptions = {}): Promise<ServerInfo> {
    const { state } = this.#means
    state.server ??= this.#askVersion().catch((error: unknown) => {
      state.server = undefined
      throw error
    })
    return abortable(state.server, options.signal)
  }

  // Not bound to the signal of the call that happens to be the first.
  async #askVersion(): Promise<ServerInfo> {
    const { state } = this.#means
    const { apiVersion, release, timeouts } = this.config
    if (apiVersion !== undefined) return assumedServer(apiVersion, release)
    const start = state.machine()
    const call = { path: '/', anonymous: true, timeout: 0 }
    const read = (received: Received): Promise<ServerInfo> =>
      readJSON(received, (document) => contact(state, received, start, document))
    return (await this.#perform(call, read, timeouts)).data
  }

  // The table is loaded with the first question: most pages have none.
  async supports(capability: Capability, options?: CallOptions): Promise<boolean> {
    return (await import('./capabilities.ts')).supports(await this.server(options), capability)
  }

  /** @throws UnsupportedError before anything is sent. */
  async mustSupport(capability: Capability, options?: CallOptions): Promise<void> {
    ;(await import('./capabilities.ts')).requireCapability(await this.server(options), capability)
  }

  /** Asks for another protocol, as sockets do; `open` makes one attempt, and may be called again. */
  async upgrade<T>(call: Call, open: (upgrade: Upgrade) => Promise<T>): Promise<T> {
    await this.#equip()
    const { apiVersion } = await this.server(call)
    return (await import('./upgrade.ts')).upgrade(this.#means, call, apiVersion, open)
  }

  /** Those of the options, with the ones that log and measure. */
  async hooks(): Promise<Hooks | undefined> {
    await this.#equip()
    return this.#means.equipment.hooks
  }

  #equip(): Promise<void> | undefined {
    const { hooks, limiter, logLevel, onMetric, shareReads, timeouts } = this.config
    const isPlain = logLevel === 'silent' && !timeouts.headers && !timeouts.idle
    if (isPlain && !hooks && !limiter && !onMetric && !shareReads) return undefined
    return (this.#equipment ??= import('./equipment.ts').then(({ equipmentFor }) => {
      this.#means.equipment = equipmentFor(this.config)
    }))
  }

  /** The URL of a path of the API. */
  url(path: string, query?: Query, endpoint: URL = this.#means.state.endpoint): URL {
    const prefix = endpoint.pathname.replace(/\/+$/, '')
    const url = new URL(endpoint.origin + prefix + (this.config.auth.locate?.(path) ?? path))
    if (!path.startsWith('/') || !url.pathname.startsWith(`${prefix}/`))
      throw new ConfigError('Paths start with / and stay below the endpoint.')
    for (const [key, value] of Object.entries(query ?? {}))
      for (const item of Array.isArray(value) ? value : [value])
        if (item !== null && item !== undefined) url.searchParams.append(key, String(item))
    return url
  }

  /** The raw response of a successful call; its body is the caller's to read or cancel. */
  async fetch(call: Call): Promise<Response> {
    const unlimited = { maxResponseBytes: Number.POSITIVE_INFINITY, ...call }
    const { data } = await this.#perform(unlimited, async (received) => {
      const { rawResponse } = await import('./raw-response.ts')
      return rawResponse(received)
    })
    return data
  }

  /** Sends a call and parses its JSON answer. @throws APIError where the answer is something else. */
  async request<T>(call: Call): Promise<T> {
    return (await this.requestWithResponse<T>(call)).data
  }

  /** The same, with the headers of the answer. */
  async requestWithResponse<T>(call: Call): Promise<Answered<T>> {
    const ask = (call: Call) => this.#perform(call, (received) => readJSON(received, (body) => body as T))
    await this.#equip()
    const { flights } = this.#means.equipment
    return flights && (call.method ?? 'GET') === 'GET' ? flights.share(call, ask) : ask(call)
  }

  /** For calls whose answer says nothing beyond its success. @throws APIError for one that is somebody else's. */
  async send(call: Call): Promise<void> {
    await this.#perform(call, (received) => readJSON(received, () => {}, 'null'))
  }

  /**
   * A `fetch` that signs, for whatever wants one: no errors for statuses, and one attempt. Takes a path of the API, or
   * a URL below the endpoint.
   *
   * @throws ConfigError for a URL elsewhere: credentials do not leave the cluster.
   */
  readonly signedFetch: Fetch = async (input, init) => {
    const { signedFetch } = await import('./signed-fetch.ts')
    await this.#equip()
    const { apiVersion } = await this.server()
    return signedFetch(this.#means, (path) => this.url(path), apiVersion, input, init)
  }

  async #perform<T>(
    call: Call,
    read: (received: Received) => Promise<T>,
    options?: PerformOptions,
  ): Promise<Answered<T>> {
    call.signal?.throwIfAborted()
    await this.#equip()
    const headers: Record<string, string> = {
      ...call.headers,
      'X-BackendAI-RequestID': `${this.#id}-${++this.#calls}`,
    }
    if (!call.anonymous) headers['X-BackendAI-Version'] = (await this.server(call)).apiVersion
    const { maxResponseBytes: maxBytes = this.config.maxResponseBytes } = call
    const answered = await perform(this.#means, call, headers, read, { maxBytes, ...options })
    if (answered.response.headers.has('X-RateLimit-Limit')) this.#limits = answered.response.headers
    return answered
  }
}

export function createTransport(options: ClientOptions): Transport {
  return new Transport(options)
}

// An answer that is no JSON is a proxy's, whatever its status.
async function readJSON<T>({ response }: Received, convert: (body: unknown) => T, empty = ''): Promise<T> {
  const body = await response.text()
  try {
    return convert(JSON.parse(body || empty))
  } catch (cause) {
    if (cause instanceof BackendAIError) throw cause
    throw new UnreadableError(body, cause)
  }
}
