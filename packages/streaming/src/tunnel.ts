/** One TCP connection to an app in a session (protocol 02 §4.5): a WebSocket, as two byte streams. */
import {
  ConfigError,
  InvalidRequestError,
  NotFoundError,
  path,
  refuseUnknownKeys,
  supports,
  WebSocketError,
  type CallOptions,
  type Transport,
} from '@backend-ai-sdk/core'

import { cutIntoFrames, openSocket, type Close, type Socket } from './socket.ts'

export interface TunnelOptions extends CallOptions {
  /** As `session.apps()` names it. */
  app: string
  /** Of an app that has several. Since release 26; earlier ones refuse every port. */
  port?: number
  /** For the start of the app, which the first tunnel to it brings about: `{ '--flag': null, '--name': 'value' }`. */
  arguments?: Readonly<Record<string, string | readonly string[] | null>>
  /** For the start too. */
  environ?: Readonly<Record<string, string>>
}

const optionNames = [
  'app',
  'port',
  'arguments',
  'environ',
  'signal',
  'timeout',
] as const satisfies (keyof TunnelOptions)[]

/** A server that reads as much at a time is not known; the manager itself takes no longer frames. */
const maxMessageBytes = 16 * 1024 * 1024

/**
 * Connects to an app. The server starts it first, where it does not run yet.
 *
 * @throws NotFoundError where the session, or the app in it, is not there.
 * @throws ServerError where the app does not start; its `data` is the agent's reason.
 * @throws UnsupportedError for a port, before release 26.
 */
export async function openTunnel(transport: Transport, session: string, options: TunnelOptions): Promise<Tunnel> {
  refuseUnknownKeys(options, optionNames, 'the options of a tunnel')
  const { app, port, arguments: args, environ, signal, timeout } = options
  if (!app) throw new ConfigError("A tunnel needs an 'app'.")
  if (port !== undefined) await transport.mustSupport('tunnel-port', { signal })
  const server = await transport.server({ signal })
  const probe = path`/stream/session/${session}/apps`
  const socket = await openSocket(transport, path`/stream/session/${session}/tcpproxy`, {
    // Servers refuse keys that they do not know, and what is empty need not be sent.
    query: { app, port, ...startParameters(args, environ) },
    signal,
    timeout,
    maxMessageBytes,
    probe,
    reasonIn: (apps) => absence(options, apps, transport.url(probe).href),
  })
  return new Tunnel(socket, { app, signal, closesWithCode: supports(server, 'tunnel-close-code') })
}

/** A webserver hides why the manager refuses an upgrade: the list of apps tells what is not there. */
function absence({ app, port }: TunnelOptions, answer: unknown, url: string): Error | undefined {
  if (!Array.isArray(answer)) return undefined
  const apps = answer as { name: string; ports?: number[] }[]
  const found = apps.find(({ name }) => name === app)
  const told = { method: 'GET', url }
  if (!found) {
    const msg = `There is no '${app}', only ${apps.map(({ name }) => name).join(', ')}.`
    return new NotFoundError({ status: 404, ...told, body: { title: 'No such app service.', msg } })
  }
  if (port === undefined || found.ports?.includes(port) !== false) return undefined
  const msg = `The app '${app}' has no port ${port}, only ${found.ports.join(', ')}.`
  return new InvalidRequestError({ status: 400, ...told, body: { title: 'No such port.', msg } })
}

/** How an app is to be started, as the server takes it: JSON in a text, and nothing for what is empty. */
export function startParameters(
  args: TunnelOptions['arguments'] = {},
  environ: TunnelOptions['environ'] = {},
): { arguments?: string; envs?: string } {
  const isGiven = (object: object): boolean => Object.keys(object).length > 0
  return {
    ...(isGiven(args) && { arguments: JSON.stringify(args) }),
    ...(isGiven(environ) && { envs: JSON.stringify(environ) }),
  }
}

interface TunnelFacts {
  readonly app: string
  readonly signal: AbortSignal | undefined
  /** The server says why it closes; others just end the connection, whatever happened. */
  readonly closesWithCode: boolean
}

/**
 * An open connection. `readable` ends when the app closes it (not behind a webserver, which keeps that to itself); all
 * other ends are errors of both streams: a `WebSocketError`, or the reason of the signal that the tunnel was opened with.
 *
 * Half of a connection cannot be closed (the protocol has no way to say it): closing `writable` waits until all is sent,
 * and the app does not notice. Cancelling `readable` or aborting `writable` ends the connection.
 */
export class Tunnel implements AsyncDisposable {
  readonly #socket: Socket
  readonly #facts: Omit<TunnelFacts, 'signal'>
  /** Chunks as the server sends them. A slow reader stops the app, on Node, Deno and Bun. */
  readonly readable: ReadableStream<Uint8Array>
  /** A write resolves when less than 1 MiB waits to be sent. */
  readonly writable: WritableStream<Uint8Array>
  /** How the connection ended; never rejects. */
  readonly closed: Promise<Close>

  #isLeft = false

  constructor(socket: Socket, { signal, ...facts }: TunnelFacts) {
    this.#socket = socket
    this.#facts = facts
    this.closed = socket.closed
    let reading!: ReadableStreamDefaultController<Uint8Array>
    let writing!: WritableStreamDefaultController
    this.readable = new ReadableStream({
      start: (controller) => void (reading = controller),
      pull: (controller) => this.#pull(controller),
      cancel: () => this.close(),
    })
    this.writable = new WritableStream({
      start: (controller) => void (writing = controller),
      write: (bytes) => this.#write(bytes),
      close: () => this.#socket.flush(),
      abort: () => this.close(),
    })
    void this.closed.then((close) => writing.error(this.#endOf(close) ?? ended(close)))

    const abort = (): void => {
      reading.error(signal?.reason)
      writing.error(signal?.reason)
      void this.close()
    }
    if (signal?.aborted) abort()
    else signal?.addEventListener('abort', abort, { once: true })
    void this.closed.then(() => signal?.removeEventListener('abort', abort))
  }

  /** Ends the connection, after what was written. */
  async close(): Promise<void> {
    this.#isLeft = true
    await this.#socket.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    for (;;) {
      const message = await this.#socket.next()
      if (message === undefined) break
      // Texts are no part of the connection.
      if (typeof message !== 'string') return controller.enqueue(message)
    }
    const error = this.#endOf(await this.closed)
    if (error === undefined) controller.close()
    else controller.error(error)
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (const frame of cutIntoFrames(bytes)) await this.#socket.send(frame)
  }

  /** Why it did not end well; undefined where the app, or our side, has closed the connection. */
  #endOf(close: Close): unknown {
    const { code, reason, cause } = close
    if (this.#isLeft) return undefined
    // 1001 is the app's end of file. The webserver passes on no codes, and says 1000 (protocol 02 §6.2). That the
    // connection is reset behind that means nothing: 26.9.6 does it when there is much to do.
    if (code === 1000 || code === 1001 || code === 1005) return undefined
    if (code === 1006 && cause === undefined && !this.#facts.closesWithCode) return undefined
    return new WebSocketError(this.#reasonOf(close), code, reason, {
      // Nothing has reached an app that refuses connections: it may not be up yet.
      retryable: code === 1013 || 'unknown',
      ...(cause !== undefined && { cause }),
    })
  }

  #reasonOf({ code, reason, cause }: Close): string {
    const { app } = this.#facts
    if (code === 1013) return `The app '${app}' refuses connections (1013).`
    if (code === 1011) return `The server could not connect to the app '${app}' (1011).`
    const why = (cause instanceof Error && cause.message) || reason || 'no reason given'
    return `The tunnel to '${app}' broke (${code}: ${why}).`
  }
}

const ended = ({ code, reason }: Close): WebSocketError =>
  new WebSocketError('The connection is closed: nothing can be written any more.', code, reason, { retryable: false })
