/** `ls` (protocol 05 §5.4). */
import { connect } from '../../connection.ts'
import type { Context } from '../../context.ts'
import { localTime, modeText, sizeText } from '../../file-listing.ts'
import { runningSession } from '../../running-session.ts'
import { formatTable } from '../../table.ts'
import { tellRecords } from '../../told.ts'

export default async function ls(
  context: Context,
  _flags: object,
  reference: string,
  path = '/home/work',
): Promise<void> {
  const { output, signal } = context
  const { client } = connect(context)
  output.status('wait', `Retrieving list of files in "${path}"...`)
  const session = await runningSession(context, client, reference)
  const files = await session.listFiles(path, { signal })
  output.status('done', 'Retrived.')
  const rows = files.map(({ name, size, modified, type, mode }) => [
    name,
    sizeText(size),
    localTime(modified),
    modeText(type, mode),
  ])
  const header = ['File name', 'Size', 'Modified', 'Mode']
  await tellRecords(context, files, () => output.print(formatTable(rows, { header })))
}
