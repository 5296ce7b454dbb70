/** Copies of folders (protocol 03 §1.13). */
import { path, refuseUnknownKeys, type CallOptions } from '@backend-ai-sdk/core'

import { BackgroundTask } from '../events/tasks.ts'
import { toVFolderInfo, type VFolderPermission, type VFolderUsageMode, type WireFolder } from './vfolder-info.ts'
import { checkFolderName, withTypedRefusals } from './vfolder-refusals.ts'
import { VFolder } from './vfolder.ts'

export interface VFolderCloneSpec {
  name: string
  /** Of the same storage proxy. Default: the folder's own. */
  host?: string
  /** Default `general`. */
  usageMode?: VFolderUsageMode
  /** What those get that it is not the own of. Default `rw`. */
  permission?: VFolderPermission
  /** Whether the copy may be cloned. Default false. */
  isCloneable?: boolean
}

export interface VFolderClone {
  /** Not complete before the task is done, whatever its status says. */
  folder: VFolder
  /** Undefined where the release copies before it answers. */
  task: BackgroundTask | undefined
}

const specNames = [
  'name',
  'host',
  'usageMode',
  'permission',
  'isCloneable',
] as const satisfies (keyof VFolderCloneSpec)[]

export async function cloneFolder(
  { transport, segment, host }: VFolder,
  spec: VFolderCloneSpec,
  byId: boolean,
  options: CallOptions,
): Promise<VFolderClone> {
  refuseUnknownKeys(spec, specNames, 'the copy')
  checkFolderName(spec.name)
  const wire = await withTypedRefusals(
    transport.request<WireFolder & { bgtask_id?: string }>({
      method: 'POST',
      path: path`/folders/${segment}/clone`,
      json: {
        target_name: spec.name,
        // Without it 21.03.31 to 25.3 fail with 500.
        target_host: spec.host ?? host,
        usage_mode: spec.usageMode ?? 'general',
        permission: spec.permission ?? 'rw',
        cloneable: spec.isCloneable ?? false,
      },
      ...options,
    }),
  )
  return {
    folder: new VFolder(transport, toVFolderInfo(wire), byId),
    task: wire.bgtask_id ? new BackgroundTask(transport, wire.bgtask_id, true) : undefined,
  }
}
