/** One app at a port of its own. Who may connect is shown by a cookie, which the address of its set-up gives. */
import { randomUUID } from 'node:crypto'

import type { RunningApp } from '../apps/app.ts'
import { type AppConnection, join } from '../apps/connection.ts'
import { type AppRequest, concatenate, headOf, readRequest } from '../apps/http.ts'
import { nodeHost } from '../apps/node-host.ts'

export interface CircuitOptions {
  connect: () => Promise<AppConnection>
  protocol: string
  /** Everybody may connect. */
  isPublic: boolean
}

const encoder = new TextEncoder()
/** A path of the app: never another host. */
const ownPath = /^\/(?!\/)/

export class Circuit {
  readonly port: number
  readonly #listener: RunningApp
  readonly #options: CircuitOptions
  readonly #permit: string

  static async open(options: CircuitOptions): Promise<Circuit> {
    const permit = randomUUID()
    const state: { circuit?: Circuit } = {}
    const listener = await nodeHost.serve((connection) => {
      state.circuit?.accept(connection).catch(() => connection.close())
    })
    state.circuit = new Circuit(listener, options, permit)
    return state.circuit
  }

  private constructor(listener: RunningApp, options: CircuitOptions, permit: string) {
    this.port = listener.port ?? 0
    this.#listener = listener
    this.#options = options
    this.#permit = permit
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** Where a browser goes first. */
  setupURL(redirect: string): string {
    const url = new URL('/setup', this.url)
    url.searchParams.set('token', this.#permit)
    if (redirect !== '') url.searchParams.set('redirect', redirect)
    return url.href
  }

  async accept(connection: AppConnection): Promise<void> {
    if (this.#options.isPublic) return this.#pass(connection, null)
    const request = await readRequest(connection)
    if (!request) return connection.close()
    const url = new URL(request.target, this.url)
    const name = `permit-${this.port}`
    if (url.pathname === '/setup' && url.searchParams.get('token') === this.#permit) {
      return answer(connection, this.#setup(url.searchParams.get('redirect') ?? '/', `${name}=${this.#permit}`))
    }
    const cookies = (request.headers.get('cookie') ?? '').split(';').map((cookie) => cookie.trim())
    if (!cookies.includes(`${name}=${this.#permit}`)) {
      return answer(connection, { status: '401 Unauthorized', headers: {}, body: 'Unauthorized access' })
    }
    return this.#pass(connection, request)
  }

  close(): Promise<void> {
    return this.#listener.stop()
  }

  async #pass(connection: AppConnection, request: AppRequest | null): Promise<void> {
    const app = await this.#options.connect()
    if (request) app.write(concatenate(request.head, request.rest))
    join(connection, app)
  }

  #setup(redirect: string, cookie: string): Answer {
    if (this.#options.protocol === 'tcp') {
      const gateway = `tcp://127.0.0.1:${this.port}`
      const uri = `http://localhost:45678/start?${String(new URLSearchParams({ directTCP: 'true', auth: this.#permit, proto: 'tcp', gateway }))}`
      return {
        status: '200 OK',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ redirectURI: uri }),
      }
    }
    const location = ownPath.test(redirect) ? redirect : '/'
    const headers = { Location: location, 'Set-Cookie': `${cookie}; Path=/; HttpOnly; SameSite=Lax` }
    return { status: '308 Permanent Redirect', headers, body: '' }
  }
}

interface Answer {
  status: string
  headers: Readonly<Record<string, string>>
  body: string
}

function answer(connection: AppConnection, { status, headers, body }: Answer): void {
  const bytes = encoder.encode(body)
  const length = { 'Content-Length': bytes.length, Connection: 'close' }
  connection.resume()
  connection.write(concatenate(headOf(`HTTP/1.1 ${status}`, { ...headers, ...length }), bytes))
  connection.close()
}
