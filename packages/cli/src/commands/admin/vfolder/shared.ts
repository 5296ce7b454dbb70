/** `admin vfolder`: who shares folders with whom. */
import { VFolder, type VFolderShare } from '@backend-ai-sdk/client'

import { connect } from '../../../connection.ts'
import type { Context } from '../../../context.ts'
import { Failure, InvalidArgument } from '../../../failures.ts'
import { formatTable } from '../../../table.ts'
import { tellDone, tellRecords } from '../../../told.ts'
import type { UpdateSharedFlags } from './command.ts'

export async function listShared(context: Context): Promise<void> {
  await tellShares(context, await connect(context).client.vfolders.shares({ signal: context.signal }))
}

export async function sharedInfo(context: Context, _flags: object, id: string): Promise<void> {
  const folder = await anyFolder(context, id)
  await tellShares(context, await folder.shares({ signal: context.signal }))
}

export async function updateShared(
  context: Context,
  { permission }: UpdateSharedFlags,
  id: string,
  user: string,
): Promise<void> {
  if (permission === undefined) throw new InvalidArgument('There is nothing to change: --permission.')
  const folder = await anyFolder(context, id)
  await folder.setShare(user, permission, { signal: context.signal })
  await tellDone(context, 'Updated.')
}

export async function removeShared(context: Context, _flags: object, id: string, user: string): Promise<void> {
  const folder = await anyFolder(context, id)
  await folder.setShare(user, null, { signal: context.signal })
  await tellDone(context, 'Removed.')
}

export async function changeOwnership(context: Context, _flags: object, id: string, email: string): Promise<void> {
  const folder = await anyFolder(context, id)
  await folder.changeOwner(email, { signal: context.signal })
  await tellDone(context, `The folder "${folder.name}" belongs to ${email} now.`)
}

/** Also one that the administrator does not see otherwise. @throws Failure */
async function anyFolder(context: Context, id: string): Promise<VFolder> {
  const { signal } = context
  const { client } = connect(context)
  const wanted = id.toLowerCase().replaceAll('-', '')
  for await (const info of client.vfolders.list({ all: true, status: 'all', signal }))
    if (info.id.replaceAll('-', '') === wanted)
      return new VFolder(client.transport, info, await client.supports('vfolder-ids', { signal }))
  throw new Failure(`There is no folder with the id ${id}.`)
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
