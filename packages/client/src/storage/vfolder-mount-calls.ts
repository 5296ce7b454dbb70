/** The calls of {@link VFolderMounts}. Loaded with the first. */
import { refuseUnknownKeys, type CallOptions, type Transport } from '@backend-ai-sdk/core'

interface MountsOfNode {
  success: boolean
  mounts: string[]
  message: string
}

export interface NodeMounts {
  manager: MountsOfNode
  /** Hosts and their directories. */
  storageProxy: { success: boolean; mounts: [host: string, path: string][]; message: string }
  /** By id. */
  agents: Record<string, MountsOfNode>
}

interface WireMounts {
  manager: MountsOfNode
  'storage-proxy'?: NodeMounts['storageProxy']
  storage_proxy?: NodeMounts['storageProxy']
  agents: Record<string, MountsOfNode>
}

export async function fetchMounts(transport: Transport, options: CallOptions): Promise<NodeMounts> {
  const wire = await transport.request<WireMounts>({ path: '/folders/_/mounts', ...options })
  const none = { success: false, mounts: [], message: '' }
  // Spelled with a low line since 26.3.
  const storageProxy = wire['storage-proxy'] ?? wire.storage_proxy ?? none
  return { manager: wire.manager, storageProxy, agents: wire.agents }
}

export interface MountSpec {
  /** `server:/path`. */
  location: string
  /** Of the directory that it is mounted at. */
  name: string
  /** Default `nfs`. */
  type?: string
  /** As `mount -o` takes them. */
  options?: string
  /** Default: all agents. */
  resourceGroup?: string
  /** Also writes it there. Default: nowhere. */
  fstabPath?: string
  /** Writes it to the table of file systems. Default false. */
  editFstab?: boolean
}

const mountNames = [
  'location',
  'name',
  'type',
  'options',
  'resourceGroup',
  'fstabPath',
  'editFstab',
] as const satisfies (keyof MountSpec)[]

interface MountReport {
  success: boolean
  message: string
}

export interface MountReports {
  manager: MountReport
  /** By id. */
  agents: Record<string, MountReport>
}

export async function mount(transport: Transport, spec: MountSpec, options: CallOptions): Promise<MountReports> {
  refuseUnknownKeys(spec, mountNames, 'the mount')
  return transport.request<MountReports>({
    method: 'POST',
    path: '/folders/_/mounts',
    json: {
      fs_location: spec.location,
      name: spec.name,
      fs_type: spec.type ?? 'nfs',
      options: spec.options,
      scaling_group: spec.resourceGroup,
      fstab_path: spec.fstabPath,
      edit_fstab: spec.editFstab ?? false,
    },
    ...options,
  })
}

export interface UnmountOptions extends CallOptions {
  /** Default: all agents. */
  resourceGroup?: string
  fstabPath?: string
  /** Takes it out of the table of file systems too. Default false. */
  editFstab?: boolean
}

const unmountNames = [
  'resourceGroup',
  'fstabPath',
  'editFstab',
  'signal',
  'timeout',
] as const satisfies (keyof UnmountOptions)[]

export async function unmount(transport: Transport, name: string, options: UnmountOptions): Promise<MountReports> {
  refuseUnknownKeys(options, unmountNames, 'the options of unmount()')
  const { resourceGroup, fstabPath, editFstab = false, ...call } = options
  const json = { name, scaling_group: resourceGroup, fstab_path: fstabPath, edit_fstab: editFstab }
  const byPost = await transport.supports('vfolder-post-deletes', call)
  return transport.request<MountReports>({
    method: byPost ? 'POST' : 'DELETE',
    path: byPost ? '/folders/_/umounts' : '/folders/_/mounts',
    json,
    ...call,
  })
}

export interface FstabOptions extends CallOptions {
  /** Default: the manager. */
  agentId?: string
  /** Default `/etc/fstab`. */
  path?: string
}

export interface Fstab {
  content: string
  node: 'manager' | 'agent' | (string & {})
  nodeId: string
}

export async function fetchFstab(transport: Transport, options: FstabOptions): Promise<Fstab> {
  refuseUnknownKeys(options, ['agentId', 'path', 'signal', 'timeout'], 'the options of fstab()')
  const { agentId, path, ...call } = options
  const wire = await transport.request<{ content: string; node: string; node_id: string }>({
    path: '/folders/_/fstab',
    query: { agent_id: agentId, fstab_path: path },
    ...call,
  })
  return { content: wire.content, node: wire.node, nodeId: wire.node_id }
}
