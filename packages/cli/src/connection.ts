/** The client that commands use, from the environment (protocol 05 §1.4). */
import { type Client, type ClientOptions, createClient, fromEnv, NetworkError } from '@backend-ai-sdk/client'

import type { Context } from './context.ts'

type Variables = Record<string, string | undefined>

export interface Connection {
  readonly client: Client
  /** The variables that were read, without the certificate check. */
  readonly variables: Variables
  readonly endpoint: string
  readonly checksCertificates: boolean
}

/** @throws ConfigError for variables that are missing or wrong. */
export async function connect(context: Context): Promise<Connection> {
  const { variables, checksCertificates } = certificateCheck(context)
  const endpoints = endpointsOf(variables)
  const connections = endpoints.map((endpoint): Connection => {
    const known = endpoint === undefined ? variables : { ...variables, BACKEND_ENDPOINT: endpoint }
    const client = createClient({ ...fromEnv(known), ...(context.platform as Partial<ClientOptions>) })
    return { client, variables, endpoint: endpoint ?? '', checksCertificates }
  })
  return connections.length > 1 ? firstReachable(connections, context.signal) : connections[0]!
}

/** Several addresses of one cluster, in an order that spreads the load. */
function endpointsOf(variables: Variables): (string | undefined)[] {
  const text = variables['BACKEND_ENDPOINT'] ?? variables['SORNA_ENDPOINT']
  const endpoints = text?.split(',').map((endpoint) => endpoint.trim()) ?? []
  return endpoints.length > 0
    ? endpoints
        .map((endpoint) => ({ endpoint, place: Math.random() }))
        .toSorted((a, b) => a.place - b.place)
        .map(({ endpoint }) => endpoint)
    : [undefined]
}

async function firstReachable(connections: readonly Connection[], signal: AbortSignal): Promise<Connection> {
  let failure: unknown
  for (const connection of connections) {
    try {
      await connection.client.server({ signal })
      return connection
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error
      failure = error
    }
  }
  throw failure
}

const skipNames = ['BACKEND_SKIP_SSLCERT_VALIDATION', 'SORNA_SKIP_SSLCERT_VALIDATION'] as const

/** The library refuses the variable, because a program cannot switch the check off for one client alone. A command can. */
function certificateCheck({ host, options, output }: Context): { variables: Variables; checksCertificates: boolean } {
  const asked = skipNames.map((name) => host.env[name]).find((value) => value !== undefined)
  const skips = options.skipCertificateValidation || /^(y|yes|t|true|1)$/i.test(asked ?? '')
  if (!skips) return { variables: host.env, checksCertificates: true }
  const variables = { ...host.env }
  for (const name of skipNames) delete variables[name]
  host.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
  output.status(
    'warn',
    'The certificates of servers are not checked: anyone on the way can read and change what is sent.',
  )
  return { variables, checksCertificates: false }
}
