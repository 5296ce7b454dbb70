/** A manager as tunnels see it: upgrades on a real socket, which lead to real TCP servers. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connect, type AddressInfo, type Socket as TCPSocket } from 'node:net'

import { createTransport, keypair, type ClientOptions, type Transport } from '@backend-ai-sdk/core'
import { WebSocketServer, type WebSocket as ServerSocket } from 'ws'

export interface TestApp {
  name: string
  protocol: string
  ports: number[]
  url_template?: string
}

/** @returns the answer in place of the upgrade: the bytes, or null for silence. */
type Refusal = (request: IncomingMessage, socket: TCPSocket) => string | null | undefined

export class TestManager implements AsyncDisposable {
  readonly server: Server = createServer((request, response) => this.respond(request, response))
  readonly sockets = new WebSocketServer({ noServer: true, maxPayload: 16 * 1024 * 1024 })
  /** With the port on this machine as the first of `ports`. */
  apps: TestApp[] = []
  readonly upgrades: { url: string; headers: NodeJS.Dict<string | string[]> }[] = []
  readonly connections: TCPSocket[] = []
  /** In place of the upgrade. */
  refuse: Refusal = () => undefined
  /** What becomes of an upgrade; by default it leads to the app. */
  accept: (socket: ServerSocket, request: IncomingMessage) => void = (socket, request) => {
    const name = new URL(request.url!, 'http://x').searchParams.get('app')
    relay(socket, this.apps.find((app) => app.name === name)?.ports[0] ?? 1)
  }
  respond: (request: IncomingMessage, response: ServerResponse) => void = (request, response) => {
    const body = request.url?.endsWith('/apps') ? this.apps : {}
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify(body))
  }

  static async start(): Promise<TestManager> {
    const manager = new TestManager()
    manager.server.on('upgrade', (request: IncomingMessage, socket: TCPSocket, head: Buffer) => {
      manager.upgrades.push({ url: request.url!, headers: request.headers })
      manager.connections.push(socket)
      const answer = manager.refuse(request, socket)
      if (answer === undefined)
        manager.sockets.handleUpgrade(request, socket, head, (client) => manager.accept(client, request))
      else if (answer !== null) socket.end(answer)
    })
    manager.server.listen(0, '127.0.0.1')
    await once(manager.server, 'listening')
    return manager
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  transport(options: Partial<ClientOptions> = {}): Transport {
    return createTransport({
      endpoint: this.endpoint,
      auth: keypair({ accessKey: 'AKIA', secretKey: 'x' }),
      apiVersion: 'v9.20250722',
      release: '26.9.6',
      ...options,
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.sockets.clients) client.terminate()
    for (const socket of this.connections) socket.destroy()
    this.server.closeAllConnections()
    this.server.close()
    await once(this.server, 'close')
  }
}

/** A problem document in place of the upgrade. */
export const problem = (status: number, title: string, headers = '', extra: object = {}): string => {
  const body = JSON.stringify({ type: 'https://api.backend.ai/probs/x', title, ...extra })
  return `HTTP/1.1 ${status} No\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`
}

/** One socket, one connection, with the close codes of protocol 02 §4.5. */
function relay(socket: ServerSocket, port: number): void {
  const app = connect(port, '127.0.0.1')
  app.on('data', (chunk) => {
    app.pause()
    socket.send(chunk, () => app.resume())
  })
  app.on('end', () => socket.close(1001))
  app.on('error', (error: NodeJS.ErrnoException) => socket.close(error.code === 'ECONNREFUSED' ? 1013 : 1011))
  socket.on('message', (data, isBinary) => {
    if (isBinary && !app.write(data as Buffer)) {
      socket.pause()
      app.once('drain', () => socket.resume())
    }
  })
  socket.on('close', () => app.destroySoon())
}

/** What tests and benchmarks of event streams share. */
const utf8 = new TextEncoder()

/** One event of 230 bytes, as released servers send it but for its line ends. */
export const sessionEvent = (newline = '\n'): string =>
  [
    'event: session_started',
    'data: {"reason": "user-requested", "sessionName": "train-resnet-50", "ownerAccessKey": "AKIANABBDUSEREXAMPLE", "sessionId": "fa71ba4c-111f-4a13-9fd1-59335abc0306", "exitCode": null, "note": "epoch"}',
    '',
    '',
  ].join(newline)

export const serverClose = (newline = '\n'): string => `event: server_close${newline}data: {}${newline}${newline}`

/** A stream of bytes in pieces of that size. */
export function piecesOf(text: string, size: number): Uint8Array<ArrayBuffer>[] {
  const bytes = utf8.encode(text)
  const pieces: Uint8Array<ArrayBuffer>[] = []
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.slice(at, at + size))
  return pieces
}

/** An answer that says its pieces, one for each read, and ends. */
export function eventResponse(pieces: readonly Uint8Array<ArrayBuffer>[]): Response {
  let at = 0
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = pieces[at++]
      if (piece) controller.enqueue(piece)
      else controller.close()
    },
  })
  return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } })
}
