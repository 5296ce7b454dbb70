/** The manager's HTTP side: one Hono app over the routes of all resources. */
import { Hono } from 'hono'

import { authenticate } from './auth/auth.ts'
import type { APIVersion, Bindings, Cluster, Requester } from './cluster.ts'
import { type AnyRoute, Context } from './context.ts'
import { Problem } from './problems.ts'
import type { Profile } from './profiles.ts'
import { RateLimit } from './rate-limit.ts'
import type { SocketHandler } from './sockets/sockets.ts'

/** Where a route that becomes a WebSocket puts its handler; absent for requests that do not ask for one. */
export interface UpgradeSlot {
  handler?: SocketHandler
}

export interface AppEnvironment {
  Bindings: { bindings: Bindings; upgrade?: UpgradeSlot }
}

/** Requests without a version run as this one on every release (protocol 01 §1.2). */
const oldestAssumed = 'v5.20191215'

function readVersion(profile: Profile, headers: Headers): APIVersion {
  const text = headers.get('X-BackendAI-Version') || headers.get('X-Sorna-Version') || oldestAssumed
  if (!profile.acceptedVersions.has(text)) throw new Problem('bad-request', { msg: 'Unsupported API version.' })
  const [major = '', date = ''] = text.slice(1).split('.')
  return [Number(major), date]
}

export function createApp(cluster: Cluster, routes: readonly AnyRoute[]): Hono<AppEnvironment> {
  const { profile } = cluster
  const app = new Hono<AppEnvironment>()
  const rateLimit = new RateLimit(cluster)

  async function run(
    route: AnyRoute,
    request: Request,
    environment: AppEnvironment['Bindings'],
    parameters: Record<string, string>,
  ): Promise<Response> {
    let requester: Requester | null = null
    let rate: Record<string, string> = {}
    try {
      const isProtected = route.role !== 'anyone'
      let version: APIVersion | undefined
      if (!profile.authenticatesFirst) version = readVersion(profile, request.headers)
      if (isProtected) requester = await authenticate(cluster, request, environment.bindings)
      version ??= readVersion(profile, request.headers)
      if (!route.unlimited) {
        rate = rateLimit.count(requester)
        rateLimit.check(requester)
      }
      if (isProtected) checkRole(profile, route, requester)
      if (route.frozen === 'refused' && cluster.state.manager.status === 'frozen') throw new Problem('server-frozen')
      const { bindings, upgrade } = environment
      const context = new Context({ cluster, request, bindings, requester, version, parameters })
      if ('handle' in route) {
        const response = await route.handle(context)
        // A stream has begun before they are written (23.9: 173, 436; 26.9: 171).
        const isTooLate = profile.rateHeaders === 'success' && isEventStream(response)
        return isTooLate ? response : withHeaders(response, rate)
      }
      const handler = await route.open(context)
      // A plain GET comes as far as a real upgrade does, and no further (156).
      if (!upgrade) throw new Problem('bad-request')
      upgrade.handler = handler
      return new Response(null, { status: 204, headers: rate })
    } catch (error) {
      return failure(profile, error, profile.rateHeaders === 'always' ? rate : {})
    }
  }

  const paths = new Map<string, string[]>()
  for (const route of routes) {
    paths.set(route.path, [...(paths.get(route.path) ?? []), route.method])
    app.on(route.method, route.path, (c) =>
      // Hono answers HEAD by the GET handler; the manager has no such routes (043).
      c.req.method === 'HEAD'
        ? methodNotAllowed(profile, paths.get(route.path) ?? [])
        : run(route, c.req.raw, c.env, c.req.param()),
    )
  }
  for (const [path, methods] of paths) {
    app.options(path, (c) => preflight(profile, c.req.raw.headers, methods, rateLimit))
    app.all(path, () => methodNotAllowed(profile, methods))
  }
  app.notFound((c) => {
    try {
      readVersion(profile, c.req.raw.headers)
    } catch (error) {
      return failure(profile, error, {})
    }
    // `data` is the path, since the slug says URL.
    const facts = profile.problems.collapsedNotFound ? { data: c.req.path } : {}
    return new Problem('url-not-found', facts).response(profile)
  })
  app.onError((error) => failure(profile, error, {}))
  return app
}

function checkRole(profile: Profile, route: AnyRoute, requester: Requester | null): void {
  if (!requester) throw new Problem('auth-failed', { msg: 'Unauthorized access' })
  if (route.role !== 'superadmin' || requester.user.role === 'superadmin') return
  throw profile.problems.roleFailure === 403
    ? new Problem('forbidden', { msg: 'Insufficient privileges' })
    : new Problem('auth-failed', { msg: 'Unauthorized access' })
}

/** What is not a problem is a defect of the emulator: the manager's 500, and the error on the console. */
function failure(profile: Profile, error: unknown, headers: Record<string, string>): Response {
  if (error instanceof Problem) return error.response(profile, headers)
  console.error('The emulator failed:', error)
  return new Problem('internal-server-error').response(profile, headers)
}

function withHeaders(response: Response, headers: Record<string, string>): Response {
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value)
  return response
}

function methodNotAllowed(profile: Profile, methods: readonly string[]): Response {
  if (profile.problems.methodNotAllowed === 'plain-500') {
    return new Response('500 Internal Server Error\n\nServer got itself in trouble', {
      status: 500,
      headers: { 'Content-Type': 'text/plain; charset=utf-8' },
    })
  }
  const allow = [...new Set([...methods, 'OPTIONS'])].sort().join(',')
  return new Problem('method-not-allowed').response(profile, { Allow: allow })
}

/** Observed on both releases: a preflight that lacks something is a 400 problem, not the 403 of aiohttp-cors. */
const isEventStream = ({ headers }: Response): boolean => headers.get('Content-Type') === 'text/event-stream'

function preflight(profile: Profile, headers: Headers, methods: readonly string[], rateLimit: RateLimit): Response {
  const origin = headers.get('Origin')
  const method = headers.get('Access-Control-Request-Method')
  if (!origin || !method || !methods.includes(method)) return new Problem('bad-request').response(profile)
  const asked = headers.get('Access-Control-Request-Headers')
  return new Response(null, {
    status: 200,
    headers: {
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Allow-Methods': method,
      ...(asked ? { 'Access-Control-Allow-Headers': asked.toUpperCase().replaceAll(' ', '') } : {}),
      ...rateLimit.count(null),
    },
  })
}

/**
 * The headers that every answer has. Unknown URLs get CORS headers too, which the manager leaves out, so that a page
 * sees the 404 (protocol 01 §9).
 */
export function finish(request: Request, response: Response, now: number): Response {
  const origin = request.headers.get('Origin')
  response.headers.set('Server', 'BackendAI')
  // Of the cluster's clock, which signatures are checked by; a socket would say the machine's.
  response.headers.set('Date', new Date(now).toUTCString())
  if (origin && !response.headers.has('Access-Control-Allow-Origin')) {
    const names = new Set(['Content-Length', 'Date', 'Server'])
    for (const name of response.headers.keys()) if (name.startsWith('x-')) names.add(headerName(name))
    response.headers.set('Access-Control-Expose-Headers', [...names].join(','))
    response.headers.set('Access-Control-Allow-Origin', origin)
  }
  return response
}

const headerName = (name: string): string =>
  name.replace(/^x-ratelimit-./, (text) => `X-RateLimit-${(text.at(-1) ?? '').toUpperCase()}`)
