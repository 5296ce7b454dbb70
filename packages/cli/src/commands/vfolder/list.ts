/** `vfolder list` and its parts. */
import type { Client, VFolderInfo } from '@backend-ai-sdk/client'

import { connect } from '../../connection.ts'
import type { Context } from '../../context.ts'
import { InvalidArgument } from '../../failures.ts'
import { formatTable } from '../../table.ts'
import { tellRecords } from '../../told.ts'
import { folderRecord, ownershipOf } from './folder.ts'
import type { ListFlags } from './folders.ts'

/** The Python command's, "Owership" included: scripts read them. */
const columns: readonly (readonly [header: string, value: (folder: VFolderInfo) => unknown])[] = [
  ['Name', ({ name }) => name],
  ['ID', ({ id }) => id],
  ['Volume', ({ host }) => host],
  ['Owner', ({ isOwner }) => isOwner],
  ['Permission', ({ permission }) => permission],
  ['Owership Type', ownershipOf],
  ['Usage Mode', ({ usageMode }) => usageMode],
  ['User', ({ userId }) => userId],
  ['Group', ({ projectId }) => projectId],
  ['Created At', ({ createdAt }) => createdAt],
]
const statusColumn = ['Status', ({ status }: VFolderInfo) => status] as const

const belongs = {
  all: () => true,
  own: ({ isOwner, ownership }: VFolderInfo) => isOwner !== false && ownership === 'user',
  invited: ({ isOwner, ownership }: VFolderInfo) => isOwner === false && ownership === 'user',
  project: ({ ownership }: VFolderInfo) => ownership === 'project',
}

export async function listFolders(context: Context, flags: ListFlags, whose: keyof typeof belongs): Promise<void> {
  const { output, signal } = context
  if (flags.offset < 0 || (flags.limit !== undefined && flags.limit < 1))
    throw new InvalidArgument('--offset is 0 or more, and --limit 1 or more.')
  const { client } = connect(context)
  const listed = await fetchFolders(client, flags, signal)
  const wanted = listed.filter((folder) => belongs[whose](folder) && folder.status !== 'delete-complete')
  const shown = wanted.slice(flags.offset, flags.limit === undefined ? undefined : flags.offset + flags.limit)
  await tellRecords(context, shown.map(folderRecord), () => output.print(tableOf(shown)), wanted.length)
}

async function fetchFolders(client: Client, flags: ListFlags, signal: AbortSignal): Promise<VFolderInfo[]> {
  const { filter, group: project, listAll, order } = flags
  const options = { status: 'all', signal, ...(project !== undefined && { project }) } as const
  const sorted = (): Promise<VFolderInfo[]> =>
    client.vfolders
      .list({ ...options, all: true, ...(filter !== undefined && { filter }), ...(order !== undefined && { order }) })
      .all()
  if (listAll) return sorted()
  const own = await client.vfolders.list(options).all()
  if (filter === undefined && order === undefined) return own
  // The list that servers filter and sort has more for administrators, and says less of each.
  const byId = new Map(own.map((folder) => [folder.id, folder]))
  return (await sorted()).flatMap(({ id }) => byId.get(id) ?? [])
}

function tableOf(folders: readonly VFolderInfo[]): string {
  if (folders.length === 0) return 'There is no virtual folders created yet.'
  const told = folders.some(({ status }) => status !== undefined) ? [...columns, statusColumn] : columns
  return formatTable(
    folders.map((folder) => told.map(([, value]) => value(folder))),
    { header: told.map(([header]) => header) },
  )
}
