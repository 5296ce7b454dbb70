/** Files of a session (protocol 02 §1.15). */
import { required, text } from '../checks.ts'
import { type Context, noContent, type Routes } from '../context.ts'
import { agentFailure, Problem } from '../problems.ts'
import { findRunning } from '../session-lookup.ts'
import { tarOf } from '../tar.ts'

const mostFiles = 20
const largestFile = 1024 * 1024

export const sessionFiles: Routes = ({ sessions: { download } }) => [
  { method: 'POST', path: '/session/:session/upload', role: 'user', handle: upload },
  { method: download.method, path: '/session/:session/download_single', role: 'user', handle: downloadSingle },
]

/** File names are taken literally, as released servers do: `a%2Fb` is one file of that name (083). */
async function upload(context: Context): Promise<Response> {
  const session = findRunning(context, context.part('session'))
  const form = await context.request.formData().catch(() => {
    throw new Problem('invalid-params', { msg: 'Malformed body' })
  })
  const files = [...form.values()].filter((value) => value instanceof File)
  if (files.length > mostFiles) throw new Problem('invalid-params', { msg: 'Too many files' })
  if (files.some((file) => file.size >= largestFile)) throw new Problem('invalid-params', { msg: 'Too large file' })
  const directories = await context.cluster.directories()
  if (!directories) throw new Problem('not-implemented', { msg: 'This cluster runs where there are no files.' })
  for (const file of files) {
    const isInside = await directories.write(session.home, file.name, new Uint8Array(await file.arrayBuffer()))
    if (!isInside) throw agentFailure("AssertionError('malformed upload filename and path.')")
  }
  return noContent()
}

async function downloadSingle(context: Context): Promise<Response> {
  const { cluster, profile } = context
  const { file } = await context.read({ file: required(text(profile), 'file') }, 'DownloadSingleRequest', 'query')
  const session = findRunning(context, context.part('session'))
  const found = await (await cluster.directories())?.find(session.home, file)
  if (found?.kind !== 'file') {
    if (profile.sessions.entityErrors) throw new Problem('internal-server-error')
    throw agentFailure(`FileNotFoundError('${file}')`)
  }
  if (found.size >= largestFile) throw new Problem('invalid-params', { msg: 'Too large file' })
  const bytes = await bytesOf(found.chunks(), found.size)
  const body = profile.sessions.download.form === 'tar' ? tarOf(basename(file), bytes) : bytes
  return new Response(body, { headers: { 'Content-Type': 'application/octet-stream' } })
}

const basename = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

async function bytesOf(chunks: AsyncIterable<Uint8Array>, size: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(size)
  let at = 0
  for await (const chunk of chunks) {
    bytes.set(chunk.subarray(0, size - at), at)
    at += chunk.length
  }
  return bytes
}
