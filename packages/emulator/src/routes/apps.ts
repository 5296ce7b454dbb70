/** Apps of a session: their list, tunnels to them, starting and stopping them (protocol 02 §1.16, §4.4, §4.5). */
import { type AppOptions, LaunchError } from '../apps/app.ts'
import type { ServiceAddress, Services } from '../apps/services.ts'
import { tunnel } from '../apps/tunnel.ts'
import { integer, nullable, optional, required, text } from '../checks.ts'
import { type Context, json, noContent, type Routes } from '../context.ts'
import { isObject, parseJson } from '../formats/json.ts'
import { Problem } from '../problems.ts'
import { findRunning, findSession } from '../sessions/session-lookup.ts'
import { publicPorts, type ServicePort, type Session } from '../sessions/session.ts'
import type { SocketHandler } from '../sockets/sockets.ts'
import { notRunning } from './session-runs.ts'

export const apps: Routes = (profile) => [
  { method: 'GET', path: '/stream/session/:session/apps', role: 'user', handle: list },
  { method: 'GET', path: '/stream/session/:session/tcpproxy', role: 'user', open: openTunnel },
  { method: 'GET', path: '/stream/session/:session/httpproxy', role: 'user', open: openTunnel },
  { method: 'POST', path: '/session/:session/shutdown-service', role: 'user', handle: shutdown },
  // Since 21.09 (02 §1.16).
  ...(profile.name === '20.09'
    ? []
    : [{ method: 'POST' as const, path: '/session/:session/start-service', role: 'user' as const, handle: start }]),
]

const list = (context: Context): Response => json(publicPorts(findRunning(context, context.part('session'))))

/** What starts an app, in a query or in a body. */
const launchFields = (context: Context, ...names: [string, ...string[]]) => {
  const { profile } = context
  return {
    app: required(text(profile), ...names),
    port: optional(nullable(integer(1024, 65_535)), null, 'port'),
    envs: optional(nullable(text(profile)), null, 'envs'),
    arguments: optional(nullable(text(profile)), null, 'arguments'),
  }
}

async function openTunnel(context: Context): Promise<SocketHandler> {
  const { cluster, profile } = context
  const isTyped = profile.parameters === 'typed'
  const fields = launchFields(context, 'app', ...(isTyped ? [] : ['service']))
  const params = await context.read(fields, 'StreamProxyRequest', 'query')
  const session = findRunning(context, context.part('session'))
  const services = servicesOf(context, session)
  const port = portOf(session, params.app)
  // Up to 25.15 it is compared as a text with numbers (02 §4.5).
  const address = addressOf(port, isTyped ? params.port : params.port === null ? null : String(params.port))
  await launch(context, services, address, readOptions(params))
  return (socket) => {
    const off = cluster.sessions.onEvent((event) => {
      if (event.session === session && event.type === 'status' && event.status === 'TERMINATING') socket.close(1001)
    })
    void tunnel(socket, {
      connect: () => services.connect(address),
      timers: cluster.timers,
      appEnd: profile.stream.appEnd,
      onEnd: off,
    })
  }
}

async function shutdown(context: Context): Promise<Response> {
  const name = required(text(context.profile), 'service_name')
  const params = await context.read({ service_name: name }, 'ShutdownServiceRequest', 'query')
  const session = findSession(context, context.part('session'), { permission: 'UPDATE: 2' })
  await servicesOf(context, session).shutdown(params.service_name)
  return noContent()
}

/** Starts an app for an app proxy, which then leads there. */
async function start(context: Context): Promise<Response> {
  const { cluster } = context
  const fields = {
    ...launchFields(context, 'app', 'service'),
    login_session_token: optional(nullable(text(context.profile)), null, 'login_session_token'),
  }
  const params = await context.read(fields, 'StartServiceRequest', 'body')
  const session = findSession(context, context.part('session'), { permission: 'UPDATE: 2' })
  const proxy = cluster.state.resourceGroups.get(session.spec.resourceGroup)?.proxyAddress
  if (!proxy) throw new Problem('service-unavailable', { msg: 'No coordinator configured for this resource group' })
  const services = servicesOf(context, session)
  const address = addressOf(portOf(session, params.app), params.port)
  await launch(context, services, address, readOptions(params))
  const { spec } = session
  const response = await fetch(`${proxy}/v2/conf`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      login_session_token: params.login_session_token,
      kernel_host: '127.0.0.1',
      kernel_port: services.portOf(address),
      session: {
        id: session.id,
        user_uuid: spec.owner.user.id,
        group_id: spec.project.id,
        access_key: spec.owner.keypair.accessKey,
        domain_name: spec.domain.name,
      },
    }),
  })
  const { token } = (await response.json()) as { token?: unknown }
  return json({ token, wsproxy_addr: proxy })
}

function servicesOf(context: Context, session: Session): Services {
  if (!session.services) throw notRunning(context.profile, session)
  return session.services
}

function portOf(session: Session, name: string): ServicePort {
  const port = session.servicePorts?.find((candidate) => candidate.name === name)
  if (!port) throw new Problem('app-not-found', { msg: `${session.spec.name}:${name}` })
  return port
}

function addressOf({ name, protocol, containerPorts }: ServicePort, wanted: number | string | null): ServiceAddress {
  const port = wanted === null ? containerPorts[0] : containerPorts.find((candidate) => candidate === wanted)
  if (port !== undefined) return { name, protocol, port }
  throw new Problem('invalid-params', { msg: `Service ${name} does not open the port number ${wanted}.` })
}

/** @throws Problem 500 where it is not JSON, as the manager fails on it (observed). */
function readOptions(given: { arguments: string | null; envs: string | null }): AppOptions {
  const read = (value: string | null): Record<string, never> => {
    if (value === null) return {}
    const parsed = parseJson(value)
    if (!parsed) throw new Problem('internal-server-error')
    return isObject(parsed.value) ? (parsed.value as Record<string, never>) : {}
  }
  return { arguments: read(given.arguments), environ: read(given.envs) }
}

async function launch(
  { profile }: Context,
  services: Services,
  address: ServiceAddress,
  options: AppOptions,
): Promise<void> {
  try {
    await services.start(address, options)
  } catch (error) {
    if (!(error instanceof LaunchError)) throw error
    // 26.x has a class for it.
    const kind = profile.parameters === 'typed' ? 'app-launch-failed' : 'internal-server-error'
    throw new Problem(kind, { msg: 'Failed to launch the app service', data: error.message })
  }
}
