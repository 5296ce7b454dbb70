/**
 * An app proxy for pages, which cannot open tunnels to many ports (protocol 02 §4.6). It is no part of the manager: the
 * first version goes through any manager in the name of its user, the second where a manager's start-service says.
 */
import { randomUUID } from 'node:crypto'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

import { createAdaptorServer } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { cors } from 'hono/cors'

import { nodeHost } from '../apps/node-host.ts'
import { isObject, type JsonObject, parseJson } from '../formats/json.ts'
import { Circuit } from './circuit.ts'
import { listApps, type ManagerAccess, openTunnel, readAccess } from './manager-tunnel.ts'

export interface AppProxy {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string
  close(): Promise<void>
}

/** An app as the manager told it: where it listens. */
interface Target {
  host: string
  port: number
  sessionId: string
}

/** How many tokens are remembered; a test needs few. */
const mostTokens = 1000

export async function startAppProxy(): Promise<AppProxy> {
  const accesses = new Map<string, ManagerAccess>()
  const targets = new Map<string, Target>()
  /** By what they lead to. */
  const circuits = new Map<string, Promise<Circuit>>()
  const address = { url: '' }

  const remember = <T>(map: Map<string, T>, value: T): string => {
    const token = randomUUID()
    map.set(token, value)
    const [oldest] = map.keys()
    if (map.size > mostTokens && oldest !== undefined) map.delete(oldest)
    return token
  }

  const circuitOf = (key: string, open: () => Promise<Circuit>): Promise<Circuit> => {
    const circuit = circuits.get(key) ?? open()
    circuits.set(key, circuit)
    circuit.catch(() => circuits.delete(key))
    return circuit
  }

  const app = new Hono()
  app.use(cors())
  app.get('/status', (c) => c.json({ api_version: 'v2' }))

  // The first version. What goes wrong is told by `code`, always with status 200.
  app.put('/conf', async (c) => {
    const access = readAccess(await bodyOf(c))
    return access ? c.json({ token: remember(accesses, access) }) : c.json({ code: 400 }, 400)
  })
  app.get('/proxy/:token/:session/add', async (c) => {
    const { token, session } = c.req.param()
    const access = accesses.get(token)
    if (!access) return c.json({ code: 401 })
    const query = c.req.query()
    const name = query['app'] ?? ''
    try {
      const { status, apps } = await listApps(access, session)
      if (status !== 200) return c.json({ code: status })
      if (!apps.some((item) => isObject(item) && item['name'] === name)) return c.json({ code: 404 })
    } catch {
      return c.json({ code: 500 })
    }
    const wanted = { app: name, port: query['port'], envs: query['envs'], arguments: query['args'] }
    const given = Object.entries(wanted).filter((entry): entry is [string, string] => entry[1] !== undefined)
    const search = new URLSearchParams(given)
    const circuit = await circuitOf(`v1 ${token} ${session} ${name}`, () =>
      Circuit.open({ protocol: 'http', isPublic: true, connect: () => openTunnel(access, session, search) }),
    )
    const { port } = circuit
    const isOpenedBySSH = ['sshd', 'sftp', 'vnc'].includes(name)
    return c.json({
      code: 200,
      proxy: `127.0.0.1:${port}`,
      url: name === 'sftp' ? `sftp://127.0.0.1:${port}` : `${address.url}/redirect?port=${port}`,
      ...(isOpenedBySSH ? { port } : {}),
    })
  })
  app.get('/proxy/:token/:session/delete', async (c) => {
    const { token, session } = c.req.param()
    const keys = [...circuits.keys()].filter((key) => key.startsWith(`v1 ${token} ${session} `))
    for (const key of keys) {
      const circuit = await circuits.get(key)
      circuits.delete(key)
      await circuit?.close()
    }
    return c.json({ code: keys.length > 0 ? 200 : 404 })
  })
  app.get('/proxy/:token/:session', (c) => {
    const { token, session } = c.req.param()
    const exists = [...circuits.keys()].some((key) => key.startsWith(`v1 ${token} ${session} `))
    return c.json({ code: exists ? 200 : 404 })
  })
  app.get('/redirect', async (c) => {
    const port = Number(c.req.query('port'))
    const opened = await Promise.all(circuits.values())
    const circuit = opened.find((candidate) => candidate.port === port)
    return circuit ? c.redirect(new URL(pathOf(c.req.query('redirect')), circuit.url).href) : c.json({ code: 404 }, 404)
  })

  // The second version.
  app.post('/v2/conf', async (c) => {
    const { kernel_host: host, kernel_port: port, session } = await bodyOf(c)
    const sessionId = isObject(session) ? session['id'] : undefined
    if (typeof host !== 'string' || typeof port !== 'number' || typeof sessionId !== 'string') return problem(c, 400)
    return c.json({ token: remember(targets, { host, port, sessionId }) })
  })
  app.get('/v2/proxy/:token/:session/add', (c) => {
    const { token, session } = c.req.param()
    if (targets.get(token)?.sessionId !== session) return problem(c, 404)
    const query = new URLSearchParams({ ...c.req.query(), token, session_id: session })
    return c.json({ code: 200, url: `${address.url}/v2/proxy/auth?${String(query)}` })
  })
  app.get('/v2/proxy/auth', async (c) => {
    const query = c.req.query()
    const { token = '', app: name = '', protocol = 'http' } = query
    const target = targets.get(token)
    if (!target || target.sessionId !== query['session_id']) return problem(c, 404)
    const own = query['no_reuse'] === 'true' ? ` ${randomUUID()}` : ''
    const key = `v2 ${target.sessionId} ${name} ${target.port}${own}`
    const reuse = circuits.has(key)
    const isPublic = query['open_to_public'] === 'true'
    const circuit = await circuitOf(key, () =>
      Circuit.open({ protocol, isPublic, connect: () => nodeHost.connect(target.port) }),
    )
    const url = isPublic
      ? new URL(pathOf(query['redirect']), circuit.url).href
      : circuit.setupURL(query['redirect'] ?? '')
    return c.req.header('Accept')?.includes('application/json')
      ? c.json({ redirect_url: url, reuse })
      : c.redirect(url, 308)
  })

  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  address.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: address.url,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await Promise.all([...circuits.values()].map((circuit) => circuit.then((opened) => opened.close())))
      await closed
    },
  }
}

async function bodyOf(c: Context): Promise<JsonObject> {
  const body = parseJson(await c.req.text())?.value
  return isObject(body) ? body : {}
}

const problem = (c: Context, status: 400 | 404): Response =>
  c.json({ code: status, message: status === 404 ? 'E20002: Object not found' : 'E20001: Invalid parameters' }, status)

/** Of the app: never another host. */
const pathOf = (redirect: string | undefined): string => (/^\/(?!\/)/.test(redirect ?? '') ? (redirect ?? '/') : '/')
