/** What may stand between a client and a manager: a proxy, and a server that ends TLS. All on loopback. */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import http, { type IncomingHttpHeaders, type IncomingMessage, type RequestListener } from 'node:http'
import https from 'node:https'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import type { Duplex } from 'node:stream'

import type { Certificates } from './certificates.ts'

/** `127.0.0.1:PORT` */
export interface Listening extends AsyncDisposable {
  readonly host: string
}

async function listen(server: Server, end: () => void): Promise<Listening> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      end()
      await closed
    },
  }
}

/** Ends connections that HTTP servers no longer count as theirs: tunnels and sockets. */
function keep(server: Server): () => void {
  const open = new Set<Duplex>()
  server.on('connection', (socket: Duplex) => {
    open.add(socket.on('close', () => open.delete(socket)).on('error', () => socket.destroy()))
  })
  return () => {
    for (const socket of open) socket.destroy()
  }
}

function join(client: Duplex, server: Duplex): void {
  client.on('error', () => server.destroy()).on('close', () => server.destroy())
  server.on('error', () => client.destroy()).on('close', () => client.destroy())
  client.pipe(server).pipe(client)
}

/** An address that only the proxy can reach: whoever comes by itself is cut off. */
export function listenInVain(): Promise<Listening> {
  const server = createServer((socket) => socket.destroy())
  return listen(server, () => {})
}

/** Of requests to a proxy. */
type ProxyUse = 'CONNECT' | 'absolute' | 'refused'

export interface Proxy extends Listening {
  readonly uses: ProxyUse[]
}

/**
 * A proxy for tunnels (`CONNECT`) and for requests in absolute form. As others do, it forwards no upgrades in the latter.
 *
 * @param routes where it finds the hosts that it is asked for.
 * @param credentials `user:password`, which it then demands.
 */
export async function startProxy(routes: ReadonlyMap<string, string>, credentials?: string): Promise<Proxy> {
  const uses: ProxyUse[] = []
  const expected = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`
  const admits = ({ headers }: IncomingMessage): boolean => !expected || headers['proxy-authorization'] === expected
  const server = http.createServer((request, response) => {
    const url = URL.canParse(request.url!) ? new URL(request.url!) : undefined
    const target = admits(request) && url && routes.get(url.host)
    if (!url || !target) {
      uses.push('refused')
      response.writeHead(admits(request) ? 502 : 407, { 'Proxy-Authenticate': 'Basic realm="proxy"' }).end()
      return
    }
    uses.push('absolute')
    const headers = { ...request.headers }
    for (const name of ['connection', 'upgrade', 'proxy-authorization', 'proxy-connection']) delete headers[name]
    forward(target, { url: url.pathname + url.search, headers })(request, response)
  })
  server.on('connect', (request: IncomingMessage, socket: Duplex) => {
    const target = admits(request) && routes.get(request.url!)
    if (!target) {
      uses.push('refused')
      socket.end(
        admits(request)
          ? 'HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n'
          : 'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="proxy"\r\nContent-Length: 0\r\n\r\n',
      )
      return
    }
    uses.push('CONNECT')
    const url = new URL(`http://${target}`)
    const upstream = connect(Number(url.port), url.hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      join(socket, upstream)
    })
    upstream.on('error', () => socket.destroy())
  })
  return { ...(await listen(server, keep(server))), uses }
}

function forward(host: string, { url, headers }: { url: string; headers: IncomingHttpHeaders }): RequestListener {
  return (request, response) => {
    const options = {
      host: '127.0.0.1',
      port: host.split(':')[1],
      method: request.method,
      path: url,
      headers,
      agent: false,
    }
    const outgoing = http.request(options as http.RequestOptions, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers)
      answer.pipe(response)
    })
    outgoing.on('error', () => response.destroy())
    request.pipe(outgoing)
  }
}

export interface FrontOptions {
  /** Of clients: a certificate of the CA. */
  demandsCertificate?: boolean
  /** In place of the Host header that came. */
  host?: string
}

/** Ends TLS before a server on plain HTTP, and passes on what came: the Host header as it was, because it is signed. */
export async function startFront(
  target: string,
  certificates: Certificates,
  { demandsCertificate = false, host }: FrontOptions = {},
): Promise<Listening> {
  const [ca, cert, key] = await Promise.all(
    [certificates.ca, certificates.server.cert, certificates.server.key].map((file) => readFile(file)),
  )
  const headersOf = ({ headers }: IncomingMessage): IncomingHttpHeaders => ({ ...headers, ...(host && { host }) })
  const server = https.createServer(
    { ca, cert, key, ...(demandsCertificate && { requestCert: true }) } as https.ServerOptions,
    (request, response) => forward(target, { url: request.url!, headers: headersOf(request) })(request, response),
  )
  server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    const url = new URL(`http://${target}`)
    const upstream = connect(Number(url.port), url.hostname, () => {
      const lines = Object.entries(headersOf(request)).map(([name, value]) => `${name}: ${String(value)}\r\n`)
      upstream.write(`GET ${request.url} HTTP/1.1\r\n${lines.join('')}\r\n`)
      join(socket, upstream)
    })
    upstream.on('error', () => socket.destroy())
  })
  return listen(server, keep(server))
}
