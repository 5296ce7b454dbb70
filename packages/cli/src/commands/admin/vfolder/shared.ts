/** `admin vfolder`: who shares folders with whom. */
import type { VFolderShare } from '@backend-ai-sdk/client'

import type { Context } from '../../../context.ts'
import { connect } from '../../../connection.ts'
import { InvalidArgument } from '../../../failures.ts'
import { formatTable } from '../../../table.ts'
import { tellDone, tellRecords } from '../../../told.ts'
import { openFolder } from '../../vfolder/folder.ts'
import type { UpdateSharedFlags } from './command.ts'

export async function listShared(context: Context): Promise<void> {
  await tellShares(context, await connect(context).client.vfolders.shares({ signal: context.signal }))
}

export async function sharedInfo(context: Context, _flags: object, id: string): Promise<void> {
  const { folder } = await openFolder(context, id)
  await tellShares(context, await folder.shares({ signal: context.signal }))
}

export async function updateShared(
  context: Context,
  { permission }: UpdateSharedFlags,
  id: string,
  user: string,
): Promise<void> {
  if (permission === undefined) throw new InvalidArgument('There is nothing to change: --permission.')
  const { folder } = await openFolder(context, id)
  await folder.setShare(user, permission, { signal: context.signal })
  await tellDone(context, 'Updated.')
}

export async function removeShared(context: Context, _flags: object, id: string, user: string): Promise<void> {
  const { folder } = await openFolder(context, id)
  await folder.setShare(user, null, { signal: context.signal })
  await tellDone(context, 'Removed.')
}

export async function changeOwnership(context: Context, _flags: object, id: string, email: string): Promise<void> {
  const { folder } = await openFolder(context, id)
  await folder.changeOwner(email, { signal: context.signal })
  await tellDone(context, `The folder "${folder.name}" belongs to ${email} now.`)
}

const header = ['VFolder ID', 'VFolder Name', 'Owner', 'Type', 'Shared To', 'User ID', 'Permission']

async function tellShares(context: Context, shares: readonly VFolderShare[]): Promise<void> {
  const records = shares.map((share) => ({
    vfolder_id: share.folderId,
    vfolder_name: share.folderName,
    owner: share.owner ?? null,
    type: share.ownership ?? null,
    shared_to: { uuid: share.userId, email: share.userEmail },
    perm: share.permission,
  }))
  const rows = records.map(({ shared_to: { uuid, email }, ...share }) => [
    share.vfolder_id,
    share.vfolder_name,
    share.owner,
    share.type,
    email,
    uuid,
    share.perm,
  ])
  const none = 'There are no shared vfolders.'
  await tellRecords(context, records, () =>
    context.output.print(rows.length > 0 ? formatTable(rows, { header }) : none),
  )
}
