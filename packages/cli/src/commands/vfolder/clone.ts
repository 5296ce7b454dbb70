/** `vfolder clone`. */
import type { Context } from '../../context.ts'
import { Failure } from '../../failures.ts'
import { tellDone } from '../../told.ts'
import { WaitingLine } from '../../waiting-line.ts'
import { openFolder } from './folder.ts'
import type { CloneFlags } from './folders.ts'

export default async function clone(
  context: Context,
  { permission, usageMode }: CloneFlags,
  name: string,
  target: string,
  host?: string,
): Promise<void> {
  const { output, signal } = context
  const { folder } = await openFolder(context, name)
  if ((await folder.info({ signal })).isCloneable === false)
    throw new Failure("Clone is not allowed for this virtual folder. Please update the 'cloneable' option.")
  const spec = {
    name: target,
    ...(host !== undefined && { host }),
    ...(permission && { permission }),
    ...(usageMode && { usageMode }),
  }
  const { folder: copy, task } = await folder.clone(spec, { signal })
  const facts = { vfolder: { id: copy.id, name: copy.name } }
  if (!task) return tellDone(context, 'Cloned.', facts)
  using line = new WaitingLine(output, `Cloning ${folder.name} to ${copy.name}...`)
  for await (const event of task.events({ signal }))
    if (event.type === 'progress' && event.message) line.update(`Cloning ${folder.name}: ${event.message}`)
  await task.wait({ signal })
  await tellDone(context, 'Cloning the vfolder is complete.', facts)
}
