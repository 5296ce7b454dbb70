/** `vfolder create`. */
import type { VFolderSpec } from '@backend-ai-sdk/client'

import { connect } from '../../connection.ts'
import type { Context } from '../../context.ts'
import { InvalidArgument } from '../../failures.ts'
import { tell } from '../../told.ts'
import type { CreateFlags } from './folders.ts'

export default async function create(context: Context, flags: CreateFlags, name: string, host?: string): Promise<void> {
  if (flags.unmanaged && host === undefined) throw new InvalidArgument('With --unmanaged, HOST is the path.')
  if (flags.quota !== undefined && Number.parseFloat(flags.quota) > 0)
    throw new InvalidArgument('Users and projects have quotas, folders have none: leave --quota out.')
  const unmanagedPath = flags.unmanaged ? host : flags.unmanagedPath
  const spec: VFolderSpec = {
    name,
    ...(host !== undefined && !flags.unmanaged && { host }),
    ...(unmanagedPath !== undefined && { unmanagedPath }),
    ...(flags.group !== undefined && { project: flags.group }),
    ...(flags.usageMode && { usageMode: flags.usageMode }),
    ...(flags.permission && { permission: flags.permission }),
    ...(flags.cloneable && { isCloneable: true }),
  }
  const folder = await connect(context).client.vfolders.create(spec, { signal: context.signal })
  await tell(context, `Virtual folder "${folder.name}" is created.`, { vfolder: { id: folder.id, name: folder.name } })
}
