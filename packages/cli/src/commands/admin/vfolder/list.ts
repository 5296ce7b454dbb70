/** `admin vfolder list`: the folders of everybody. */
import type { VFolderInfo } from '@backend-ai-sdk/client'

import { connect } from '../../../connection.ts'
import type { Context } from '../../../context.ts'
import { InvalidArgument } from '../../../failures.ts'
import { formatTable } from '../../../table.ts'
import { tellRecords } from '../../../told.ts'
import { folderRecord, ownershipOf } from '../../vfolder/folder.ts'
import type { AdminListFlags } from './command.ts'

const columns: readonly (readonly [header: string, value: (folder: VFolderInfo) => unknown])[] = [
  ['Name', ({ name }) => name],
  ['ID', ({ id }) => id],
  ['Host', ({ host }) => host],
  ['Group', ({ projectName, projectId }) => projectName ?? projectId],
  ['Creator', ({ creator }) => creator],
  ['Permission', ({ permission }) => permission],
  ['Usage Mode', ({ usageMode }) => usageMode],
  ['Ownership Type', ownershipOf],
  ['Status', ({ status }) => status],
  ['Created At', ({ createdAt }) => createdAt],
]

export default async function list(context: Context, flags: AdminListFlags): Promise<void> {
  const { output, signal } = context
  const { filter, group: project, limit, offset, order } = flags
  if (offset < 0 || (limit !== undefined && limit < 1))
    throw new InvalidArgument('--offset is 0 or more, and --limit 1 or more.')
  const { client } = connect(context)
  const given = Object.entries({ filter, order, project }).filter(([, value]) => value !== undefined)
  const folders = client.vfolders.list({ all: true, status: 'all', signal, ...Object.fromEntries(given) })
  const items = (await folders.all()).slice(offset, limit === undefined ? undefined : offset + limit)
  await tellRecords(context, items.map(folderRecord), () => output.print(tableOf(items)))
}

function tableOf(folders: readonly VFolderInfo[]): string {
  if (folders.length === 0) return 'There are no matching vfolders.'
  const rows = folders.map((folder) => columns.map(([, value]) => value(folder)))
  return formatTable(rows, { header: columns.map(([header]) => header) })
}
