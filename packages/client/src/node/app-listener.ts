/** A local TCP port behind which an app of a session is (protocol 02 §4.5). */
import { once } from 'node:events'
import { createServer, isIPv6, type AddressInfo, type Server, type Socket } from 'node:net'

import { ConfigError, Limiter, nearest, NotFoundError, refuseUnknownKeys, StreamError } from '@backend-ai-sdk/core'
import type { Tunnel, TunnelOptions } from '@backend-ai-sdk/streaming'

import type { App } from '../sessions/apps.ts'
import type { ComputeSession } from '../sessions/compute-session.ts'
import { refuse, serveConnection } from './app-connection.ts'

export interface ListenOptions extends Pick<TunnelOptions, 'arguments' | 'environ' | 'timeout'> {
  /** Where it listens. Default `127.0.0.1`: reachable from this machine alone. */
  host?: string
  /** Default 0: any that is free. */
  port?: number
  /** In the session, of an app that has several; since release 26. */
  appPort?: number
  /** Connections at a time; further ones get a text that says so, and end. Default 256. */
  maxConnections?: number
  /** Told of each connection that could not be made, or broke. */
  onError?: (error: unknown) => void
  /** Ends the listener and its connections. */
  signal?: AbortSignal
}

const optionNames = [
  'host',
  'port',
  'appPort',
  'arguments',
  'environ',
  'maxConnections',
  'onError',
  'signal',
  'timeout',
] as const satisfies (keyof ListenOptions)[]

/** A port that leads into a session, until it is closed. */
export interface AppListener extends AsyncDisposable {
  readonly app: App
  readonly host: string
  readonly port: number
  /** To be opened, as the app has it: `http://127.0.0.1:40123/lab`. */
  readonly url: string
  /** Connections at this moment. */
  readonly connections: number
  /** Resolves when it has ended, whoever ended it; never rejects. */
  readonly closed: Promise<void>
  /** Ends all connections too. */
  close(): Promise<void>
}

/**
 * Makes an app of a session reachable on a local port: each connection there is one tunnel. Runs on Node, Deno and Bun.
 *
 * @throws NotFoundError for an app that the session does not have; the message names those that it has.
 * @throws ConfigError for a port that is in use, or cannot be listened on.
 * @example
 * await using listener = await listen(session, 'ttyd')
 * console.log(listener.url) // http://127.0.0.1:40123
 */
export async function listen(session: ComputeSession, app: string, options: ListenOptions = {}): Promise<AppListener> {
  refuseUnknownKeys(options, optionNames, 'the options of listen()')
  const { host = '127.0.0.1', port = 0, maxConnections = 256, signal } = options
  if (!(maxConnections >= 1)) throw new ConfigError('maxConnections must be 1 or more.')
  const found = await findApp(session, app, signal)
  // The half that a client has closed says nothing of the answer that it still waits for.
  const server = createServer({ allowHalfOpen: true, noDelay: true })
  await bind(server, host, port)
  return new Listener(session, found, server, { ...options, host, maxConnections })
}

async function findApp(session: ComputeSession, name: string, signal: AbortSignal | undefined): Promise<App> {
  const apps = await session.apps({ signal })
  const found = apps.find((app) => app.name === name)
  if (found) return found
  const names = apps.map((app) => app.name)
  const meant = nearest(name, names)
  const title = `Session ${session.name} has no app '${name}'${meant ? `: did you mean '${meant}'?` : '.'}`
  const msg = names.length > 0 ? `It has ${names.join(', ')}.` : 'It has none.'
  throw new NotFoundError({
    status: 404,
    method: 'GET',
    url: `/stream/session/${session.id}/apps`,
    body: { title, msg },
  })
}

async function bind(server: Server, host: string, port: number): Promise<void> {
  try {
    server.listen({ host, port })
    await once(server, 'listening')
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const reason = code === 'EADDRINUSE' ? 'it is in use' : message
    throw new ConfigError(`Cannot listen on port ${port} of ${host}: ${reason}.`, { cause })
  }
}

/**
 * Servers look after the app for each tunnel, one after the other on 23.09 (0.3 s each, 2 s on a machine that is busy):
 * what waits here has its time still before it.
 */
const openingsAtATime = 8

class Listener implements AppListener {
  readonly app: App
  readonly host: string
  readonly port: number
  readonly closed: Promise<void>
  readonly #server: Server
  readonly #ending = new AbortController()
  readonly #sockets = new Set<Socket>()
  readonly #served = new Set<Promise<void>>()

  constructor(
    session: ComputeSession,
    app: App,
    server: Server,
    options: ListenOptions & { host: string; maxConnections: number },
  ) {
    const { host, appPort, maxConnections, onError, signal } = options
    this.app = app
    this.host = host
    this.port = (server.address() as AddressInfo).port
    this.#server = server
    const tunnel = {
      app: app.name,
      ...(appPort !== undefined && { port: appPort }),
      ...(options.arguments && { arguments: options.arguments }),
      ...(options.environ && { environ: options.environ }),
      timeout: options.timeout,
    }
    const turns = new Limiter({ concurrent: openingsAtATime })
    const open = async (signal: AbortSignal): Promise<Tunnel> => {
      await turns.enter(signal)
      try {
        return await session.tunnel({ ...tunnel, signal })
      } finally {
        turns.leave()
      }
    }
    const report = (error: unknown): void => {
      if (!this.#ending.signal.aborted) onError?.(error)
    }
    server.on('connection', (socket) => {
      const isWelcome = this.#sockets.size < maxConnections
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
      if (isWelcome) this.#keep(serveConnection(socket, open, this.#ending.signal, report))
      else {
        const error = new StreamError(`There are ${maxConnections} connections to '${app.name}' already.`)
        refuse(socket, error)
        report(error)
      }
    })
    const leave = (): void => void this.close()
    signal?.addEventListener('abort', leave, { once: true })
    this.closed = new Promise<void>((resolve) => server.once('close', () => resolve())).then(async () => {
      signal?.removeEventListener('abort', leave)
      await Promise.all(this.#served)
    })
    // Such as too many open files: the connection is lost, the listener is not.
    server.on('error', report)
    if (signal?.aborted) leave()
  }

  get url(): string {
    const { urlTemplate = '{protocol}://{host}:{port}', protocol } = this.app
    const host = { '0.0.0.0': '127.0.0.1', '::': '::1' }[this.host] ?? this.host
    return urlTemplate
      .replaceAll('{protocol}', protocol === 'preopen' ? 'http' : protocol)
      .replaceAll('{host}', isIPv6(host) ? `[${host}]` : host)
      .replaceAll('{port}', String(this.port))
  }

  get connections(): number {
    return this.#sockets.size
  }

  async close(): Promise<void> {
    this.#server.close()
    this.#ending.abort()
    for (const socket of this.#sockets) socket.destroy()
    await this.closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #keep(serving: Promise<void>): void {
    this.#served.add(serving)
    void serving.finally(() => this.#served.delete(serving))
  }
}
