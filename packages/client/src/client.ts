/** The composition root: one transport, and the resources that use it. */
import { createTransport, refuseUnknownKeys, type Transport } from '@backend-ai-sdk/core'
import type { Call, CallOptions, Capability, ClientOptions, ServerInfo } from '@backend-ai-sdk/core'

import { graphql, type GraphQLOptions, type TypedDocument } from './graphql.ts'
import { Images } from './images.ts'
import { Manager } from './manager.ts'
import { ResourcePresets } from './resource-presets.ts'
import { Sessions } from './sessions.ts'

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
  readonly images: Images
  readonly manager: Manager
  readonly resourcePresets: ResourcePresets
  readonly sessions: Sessions

  constructor(transport: Transport) {
    this.transport = transport
    this.images = new Images(transport)
    this.manager = new Manager(transport)
    this.resourcePresets = new ResourcePresets(transport)
    this.sessions = new Sessions(transport)
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

  /**
   * @throws GraphQLError with all errors; what the server could answer in spite of them is its `data`.
   * @example const { domain } = await client.graphql<{ domain: { name: string } }>('query { domain { name } }')
   */
  graphql<Result = unknown, Variables = Record<string, unknown>>(
    document: TypedDocument<Result, Variables>,
    variables?: Variables,
    options?: GraphQLOptions,
  ): Promise<Result> {
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
  'signal',
  'timeout',
] as const satisfies (keyof Call)[]
