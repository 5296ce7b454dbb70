/** What servers tell of folders, and finding one (protocol 03 §1.3–§1.6). Loaded with the first call that needs it. */
import {
  ConflictError,
  NotFoundError,
  path,
  PermissionDeniedError,
  type CallOptions,
  type Transport,
} from '@backend-ai-sdk/core'

import { graphql } from './graphql.ts'

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

/** All that the caller may see, the trash too. Not paged: servers send one answer. */
export async function fetchFolders(
  transport: Transport,
  options: CallOptions & { ownerEmail?: string | undefined } = {},
): Promise<VFolderInfo[]> {
  const { ownerEmail, ...call } = options
  const wire = await transport.request<WireFolder[]>({
    path: '/folders',
    query: { owner_user_email: ownerEmail },
    ...call,
  })
  return wire.map((folder) => toVFolderInfo(folder))
}

export async function fetchFolder(transport: Transport, segment: string, options: CallOptions): Promise<VFolderInfo> {
  return toVFolderInfo(await transport.request<WireFolder>({ path: path`/folders/${segment}`, ...options }))
}

/**
 * A folder by its id, or by a name that only one has; one in the trash where there is no other.
 *
 * @throws NotFoundError. @throws ConflictError for a name of several; the message has their ids.
 */
export async function findFolder(transport: Transport, reference: string, options: CallOptions): Promise<VFolderInfo> {
  const folders = await fetchFolders(transport, options)
  const byId = isFolderId(reference) ? folders.find(({ id }) => id === dashed(reference.toLowerCase())) : undefined
  if (byId) return byId
  const named = folders.filter(({ name }) => name === reference)
  const living = named.filter(({ status }) => !status?.startsWith('delete-'))
  const [found, ...others] = living.length > 0 ? living : named
  if (found && others.length > 0) throw severalFolders(transport, reference, [found, ...others])
  if (found) return found
  const missing = noSuchFolder(transport, reference)
  if (!isFolderId(reference) || !(await transport.supports('vfolder-ids', options))) throw missing
  // Superadmins may use more than is listed; to others 26.9 says 403, whether there is one or not.
  return fetchFolder(transport, dashed(reference.toLowerCase()), options).catch((error: unknown) => {
    throw error instanceof PermissionDeniedError ? missing : error
  })
}

const refusal = (transport: Transport, reference: string, status: number, body: object) => ({
  status,
  method: 'GET',
  url: transport.url(path`/folders/${reference}`).href,
  body,
})

const noSuchFolder = (transport: Transport, reference: string): NotFoundError =>
  new NotFoundError(
    refusal(transport, reference, 404, {
      type: 'https://api.backend.ai/probs/object-not-found',
      title: 'No such virtual folder.',
    }),
  )

function severalFolders(transport: Transport, name: string, folders: readonly VFolderInfo[]): ConflictError {
  const listed = folders.map((folder) => {
    const owner = folder.ownership === 'project' ? 'of a project' : folder.isOwner ? 'your own' : 'shared with you'
    return `${folder.id} (${owner}, on ${folder.host})`
  })
  return new ConflictError(
    refusal(transport, name, 409, {
      type: 'https://api.backend.ai/probs/too-many-vfolders',
      title: `${folders.length} folders have this name: ${listed.join(', ')}. Name one by its id.`,
      data: { matches: folders.map(({ id, host }) => ({ id, host })) },
    }),
  )
}

/** Since 26.3 servers take a project's id alone. @throws NotFoundError for a name that is none of the caller's. */
export async function projectIdOf(transport: Transport, project: string, options: CallOptions): Promise<string> {
  if (isFolderId(project)) return dashed(project.toLowerCase())
  const { groups } = await graphql<{ groups: { id: string; name: string }[] }, unknown>(
    transport,
    'query($domain: String) { groups(domain_name: $domain) { id name } }',
    { domain: transport.config.domain },
    options,
  )
  const found = groups.find(({ name }) => name === project)
  if (found) return found.id
  throw new NotFoundError({
    status: 404,
    method: 'POST',
    url: transport.url('/admin/gql').href,
    body: {
      type: 'https://api.backend.ai/probs/group-not-found',
      title: `There is no project '${project}' among those of the caller.`,
    },
  })
}
