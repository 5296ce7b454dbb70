/** The emulator on a real loopback socket. */
import { type BinaryLike, createHmac } from 'node:crypto'
import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'

import { createAdaptorServer, type HttpBindings } from '@hono/node-server'
import { type RawData, WebSocket, WebSocketServer } from 'ws'

import { type Bindings, createEmulator, type Emulator, type EmulatorOptions, type ServerSocket } from './index.ts'

export interface ServeOptions extends EmulatorOptions {
  /** Default 0: a free one. */
  port?: number
}

export interface ServedEmulator extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, the endpoint of clients. */
  readonly url: string
  readonly emulator: Emulator
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
  const { port = 0, ...rest } = options
  const emulator = createEmulator({ hmac: nodeHmac, ...rest })
  const server = createAdaptorServer({
    fetch: (request, environment) => emulator.fetch(request, bindingsOf((environment as HttpBindings).incoming)),
    overrideGlobalObjects: false,
  }) as Server
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: largestMessage })
  server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    // A client that is gone before the answer.
    socket.on('error', () => socket.destroy())
    void upgrade(emulator, sockets, incoming, socket, head)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      resolve()
    })
  })
  const { port: actual } = server.address() as AddressInfo

  let closing: Promise<void> | undefined
  const close = (): Promise<void> => {
    closing ??= shutDown(server, sockets, emulator)
    return closing
  }
  return { url: `http://127.0.0.1:${actual}`, emulator, close, [Symbol.asyncDispose]: close }
}

async function shutDown(server: Server, sockets: WebSocketServer, emulator: Emulator): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve())
  })
  await emulator.stop()
  for (const client of sockets.clients) client.terminate()
  sockets.close()
  server.closeAllConnections()
  await closed
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
  emulator: Emulator,
  sockets: WebSocketServer,
  incoming: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  try {
    const handler = await emulator.upgrade(requestOf(incoming), bindingsOf(incoming))
    if (handler instanceof Response) {
      await refuse(socket, handler)
      return
    }
    const addHeaders = (lines: string[]): void => {
      for (const [name, value] of Object.entries(handler.headers ?? {})) {
        if (name.startsWith('x-ratelimit-')) lines.push(`${name}: ${value}`)
      }
    }
    sockets.once('headers', addHeaders)
    sockets.handleUpgrade(incoming, socket, head, (client) => handler(serverSocket(client)))
    sockets.off('headers', addHeaders)
  } catch (error) {
    console.error('The emulator failed:', error)
    socket.destroy()
  }
}

function requestOf(incoming: IncomingMessage): Request {
  const headers = new Headers()
  for (const [name, value] of Object.entries(incoming.headers)) {
    for (const item of Array.isArray(value) ? value : [value]) if (item !== undefined) headers.append(name, item)
  }
  const target = incoming.url?.startsWith('/') ? incoming.url : '/'
  return new Request(`http://${incoming.headers.host ?? '127.0.0.1'}${target}`, { headers })
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

function serverSocket(client: WebSocket): ServerSocket {
  const socket: ServerSocket = {
    onmessage: null,
    onclose: null,
    get bufferedAmount() {
      return client.bufferedAmount
    },
    send(data) {
      if (client.readyState === WebSocket.OPEN) client.send(data)
    },
    close: (code, reason) => client.close(code, reason),
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
