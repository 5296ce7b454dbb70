/** Folders as the releases write them (protocol 03 §1.2, §1.3, §1.5). */
import type { Cluster } from '../cluster.ts'
import type { ReleaseFaults } from '../faults/release-faults.ts'
import type { Profile } from '../profiles.ts'
import { dateText } from '../python.ts'
import type { Folder } from '../state.ts'
import { type FolderAccess, hexId } from './vfolders.ts'

const ownershipOf = (folder: Folder): 'user' | 'group' => (folder.projectId === null ? 'user' : 'group')

export const quotaScopeOf = ({ projectId, userId }: Folder): string =>
  projectId === null ? `user:${userId}` : `project:${projectId}`

/** What of 26.9 has no meaning any more. */
const placeholders = { max_size: 0, user_email: '', group_name: '', type: '', max_files: 0, cur_size: 0 }

/** The answer to a creation. */
export function createdShape(folder: Folder, profile: Profile): Record<string, unknown> {
  const common = {
    id: hexId(folder.id),
    name: folder.name,
    ...(profile.folders.since.quota && { quota_scope_id: quotaScopeOf(folder) }),
    host: folder.host,
    usage_mode: folder.usageMode,
    permission: folder.permission,
    creator: folder.creator,
    ownership_type: ownershipOf(folder),
    user: folder.userId,
    group: folder.projectId,
    cloneable: folder.isCloneable,
  }
  if (profile.folders.trash)
    return { ...common, created_at: '', status: folder.status, is_owner: true, ...placeholders }
  return {
    ...common,
    ...(profile.folders.since.quota && { max_size: null }),
    ...(profile.folders.since.status && { status: folder.status }),
    ...(folder.unmanagedPath !== null && { unmanaged_path: folder.unmanagedPath }),
  }
}

/** The answer to a clone. */
export function clonedShape(folder: Folder, profile: Profile, taskId: string | null): Record<string, unknown> {
  const { id, name, host, usage_mode, permission, creator, ownership_type, user, group, cloneable } = createdShape(
    folder,
    profile,
  )
  const common = { id, name, host, usage_mode, permission, creator, ownership_type, user, group, cloneable }
  return taskId === null ? common : { ...common, bgtask_id: taskId }
}

export const toldPermission = (
  { folder, isOwner, permission }: Omit<FolderAccess, 'rights'>,
  { folders }: ReleaseFaults,
): string => (folders.tellsOwnersWritable && isOwner && folder.projectId === null ? 'rw' : permission)

/** An item of the list. */
export function listedShape(
  access: FolderAccess,
  { state, profile, faults }: Pick<Cluster, 'state' | 'profile' | 'faults'>,
): Record<string, unknown> {
  const { folder, isOwner } = access
  const owner = folder.userId === null ? undefined : state.users.get(folder.userId)
  const common = {
    name: folder.name,
    id: hexId(folder.id),
    ...(profile.folders.since.quota && { quota_scope_id: quotaScopeOf(folder) }),
    host: folder.host,
    ...(profile.folders.since.status && { status: folder.status }),
    usage_mode: folder.usageMode,
    created_at: dateText(folder.createdAt),
    is_owner: isOwner,
    permission: toldPermission(access, faults),
    user: folder.userId,
    group: groupOf(folder, profile),
    creator: folder.creator,
    ownership_type: ownershipOf(folder),
    cloneable: folder.isCloneable,
  }
  if (profile.folders.trash) return { ...common, ...placeholders }
  return {
    ...common,
    user_email: owner?.email ?? null,
    group_name: state.projects.get(folder.projectId ?? '')?.name ?? null,
    type: ownershipOf(folder),
    ...(profile.folders.since.quota && { max_files: 1000, max_size: null, cur_size: 0 }),
  }
}

/** On 26.9 a user's folder is in a project of that user alone; ours has the user's id, turned round. */
export const groupOf = ({ projectId, userId }: Folder, { folders }: Profile): string | null =>
  projectId ?? (folders.trash && userId ? `${userId.slice(28)}${userId.slice(8, 28)}${userId.slice(0, 8)}` : null)

/** Of one folder, with its files counted. */
export function infoShape(
  access: FolderAccess,
  { profile, faults }: Pick<Cluster, 'profile' | 'faults'>,
  { files, bytes }: { files: number; bytes: number },
): Record<string, unknown> {
  const { folder, isOwner } = access
  const { since, trash } = profile.folders
  const created = dateText(folder.createdAt)
  const none = trash ? null : 'None'
  return {
    name: folder.name,
    id: hexId(folder.id),
    host: folder.host,
    ...(since.quota && { quota_scope_id: quotaScopeOf(folder) }),
    ...(since.status && { status: folder.status }),
    numFiles: files,
    ...(!trash && { num_files: files, created }),
    used_bytes: bytes,
    created_at: created,
    last_used: created,
    user: folder.userId ?? none,
    group: groupOf(folder, profile) ?? none,
    type: ownershipOf(folder),
    is_owner: isOwner,
    permission: toldPermission(access, faults),
    usage_mode: folder.usageMode,
    cloneable: folder.isCloneable,
    ...(!trash && since.quota && { max_size: null, cur_size: 0 }),
  }
}
