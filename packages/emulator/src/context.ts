/** A request on its way through a route. */
import { type Fields, parse, type Parsed } from './checks.ts'
import type { APIVersion, Bindings, Cluster, Requester } from './cluster.ts'
import { isObject, type JsonObject, parseJson, pythonJson } from './formats/json.ts'
import { Problem } from './problems.ts'
import type { Profile } from './profiles.ts'
import type { SocketHandler } from './sockets/sockets.ts'

export interface RequestFacts {
  cluster: Cluster
  request: Request
  bindings: Bindings
  requester: Requester | null
  version: APIVersion
  parameters: Readonly<Record<string, string>>
}

export class Context {
  readonly cluster: Cluster
  readonly request: Request
  readonly url: URL
  readonly version: APIVersion
  readonly #bindings: Bindings
  readonly #requester: Requester | null
  readonly #parameters: Readonly<Record<string, string>>
  #text: Promise<string> | undefined

  constructor(facts: RequestFacts) {
    this.cluster = facts.cluster
    this.request = facts.request
    this.url = new URL(facts.request.url)
    this.version = facts.version
    this.#bindings = facts.bindings
    this.#requester = facts.requester
    this.#parameters = facts.parameters
  }

  get profile(): Profile {
    return this.cluster.profile
  }

  /** Of routes that need one. */
  get requester(): Requester {
    if (!this.#requester) throw new Problem('auth-failed', { msg: 'Unauthorized access' })
    return this.#requester
  }

  get isSuperadmin(): boolean {
    return this.requester.user.role === 'superadmin'
  }

  /** A part of the path, decoded. */
  part(name: string): string {
    return this.#parameters[name] ?? ''
  }

  text(): Promise<string> {
    this.#text ??= this.#bindings.body ? this.#bindings.body() : this.request.text()
    return this.#text
  }

  /** The query as one flat object: of repeated keys the first, as the manager's dictionary has it. */
  query(): Record<string, string> {
    const query: Record<string, string> = {}
    for (const [name, value] of this.url.searchParams) query[name] ??= value
    return query
  }

  /** A JSON object, or the release's complaint about it. */
  async body(): Promise<JsonObject> {
    const text = await this.text()
    const parsed = parseJson(text)
    if (parsed && isObject(parsed.value)) return parsed.value
    if (this.profile.parameters === 'strict') throw new Problem('invalid-params', { msg: 'Malformed body' })
    const where = `URL: ${this.request.url}, Method: ${this.request.method}`
    throw new Problem('malformed-body', { msg: `Malformed body - ${where}` })
  }

  /**
   * Declared parameters. Old handlers take the body if there is one, else the query, whatever the method; typed ones
   * know which (protocol 01 §3.4).
   */
  async read<F extends Fields>(fields: F, model: string, from: 'body' | 'query'): Promise<Parsed<F>> {
    const fromBody = this.profile.parameters === 'typed' ? from === 'body' : (await this.text()) !== ''
    return parse(fields, fromBody ? await this.body() : this.query(), this.profile, model)
  }
}

export function json(value: unknown, status = 200): Response {
  const text = pythonJson(value)
  return new Response(text, {
    status,
    // ASCII, so each unit is a byte. Without a socket nobody else tells the length, and clients that have to count on
    // more than they accept read the body piece by piece.
    headers: { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': String(text.length) },
  })
}

export const noContent = (): Response => new Response(null, { status: 204 })

interface RouteFacts {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** `/session/:session`. */
  path: string
  /** Who may call it; `user` is anybody with a valid key. */
  role: 'anyone' | 'user' | 'superadmin'
  /** Refused while the manager is frozen (protocol 01 §4.4). */
  frozen?: 'refused'
  /** Neither counted nor told in headers. */
  unlimited?: true
}

export interface Route extends RouteFacts {
  handle(context: Context): Response | Promise<Response>
}

/** Becomes a WebSocket; refusals before that are ordinary problems. */
interface SocketRoute extends RouteFacts {
  open(context: Context): SocketHandler | Promise<SocketHandler>
}

export type AnyRoute = Route | SocketRoute

/** The routes of one resource, for a release. */
export type Routes = (profile: Profile) => AnyRoute[]
