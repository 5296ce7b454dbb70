/** `config`: what the commands will use (protocol 05 §6.4). */
import { apiVersions, NetworkError, TimeoutError, type Client } from '@backend-ai-sdk/client'

import { connect, type Connection } from '../../connection.ts'
import type { Context } from '../../context.ts'
import { version } from '../../version.ts'

interface Versions {
  server: string | undefined
  serverAPI: string | undefined
  negotiated: string
}

const newestVersion = apiVersions.at(-1)!

export default async function config(context: Context): Promise<void> {
  const { output, options, signal } = context
  const connection = connect(context)
  const facts = factsOf(connection, await askVersions(connection.client, signal), await usernameOf(context, connection))
  if (options.output === 'json') return output.json({ count: 1, total_count: 1, items: [facts] })
  for (const line of linesOf(facts, output.stdoutLook.terminal)) await output.print(line)
}

/** The announced version too, which the client does not keep. */
async function askVersions(client: Client, signal: AbortSignal): Promise<Versions> {
  try {
    const announced = client.request<{ version: string; manager?: string }>({
      path: '/',
      anonymous: true,
      signal,
      timeout: 10_000,
    })
    const [{ version, manager }, { apiVersion }] = await Promise.all([announced, client.server({ signal })])
    return { server: manager ?? 'pre-19.03', serverAPI: version, negotiated: apiVersion }
  } catch (error) {
    if (!(error instanceof NetworkError || error instanceof TimeoutError)) throw error
    return { server: undefined, serverAPI: undefined, negotiated: newestVersion }
  }
}

/** Of the login that is kept. */
async function usernameOf({ host }: Context, { client }: Connection): Promise<string | undefined> {
  if (!client.transport.config.auth.locate) return undefined
  const { LoginFile } = await import('../../login-file.ts')
  return (await new LoginFile(host.env, client.transport.config.endpoint.href).entry())?.username
}

function factsOf(
  { client, variables, checksCertificates }: Connection,
  versions: Versions,
  username: string | undefined,
) {
  const { domain, project } = client.transport.config
  const read = (name: string): string | undefined => variables[`BACKEND_${name}`] ?? variables[`SORNA_${name}`]
  return {
    // Of several the one that answered.
    endpoint: client.transport.url('/').href.replace(/(?:\/func)?\/$/, ''),
    endpoint_type: read('ENDPOINT_TYPE') ?? 'api',
    client_version: version,
    client_api_version: newestVersion,
    server_version: versions.server ?? null,
    server_api_version: versions.serverAPI ?? null,
    negotiated_api_version: versions.negotiated,
    domain,
    group: project,
    username: username ?? null,
    access_key: read('ACCESS_KEY') || null,
    secret_key: masked(read('SECRET_KEY')),
    hash_type: 'sha256',
    skip_sslcert_validation: !checksCertificates,
  }
}

/** So short a secret would be all shown. */
const masked = (secret: string | undefined): string | null =>
  secret
    ? (secret.length > 24 ? secret.slice(0, 6) : '') + '*'.repeat(24) + (secret.length > 24 ? secret.slice(-10) : '')
    : null

function* linesOf(facts: ReturnType<typeof factsOf>, terminal: boolean): Generator<string> {
  yield `API endpoint: ${facts.endpoint} (mode: ${facts.endpoint_type})`
  yield `Client version: ${facts.client_version} (API: ${facts.client_api_version})`
  yield facts.server_version === null
    ? 'Server version: (failed to fetch)'
    : `Server version: ${facts.server_version} (API: ${facts.server_api_version})`
  yield `Negotiated API version: ${terminal ? facts.negotiated_api_version : pythonPair(facts.negotiated_api_version)}`
  yield `Domain name: "${facts.domain}"`
  yield `Group name: "${facts.group}"`
  if (facts.endpoint_type === 'session')
    yield facts.username === null ? 'Username: (not logged in)' : `Username: "${facts.username}"`
  else if (facts.access_key === null) yield 'Access key: (this is an anonymous session)'
  else {
    yield `Access key: "${facts.access_key}"`
    yield `Secret key: "${facts.secret_key}"`
  }
  yield `Signature hash type: ${facts.hash_type}`
  yield `Skip SSL certificate validation? ${facts.skip_sslcert_validation ? 'True' : 'False'}`
}

/** `v6.20210815` as `(6, '20210815')`, which is what scripts read. */
const pythonPair = (version: string): string => version.replace(/^v(\d+)\.(\d+)$/, "($1, '$2')")
