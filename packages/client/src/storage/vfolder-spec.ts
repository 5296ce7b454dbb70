/** Making a folder (protocol 03 §1.2). */
import { isAtLeast, refuseUnknownKeys, type CallOptions, type Transport } from '@backend-ai-sdk/core'

import { toVFolderInfo, type VFolderPermission, type VFolderUsageMode, type WireFolder } from './vfolder-info.ts'
import { checkFolderName, withTypedRefusals } from './vfolder-refusals.ts'
import { projectIdOf } from './vfolder-search.ts'
import { VFolder } from './vfolder.ts'

export interface VFolderSpec {
  name: string
  /** `proxy:volume`. Default: the cluster's. */
  host?: string | undefined
  /** Name or id of the project that owns it, for administrators. Default: it is the user's own. */
  project?: string | undefined
  /** Default `general`. */
  usageMode?: VFolderUsageMode | undefined
  /** What those get that it is not the own of. Default `rw`. */
  permission?: VFolderPermission | undefined
  /** Whether it may be cloned. Default false. */
  isCloneable?: boolean | undefined
  /** A directory of the host that exists already; for superadmins. */
  unmanagedPath?: string | undefined
}

const specNames = [
  'name',
  'host',
  'project',
  'usageMode',
  'permission',
  'isCloneable',
  'unmanagedPath',
] as const satisfies (keyof VFolderSpec)[]

/** What is undefined is left out: old servers refuse null, and keys that they do not know. */
export async function createFolder(transport: Transport, spec: VFolderSpec, options: CallOptions): Promise<VFolder> {
  refuseUnknownKeys(spec, specNames, 'the folder')
  checkFolderName(spec.name)
  const { project } = spec
  const server = await transport.server(options)
  const group = project && isAtLeast(server, '26.3') ? await projectIdOf(transport, project, options) : project
  const wire = await withTypedRefusals(
    transport.request<WireFolder>({
      method: 'POST',
      path: '/folders',
      json: {
        name: spec.name,
        host: spec.host,
        group,
        usage_mode: spec.usageMode,
        permission: spec.permission,
        cloneable: spec.isCloneable,
        unmanaged_path: spec.unmanagedPath,
      },
      ...options,
    }),
  )
  return new VFolder(transport, toVFolderInfo(wire), await transport.supports('vfolder-ids', options))
}
