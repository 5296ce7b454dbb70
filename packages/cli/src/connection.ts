/** The client that commands use, from the environment (protocol 05 §1.4). */
import { type Client, type ClientOptions, createClient, fromEnv } from '@backend-ai-sdk/client'

import type { Context } from './context.ts'

type Variables = Record<string, string | undefined>

export interface Connection {
  readonly client: Client
  /** The variables that were read, without the certificate check. */
  readonly variables: Variables
  readonly checksCertificates: boolean
}

/** @throws ConfigError for variables that are missing or wrong. */
export function connect(context: Context): Connection {
  const { variables, checksCertificates } = certificateCheck(context)
  const options = fromEnv(variables)
  // Several addresses of one cluster share the load, as with the Python command.
  const endpoint = options.endpoint.split(',').toSorted(() => Math.random() - 0.5)
  const client = createClient({ ...options, endpoint, ...(context.platform as Partial<ClientOptions>) })
  return { client, variables, checksCertificates }
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
