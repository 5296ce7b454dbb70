/** The client that commands use, from the environment (protocol 05 §1.4). */
import { type Client, type ClientOptions, cookie, createClient, fromEnv, type LoginStore } from '@backend-ai-sdk/client'

import type { Context } from './context.ts'
import type { LoginFile } from './login-file.ts'

type Variables = Record<string, string | undefined>

export interface Connection {
  readonly client: Client
  /** The variables that were read, without the certificate check. */
  readonly variables: Variables
  readonly checksCertificates: boolean
}

/** @throws ConfigError for variables that are missing or wrong. @param more of what variables say otherwise. */
export function connect(context: Context, more: Pick<ClientOptions, 'storageProxies'> = {}): Connection {
  const { variables, checksCertificates } = certificateCheck(context)
  const { auth, ...options } = fromEnv(variables)
  // Several addresses of one cluster share the load, as with the Python command.
  const endpoint = options.endpoint.split(',').toSorted(() => Math.random() - 0.5)
  const client = createClient({
    ...options,
    ...more,
    auth: isForLogins(variables) ? cookie({ store: storedLogin(context, options.endpoint) }) : auth,
    endpoint,
    ...(context.platform as Partial<ClientOptions>),
  })
  return { client, variables, checksCertificates }
}

const isForLogins = (variables: Variables): boolean =>
  (variables['BACKEND_ENDPOINT_TYPE'] ?? variables['SORNA_ENDPOINT_TYPE']) === 'session'

const openLogins = async ({ host }: Context, endpoint: string): Promise<LoginFile> =>
  new (await import('./login-file.ts')).LoginFile(host.env, endpoint.split(',', 1)[0]!.trim())

/** What `login` keeps for the other commands; loaded by those that need it. */
function storedLogin(context: Context, endpoint: string): LoginStore {
  return {
    get: async () => (await openLogins(context, endpoint)).get(),
    set: async (login) => (await openLogins(context, endpoint)).set(login),
  }
}

/** For commands that make sense at a webserver alone. Undefined where the endpoint is none, which was told then. */
export async function connectForLogin(
  context: Context,
  command: string,
): Promise<{ client: Client; logins: LoginFile } | undefined> {
  const { variables } = certificateCheck(context)
  if (!isForLogins(variables)) {
    context.output.status('warn', `To use ${command}, your endpoint type must be "session".`)
    await context.output.writeError('Aborted!\n')
    return undefined
  }
  const { endpoint, ...options } = fromEnv(variables)
  const logins = await openLogins(context, endpoint)
  const auth = cookie({ store: logins })
  const client = createClient({ ...options, endpoint, auth, ...(context.platform as Partial<ClientOptions>) })
  return { client, logins }
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
