/** `vfolder ls`. */
import type { Context } from '../../context.ts'
import { formatTable } from '../../table.ts'
import { tellRecords } from '../../told.ts'
import { openFolder } from './folder.ts'

const kinds = { file: '-', directory: 'd', symlink: 'l' } as const
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

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

/** `644` as `-rw-r--r--`. */
function modeText(type: keyof typeof kinds, mode: string): string {
  const bits = Array.from(mode.padStart(3, '0').slice(-3), (digit) => Number.parseInt(digit, 8))
  return (
    kinds[type] +
    bits.map((bit) => ['r', 'w', 'x'].map((letter, at) => (bit & (4 >> at) ? letter : '-')).join('')).join('')
  )
}

/** `Oct 27 2020 15:28:40` */
function localTime(time: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':')
  return `${months[time.getMonth()]} ${two(time.getDate())} ${time.getFullYear()} ${clock}`
}
