/** The storage proxy's side for clients: an app of its own, at an address of its own (protocol 03 §2). */
import { Complaint, flag } from '../checks.ts'
import type { ReleaseFaults } from '../faults/release-faults.ts'
import { type Json, type JsonObject, pythonJson } from '../formats/json.ts'
import type { Profile } from '../profiles.ts'
import { FileError, OutsideError } from '../storage/file-system.ts'
import type { Storage } from '../storage/storage.ts'
import type { StoredFolder } from '../storage/stored-folder.ts'
import { download, downloadArchive } from './downloads.ts'
import { internalError, invalidParameters, plainText, StorageProblem } from './problems.ts'
import { type Claims, TokenError, Tokens } from './tokens.ts'
import { storageProxyTraits, type StorageProxyTraits } from './traits.ts'
import { uploadCORS, uploadOptions, Uploads } from './uploads.ts'

export interface StorageProxyOptions {
  /** Where clients find it, if not where it listens: behind something that forwards to it. */
  url?: string
  /** Milliseconds that a token is valid. Default: a day. */
  tokenLifetime?: number
  /** Signs the tokens, as the `secret` of a real storage proxy's configuration does. Default: a random one. */
  secret?: string
  /** Of uploads, where they are to be those of another release: see `StorageProxyTraits`. */
  offsets?: 'ignored' | 'kept' | 'committed'
}

export interface StorageProxyMeans {
  profile: Profile
  storage: Storage
  clock: () => number
  faults: ReleaseFaults
}

const methods: Readonly<Record<string, readonly string[]>> = {
  '/': ['GET'],
  '/upload': ['HEAD', 'OPTIONS', 'PATCH'],
  '/download': ['GET', 'OPTIONS'],
  '/download-archive': ['GET', 'OPTIONS'],
}

const aDay = 86_400_000

export class StorageProxy {
  /** Its origin, without a `/` at the end. */
  url: string
  readonly #means: StorageProxyMeans
  readonly #traits: StorageProxyTraits
  readonly #tokens: Tokens
  readonly #uploads: Uploads

  constructor(means: StorageProxyMeans, options: StorageProxyOptions = {}) {
    this.#means = means
    const traits = storageProxyTraits[means.profile.name]
    this.#traits = options.offsets === undefined ? traits : { ...traits, offsets: options.offsets }
    this.#tokens = new Tokens(means.clock, options.tokenLifetime ?? aDay, options.secret)
    this.#uploads = new Uploads(this.#traits)
    this.url = options.url?.replace(/\/$/, '') ?? 'http://127.0.0.1:6021'
  }

  /** Tokens that were issued until now are over: what an upload meets that takes longer. */
  expireTokens(): void {
    this.#tokens.expireAll()
  }

  /** What the manager hands on: a token, and where it is good. */
  async issue(claims: Claims): Promise<{ token: string; url: string }> {
    const path = 'operation' in claims ? '/download-archive' : `/${claims.op}`
    return { token: await this.#tokens.issue(claims), url: this.url + path }
  }

  beginUpload(folder: StoredFolder): Promise<string> {
    return this.#uploads.begin(folder)
  }

  /** Whether a request is for it, by its address. */
  isFor(request: Request): boolean {
    return request.url.startsWith(`${this.url}/`)
  }

  /** @param losesLease of uploads: another storage proxy has taken the session over before the part is whole. */
  async fetch(request: Request, losesLease = false): Promise<Response> {
    try {
      return await this.#answer(request, losesLease)
    } catch (error) {
      if (error instanceof StorageProblem) return error.response(this.#means.profile)
      // A full disk, and the like.
      if (error instanceof FileError || error instanceof OutsideError) return internalError()
      // A sender that is gone takes no answer.
      throw error
    }
  }

  /** What all answers have: its CORS, and the date. */
  finish(request: Request, response: Response): Response {
    const { headers } = response
    const { pathname } = new URL(request.url)
    headers.set('Date', new Date(this.#means.clock()).toUTCString())
    const origin = request.headers.get('Origin')
    if (pathname === '/upload') {
      if (response.status >= 400 && !this.#means.faults.hidesUploadErrors)
        for (const [name, value] of Object.entries(uploadCORS)) headers.set(name, value)
    } else if (origin && pathname !== '/' && request.method === 'GET' && !headers.has('Access-Control-Allow-Origin')) {
      const told = [...headers.keys()].filter((name) => !alwaysExposed.has(name)).map((name) => wireName(name))
      const names = new Set([...told, 'Date', 'Server'])
      headers.set('Access-Control-Expose-Headers', [...names].join(','))
      headers.set('Access-Control-Allow-Origin', origin)
      headers.set('Access-Control-Allow-Credentials', 'true')
    }
    return response
  }

  async #answer(request: Request, losesLease: boolean): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url)
    const { method, headers } = request
    const allowed = this.#isThere(pathname) ? methods[pathname] : undefined
    if (!allowed) return plainText(404, '404: Not Found')
    if (method === 'OPTIONS' && pathname === '/upload') return uploadOptions()
    if (method === 'OPTIONS' && pathname !== '/') return preflight(headers)
    if (!allowed.includes(method)) return plainText(405, '405: Method Not Allowed', { Allow: allowed.join(',') })
    const query = Object.fromEntries(searchParams)
    if (pathname === '/') return this.#status(query)
    if (pathname === '/download-archive') return this.#archive(query)
    const directory = this.#traits.targetDirectory ? ['dst_dir'] : []
    if (pathname === '/upload') {
      const claims = await this.#read(query, directory, 'upload', ['relpath', 'session', 'size'])
      const folder = await this.#folder(claims['volume'], claims['vfid'])
      const upload = { folder, claims: claims as never, targetDirectory: query['dst_dir'] }
      return method === 'HEAD' ? this.#uploads.head(upload) : this.#uploads.patch(upload, request, losesLease)
    }
    const claims = await this.#read(query, ['archive', 'no_cache', ...directory], 'download', ['vfid', 'relpath'])
    const folder = await this.#folder(claims['volume'], claims['vfid'])
    const relpath = String(claims['relpath'])
    const { stallsOnBrokenLinks } = this.#means.faults.folders
    const wanted = {
      folder,
      stallsOnBrokenLinks,
      path: query['dst_dir'] ? `${query['dst_dir']}/${relpath}` : relpath,
      archive: isOn(query['archive']),
      isUncached: isOn(query['no_cache']),
    }
    return download(wanted, headers, this.#traits)
  }

  #isThere(path: string): boolean {
    if (path === '/') return this.#traits.status
    return path === '/download-archive' ? this.#traits.archives : true
  }

  #status(query: Record<string, string>): Response {
    const [unknown] = Object.keys(query)
    if (unknown !== undefined) throw invalidParameters({ [unknown]: `${unknown} is not allowed key` })
    const document = { status: 'ok', type: 'client-facing', 'storage-proxy': this.#means.profile.manager }
    const text = pythonJson(document)
    return new Response(text, {
      headers: { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': String(text.length) },
    })
  }

  async #archive(query: Record<string, string>): Promise<Response> {
    const { token } = query
    if (token === undefined)
      throw new StorageProblem(400, {
        slug: '/generic-bad-request',
        title: 'Invalid or Missing API Parameters.',
        code: 'api_parsing_invalid-parameters',
      })
    let claims: JsonObject
    try {
      claims = await this.#tokens.verify(token)
    } catch (error) {
      throw error instanceof TokenError ? archiveTokenProblem(error) : error
    }
    const { files, filename, volume, virtual_folder_id: id } = claims as { [name: string]: Json }
    if (!Array.isArray(files))
      throw new StorageProblem(400, {
        slug: '/jwt-payload-validation-error',
        title: 'JWT payload validation failed.',
        code: 'auth_auth_invalid-parameters',
      })
    const folder = await this.#folder(volume, id)
    const { stallsOnBrokenLinks } = this.#means.faults.folders
    const name = typeof filename === 'string' ? filename : null
    return downloadArchive(folder, files.map(String), name, stallsOnBrokenLinks)
  }

  /** The claims of the token; what is wrong with any parameter is one problem. */
  async #read(
    query: Record<string, string>,
    keys: readonly string[],
    operation: 'upload' | 'download',
    needed: readonly string[],
  ): Promise<JsonObject> {
    const complaints: Record<string, Json> = {}
    let claims: JsonObject = {}
    if (query['token'] === undefined) complaints['token'] = 'is required'
    else {
      try {
        claims = await this.#tokens.verify(query['token'])
        const wrong = complaintsAbout(claims, operation, needed)
        if (wrong) complaints['token'] = wrong
      } catch (error) {
        if (!(error instanceof TokenError)) throw error
        complaints['token'] = `cannot decode the given value as JWT: ${error.message}`
      }
    }
    for (const [name, value] of Object.entries(query)) {
      if (name === 'token') continue
      if (!keys.includes(name)) complaints[name] = `${name} is not allowed key`
      else if (name !== 'dst_dir' && flag(value) instanceof Complaint)
        complaints[name] = "value can't be converted to Bool"
    }
    if (Object.keys(complaints).length > 0) throw invalidParameters(complaints)
    return claims
  }

  #folder(volume: unknown, id: unknown): Promise<StoredFolder> {
    return this.#means.storage.volume(String(volume)).folder(String(id).split('/').at(-1) ?? '')
  }
}

/** Pages see these anyway. */
const alwaysExposed = new Set(['cache-control', 'content-type', 'last-modified'])

const isOn = (value: string | undefined): boolean => value !== undefined && flag(value) === true

function complaintsAbout(claims: JsonObject, operation: string, needed: readonly string[]): Json | undefined {
  const wrong: Record<string, string> = {}
  if (claims['op'] === undefined) wrong['op'] = 'is required'
  else if (claims['op'] !== operation) wrong['op'] = `value is not exactly '${operation}'`
  for (const name of needed) if (claims[name] === undefined) wrong[name] = 'is required'
  return Object.keys(wrong).length > 0 ? wrong : undefined
}

function archiveTokenProblem({ message }: TokenError): StorageProblem {
  if (message === 'Signature verification failed')
    return new StorageProblem(401, {
      slug: '/jwt-invalid-signature',
      title: 'JWT signature verification failed.',
      code: 'auth_auth_unauthorized',
    })
  if (message === 'Signature has expired')
    return new StorageProblem(401, {
      slug: '/jwt-expired',
      title: 'JWT token has expired.',
      code: 'auth_auth_unauthorized',
    })
  return new StorageProblem(400, {
    slug: '/jwt-decode-error',
    title: 'Failed to decode JWT token.',
    code: 'auth_auth_bad-request',
    msg: message,
  })
}

/** Any method is allowed; what is allowed is said back (observed). */
function preflight(headers: Headers): Response {
  const origin = headers.get('Origin')
  const method = headers.get('Access-Control-Request-Method')
  const missing = !origin ? 'Origin' : method ? null : 'Access-Control-Request-Method'
  if (missing !== null || !origin || !method)
    return plainText(403, `CORS preflight request failed: '${missing}' header is not specified`)
  const asked = headers.get('Access-Control-Request-Headers')
  return new Response(null, {
    headers: {
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Allow-Credentials': 'true',
      'Access-Control-Allow-Methods': method,
      ...(asked && { 'Access-Control-Allow-Headers': asked.toUpperCase().replaceAll(' ', '') }),
    },
  })
}

const wireName = (name: string): string =>
  name.replaceAll(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase())
