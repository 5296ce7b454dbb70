/** Downloads: files with ranges, directories and lists of files as archives (protocol 03 §2.5, §2.6). */
import { streamFrom } from '../formats/byte-streams.ts'
import { type Bytes, FileError, type FileStatus, OutsideError } from '../storage/file-system.ts'
import { basename, type StoredFolder } from '../storage/stored-folder.ts'
import { badRequest, fileNotFound, plainText, StorageProblem } from './problems.ts'
import { conditionOf, isRangeValid, rangeOf } from './ranges.ts'
import type { StorageProxyTraits } from './traits.ts'
import { type ZipEntry, zipOf } from './zip.ts'

export interface DownloadRequest {
  readonly folder: StoredFolder
  /** In archives, as released: see `FolderFaults`. */
  readonly stallsOnBrokenLinks: boolean
  readonly path: string
  readonly archive: boolean
  readonly isUncached: boolean
}

export async function download(
  { folder, path, archive, isUncached, stallsOnBrokenLinks }: DownloadRequest,
  headers: Headers,
  traits: StorageProxyTraits,
): Promise<Response> {
  const status = await inspect(folder, path)
  if (!status) throw fileNotFound()
  if (status.type === 'file') return file(folder, path, status, { headers, traits, isUncached })
  if (archive)
    return archiveOf(
      (links) => walked(folder, path, links),
      stallsOnBrokenLinks,
      `${basename(path) || basename(folder.root.slice(1))}.zip`,
    )
  throw traits.errorCode
    ? badRequest('The file is not a regular file.')
    : new StorageProblem(400, { slug: 'The file is not a regular file.', title: 'Invalid API parameters' })
}

async function inspect(folder: StoredFolder, path: string): Promise<FileStatus | null> {
  try {
    return await folder.inspect(path)
  } catch (error) {
    if (error instanceof OutsideError) return null
    throw error
  }
}

interface FileMeans {
  headers: Headers
  traits: StorageProxyTraits
  isUncached: boolean
}

async function file(
  folder: StoredFolder,
  path: string,
  found: FileStatus,
  { headers, traits, isUncached }: FileMeans,
): Promise<Response> {
  const sibling = await siblingOf(folder, path, headers, traits)
  const { path: place, status, encoding } = sibling ?? { path, status: found, encoding: null }
  const { size, modified } = status
  const tag = `"${BigInt(Math.round(modified * 1e6)).toString(16)}-${size.toString(16)}"`
  const validators = { time: modified / 1000, tag }
  const common = {
    'Content-Type': 'application/octet-stream',
    'Content-Disposition': disposition(basename(path)),
    ...(isUncached && { 'Cache-Control': 'no-store' }),
  }
  const condition = conditionOf(headers, { ...validators, time: Math.ceil(validators.time) })
  if (condition === 'failed') return new Response(null, { status: 412, headers: common })
  const dated = { ...common, Etag: tag, 'Last-Modified': new Date(Math.ceil(modified / 1000) * 1000).toUTCString() }
  if (condition === 'not-modified') return new Response(null, { status: 304, headers: dated })
  const range = isRangeValid(headers, validators) ? rangeOf(headers.get('Range'), size) : undefined
  if (range === null)
    return new Response(streamFrom(folder.read(place, 0, 0)), {
      status: 416,
      headers: { ...common, 'Content-Range': `bytes */${size}` },
    })
  const { start, end } = range ?? { start: 0, end: size }
  return new Response(streamFrom(exactly(folder.read(place, start, end), end - start)), {
    status: range ? 206 : 200,
    headers: {
      ...dated,
      ...(encoding !== null && { 'Content-Encoding': encoding, Vary: 'Accept-Encoding' }),
      'Content-Length': String(end - start),
      'Accept-Ranges': 'bytes',
      ...(range && { 'Content-Range': `bytes ${start}-${end - 1}/${size}` }),
    },
  })
}

/** A file that shrinks breaks the connection, as its length has been told. */
async function* exactly(chunks: AsyncIterable<Bytes>, size: number): AsyncGenerator<Bytes, void, undefined> {
  let left = size
  for await (const chunk of chunks) {
    left -= chunk.length
    yield chunk
  }
  if (left > 0) throw new Error('The file has become shorter.')
}

async function siblingOf(
  folder: StoredFolder,
  path: string,
  headers: Headers,
  { encodings }: StorageProxyTraits,
): Promise<{ path: string; status: FileStatus; encoding: string } | null> {
  const accepted = headers.get('Accept-Encoding')?.toLowerCase() ?? ''
  for (const [encoding, extension] of encodings) {
    if (!accepted.includes(encoding)) continue
    const status = await inspect(folder, path + extension)
    if (status?.type === 'file') return { path: path + extension, status, encoding }
  }
  return null
}

/**
 * Without a space, and without what is not ASCII in the plain name (observed).
 *
 * @throws Error for control characters, which aiohttp refuses in headers: real ones answer 500, or close the connection.
 */
const disposition = (name: string): string => {
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u0008\n-\u001F\u007F]/.test(name)) throw new Error('A control character in a header.')
  // eslint-disable-next-line no-control-regex
  const plain = name.replaceAll(/[^\u0000-\u007F]/g, '').replaceAll('"', String.raw`\"`)
  return `attachment;filename="${plain}"; filename*=UTF-8''${percentEncoded(name)}`
}

/** As Python's `quote`. */
const percentEncoded = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )

/** Null: links into nothing are left out; else there is an end of waiting, which comes when nobody reads. */
type BrokenLinks = { readonly end: Promise<never> } | null

/** Files below a directory and directories without any; named from where the directory is. */
async function* walked(
  folder: StoredFolder,
  path: string,
  links: BrokenLinks,
  prefix = '',
): AsyncGenerator<ZipEntry, void, undefined> {
  const base = path.split('/').filter((part) => part !== '' && part !== '.')
  for await (const { path: place, status, isEmpty } of folder.walk(base.join('/'), { brokenLinks: links !== null })) {
    if (status.type === 'symlink') await links?.end
    const name = prefix + place.split('/').slice(base.length).join('/')
    if (status.type === 'file') yield entryOf(folder, place, name, status)
    else if (isEmpty) yield { name: `${name}/`, mode: status.mode, modified: status.modified, size: 0, chunks: null }
  }
}

const entryOf = (folder: StoredFolder, path: string, name: string, { mode, modified, size }: FileStatus): ZipEntry => ({
  name,
  mode,
  modified,
  size,
  chunks: folder.read(path),
})

function archiveOf(entries: (links: BrokenLinks) => AsyncIterable<ZipEntry>, stalls: boolean, name: string): Response {
  const { promise: end, reject } = Promise.withResolvers<never>()
  end.catch(() => {})
  const leave = (): void => reject(new Error('Nobody reads the archive.'))
  return new Response(streamFrom(zipOf(entries(stalls ? { end } : null)), leave), {
    headers: { 'Content-Type': 'application/zip', 'Content-Disposition': disposition(name) },
  })
}

/** Several paths at once; each is looked at before anything is sent. */
export async function downloadArchive(
  folder: StoredFolder,
  files: readonly string[],
  filename: string | null,
  stallsOnBrokenLinks: boolean,
): Promise<Response> {
  const found: { path: string; status: FileStatus }[] = []
  for (const path of files) {
    try {
      const status = await folder.inspect(path)
      if (!status) return plainText(404, `404: File not found: ${path}`)
      found.push({ path, status })
    } catch (error) {
      if (error instanceof OutsideError) throw badRequest(`Path escapes vfolder boundary: ${path}`)
      if (error instanceof FileError) throw fileNotFound()
      throw error
    }
  }
  const entries = async function* (links: BrokenLinks): AsyncGenerator<ZipEntry, void, undefined> {
    for (const { path, status } of found) {
      const name = path
        .split('/')
        .filter((part) => part !== '' && part !== '.')
        .join('/')
      if (status.type === 'file') yield entryOf(folder, path, name, status)
      else yield* walked(folder, path, links, name === '' ? '' : `${name}/`)
    }
  }
  return archiveOf(entries, stallsOnBrokenLinks, filename ?? 'archive.zip')
}
