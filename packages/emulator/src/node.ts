/** The emulator on a real loopback socket. */
import { type BinaryLike, createHmac } from 'node:crypto'
import type { IncomingMessage, Server } from 'node:http'
import { type AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'

import { createAdaptorServer, type HttpBindings } from '@hono/node-server'
import { type RawData, WebSocket, WebSocketServer } from 'ws'

import { announceStorageProxy, onRestart } from './emulator.ts'
import { hasFaultyBody } from './faults/fault-bodies.ts'
import { ConnectionFault, type Faults } from './faults/faults.ts'
import { type Bindings, createEmulator, type Emulator, type EmulatorOptions, type ServerSocket } from './index.ts'

export interface ServeOptions extends EmulatorOptions {
  /** Default 0: a free one. */
  port?: number
  /**
   * Starts an app proxy beside it. With `v2` the manager knows it, so that start-service and `wsproxy-version` lead there;
   * with `v1` it is one that pages are told of, as the desktop application brings one. Default: none.
   */
  appProxy?: 'v1' | 'v2'
  /** The port of the webserver, where people log in. Default 0: a free one. */
  webserverPort?: number
  /** The port of the storage proxy. Default 0: a free one. */
  storageProxyPort?: number
}

export interface ServedEmulator extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, the endpoint of clients. */
  readonly url: string
  readonly emulator: Emulator
  /** The emulator's, which connections and sockets meet here. */
  readonly faults: Faults
  /** Of the app proxy; null where there is none. It serves both versions. */
  readonly appProxyUrl: string | null
  /** Of the webserver: the endpoint of clients that log in. */
  readonly webserverUrl: string
  /** Of the storage proxy, where files go and come from. */
  readonly storageProxyUrl: string
  /** Ends connections, sessions and processes; the program can end by itself afterwards. */
  close(): Promise<void>
}

/** The manager's own limit (protocol 02 §4.1). */
const largestMessage = 16 * 1024 * 1024

/** OpenSSL names the BLAKE2 hashes by their length. */
const opensslNames: Readonly<Record<string, string>> = { blake2b: 'blake2b512', blake2s: 'blake2s256' }

/** All hashes that the manager accepts. */
export function nodeHmac(hash: string, key: Uint8Array, message: Uint8Array): Uint8Array {
  const name = opensslNames[hash] ?? hash.replace('_', '-')
  const secret: BinaryLike = key
  return createHmac(name, secret).update(message).digest()
}

export { checkLanguage, type Availability } from './kernel/index.ts'

export async function serve(options: ServeOptions = {}): Promise<ServedEmulator> {
  const { port = 0, webserverPort = 0, storageProxyPort = 0, appProxy, ...rest } = options
  const emulator = createEmulator({ hmac: nodeHmac, ...rest })
  const opened: Listening[] = []
  try {
    opened.push(await listen(emulator, emulator, port))
    opened.push(await listen(emulator.webserver, emulator, webserverPort))
    opened.push(await listen(storageSide(emulator), emulator, storageProxyPort))
  } catch (error) {
    for (const listening of opened) await listening.close()
    await emulator.stop()
    throw error
  }
  const [manager, webserver, storageProxy] = opened
  announceStorageProxy(emulator, storageProxy?.url ?? '')
  const proxy = appProxy === undefined ? null : await (await import('./app-proxy/proxy.ts')).startAppProxy()
  if (proxy && appProxy === 'v2') {
    for (const group of emulator.state.resourceGroups.values()) group.proxyAddress = proxy.url
  }

  let closing: Promise<void> | undefined
  const close = (): Promise<void> => {
    closing ??= shutDown(emulator, [...opened, ...(proxy ? [proxy] : [])])
    return closing
  }
  return {
    url: manager?.url ?? '',
    emulator,
    faults: emulator.faults,
    appProxyUrl: proxy?.url ?? null,
    webserverUrl: webserver?.url ?? '',
    storageProxyUrl: storageProxy?.url ?? '',
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** What answers at an address. */
type Side = Pick<Emulator, 'fetch' | 'upgrade'>

/** It has no sockets. */
const storageSide = ({ storageProxy }: Emulator): Side => ({
  fetch: (request) => storageProxy.fetch(request),
  upgrade: (request) => storageProxy.fetch(request),
})

interface Listening {
  readonly url: string
  close(): Promise<void>
}

async function listen(side: Side, emulator: Emulator, port: number): Promise<Listening> {
  const server = createAdaptorServer({
    fetch: (request, environment) => answer(side, request, environment as HttpBindings),
    overrideGlobalObjects: false,
  }) as Server
  // The manager's. Node's own 5 s end connections that a client without an event loop in between still counts on.
  server.keepAliveTimeout = 30_000
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: largestMessage })
  server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    // A client that is gone before the answer.
    socket.on('error', () => socket.destroy())
    void upgrade(side, sockets, incoming, socket, head)
  })
  const cut = (): void => {
    server.closeAllConnections()
    for (const client of sockets.clients) client.terminate()
  }
  onRestart(emulator, cut)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      resolve()
    })
  })
  const { port: actual } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${actual}`,
    async close() {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
      sockets.close()
      cut()
      await closed
    },
  }
}

/** Sessions first: their streams say good-bye over connections that still stand. */
async function shutDown(emulator: Emulator, listening: readonly Pick<Listening, 'close'>[]): Promise<void> {
  await emulator.stop()
  await Promise.all(listening.map(({ close }) => close()))
}

/** Tells Hono's server that nothing is left to write. */
const alreadySent = (): Response => new Response(null, { headers: { 'x-hono-already-sent': 'true' } })

/** What only the connection itself can do is done here: ending without an answer, or within one. */
async function answer(side: Side, request: Request, { incoming, outgoing }: HttpBindings): Promise<Response> {
  let response: Response
  try {
    response = await side.fetch(request, bindingsOf(incoming))
  } catch (error) {
    // A client that is gone takes no answer.
    if (!(error instanceof ConnectionFault) && !incoming.socket.destroyed) throw error
    incoming.socket.resetAndDestroy()
    return alreadySent()
  }
  if (!hasFaultyBody(response)) return response
  await write(response, outgoing)
  return alreadySent()
}

/** Each part as it comes; where the body breaks, so does the connection, behind what was written. */
async function write(response: Response, outgoing: HttpBindings['outgoing']): Promise<void> {
  const reader = response.body?.getReader()
  if (!reader) throw new Error('A faulty body is missing.')
  const cancel = (): void => void reader.cancel().catch(() => {})
  outgoing.once('close', cancel)
  outgoing.writeHead(response.status, [...response.headers].flat())
  outgoing.flushHeaders()
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const { value } = part
      await new Promise<void>((resolve, reject) => {
        outgoing.write(value, (error) => (error ? reject(error) : resolve()))
      })
    }
    outgoing.end()
  } catch {
    outgoing.socket?.destroySoon()
  }
}

/** Request line and Host as they came, since both are signed (protocol 01 §2). */
function bindingsOf(incoming: IncomingMessage): Bindings {
  const hasHiddenBody = incoming.method === 'GET' && incoming.headers['content-length'] !== undefined
  return {
    rawTarget: incoming.url ?? '/',
    host: incoming.headers.host ?? '',
    // Some clients send a body with GET (protocol 02 trap 23), which a Request cannot hold.
    ...(hasHiddenBody ? { body: () => readText(incoming) } : {}),
  }
}

async function readText(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

async function upgrade(
  side: Side,
  sockets: WebSocketServer,
  incoming: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  try {
    const handler = await side.upgrade(requestOf(incoming, socket), bindingsOf(incoming))
    // It went away in the meantime.
    if (socket.destroyed) return
    if (handler instanceof Response) {
      await refuse(socket, handler)
      return
    }
    const addHeaders = (lines: string[]): void => {
      for (const [name, value] of Object.entries(handler.headers ?? {})) {
        if (name === 'date' || name.startsWith('x-ratelimit-')) lines.push(`${name}: ${value}`)
      }
    }
    sockets.once('headers', addHeaders)
    sockets.handleUpgrade(incoming, socket, head, (client) => handler(serverSocket(client, socket)))
    sockets.off('headers', addHeaders)
  } catch (error) {
    if (!(error instanceof ConnectionFault) && !socket.destroyed) console.error('The emulator failed:', error)
    if (socket instanceof Socket) socket.resetAndDestroy()
    else socket.destroy()
  }
}

function requestOf(incoming: IncomingMessage, socket: Duplex): Request {
  const gone = new AbortController()
  socket.once('close', () => gone.abort())
  const headers = new Headers()
  for (const [name, value] of Object.entries(incoming.headers)) {
    for (const item of Array.isArray(value) ? value : [value]) if (item !== undefined) headers.append(name, item)
  }
  const target = incoming.url?.startsWith('/') ? incoming.url : '/'
  return new Request(`http://${incoming.headers.host ?? '127.0.0.1'}${target}`, { headers, signal: gone.signal })
}

/** A refused upgrade is an ordinary answer, with status and problem document. */
async function refuse(socket: Duplex, response: Response): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer())
  const headers = {
    ...Object.fromEntries(response.headers),
    'content-length': String(body.length),
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(Buffer.concat([Buffer.from(`HTTP/1.1 ${response.status} Refused\r\n${lines.join('')}\r\n`), body]))
}

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data)
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data
}

function serverSocket(client: WebSocket, connection: Duplex): ServerSocket {
  let unsent = 0
  let isMuted = false
  let isEnding = false
  const terminate = (): void => {
    isEnding = true
    // Behind what was said before.
    if (unsent === 0 || isMuted) client.terminate()
  }
  const socket: ServerSocket = {
    onmessage: null,
    onclose: null,
    get bufferedAmount() {
      return client.bufferedAmount
    },
    send(data) {
      if (client.readyState !== WebSocket.OPEN || isEnding || isMuted) return
      unsent += 1
      client.send(data, () => {
        unsent -= 1
        if (isEnding) terminate()
      })
    },
    close(code, reason) {
      if (!isMuted) client.close(code, reason)
    },
    terminate,
    sendRaw(bytes) {
      if (!isMuted) connection.write(bytes)
    },
    mute() {
      isMuted = true
      // Unread, so that nothing of it is answered.
      client.pause()
    },
    pause: () => client.pause(),
    resume() {
      if (!isMuted) client.resume()
    },
  }
  client.on('message', (data, isBinary) => {
    const bytes = bytesOf(data)
    socket.onmessage?.(isBinary ? bytes : Buffer.from(bytes).toString('utf8'))
  })
  client.on('close', (code, reason) => socket.onclose?.(code, reason.toString('utf8')))
  // An error is followed by `close`.
  client.on('error', () => {})
  return socket
}
