/** What servers tell of folders (protocol 03 §1.2–§1.5). */

/** `wd`: read, write and delete. */
export type VFolderPermission = 'ro' | 'rw' | 'wd'

export type VFolderUsageMode = 'general' | 'model' | 'data'

export type VFolderStatus =
  | 'ready'
  | 'performing'
  | 'cloning'
  | 'mounted'
  | 'error'
  | 'deleting'
  | 'delete-pending'
  | 'delete-ongoing'
  | 'delete-complete'
  | 'delete-error'
  | (string & {})

/** What is undefined is not told by the release, or not by the call. */
export interface VFolderInfo {
  /** With dashes. */
  id: string
  name: string
  /** `proxy:volume`. */
  host: string
  /** Of a user, or of a project and thereby of all its members. */
  ownership: 'user' | 'project'
  userId: string | undefined
  userEmail: string | undefined
  projectId: string | undefined
  projectName: string | undefined
  /** The e-mail of who made it. */
  creator: string | undefined
  /** Of the caller, or of a project that the caller administers. */
  isOwner: boolean | undefined
  /** Of the caller, where somebody else has shared it; else what others get. */
  permission: VFolderPermission
  usageMode: VFolderUsageMode
  isCloneable: boolean | undefined
  /** Since release 22.09.11; `delete-pending` is the trash. */
  status: VFolderStatus | undefined
  /** ISO 8601. */
  createdAt: string | undefined
  /** `user:…` or `project:…`, since release 23.03.5. */
  quotaScopeId: string | undefined
  /** Of a directory of the host that is no folder's own. */
  unmanagedPath: string | undefined
  /** Told by `info()` alone, which has them counted; undefined where that takes the server too long. */
  usedBytes: number | undefined
  fileCount: number | undefined
}

export interface WireFolder {
  id: string
  name: string
  host: string
  permission: VFolderPermission
  usage_mode: VFolderUsageMode
  /** `type` in the answer about one folder. */
  ownership_type?: 'user' | 'group'
  type?: 'user' | 'group' | ''
  user: string | null
  user_email?: string | null
  group: string | null
  group_name?: string | null
  creator?: string | null
  is_owner?: boolean
  cloneable?: boolean
  status?: string | null
  created_at?: string | null
  quota_scope_id?: string | null
  unmanaged_path?: string | null
  used_bytes?: number
  num_files?: number
  numFiles?: number
}

export function toVFolderInfo(wire: WireFolder): VFolderInfo {
  const ownership = (wire.ownership_type ?? wire.type) === 'group' ? 'project' : 'user'
  return {
    id: dashed(wire.id),
    name: wire.name,
    host: wire.host,
    ownership,
    userId: text(wire.user),
    userEmail: text(wire.user_email),
    // On 26.9 a user's folder has a project too: that of the user alone.
    projectId: ownership === 'project' ? text(wire.group) : undefined,
    projectName: ownership === 'project' ? text(wire.group_name) : undefined,
    creator: text(wire.creator),
    isOwner: wire.is_owner,
    permission: wire.permission,
    usageMode: wire.usage_mode.toLowerCase() as VFolderUsageMode,
    isCloneable: wire.cloneable,
    status: text(wire.status),
    createdAt: toISODate(wire.created_at),
    quotaScopeId: text(wire.quota_scope_id),
    unmanagedPath: text(wire.unmanaged_path),
    usedBytes: counted(wire.used_bytes),
    fileCount: counted(wire.num_files ?? wire.numFiles),
  }
}

/** Up to 24.03.8 what is absent is the text "None"; 26.x has empty texts. */
const text = (wire: string | null | undefined): string | undefined =>
  wire === null || wire === '' || wire === 'None' ? undefined : wire

/** -1 where the storage gave up counting. */
const counted = (wire: number | undefined): number | undefined => (wire === undefined || wire < 0 ? undefined : wire)

/** Servers write a blank in place of the T, which Safari does not read. */
export const toISODate = (wire: string | null | undefined): string | undefined => text(wire)?.replace(' ', 'T')

/** Ids come with dashes or without. */
export const dashed = (id: string): string =>
  id.includes('-') ? id : id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

export const isFolderId = (text: string): boolean => /^[\da-f]{8}(-?[\da-f]{4}){3}-?[\da-f]{12}$/i.test(text)
