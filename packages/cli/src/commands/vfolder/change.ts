/** `vfolder rename`, `update-options`. */
import type { Context } from '../../context.ts'
import { Failure, InvalidArgument } from '../../failures.ts'
import { tellDone } from '../../told.ts'
import { openFolder } from './folder.ts'
import type { UpdateFlags } from './folders.ts'

export async function rename(context: Context, _flags: object, name: string, newName: string): Promise<void> {
  const { folder } = await openFolder(context, name)
  await folder.rename(newName, { signal: context.signal })
  await tellDone(context, 'Renamed.')
}

export async function updateOptions(context: Context, flags: UpdateFlags, name: string): Promise<void> {
  const { permission, setCloneable: isCloneable } = flags
  if (permission === undefined && isCloneable === undefined)
    throw new InvalidArgument('There is nothing to change: --permission, --set-cloneable.')
  const { signal } = context
  const { folder } = await openFolder(context, name)
  if ((await folder.info({ signal })).isOwner === false)
    throw new Failure('You cannot update virtual folder that you do not own.')
  await folder.update(
    { ...(permission && { permission }), ...(isCloneable !== undefined && { isCloneable }) },
    { signal },
  )
  await tellDone(context, 'Updated.')
}
