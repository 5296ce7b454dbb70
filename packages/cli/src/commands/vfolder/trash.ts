/** `vfolder delete`, and what comes after it. */
import type { Context } from '../../context.ts'
import { Failure } from '../../failures.ts'
import { tellDone } from '../../told.ts'
import { openFolder } from './folder.ts'

export async function deleteFolder(context: Context, _flags: object, name: string): Promise<void> {
  const { folder } = await openFolder(context, name)
  await folder.delete({ signal: context.signal })
  await tellDone(context, 'Deleted.')
}

export async function deleteTrash(context: Context, _flags: object, name: string): Promise<void> {
  const { signal } = context
  const { client, folder } = await openFolder(context, name)
  await client.transport.mustSupport('vfolder-trash', { signal })
  // The client would erase a folder that is in use, too.
  const trash = await client.vfolders.list({ status: 'trash', signal }).all()
  if (!trash.some(({ id }) => id === folder.id)) throw new Failure(`The folder "${folder.name}" is not in the trash.`)
  await folder.deleteForever({ signal })
  await tellDone(context, 'Delete completed.')
}

export async function restore(context: Context, _flags: object, name: string): Promise<void> {
  const { folder } = await openFolder(context, name)
  await folder.restore({ signal: context.signal })
  await tellDone(context, 'Restored.')
}

export async function purge(context: Context, _flags: object, name: string): Promise<void> {
  const { folder } = await openFolder(context, name)
  await folder.purge({ signal: context.signal })
  await tellDone(context, 'Purged.')
}
