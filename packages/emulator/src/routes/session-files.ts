/** Files of a session (protocol 02 §1.15). */
import { type Context, noContent, type Routes } from '../context.ts'
import { agentFailure, Problem } from '../problems.ts'
import { findRunning } from '../session-lookup.ts'

const mostFiles = 20
const largestFile = 1024 * 1024

export const sessionFiles: Routes = () => [
  { method: 'POST', path: '/session/:session/upload', role: 'user', handle: upload },
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
