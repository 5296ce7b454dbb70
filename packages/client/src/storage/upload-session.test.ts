import { createTransport, keypair, UploadError, type Transport } from '@backend-ai-sdk/core'
import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'

import { sendFile, type UploadTask } from './upload-session.ts'
import { openSource, type UploadSource } from './upload-source.ts'
import { memoryStore } from './upload-store.ts'

/** How servers treat offsets: up to 26.1, up to 26.4.3, and since (protocol 03 §2.7). */
const regimes = ['appends', 'checks', 'commits'] as const
type Regime = (typeof regimes)[number]

/** What happens to one request, in turn. `lost`: it did all it should, and its answer does not arrive. */
type Fate =
  | 'fine'
  | { cutAt: number; drains: number; looks?: number }
  | 'lost'
  | 'refused'
  | 'untrusted'
  | 'expired'
  | 'gone'
  | 'busy'
  | 'full'
  | 'lease'

interface Session {
  size: number
  path: string
  bytes: number[]
  /** Of a request that was cut: what the server has not read yet, and after how many requests it does. */
  draining: { bytes: number[]; looks: number } | undefined
}

/** A manager and a storage proxy in memory. */
class Server {
  readonly files = new Map<string, { bytes: number[]; modified: number }>()
  readonly sessions = new Map<string, Session>()
  readonly problems: string[] = []
  #count = 0
  readonly #regime: Regime
  readonly #fates: Fate[]

  constructor(regime: Regime, fates: readonly Fate[]) {
    this.#regime = regime
    this.#fates = [...fates]
  }

  readonly fetch = async (input: RequestInfo | URL): Promise<Response> => {
    const request = input as Request
    const response = await this.#answer(request)
    // Not even a refusal has a body then.
    return request.method === 'HEAD' ? new Response(null, response) : response
  }

  async #answer(request: Request): Promise<Response> {
    const url = new URL(request.url)
    if (url.origin !== 'http://storage') return this.#manage(request, url)
    if (request.headers.has('Authorization')) this.problems.push('credentials at the storage proxy')
    const token = url.searchParams.get('token')!
    const session = this.sessions.get(token)
    const fate = request.method === 'PATCH' || request.method === 'HEAD' ? (this.#fates.shift() ?? 'fine') : 'fine'
    if (fate === 'refused') throw new TypeError('fetch failed')
    if (fate === 'untrusted')
      throw new TypeError('fetch failed', {
        cause: Object.assign(new Error('self-signed'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
      })
    if (fate === 'full' && request.method === 'PATCH') return problem(500, 'internal-server-error')
    if (fate === 'busy') return problem(502, 'bad-gateway')
    if (fate === 'expired') this.sessions.delete(token)
    if (fate === 'expired') return problem(400, 'invalid-api-params', { token: 'Signature has expired' })
    if (fate === 'gone') this.sessions.delete(token)
    if (!session || fate === 'gone') return problem(404, 'no-such-upload-session')
    if (request.method === 'HEAD') {
      this.#drain(session)
      return new Response(null, { status: 200, headers: headersOf(session) })
    }
    if (fate === 'lease' && this.#regime === 'commits') return problem(409, 'tus-lease-held')
    const offset = Number(request.headers.get('Upload-Offset'))
    if (this.#regime !== 'appends' && offset !== session.bytes.length) return problem(409, 'upload-offset-mismatch')
    const body = [...new Uint8Array(await request.arrayBuffer())]
    if (typeof fate === 'object') {
      const arrived = body.slice(0, Math.floor(fate.cutAt * body.length))
      if (this.#regime !== 'commits') {
        const read = arrived.length - Math.floor(fate.drains * arrived.length)
        session.bytes.push(...arrived.slice(0, read))
        session.draining = { bytes: arrived.slice(read), looks: fate.looks ?? 1 }
      }
      throw new TypeError('fetch failed', { cause: new Error('read ECONNRESET') })
    }
    this.#drain(session)
    session.bytes.push(...body)
    const headers = headersOf(session)
    if (session.bytes.length >= session.size) {
      this.sessions.delete(token)
      this.files.set(session.path, { bytes: session.bytes, modified: Date.now() })
    }
    if (fate === 'lost') throw new TypeError('fetch failed', { cause: new Error('read ECONNRESET') })
    return new Response(null, { status: 204, headers })
  }

  addFate(fate: Fate): void {
    this.#fates.push(fate)
  }

  #drain(session: Session): void {
    if (!session.draining || session.draining.looks-- > 0) return
    session.bytes.push(...session.draining.bytes)
    session.draining = undefined
  }

  async #manage(request: Request, url: URL): Promise<Response> {
    if (url.pathname === '/') return Response.json({ version: 'v9.20250722', manager: '26.9.6' })
    if (url.pathname.endsWith('/request-upload')) {
      const { path, size } = (await request.json()) as { path: string; size: number }
      const token = `token-${this.#count++}`
      this.sessions.set(token, { size, path, bytes: [], draining: undefined })
      return Response.json({ token, url: 'http://storage/upload' })
    }
    const items = [...this.files].map(([name, { bytes, modified }]) => ({
      name,
      type: 'FILE',
      size: bytes.length,
      modified: new Date(modified).toISOString(),
    }))
    return Response.json({ items })
  }
}

const headersOf = ({ bytes, size }: Session): Record<string, string> => ({
  'Upload-Offset': String(bytes.length),
  'Upload-Length': String(size),
})

const problem = (status: number, slug: string, data?: unknown): Response =>
  Response.json({ type: `https://api.backend.ai/probs/storage/${slug}`, title: slug, data }, { status })

function transportTo(server: Server): Transport {
  const auth = keypair({ accessKey: 'AKIATEST', secretKey: 'secret' })
  return createTransport({ endpoint: 'http://manager', auth, fetch: server.fetch })
}

async function task(server: Server, source: UploadSource, others: Partial<UploadTask> = {}): Promise<UploadTask> {
  return {
    folder: { transport: transportTo(server), segment: 'folder', id: 'id' },
    path: 'file',
    source: await openSource(source, 'file'),
    partSize: 7,
    idle: 0,
    patience: 60_000,
    signal: new AbortController().signal,
    onSent() {},
    mayGoOn: async () => false,
    wait: async () => {},
    ...others,
  }
}

const part = fc.double({ min: 0, max: 1, noNaN: true })
const cutFacts = { cutAt: part, drains: part }
const cut = fc.record(cutFacts)
const passing = fc.oneof(cut, fc.constantFrom<Fate>('fine', 'fine', 'lost', 'refused', 'busy', 'lease'))
const content = fc.uint8Array({ maxLength: 60 }).map((bytes) => new Uint8Array(bytes))

describe.each(regimes)('a server that %s', (regime) => {
  test.prop([content, fc.array(passing, { maxLength: 25 }), fc.integer({ min: 1, max: 20 })])(
    'has the file in the end, whatever was cut and lost',
    async (bytes, fates, partSize) => {
      const server = new Server(regime, fates)
      await sendFile(await task(server, bytes, { partSize }))
      expect(server.files.get('file')?.bytes).toEqual([...bytes])
      expect(server.problems).toEqual([])
    },
  )

  test.prop([content, fc.array(fc.record({ ...cutFacts, looks: fc.nat(4) }), { maxLength: 5 })])(
    'has the file in the end, even where what was cut arrives late',
    async (bytes, fates) => {
      const server = new Server(regime, fates)
      await sendFile(await task(server, bytes))
      expect(server.files.get('file')?.bytes).toEqual([...bytes])
    },
  )

  test.prop([content, fc.array(passing, { maxLength: 8 }), fc.constantFrom<Fate>('expired', 'gone'), passing])(
    'gives a new token where the first is of no use any more',
    async (bytes, before, end, after) => {
      const server = new Server(regime, [...before, end, after])
      await sendFile(await task(server, bytes))
      expect(server.files.get('file')?.bytes).toEqual([...bytes])
    },
  )

  test.prop([content, fc.array(passing, { maxLength: 10 })])(
    'is sent a stream, or told that its beginning is gone',
    async (bytes, fates) => {
      const server = new Server(regime, fates)
      const pieces = (async function* () {
        for (let start = 0; start < bytes.length; start += 3) yield bytes.slice(start, start + 3)
      })()
      const source = await openSource(pieces, 'file', bytes.length)
      const outcome = await sendFile(await task(server, bytes, { source })).catch((error: unknown) => error)
      if (outcome instanceof UploadError) expect(outcome.reason).toBe('not-rewindable')
      else expect(server.files.get('file')?.bytes).toEqual([...bytes])
    },
  )

  test.prop([fc.uint8Array({ minLength: 20, maxLength: 60 }), fc.nat(4), fc.array(passing, { maxLength: 6 })])(
    'goes on with what another process has begun',
    async (given, parts, fates) => {
      const bytes = new Uint8Array(given)
      const store = memoryStore()
      const server = new Server(regime, [])
      const killed = new AbortController()
      let rest = parts
      const mayGoOn = async (): Promise<boolean> => {
        if (rest-- === 0) killed.abort('killed')
        return false
      }
      const note = { store, key: 'key' }
      const first = sendFile(await task(server, bytes, { note, signal: killed.signal, mayGoOn, partSize: 5 }))
      const wasKilled = await first.then(
        () => false,
        (reason: unknown) => reason === 'killed',
      )
      for (const fate of fates) server.addFate(fate)
      const { resumedAt } = await sendFile(await task(server, bytes, { note, partSize: 5 }))
      expect(server.files.get('file')?.bytes).toEqual([...bytes])
      if (wasKilled && fates.length === 0) expect(resumedAt).toBe(Math.min(parts * 5, bytes.length))
      expect(await store.get('key')).toBeUndefined()
    },
  )
})

test('a source that changes ends the upload, and nothing becomes of it', async () => {
  const server = new Server('commits', [])
  const source = {
    size: 20,
    lastModified: 1,
    async read(start: number, end: number) {
      if (start >= 7) this.lastModified = 2
      return new Uint8Array(end - start)
    },
  }
  const error = await sendFile(await task(server, source)).catch((error: unknown) => error)
  expect(error).toMatchObject({ code: 'ERR_UPLOAD', reason: 'source-changed', path: 'file', received: 7 })
  expect(server.files.size).toBe(0)
})

test.each([
  ['shrinks', 15],
  ['grows', 25],
])('a stream that %s is noticed', async (_what, size) => {
  const server = new Server('commits', [])
  const pieces = (async function* () {
    yield new Uint8Array(size)
  })()
  const source = await openSource(pieces, 'file', 20)
  const error = await sendFile(await task(server, '', { source })).catch((error: unknown) => error)
  expect(error).toMatchObject({ reason: 'source-changed', expected: 20, reported: size })
  expect(server.files.size).toBe(0)
})

test('a server that stays away is given up with what it has', async () => {
  const server = new Server('commits', ['fine', ...Array.from({ length: 100 }, () => 'refused' as const)])
  const error = await sendFile(await task(server, new Uint8Array(20), { patience: 0 })).catch((error: unknown) => error)
  expect(error).toMatchObject({ reason: 'unreachable', expected: 20, reported: 7, received: 7, retryable: true })
})

test('a server whose disk is full is given up with what it has', async () => {
  const server = new Server('appends', ['fine', ...Array.from({ length: 100 }, () => 'full' as const)])
  const error = await sendFile(await task(server, new Uint8Array(20), { patience: 0 })).catch((error: unknown) => error)
  expect(error).toMatchObject({ reason: 'unreachable', expected: 20, reported: 7, received: 7, cause: { status: 500 } })
  expect(server.files.size).toBe(0)
})

test('a certificate that is not trusted is no reason to try again', async () => {
  const server = new Server('commits', ['fine', 'untrusted'])
  const error = await sendFile(await task(server, new Uint8Array(20))).catch((error: unknown) => error)
  expect(error).toMatchObject({ code: 'ERR_UPLOAD', reason: 'untrusted', received: 7, retryable: false })
  expect((error as Error).message).toContain('http://storage')
  expect(server.files.size).toBe(0)
})

test('tokens that expire too soon end it', async () => {
  const server = new Server(
    'commits',
    Array.from({ length: 9 }, () => 'expired' as const),
  )
  const error = await sendFile(await task(server, new Uint8Array(20))).catch((error: unknown) => error)
  expect(error).toMatchObject({ reason: 'expired' })
  expect(JSON.stringify(error)).not.toContain('token-')
})
