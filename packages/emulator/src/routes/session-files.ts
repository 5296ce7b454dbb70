/** Files of a session (protocol 02 §1.15). */
import { listOf, optional, required, text } from '../checks.ts'
import { type Context, json, noContent, type Routes } from '../context.ts'
import { parseJson, pythonJson } from '../formats/json.ts'
import { filesOfForm, multipartOf } from '../formats/multipart.ts'
import { tarOf, type TarEntry } from '../formats/tar.ts'
import { agentFailure, Problem } from '../problems.ts'
import type { HomeEntry, HomeProblem } from '../sessions/session-home.ts'
import { findRunning } from '../sessions/session-lookup.ts'
import type { Session } from '../sessions/session.ts'
import type { WorkDirectory } from '../sessions/work-directory.ts'

const mostUploads = 20
const mostDownloads = 5
/** Of a file, and of an archive with all that it needs. */
const largest = 1024 * 1024

export const sessionFiles: Routes = ({ sessions: { download } }) => [
  { method: 'POST', path: '/session/:session/upload', role: 'user', handle: upload },
  { method: download.method, path: '/session/:session/download', role: 'user', handle: downloadSeveral },
  { method: download.method, path: '/session/:session/download_single', role: 'user', handle: downloadSingle },
  { method: 'GET', path: '/session/:session/files', role: 'user', handle: list },
]

async function directoriesOf({ cluster }: Context): Promise<WorkDirectory> {
  const directories = await cluster.directories()
  if (!directories) throw new Problem('not-implemented', { msg: 'This cluster runs where there are no files.' })
  return directories
}

/** File names are taken literally, as released servers do: `a%2Fb` is one file of that name (083). */
async function upload(context: Context): Promise<Response> {
  const session = findRunning(context, context.part('session'))
  const body = new Uint8Array(await context.request.arrayBuffer())
  const files = filesOfForm(body, context.request.headers.get('Content-Type') ?? '')
  if (!files) throw new Problem('invalid-params', { msg: 'Malformed body' })
  if (files.length > mostUploads) throw new Problem('invalid-params', { msg: 'Too many files' })
  if (files.some(({ bytes }) => bytes.length >= largest)) throw new Problem('invalid-params', { msg: 'Too large file' })
  const directories = await directoriesOf(context)
  for (const { name, bytes } of files) {
    const isInside = await directories.write(session.home, name, bytes)
    if (!isInside) throw agentFailure("AssertionError('malformed upload filename and path.')")
  }
  return noContent()
}

/** By GET a body, or the first one of the query; by POST all of the query (seen on 23.9.10 and 26.9.6). */
async function downloadSeveral(context: Context): Promise<Response> {
  const { profile, url } = context
  const isTyped = profile.parameters === 'typed'
  const files = isTyped ? url.searchParams.getAll('files') : await filesOfBody(context)
  const session = findRunning(context, context.part('session'))
  if (files.length > mostDownloads) {
    const msg = `Too many files (maximum ${mostDownloads} files allowed)`
    throw isTyped ? new Problem('too-many-files', { msg }) : new Problem('internal-server-error')
  }
  const parts: Uint8Array<ArrayBuffer>[] = []
  for (const file of files) parts.push(archiveOf(context, await treeOf(context, session, file)))
  return multipartOf(parts)
}

async function filesOfBody(context: Context): Promise<string[]> {
  const fields = { files: required(listOf(text(context.profile)), 'files') }
  if ((await context.text()) !== '') return (await context.read(fields, 'DownloadFilesRequest', 'body')).files
  const [first] = context.url.searchParams.getAll('files')
  if (first === undefined) await context.read(fields, 'DownloadFilesRequest', 'query')
  return [first ?? '']
}

async function downloadSingle(context: Context): Promise<Response> {
  const { profile } = context
  const { file } = await context.read({ file: required(text(profile), 'file') }, 'DownloadSingleRequest', 'query')
  const session = findRunning(context, context.part('session'))
  const tree = await treeOf(context, session, file)
  const headers = { 'Content-Type': 'application/octet-stream' }
  if (profile.sessions.download.form === 'tar') return new Response(archiveOf(context, tree), { headers })
  // The file is taken out of an archive, which is what the limit holds for, and which lacks what links lead to.
  archiveOf(context, tree)
  const [entry] = tree
  if (entry?.type === 'symlink') throw failed(context, `KeyError("linkname '${entry.target}' not found")`)
  if (entry?.type !== 'file') throw failed(context, `FileNotFoundError('Could not found the file: /home/work/${file}')`)
  return new Response(new Uint8Array(entry.bytes), { headers })
}

async function treeOf(context: Context, session: Session, path: string): Promise<TarEntry[]> {
  const tree = await (await directoriesOf(context)).tree(session.home, path, largest)
  if (typeof tree !== 'string') return tree
  throw failed(context, tree === 'too-large' ? tooLarge : failures[tree](path, 'download'))
}

function archiveOf(context: Context, tree: readonly TarEntry[]): Uint8Array<ArrayBuffer> {
  const archive = tarOf(tree)
  if (archive.length > largest) throw failed(context, tooLarge)
  return archive
}

const tooLarge = "ValueError('too large file')"

const failures = {
  outside: (_path: string, what: string) => `PermissionError('You cannot ${what} files outside /home/work')`,
  missing: (path: string) => `FileNotFoundError('Could not found the file: /home/work/${path}')`,
  'no-folder': (path: string) => `NotADirectoryError('${path}')`,
} satisfies Partial<Record<HomeProblem, unknown>>

/** What agents say reaches clients up to 25.x. */
const failed = ({ profile }: Context, exception: string): Problem =>
  profile.sessions.entityErrors ? new Problem('internal-server-error') : agentFailure(exception)

async function list(context: Context): Promise<Response> {
  const { profile } = context
  const path = await listedPath(context)
  const session = findRunning(context, context.part('session'))
  const entries = await (await directoriesOf(context)).list(session.home, path)
  if (entries === 'outside' || entries === 'too-large') throw failed(context, failures.outside(path, 'list'))
  // Only 26.9 tells the whole path.
  const shown = profile.parameters === 'typed' && !path.startsWith('/') ? `/home/work/${path}` : path
  if (typeof entries !== 'string') {
    return json({ files: `${pythonJson(entries.map(wireEntry))}\n`, errors: '', abspath: path })
  }
  const reason =
    entries === 'missing'
      ? `FileNotFoundError: [Errno 2] No such file or directory: '${shown}'`
      : `NotADirectoryError: [Errno 20] Not a directory: '${shown}'`
  return json({ files: '', errors: `${reason}\n`, abspath: path })
}

/** Up to 26.2 a body is parsed whether there is one or not; later it is ignored. */
async function listedPath(context: Context): Promise<string> {
  const { profile } = context
  const fields = { path: optional(text(profile), '.', 'path') }
  if (profile.parameters === 'typed') return (await context.read(fields, 'ListFilesRequest', 'query')).path
  if (!parseJson(await context.text()))
    throw new Problem('invalid-params', { msg: 'Expecting value: line 1 column 1 (char 0)' })
  return (await context.read(fields, 'ListFilesRequest', 'body')).path
}

const wireEntry = ({ name, stats }: HomeEntry) => ({
  mode: modeText(stats.mode),
  size: stats.size,
  ctime: stats.ctimeMs / 1000,
  mtime: stats.mtimeMs / 1000,
  atime: stats.atimeMs / 1000,
  filename: name,
})

const kinds: Readonly<Record<number, string>> = { 0o040000: 'd', 0o100000: '-', 0o120000: 'l' }

/** As `stat.filemode` of Python. */
function modeText(mode: number): string {
  const bits = Array.from('rwxrwxrwx', (letter, at) => (mode & (0o400 >> at) ? letter : '-'))
  const special = (at: number, bit: number, letter: string): void => {
    if (mode & bit) bits[at] = bits[at] === 'x' ? letter : letter.toUpperCase()
  }
  special(2, 0o4000, 's')
  special(5, 0o2000, 's')
  special(8, 0o1000, 't')
  return (kinds[mode & 0o170000] ?? '?') + bits.join('')
}
