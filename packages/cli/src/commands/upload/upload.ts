/** `upload` (protocol 05 §5.4). */
import { access } from 'node:fs/promises'
import { resolve } from 'node:path'

import { connect } from '../../connection.ts'
import type { Context } from '../../context.ts'
import { exitCodes, Failure } from '../../failures.ts'
import { uploadBar } from '../../progress.ts'
import { runningSession } from '../../running-session.ts'
import { tellDone } from '../../told.ts'
import { readUploads } from '../run/uploads.ts'

export default async function upload(
  context: Context,
  _flags: object,
  reference: string,
  ...names: string[]
): Promise<void> {
  const { host, output, signal } = context
  if (names.length === 0)
    return output.status('warn', 'Please specify one or more file paths after session ID or name.')
  for (const name of names)
    await access(resolve(host.cwd(), name)).catch(() => {
      throw new Failure(`File "${name}" does not exist.`, exitCodes.usage)
    })
  const files = await readUploads(names, undefined, host.cwd())
  const { client } = connect(context)
  output.status('wait', 'Uploading files...')
  const session = await runningSession(context, client, reference)
  const start = performance.now()
  const file = files.at(-1)!.path
  await session.upload(files, {
    signal,
    onProgress: (progress) => output.bar(uploadBar({ ...progress, elapsed: performance.now() - start, file })),
  })
  output.keepLine()
  await tellDone(context, 'Uploaded.', { files: files.map(({ path }) => path) })
}
