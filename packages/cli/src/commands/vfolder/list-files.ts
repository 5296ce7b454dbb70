/** `vfolder ls`. */
import type { Context } from '../../context.ts'
import { localTime, modeText } from '../../file-listing.ts'
import { formatTable } from '../../table.ts'
import { tellRecords } from '../../told.ts'
import { openFolder } from './folder.ts'

export default async function listFiles(context: Context, _flags: object, name: string, path: string): Promise<void> {
  const { output, signal } = context
  output.status('wait', `Retrieving list of files in "${path}"...`)
  const { folder } = await openFolder(context, name)
  const files = await folder.listFiles(path, { signal })
  output.status('done', 'Retrived.')
  const rows = files.map((file) => [file.name, file.size, localTime(file.modified), modeText(file.type, file.mode)])
  const header = ['file name', 'size', 'modified', 'mode']
  const records = files.map((file) => ({
    name: file.name,
    type: file.type,
    size: file.size,
    mode: file.mode,
    created: file.created,
    modified: file.modified,
  }))
  if (files.isTruncated)
    output.status('warn', `The server lists no more than ${files.length} files of a directory: there may be others.`)
  await tellRecords(context, records, () => output.print(formatTable(rows, { header })))
}
