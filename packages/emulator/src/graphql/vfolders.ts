/** Folders in pages, quota scopes and storage (protocol 03 §1.14, §1.17). */
import type { Cluster } from '../cluster.ts'
import { pythonJson } from '../formats/json.ts'
import { Problem } from '../problems.ts'
import type { Profile } from '../profiles.ts'
import { isoDate } from '../python.ts'
import { type Folder, projectsOf } from '../state.ts'
import { groupOf, quotaScopeOf, toldPermission } from '../storage/vfolder-shapes.ts'
import { folderById } from '../storage/vfolders.ts'
import { byField, type ListFields } from './filter.ts'
import type { GraphContext } from './graph-context.ts'
import { page, type PageArguments, requireAdmin, requireSuperadmin, scope } from './lists.ts'

interface FolderArguments extends PageArguments {
  domain_name?: string | null
  group_id?: string | null
}

const statusName = (status: Folder['status']): string => status.replace('-', '_').toUpperCase()

const statuses = ({ folders }: Profile): readonly string[] => [
  'READY',
  'PERFORMING',
  'CLONING',
  ...(folders.trash ? [] : ['DELETING']),
  'MOUNTED',
  ...(folders.trash ? ['ERROR', 'DELETE_PENDING', 'DELETE_ONGOING', 'DELETE_COMPLETE', 'DELETE_ERROR'] : []),
]

const fields: ListFields<Folder> = {
  id: { get: ({ id }) => id },
  host: { get: ({ host }) => host },
  quota_scope_id: { get: quotaScopeOf },
  name: { get: ({ name }) => name },
  user: { get: ({ userId }) => userId },
  group: { get: ({ projectId }) => projectId },
  creator: { get: ({ creator }) => creator },
  usage_mode: { get: ({ usageMode }) => usageMode.toUpperCase() },
  permission: { get: ({ permission }) => permission },
  ownership_type: { get: ({ projectId }) => (projectId === null ? 'USER' : 'GROUP') },
  created_at: { get: ({ createdAt }) => createdAt, kind: 'date' },
  cloneable: { get: ({ isCloneable }) => isCloneable },
  status: { get: ({ status }) => statusName(status), values: statuses },
}

/** The oldest come first. */
const byCreation = byField<Folder>(({ createdAt }) => createdAt, false)

const all = ({ cluster }: GraphContext): Folder[] => [...cluster.state.folders.values()]

const listed = (rows: readonly Folder[], args: FolderArguments, context: GraphContext) =>
  page(rows, args, fields, context, byCreation, (folder) => view(folder, context))

/** What users have of their own, and administrators all there is; on 20.09 without those of projects (trap 35). */
function visible(context: GraphContext, args: Omit<FolderArguments, keyof PageArguments>): Folder[] {
  const { cluster, requester } = context
  const { profile } = cluster
  const { domainName, key } = scope(context, args, null, requester.user.id)
  return all(context).filter(
    (folder) =>
      (folder.projectId === null || (key === null && profile.name !== '20.09')) &&
      (key === null || folder.userId === key) &&
      (domainName === null || domainOf(folder, cluster) === domainName) &&
      (args.group_id === null || args.group_id === undefined || groupOf(folder, profile) === args.group_id),
  )
}

function domainOf({ userId, projectId }: Folder, { state }: Cluster): string | undefined {
  return userId === null ? state.projects.get(projectId ?? '')?.domainName : state.users.get(userId)?.domainName
}

const allowances = ({ cluster }: GraphContext) =>
  [...cluster.state.domains.values()].map(({ allowedFolderHosts }) => allowedFolderHosts)

interface ScopeArguments {
  storage_host_name: string
  quota_scope_id: string
}

const quotaKey = ({ storage_host_name, quota_scope_id }: ScopeArguments): string =>
  `${storage_host_name}/${quota_scope_id}`

function checkQuotaRole(context: GraphContext): void {
  // 23.09 lets everybody (observed).
  if (!context.cluster.profile.folders.byId || ['superadmin', 'admin'].includes(context.requester.user.role)) return
  throw new Problem('forbidden', { title: 'Permission Denied.', code: 'api_auth_forbidden' })
}

export const vfolders = {
  vfolder_list: (args: FolderArguments, context: GraphContext) => listed(visible(context, args), args, context),

  vfolder_own_list: (args: FolderArguments, context: GraphContext) =>
    listed(
      all(context).filter(({ userId }) => userId === context.requester.user.id),
      args,
      context,
    ),

  vfolder_invited_list: (args: FolderArguments, context: GraphContext) =>
    listed(
      all(context).filter(({ grants, projectId }) => projectId === null && grants.has(context.requester.user.id)),
      args,
      context,
    ),

  vfolder_project_list(args: FolderArguments, context: GraphContext) {
    const own = new Set(projectsOf(context.cluster.state, context.requester.user.id).map(({ id }) => id))
    return listed(
      all(context).filter(({ projectId }) => projectId !== null && own.has(projectId)),
      args,
      context,
    )
  },

  vfolders: (args: Omit<FolderArguments, keyof PageArguments>, context: GraphContext) =>
    visible(context, args).map((folder) => view(folder, context)),

  vfolder(args: { id?: string | null }, context: GraphContext) {
    requireSuperadmin(context)
    const folder = folderById(context.cluster.state, args.id ?? '')
    return folder ? view(folder, context) : null
  },

  quota_scope: (args: ScopeArguments, context: GraphContext) => scopeView(args, context),

  set_quota_scope(args: ScopeArguments & { props: { hard_limit_bytes?: number | null } }, context: GraphContext) {
    checkQuotaRole(context)
    const { quotas } = context.cluster.state
    const { hard_limit_bytes: limit } = args.props
    if (limit === null || limit === undefined) quotas.delete(quotaKey(args))
    else quotas.set(quotaKey(args), limit)
    return { quota_scope: scopeView(args, context) }
  },

  unset_quota_scope(args: ScopeArguments, context: GraphContext) {
    checkQuotaRole(context)
    context.cluster.state.quotas.delete(quotaKey(args))
    return { quota_scope: scopeView(args, context) }
  },

  vfolder_host_permissions: (_args: unknown, context: GraphContext) => ({
    vfolder_host_permission_list: [...new Set(allowances(context).flatMap((hosts) => Object.values(hosts).flat()))],
  }),

  storage_volume(args: { id?: string | null }, context: GraphContext) {
    requireSuperadmin(context)
    return volumeView(args.id ?? '')
  },

  storage_volume_list(args: PageArguments, context: GraphContext) {
    requireAdmin(context)
    const hosts = [...new Set(allowances(context).flatMap((hosts) => Object.keys(hosts)))]
    return { items: hosts.slice(args.offset, args.offset + args.limit).map(volumeView), total_count: hosts.length }
  },
}

function scopeView(args: ScopeArguments, { cluster }: GraphContext): Record<string, unknown> {
  const used = async (): Promise<{ files: number; bytes: number }> => {
    const sum = { files: 0, bytes: 0 }
    for (const folder of cluster.state.folders.values()) {
      if (folder.status === 'delete-complete' || folder.host !== args.storage_host_name) continue
      if (quotaScopeOf(folder) !== args.quota_scope_id) continue
      const { files, bytes } = await (await cluster.storage.volume(folder.host).folder(folder.id)).usage()
      sum.files += files
      sum.bytes += bytes
    }
    return sum
  }
  return {
    id: `QuotaScope:${quotaKey(args)}`,
    quota_scope_id: args.quota_scope_id,
    storage_host_name: args.storage_host_name,
    details: {
      usage_bytes: async () => (await used()).bytes,
      usage_count: async () => (await used()).files,
      hard_limit_bytes: cluster.state.quotas.get(quotaKey(args)) ?? null,
    },
  }
}

const volumeView = (host: string): Record<string, unknown> => ({
  id: host,
  backend: 'vfs',
  fsprefix: '.',
  path: '/vfroot/local/volume1',
  capabilities: ['vfolder'],
  hardware_metadata: pythonJson({ status: 'healthy', status_info: null, metadata: {} }),
  performance_metric: '{}',
  usage: pythonJson({ percentage: 50 }),
  proxy: host.split(':', 1)[0],
  name: host.slice(host.indexOf(':') + 1),
})

function view(folder: Folder, { cluster }: GraphContext): Record<string, unknown> {
  const { state, profile } = cluster
  return {
    id: folder.id,
    host: folder.host,
    quota_scope_id: quotaScopeOf(folder),
    name: folder.name,
    user: folder.userId,
    user_email: state.users.get(folder.userId ?? '')?.email ?? null,
    group: groupOf(folder, profile),
    group_name: state.projects.get(folder.projectId ?? '')?.name ?? null,
    creator: folder.creator,
    domain_name: domainOf(folder, cluster) ?? null,
    unmanaged_path: folder.unmanagedPath,
    usage_mode: folder.usageMode,
    permission: toldPermission({ folder, isOwner: true, permission: folder.permission }, cluster.faults),
    ownership_type: folder.projectId === null ? 'user' : 'group',
    max_files: 1000,
    max_size: null,
    created_at: isoDate(folder.createdAt),
    last_used: null,
    num_files: 0,
    cur_size: 0,
    cloneable: folder.isCloneable,
    status: folder.status,
  }
}
