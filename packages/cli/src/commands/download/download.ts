/** `download` (protocol 05 §5.4). */
import { resolve } from 'node:path'

import { connect } from '../../connection.ts'
import type { Context } from '../../context.ts'
import { extract } from '../../extraction.ts'
import { runningSession } from '../../running-session.ts'
import { tellDone } from '../../told.ts'
import type { DownloadFlags } from './command.ts'

export default async function download(
  context: Context,
  { dest }: DownloadFlags,
  reference: string,
  ...paths: string[]
): Promise<void> {
  const { host, output, signal } = context
  if (paths.length === 0)
    return output.status('warn', 'Please specify one or more file paths after session ID or name.')
  const destination = resolve(host.cwd(), dest)
  const { client } = connect(context)
  output.status('wait', `Downloading file(s) from ${reference}...`)
  const session = await runningSession(context, client, reference)
  const entries = (await session.download(paths, { signal })).flatMap((found) => found.entries)
  for (const name of await extract(entries, destination))
    output.status('warn', `${name} is a link that leads out of the directory, and was left out.`)
  await tellDone(context, `Downloaded to ${destination}.`, { files: entries.map(({ name }) => name) })
}
