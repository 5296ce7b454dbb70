/** Calls that concern the apps of a session (protocol 02 §1.16, §4.4). Loaded with the first. */
import { path, refuseUnknownKeys, type CallOptions, type Transport } from '@backend-ai-sdk/core'
import { startParameters, type TunnelOptions } from '@backend-ai-sdk/streaming'

import { toApps, type App } from './apps.ts'

export { openTunnel } from '@backend-ai-sdk/streaming'

export async function listApps(transport: Transport, session: string, options: CallOptions): Promise<App[]> {
  return toApps(await transport.request({ path: path`/stream/session/${session}/apps`, ...options }))
}

export interface StartServiceOptions extends Omit<TunnelOptions, 'app'> {
  /** Of a login at the webserver, which then ends the connections that it allowed. */
  loginSessionToken?: string
}

const startNames = [
  'port',
  'arguments',
  'environ',
  'loginSessionToken',
  'signal',
  'timeout',
] as const satisfies (keyof StartServiceOptions)[]

/** A place at an app proxy. */
export interface StartedService {
  token: string
  /** Of the app proxy's coordinator. */
  proxyAddress: string
}

export async function startService(
  transport: Transport,
  session: string,
  app: string,
  options: StartServiceOptions,
): Promise<StartedService> {
  refuseUnknownKeys(options, startNames, 'the options of startService()')
  const { port, arguments: args, environ, loginSessionToken, ...call } = options
  await transport.mustSupport('session-start-service', call)
  const { token, wsproxy_addr } = await transport.request<{ token: string; wsproxy_addr: string }>({
    method: 'POST',
    path: path`/session/${session}/start-service`,
    json: {
      app,
      ...(port !== undefined && { port }),
      ...startParameters(args, environ),
      ...(loginSessionToken !== undefined && { login_session_token: loginSessionToken }),
    },
    ...call,
  })
  return { token, proxyAddress: wsproxy_addr }
}

export async function shutdownService(
  transport: Transport,
  session: string,
  app: string,
  options: CallOptions,
): Promise<void> {
  // In the query: 26.x reads nothing else, and earlier releases read it where there is no body.
  const query = { service_name: app }
  await transport.send({ method: 'POST', path: path`/session/${session}/shutdown-service`, query, ...options })
}
