/** Uploads: the part of TUS 1.0.0 that there is (protocol 03 §2.7). */
import { chunksOf } from '../formats/byte-streams.ts'
import { newHex } from '../random.ts'
import { FileError } from '../storage/file-system.ts'
import type { StoredFolder } from '../storage/stored-folder.ts'
import { badRequest, internalError, StorageProblem } from './problems.ts'
import type { UploadClaims } from './tokens.ts'
import type { StorageProxyTraits } from './traits.ts'

/** Where files are until they are whole. */
const staging = '.upload'

const names = 'Tus-Resumable, Upload-Length, Upload-Metadata, Upload-Offset, Content-Type'

export const uploadCORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Headers': names,
  'Access-Control-Expose-Headers': names,
  'Access-Control-Allow-Methods': '*',
}

/** To `OPTIONS`, which needs no token. */
export const uploadOptions = (): Response =>
  new Response(null, {
    headers: {
      ...uploadCORS,
      'Tus-Resumable': '1.0.0',
      'Tus-Version': '1.0.0',
      'Tus-Max-Size': '107374182400',
      'X-Content-Type-Options': 'nosniff',
      'Content-Length': '0',
    },
  })

export interface UploadRequest {
  readonly folder: StoredFolder
  readonly claims: UploadClaims
  /** Put before the path of the file. */
  readonly targetDirectory: string | undefined
}

export class Uploads {
  readonly #traits: StorageProxyTraits
  /** Ends of the last PATCH that was whole, where they count. */
  readonly #committed = new Map<string, number>()
  readonly #leases = new Set<string>()

  constructor(traits: StorageProxyTraits) {
    this.#traits = traits
  }

  /** Its file is there from the beginning, and stays if nothing comes. */
  async begin(folder: StoredFolder): Promise<string> {
    const session = newHex(16)
    for (let tries = 1; ; tries++) {
      try {
        await folder.makeDirectory(staging, { existOk: true })
        await folder.write(fileOf(session), 'end', [])
        return session
      } catch (error) {
        // Another upload has just made the directory, or has ended and taken it away.
        const isRace = error instanceof FileError && ['EEXIST', 'ENOENT'].includes(error.code)
        if (!isRace || tries === 10) throw error
      }
    }
  }

  async head({ folder, claims }: UploadRequest): Promise<Response> {
    return answer(200, await this.#offset(folder, claims), claims)
  }

  async patch(upload: UploadRequest, request: Request, losesLease: boolean): Promise<Response> {
    const { folder, claims } = upload
    const { session, size } = claims
    const { offsets } = this.#traits
    const offset = await this.#offset(folder, claims)
    if (offsets !== 'ignored') checkOffset(request.headers.get('Upload-Offset'), offset)
    if (offsets === 'committed' && this.#leases.has(session)) throw leaseHeld(session)
    this.#leases.add(session)
    try {
      const chunks = chunksOf(request.body, request.signal)
      const written = await folder.write(fileOf(session), offsets === 'committed' ? offset : 'end', chunks)
      // What was written counts for nothing, as of a part that broke off.
      if (losesLease && offsets === 'committed') throw leaseLost(session)
      const end = offsets === 'committed' ? offset + written : await sizeOf(folder, session)
      if (offsets === 'committed') this.#committed.set(session, end)
      if (end >= size && !(await this.#complete(upload))) return internalError()
      return answer(204, end, claims)
    } finally {
      this.#leases.delete(session)
    }
  }

  async #offset(folder: StoredFolder, { session }: UploadClaims): Promise<number> {
    const status = await folder.inspect(fileOf(session))
    if (!status) throw this.#noSession(session)
    return this.#traits.offsets === 'committed' ? (this.#committed.get(session) ?? 0) : status.size
  }

  #noSession(session: string): StorageProblem {
    if (this.#traits.offsets !== 'committed')
      return new StorageProblem(404, { slug: 'no-such-upload-session', title: 'No such upload session', isPlain: true })
    return new StorageProblem(404, {
      slug: 'tus-session-not-found',
      title: 'TUS upload session not found',
      code: 'storage-proxy_read_not-found',
      msg: `Upload session ${session} has no on-disk staging file`,
    })
  }

  /** False where it cannot be put in its place: the session goes on. */
  async #complete({ folder, claims, targetDirectory }: UploadRequest): Promise<boolean> {
    const { relpath, session } = claims
    const target = targetDirectory === undefined ? relpath : `${targetDirectory}/${relpath}`
    try {
      const parent = target.slice(0, Math.max(0, target.lastIndexOf('/')))
      if (this.#traits.makesParents) await folder.makeDirectory(parent, { parents: true, existOk: true })
      await folder.rename(fileOf(session), target)
    } catch {
      return false
    }
    this.#committed.delete(session)
    await folder.removeIfEmpty(staging)
    return true
  }
}

const fileOf = (session: string): string => `${staging}/${session}`

const sizeOf = async (folder: StoredFolder, session: string): Promise<number> =>
  (await folder.inspect(fileOf(session)))?.size ?? 0

function checkOffset(header: string | null, offset: number): void {
  if (header === null) throw badRequest('Missing required Upload-Offset header for TUS PATCH request')
  if (!/^\s*[+-]?\d+\s*$/.test(header)) throw badRequest(`Invalid Upload-Offset header value: ${header}`)
  if (Number(header) === offset) return
  throw new StorageProblem(409, {
    slug: 'upload-offset-mismatch',
    title: 'Upload Offset Mismatch',
    code: 'storage-proxy_update_conflict',
    msg: `Upload offset mismatch: expected ${offset}, got ${Number(header)}`,
  })
}

const leaseHeld = (session: string): StorageProblem =>
  new StorageProblem(409, {
    slug: 'tus-lease-held',
    title: 'TUS session lease is held by another storage-proxy',
    code: 'storage-proxy_update_conflict',
    msg: `TUS session ${session} lease is held by another storage-proxy`,
  })

const leaseLost = (session: string): StorageProblem =>
  new StorageProblem(409, {
    slug: 'tus-lease-lost',
    title: 'TUS session lease lost mid-write',
    code: 'storage-proxy_update_conflict',
    msg: `TUS session ${session} lease was reclaimed by another storage-proxy`,
  })

const answer = (status: 200 | 204, offset: number, { size }: UploadClaims): Response =>
  new Response(null, {
    status,
    headers: {
      ...uploadCORS,
      'Cache-Control': 'no-store',
      'Tus-Resumable': '1.0.0',
      'Upload-Offset': String(offset),
      'Upload-Length': String(size),
    },
  })
