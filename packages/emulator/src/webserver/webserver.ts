/** The webserver: logins by cookie, and the manager behind `/func` (protocol 01 §5). An address of its own. */
import type { Cluster } from '../cluster.ts'
import { pythonJson } from '../formats/json.ts'
import type { SocketHandler } from '../sockets/sockets.ts'
import { type EmulatorWebSocketConstructor, webSocketClass } from '../sockets/web-socket.ts'
import { LoginSessions } from './login-sessions.ts'
import { type LoginMeans, loginRoutes, notAllowed, userOf, type WebserverOptions } from './login.ts'
import { webserverProblem } from './problems.ts'
import { isAnonymous, isSocketPath, type Manager, relay, relayUpgrade, type RelayOptions } from './relay.ts'
import { webserverTraits } from './traits.ts'

export interface Webserver {
  /** Answers a request to the webserver; the host of its URL is the endpoint, whatever it is. */
  fetch(request: Request): Promise<Response>
  /** Lets a WebSocket in, or answers why not. */
  upgrade(request: Request): Promise<Response | SocketHandler>
  /** For clients in the same process. */
  readonly WebSocket: EmulatorWebSocketConstructor
}

export function createWebserver(
  cluster: Cluster,
  manager: Manager,
  isStopped: () => boolean,
  options: WebserverOptions = {},
): Webserver {
  const { profile } = cluster
  const traits = webserverTraits[profile.name]
  const means: LoginMeans = {
    cluster,
    traits,
    manager,
    sessions: new LoginSessions(cluster.clock),
    options: {
      allowedFailures: 10,
      blockTime: 1_200_000,
      maxAge: 604_800_000,
      secureCookie: traits.isSecure,
      ...options,
    },
  }
  const relaying: RelayOptions = { profile, traits, manager, keepsSocketsOpen: cluster.faults.keepsRelayedSockets }

  async function answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url)
    const { method } = request
    if (method === 'OPTIONS') return preflight(request)
    const route = method === 'POST' ? loginRoutes[pathname] : undefined
    if (route) return route(request, means)
    if (method === 'GET' && pathname === '/func/ping') return ping()
    if (method === 'GET' && pathname === '/config.toml') return configuration(request)
    if (!pathname.startsWith('/func/')) return method === 'GET' || method === 'HEAD' ? page(pathname) : notAllowed()
    const user = userOf(request, means)
    if (!user && !isAnonymous(method, pathname.slice('/func'.length), traits))
      return webserverProblem(profile, 'auth-failed')
    return relay(request, user?.accessKey, relaying)
  }

  const ping = (): Response =>
    new Response(pythonJson({ version: profile.manager, details: 'Success' }), {
      headers: { 'Content-Type': 'application/json; charset=utf-8' },
    })

  async function upgrade(request: Request): Promise<Response | SocketHandler> {
    const { pathname } = new URL(request.url)
    if (!pathname.startsWith('/func/') || !isSocketPath(pathname.slice('/func'.length), traits))
      return finished(request, await answer(request))
    const user = userOf(request, means)
    const refusal = user ? undefined : webserverProblem(profile, 'auth-failed')
    const opened = refusal ?? (await relayUpgrade(request, user?.accessKey ?? '', relaying))
    return opened instanceof Response ? finished(request, opened) : opened
  }

  /** Credentials are allowed to any origin, which is said back (§5.9). */
  function finished(request: Request, response: Response): Response {
    response.headers.set('Date', new Date(cluster.clock()).toUTCString())
    const origin = request.headers.get('Origin')
    if (origin) {
      response.headers.set('Access-Control-Expose-Headers', exposed(response.headers))
      response.headers.set('Access-Control-Allow-Origin', origin)
      response.headers.set('Access-Control-Allow-Credentials', 'true')
    }
    return response
  }

  return {
    fetch: async (request) => finished(request, await answer(request)),
    upgrade,
    WebSocket: webSocketClass(upgrade, isStopped),
  }
}

const exposed = (headers: Headers): string =>
  [...new Set(['Content-Length', 'Server', 'Date', ...headers.keys()])]
    .filter((name) => name !== 'set-cookie')
    .join(',')

function preflight(request: Request): Response {
  const { headers } = request
  const method = headers.get('Access-Control-Request-Method')
  const asked = headers.get('Access-Control-Request-Headers')
  if (!headers.get('Origin') || !method) return new Response(null, { status: 403 })
  return new Response(null, {
    headers: {
      'Access-Control-Allow-Origin': headers.get('Origin') ?? '',
      'Access-Control-Allow-Credentials': 'true',
      'Access-Control-Allow-Methods': method,
      ...(asked ? { 'Access-Control-Allow-Headers': asked.toUpperCase().replaceAll(' ', '') } : {}),
    },
  })
}

/** Hints for user interfaces (§5.7). */
function configuration(request: Request): Response {
  const text = `[general]
apiEndpoint = "${new URL(request.url).origin}"
apiEndpointText = "local cluster"
connectionMode = "SESSION"
signupSupport = false
allowChangeSigninMode = false
allowAnonymousChangePassword = false

[resources]
openPortToPublic = false

[wsproxy]
proxyURL = ""
`
  return new Response(text, { headers: { 'Content-Type': 'text/plain; charset=utf-8' } })
}

/** In place of the user interface, which is at every other address. */
const page = (path: string): Response =>
  new Response(
    `<!doctype html><title>local cluster</title><p>The user interface would be at ${encodeURI(path)}.</p>\n`,
    {
      headers: { 'Content-Type': 'text/html', 'Cache-Control': 'no-store' },
    },
  )
