/** Who else may use a folder: invitations, shares and grants (protocol 03 §1.12). */
import {
  InvalidRequestError,
  NotFoundError,
  path,
  refuseUnknownKeys,
  ServerError,
  type Answer,
  type CallOptions,
  type Transport,
} from '@backend-ai-sdk/core'

import type { FolderAddress } from './folder-address.ts'
import { dashed, toISODate, type VFolderPermission } from './vfolder-info.ts'
import { withTypedRefusals } from './vfolder-refusals.ts'
import { fetchFolders } from './vfolder-search.ts'

export interface VFolderInvitation {
  id: string
  /** E-mails. */
  inviter: string | undefined
  invitee: string | undefined
  permission: VFolderPermission
  state: 'pending' | 'canceled' | 'accepted' | 'rejected' | (string & {})
  /** ISO 8601. */
  createdAt: string | undefined
  modifiedAt: string | undefined
  folderId: string
  folderName: string
}

export interface VFolderInvitationsOptions extends CallOptions {
  /** Those that the user has sent. Default false. */
  sent?: boolean
}

/** Between 25.6 and 26.2 those that were received have other names. */
interface WireInvitation {
  id: string
  inviter?: string
  inviter_user_email?: string
  invitee?: string
  invitee_user_email?: string
  perm?: VFolderPermission
  mount_permission?: VFolderPermission
  state?: string
  status?: string
  created_at: string | null
  modified_at: string | null
  vfolder_id: string
  vfolder_name: string
}

export async function fetchInvitations(
  transport: Transport,
  options: VFolderInvitationsOptions,
): Promise<VFolderInvitation[]> {
  refuseUnknownKeys(options, ['sent', 'signal', 'timeout'], 'the options of list()')
  const { sent = false, ...call } = options
  const { invitations } = await transport.request<{ invitations: WireInvitation[] }>({
    path: sent ? '/folders/invitations/list-sent' : '/folders/invitations/list',
    ...call,
  })
  return invitations.map((wire) => ({
    id: wire.id,
    inviter: (wire.inviter ?? wire.inviter_user_email) || undefined,
    invitee: (wire.invitee ?? wire.invitee_user_email) || undefined,
    permission: wire.perm ?? wire.mount_permission ?? 'ro',
    // Empty since 26.3; only those that are pending are listed.
    state: (wire.state ?? wire.status) || 'pending',
    createdAt: toISODate(wire.created_at),
    modifiedAt: toISODate(wire.modified_at),
    folderId: dashed(wire.vfolder_id),
    folderName: wire.vfolder_name,
  }))
}

export async function acceptInvitation(transport: Transport, id: string, options: CallOptions): Promise<void> {
  const call = { method: 'POST', path: '/folders/invitations/accept', json: { inv_id: id }, ...options }
  await withTypedRefusals(transport.send(call))
}

/** Rejects or cancels, as whoever asks has received or sent it. */
export async function deleteInvitation(transport: Transport, id: string, options: CallOptions): Promise<void> {
  const method = (await transport.supports('vfolder-post-deletes', options)) ? 'POST' : 'DELETE'
  try {
    await transport.send({ method, path: '/folders/invitations/delete', json: { inv_id: id }, ...options })
  } catch (error) {
    // Up to 25.5 an invitation that is not there is a 500.
    if (error instanceof ServerError && !(await isListed(transport, id, options))) throw noSuchInvitation(error, error)
    throw error
  }
}

async function isListed(transport: Transport, id: string, options: CallOptions): Promise<boolean> {
  const lists = [fetchInvitations(transport, options), fetchInvitations(transport, { sent: true, ...options })]
  return (await Promise.all(lists)).flat().some((invitation) => invitation.id === id)
}

function noSuchInvitation({ method, url }: Pick<Answer, 'method' | 'url'>, cause?: unknown): NotFoundError {
  const body = { type: 'https://api.backend.ai/probs/vfolder-invitation-not-found', title: 'No such invitation.' }
  return new NotFoundError({ status: 404, method, url, body }, { cause })
}

/** Servers answer 200 to ids that they do not know. */
export async function updateInvitation(
  transport: Transport,
  id: string,
  { permission }: { permission: VFolderPermission },
  options: CallOptions,
): Promise<void> {
  const url = path`/folders/invitations/update/${id}`
  const sent = await fetchInvitations(transport, { sent: true, ...options })
  if (!sent.some((invitation) => invitation.id === id))
    throw noSuchInvitation({ method: 'POST', url: transport.url(url).href })
  await transport.send({ method: 'POST', path: url, json: { perm: permission }, ...options })
}

/** A folder that is shared with somebody. */
export interface VFolderShare {
  folderId: string
  folderName: string
  /** E-mail of the owner, or the name of the project; undefined where the release does not tell. */
  owner: string | undefined
  ownership: 'user' | 'project' | undefined
  userId: string
  userEmail: string
  permission: VFolderPermission
}

interface WireShare {
  vfolder_id: string
  vfolder_name: string
  shared_by?: string
  owner?: string | null
  type?: 'user' | 'project'
  shared_to: { uuid: string; email: string }
  perm: VFolderPermission
}

/** Of one folder, or of all. */
export async function fetchShares(
  transport: Transport,
  { folderId, ...call }: CallOptions & { folderId?: string },
): Promise<VFolderShare[]> {
  if (folderId !== undefined) return fetchSharesOf(transport, folderId, call)
  if (await transport.supports('vfolder-all-shares', call)) return fetchSharesOf(transport, undefined, call)
  const own = (await fetchFolders(transport, call)).filter(({ isOwner }) => isOwner)
  const shares = await Promise.all(own.map(({ id }) => fetchSharesOf(transport, id, call)))
  return shares.flat()
}

async function fetchSharesOf(
  transport: Transport,
  folderId: string | undefined,
  call: CallOptions,
): Promise<VFolderShare[]> {
  const query = { vfolder_id: folderId }
  const { shared } = await transport.request<{ shared: WireShare[] }>({ path: '/folders/_/shared', query, ...call })
  return shared.map((wire) => ({
    folderId: dashed(wire.vfolder_id),
    folderName: wire.vfolder_name,
    owner: wire.owner ?? wire.shared_by,
    ownership: wire.type,
    userId: dashed(wire.shared_to.uuid),
    userEmail: wire.shared_to.email,
    permission: wire.perm,
  }))
}

/** Null takes it back. Servers answer 200 where there is nothing to change. */
export async function setShare(
  { transport, id, segment }: FolderAddress,
  user: string,
  permission: VFolderPermission | null,
  options: CallOptions,
): Promise<void> {
  const shares = await fetchShares(transport, { folderId: id, ...options })
  const share = shares.find(({ userId, userEmail }) => userId === user || userEmail === user)
  if (!share)
    throw new NotFoundError({
      status: 404,
      method: 'POST',
      url: transport.url('/folders/_/shared').href,
      body: { title: `The folder '${segment}' is not shared with '${user}'.` },
    })
  const json = { vfolder: id, user: share.userId, perm: permission }
  await transport.send({ method: 'POST', path: '/folders/_/shared', json, ...options })
}

export interface VFolderInviteOptions extends CallOptions {
  /** Default `rw`. */
  permission?: VFolderPermission
}

const inviteNames = ['permission', 'signal', 'timeout'] as const satisfies (keyof VFolderInviteOptions)[]

/** @returns the e-mails of those who are invited now. */
export async function invite(
  { transport, segment }: FolderAddress,
  emails: readonly string[],
  options: VFolderInviteOptions,
): Promise<string[]> {
  refuseUnknownKeys(options, inviteNames, 'the options of invite()')
  const { permission = 'rw', ...call } = options
  const json = { perm: permission, user_ids: emails }
  const { invited_ids } = await transport.request<{ invited_ids: string[] }>({
    method: 'POST',
    path: path`/folders/${segment}/invite`,
    json,
    ...call,
  })
  return invited_ids
}

export async function share(
  { transport, segment }: FolderAddress,
  emails: readonly string[],
  options: VFolderInviteOptions,
): Promise<string[]> {
  refuseUnknownKeys(options, inviteNames, 'the options of share()')
  const { permission = 'rw', ...call } = options
  await transport.mustSupport('vfolder-share', call)
  const { shared_emails } = await transport.request<{ shared_emails: string[] }>({
    method: 'POST',
    path: path`/folders/${segment}/share`,
    json: { permission, emails },
    ...call,
  })
  return shared_emails
}

export async function unshare(
  { transport, segment }: FolderAddress,
  emails: readonly string[],
  options: CallOptions,
): Promise<string[]> {
  await transport.mustSupport('vfolder-share', options)
  const method = (await transport.supports('vfolder-post-deletes', options)) ? 'POST' : 'DELETE'
  const { unshared_emails } = await transport.request<{ unshared_emails: string[] }>({
    method,
    path: path`/folders/${segment}/unshare`,
    json: { emails },
    ...options,
  })
  return unshared_emails
}

export interface VFolderLeaveOptions extends CallOptions {
  /** Of a user that leaves in place of the caller, for superadmins; since release 22.09. */
  userId?: string
}

export async function leave({ transport, segment, id }: FolderAddress, options: VFolderLeaveOptions): Promise<void> {
  refuseUnknownKeys(options, ['userId', 'signal', 'timeout'], 'the options of leave()')
  const { userId, ...call } = options
  const url = path`/folders/${segment}/leave`
  // 26.9.6 lets owners leave, after which nobody can be invited any more.
  if (userId === undefined && (await transport.supports('vfolder-ids', call))) {
    const own = (await fetchFolders(transport, call)).find((folder) => folder.id === id)
    if (own?.isOwner && own.ownership === 'user')
      throw new InvalidRequestError({
        status: 400,
        method: 'POST',
        url: transport.url(url).href,
        body: { title: "Cannot leave a folder of one's own." },
      })
  }
  // The body must be there since 26.3.
  const json = { shared_user_uuid: userId }
  await transport.send({ method: 'POST', path: url, json, ...call })
}

export async function changeOwner(
  { transport, id }: FolderAddress,
  email: string,
  options: CallOptions,
): Promise<void> {
  await transport.mustSupport('vfolder-change-owner', options)
  const json = { vfolder: id, user_email: email }
  await transport.send({ method: 'POST', path: '/folders/_/change-ownership', json, ...options })
}
