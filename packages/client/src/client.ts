/** The composition root: one transport, and the resources that use it. */
import { Auth } from '@backend-ai-sdk/auth'
import { createTransport, refuseUnknownKeys, type Transport } from '@backend-ai-sdk/core'
import type {
  Answered,
  Call,
  CallOptions,
  Capability,
  ClientOptions,
  RateLimit,
  ServerInfo,
} from '@backend-ai-sdk/core'

import type { Diagnosis } from './diagnosis.ts'
import { Dotfiles } from './dotfiles.ts'
import { Events } from './events/events.ts'
import { Tasks } from './events/tasks.ts'
import type { GraphQLOptions, TypedDocument } from './graphql.ts'
import { Images } from './images.ts'
import { Manager } from './manager.ts'
import { ResourcePresets } from './resource-presets.ts'
import { Sessions } from './sessions/sessions.ts'
import { VFolders } from './storage/vfolders.ts'
import { ClusterTemplates } from './templates/cluster-templates.ts'
import { SessionTemplates } from './templates/session-templates.ts'
import type { WebConfig } from './web-config.ts'

/**
 * A client of one cluster as one user.
 *
 * @throws ConfigError for options that are missing, unknown or cannot work.
 * @example
 * const client = createClient(fromEnv())
 * const other = createClient({ endpoint: 'https://api.example.com', auth: keypair({ accessKey, secretKey }) })
 */
export function createClient(options: ClientOptions): Client {
  return new Client(createTransport(options))
}

export class Client {
  readonly transport: Transport
  readonly auth: Auth
  readonly clusterTemplates: ClusterTemplates
  readonly dotfiles: Dotfiles
  readonly events: Events
  readonly images: Images
  readonly manager: Manager
  readonly resourcePresets: ResourcePresets
  readonly sessionTemplates: SessionTemplates
  readonly sessions: Sessions
  readonly tasks: Tasks
  readonly vfolders: VFolders

  constructor(transport: Transport) {
    this.transport = transport
    this.auth = new Auth(transport)
    this.clusterTemplates = new ClusterTemplates(transport)
    this.dotfiles = new Dotfiles(transport)
    this.events = new Events(transport)
    this.images = new Images(transport)
    this.manager = new Manager(transport)
    this.resourcePresets = new ResourcePresets(transport)
    this.sessionTemplates = new SessionTemplates(transport)
    this.sessions = new Sessions(transport)
    this.tasks = new Tasks(transport)
    this.vfolders = new VFolders(transport)
  }

  /** A client that differs in some options. */
  with(options: Partial<ClientOptions>): Client {
    return new Client(this.transport.with(options))
  }

  /** The server's release, and the API version that is spoken with it. */
  server(options?: CallOptions): Promise<ServerInfo> {
    return this.transport.server(options)
  }

  /** @example if (await client.supports('session-rename')) await session.rename('other') */
  supports(capability: Capability, options?: CallOptions): Promise<boolean> {
    return this.transport.supports(capability, options)
  }

  /**
   * Calls any endpoint, signed, with the errors of the other calls.
   *
   * @example const { enabled } = await client.request<{ enabled: boolean }>({ path: '/manager/announcement' })
   */
  request<T = unknown>(call: Call): Promise<T> {
    refuseUnknownKeys(call, callNames, 'a call')
    return this.transport.request<T>(call)
  }

  /** The same, with the headers of the answer and how often the call was sent. */
  requestWithResponse<T = unknown>(call: Call): Promise<Answered<T>> {
    refuseUnknownKeys(call, callNames, 'a call')
    return this.transport.requestWithResponse<T>(call)
  }

  /**
   * A `fetch` that signs, for whatever wants one, such as a library for event streams: statuses are no errors, and
   * nothing is sent twice. Takes a path of the API, or a URL below the endpoint.
   *
   * @throws ConfigError for a URL elsewhere: credentials do not leave the cluster.
   * @example
   * const response = await client.fetch('/manager/announcement')
   * console.log(response.status, await response.text())
   */
  get fetch(): typeof globalThis.fetch {
    return this.transport.signedFetch
  }

  /**
   * Why nothing works: a wrong kind of endpoint, names, refused connections, certificates, CORS, clocks, cookies,
   * releases, keys. Throws only the reason of its signal.
   *
   * @param options `timeout`: milliseconds for each question. Default 10,000.
   * @example
   * const { isHealthy, findings } = await client.diagnose()
   * if (!isHealthy) for (const { code, message } of findings) console.log(code, message)
   */
  async diagnose(options: CallOptions = {}): Promise<Diagnosis> {
    return (await import('./diagnosis.ts')).diagnose(this.transport, options)
  }

  /**
   * What a webserver tells its user interface, as it is written there. Only hints: they differ by release.
   *
   * @throws UnsupportedError where the endpoint is a manager.
   */
  async webConfig(options: CallOptions = {}): Promise<WebConfig> {
    return (await import('./web-config.ts')).fetchWebConfig(this.transport, options)
  }

  /** Milliseconds that the server's clock is ahead of this machine's; 0 unless an answer told of a real difference. */
  get clockOffset(): number {
    return this.transport.clockOffset
  }

  /** What the latest answer said of the rate limit, if it did. */
  get rateLimit(): RateLimit | undefined {
    return this.transport.rateLimit
  }

  /**
   * @throws GraphQLError with all errors; what the server could answer in spite of them is its `data`.
   * @example const { domain } = await client.graphql<{ domain: { name: string } }>('query { domain { name } }')
   */
  async graphql<Result = unknown, Variables = Record<string, unknown>>(
    document: TypedDocument<Result, Variables>,
    variables?: Variables,
    options?: GraphQLOptions,
  ): Promise<Result> {
    const { graphql } = await import('./graphql.ts')
    return graphql(this.transport, document, variables ?? ({} as Variables), options)
  }
}

const callNames = [
  'method',
  'path',
  'query',
  'json',
  'body',
  'headers',
  'anonymous',
  'retry',
  'maxResponseBytes',
  'signal',
  'timeout',
] as const satisfies (keyof Call)[]
