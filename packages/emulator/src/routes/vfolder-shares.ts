/** Who else may use a folder: invitations, shares of project folders, grants (protocol 03 §1.12). */
import { listOf, nullable, optional, required, text, uuid } from '../checks.ts'
import { type Context, json, type Route, type Routes } from '../context.ts'
import { Problem } from '../problems.ts'
import { dateText, isoDate } from '../python.ts'
import { newUUID } from '../random.ts'
import {
  type Folder,
  type FolderGrant,
  type FolderPermission,
  type Invitation,
  projectsOf,
  type User,
  userByEmail,
} from '../state.ts'
import { mustAllow } from '../storage/folder-hosts.ts'
import { accessibleFolders, findFolder, folderById, isSameId, lacksPermission } from '../storage/vfolders.ts'
import { changed, permissionCheck } from './vfolders.ts'

const route = (method: Route['method'], path: string, handle: Route['handle']): Route => ({
  method,
  path: `/folders${path}`,
  role: 'user',
  handle,
})

export const vfolderShares: Routes = ({ folders: { postDeletes, since } }) => [
  route('POST', '/:folder/invite', invite),
  route('GET', '/invitations/list', received),
  route('GET', '/invitations/list-sent', sent),
  route('GET', '/invitations/list_sent', sent),
  route('POST', '/invitations/update/:invitation', updateInvitation),
  route('POST', '/invitations/accept', accept),
  route('DELETE', '/invitations/delete', deleteInvitation),
  route('POST', '/:folder/leave', leave),
  route('GET', '/_/shared', shared),
  route('POST', '/_/shared', updateShared),
  ...(since.share ? [route('POST', '/:folder/share', share), route('DELETE', '/:folder/unshare', unshare)] : []),
  ...(postDeletes
    ? [route('POST', '/invitations/delete', deleteInvitation), route('POST', '/:folder/unshare', unshare)]
    : []),
]

const isAdministrator = ({ role }: User): boolean => role === 'superadmin' || role === 'admin'

async function invite(context: Context): Promise<Response> {
  const { cluster, profile, requester } = context
  const { state } = cluster
  const fields = {
    permission: optional(permissionCheck, 'rw' as const, 'perm', 'permission'),
    emails: required(listOf(text(profile)), 'emails', 'user_ids', 'userIDs'),
  }
  const params = await context.read(fields, 'InviteVFolderReq', 'body')
  const { folder } = findFolder(context, 'invite')
  if (folder.name.startsWith('.'))
    throw new Problem('folder-forbidden', { msg: 'Cannot share private dot-prefixed vfolders.' })
  // Project folders are shared; 26.9 does not mind.
  if (folder.projectId !== null && !profile.folders.byId) throw new Problem('folder-not-found')
  mustAllow(cluster, requester, folder.host, 'invite-others')
  const known = params.emails.filter((email) => userByEmail(state, email))
  const isToSelf = params.emails.includes(requester.user.email)
  const { invitesAnybody } = cluster.faults.folders
  if ((known.length === 0 && !invitesAnybody) || (isToSelf && !profile.folders.byId))
    throw new Problem(profile.folders.byId ? 'user-not-found' : 'old-invitation-not-found')
  if (isToSelf || known.some((email) => folder.grants.has(userByEmail(state, email)?.id ?? '')))
    throw profile.folders.byId
      ? new Problem('folder-grant-exists', { msg: 'Invitation to this VFolder already sent out to target user' })
      : new Problem('folder-already-exists')
  const invited = (invitesAnybody ? params.emails : known).filter(
    (invitee) => !pending(context).some((other) => other.folderId === folder.id && other.invitee === invitee),
  )
  for (const invitee of invited) {
    const now = cluster.clock()
    const id = newUUID()
    state.invitations.set(id, {
      id,
      folderId: folder.id,
      inviter: requester.user.email,
      invitee,
      permission: grantOf(context, params.permission).permission,
      state: 'pending',
      createdAt: now,
      modifiedAt: profile.folders.byId ? now : null,
    })
  }
  return json({ invited_ids: invited }, 201)
}

/** 26.9.6 has no `wd` of shares. */
const grantOf = ({ cluster }: Context, asked: FolderPermission): FolderGrant => {
  const permission = cluster.faults.folders.mistakesShares && asked === 'wd' ? 'rw' : asked
  return { permission, rights: permission }
}

const pending = ({ cluster }: Context): Invitation[] =>
  [...cluster.state.invitations.values()].filter(({ state }) => state === 'pending')

function shape({ cluster, profile }: Context, invitation: Invitation, isReceived: boolean): Record<string, unknown> {
  const folder = cluster.state.folders.get(invitation.folderId)
  // Since 26.3 what was received lacks some, and has other dates (observed 26.9.6).
  const isBare = isReceived && profile.folders.byId
  const date = isBare ? isoDate : dateText
  return {
    id: invitation.id,
    inviter: invitation.inviter,
    invitee: isBare ? '' : invitation.invitee,
    perm: invitation.permission,
    state: isBare ? '' : invitation.state,
    created_at: date(invitation.createdAt),
    modified_at: invitation.modifiedAt === null ? 'None' : date(invitation.modifiedAt),
    vfolder_id: invitation.folderId,
    vfolder_name: folder?.name ?? '',
  }
}

function received(context: Context): Response {
  const own = pending(context).filter(({ invitee }) => invitee === context.requester.user.email)
  return json({ invitations: own.map((invitation) => shape(context, invitation, true)) })
}

function sent(context: Context): Response {
  const own = pending(context).filter(({ inviter }) => inviter === context.requester.user.email)
  return json({ invitations: own.map((invitation) => shape(context, invitation, false)) })
}

async function updateInvitation(context: Context): Promise<Response> {
  const { profile, requester, cluster } = context
  const fields = { permission: required(permissionCheck, 'perm', 'permission') }
  const { permission } = await context.read(fields, 'UpdateInvitationReq', 'body')
  const id = context.part('invitation')
  const found = pending(context).find((invitation) => invitation.id === id)
  const isOwn = found?.inviter === requester.user.email
  if (!isOwn && profile.folders.byId) throw lacksPermission(requester.user, 'change', `entity_share ${id}`)
  // Old servers say the same whether there is one or not.
  if (found && isOwn) {
    found.permission = grantOf(context, permission).permission
    found.modifiedAt = cluster.clock()
  }
  return json({ msg: `vfolder invitation updated: ${id}.` })
}

const readInvitation = async (context: Context): Promise<string> =>
  (await context.read({ id: required(text(context.profile), 'inv_id') }, 'InvitationReq', 'body')).id

const noSuchInvitation = ({ profile }: Context): Problem =>
  new Problem(profile.folders.byId ? 'invitation-not-found' : 'old-invitation-not-found')

async function accept(context: Context): Promise<Response> {
  const { cluster, profile, requester } = context
  const { user } = requester
  const id = await readInvitation(context)
  const found = pending(context).find((invitation) => invitation.id === id && invitation.invitee === user.email)
  const folder = found && cluster.state.folders.get(found.folderId)
  if (!found || !folder) throw noSuchInvitation(context)
  if (accessibleFolders(cluster, user).some((other) => other.folder.name === folder.name))
    throw new Problem('folder-already-exists')
  found.state = 'accepted'
  folder.grants.set(user.id, grantOf(context, found.permission))
  return profile.folders.changed === 'message' ? changed(profile) : json({})
}

/** The inviter's call takes it back, the invitee's says no. */
async function deleteInvitation(context: Context): Promise<Response> {
  const { cluster, profile, requester } = context
  const id = await readInvitation(context)
  const { email } = requester.user
  const found = pending(context).find((invitation) => invitation.id === id)
  const { failsToReject } = cluster.faults.folders
  if (!found)
    throw failsToReject
      ? new Problem('internal-server-error', { msg: 'unexpected error: No such vfolder invitation.' })
      : noSuchInvitation(context)
  if (found.inviter !== email && found.invitee !== email)
    throw failsToReject
      ? new Problem('internal-server-error', {
          msg: "unexpected error: Forbidden operation. (Cannot change other user's invitaiton)",
        })
      : new Problem('folder-forbidden', { msg: "Cannot change other user's invitation" })
  found.state = found.inviter === email ? 'canceled' : 'rejected'
  return profile.folders.changed === 'message' ? changed(profile) : json({})
}

async function leave(context: Context): Promise<Response> {
  const { cluster, profile, requester } = context
  const { user } = requester
  const other = optional(nullable(uuid), null, 'shared_user_uuid', 'sharedUserUuid')
  // 20.09 reads no body at all (03 §1.19).
  const fields = profile.name === '20.09' ? {} : { other }
  const params = profile.name === '20.09' ? {} : await context.read(fields, 'LeaveVFolderReq', 'body')
  const { folder } = findFolder(context, 'leave')
  if (folder.projectId !== null) throw new Problem('invalid-params', { msg: 'Cannot leave a group vfolder.' })
  const leaving = ('other' in params && params.other) || user.id
  if (leaving !== user.id && user.role !== 'superadmin')
    throw new Problem('folder-forbidden', { msg: 'Insufficient permission' })
  if (folder.userId === leaving && !cluster.faults.folders.ownersLeave)
    throw new Problem('invalid-params', { msg: 'Cannot leave a vfolder owned by the requesting user.' })
  folder.grants.delete(leaving)
  return json({ msg: 'left the shared vfolder' })
}

function projectFolder(context: Context): Folder {
  const { profile, requester } = context
  if (!isAdministrator(requester.user))
    throw profile.problems.roleFailure === 403
      ? new Problem('forbidden', { msg: 'Insufficient privileges' })
      : new Problem('auth-failed', { msg: 'Unauthorized access' })
  const reference = context.part('folder')
  const folder = [...context.cluster.state.folders.values()].find(
    ({ id, name }) => name === reference || isSameId(id, reference),
  )
  if (!folder || folder.projectId === null)
    throw new Problem('folder-not-found', { msg: 'Only project folders are directly sharable.' })
  return folder
}

/** Those of the project's members; of others none. */
function membersOf({ cluster, profile }: Context, folder: Folder, emails: readonly string[]): User[] {
  const { state } = cluster
  const users = emails.flatMap((email) => userByEmail(state, email) ?? [])
  const members = users.filter(({ id }) => projectsOf(state, id).some((project) => project.id === folder.projectId))
  if (members.length === 0) throw new Problem(profile.folders.byId ? 'user-not-found' : 'old-user-not-found')
  return members
}

async function share(context: Context): Promise<Response> {
  const fields = {
    permission: optional(permissionCheck, 'rw' as const, 'permission'),
    emails: required(listOf(text(context.profile)), 'emails'),
  }
  const folder = projectFolder(context)
  const params = await context.read(fields, 'ShareVFolderReq', 'body')
  mustAllow(context.cluster, context.requester, folder.host, 'set-user-specific-permission')
  const members = membersOf(context, folder, params.emails)
  for (const { id } of members) folder.grants.set(id, grantOf(context, params.permission))
  return json({ shared_emails: members.map(({ email }) => email) }, 201)
}

async function unshare(context: Context): Promise<Response> {
  const folder = projectFolder(context)
  const { emails } = await context.read(
    { emails: required(listOf(text(context.profile)), 'emails') },
    'UnshareReq',
    'body',
  )
  mustAllow(context.cluster, context.requester, folder.host, 'set-user-specific-permission')
  const members = membersOf(context, folder, emails)
  for (const { id } of members) folder.grants.delete(id)
  return json({ unshared_emails: members.map(({ email }) => email) })
}

async function shared(context: Context): Promise<Response> {
  const { cluster, profile } = context
  const { state } = cluster
  const string = text(profile)
  const names = ['vfolder_id', 'vfolderId']
  const fields =
    profile.name === '20.09' ? { id: required(string, ...names) } : { id: optional(nullable(string), null, ...names) }
  const { id } = await context.read(fields, 'ListSharedVFoldersQuery', 'query')
  const folders =
    id === null ? [...state.folders.values()] : [folderById(state, id)].filter((folder) => folder !== undefined)
  const shares = folders.flatMap((folder) =>
    [...folder.grants].flatMap(([userId, { permission }]) => {
      const user = state.users.get(userId)
      return user ? [shareShape(context, folder, user, permission)] : []
    }),
  )
  return json({ shared: shares })
}

function shareShape({ profile }: Context, folder: Folder, user: User, permission: string): Record<string, unknown> {
  const common = { vfolder_id: folder.id, vfolder_name: folder.name }
  const last = { shared_to: { uuid: user.id, email: user.email }, perm: permission }
  if (profile.name === '20.09') return { ...common, shared_by: folder.creator, ...last }
  const isProject = folder.projectId !== null
  return {
    ...common,
    status: folder.status,
    owner: folder.projectId ?? folder.userId,
    type: isProject ? 'project' : 'user',
    ...last,
  }
}

/** Who is not there is no failure. */
async function updateShared(context: Context): Promise<Response> {
  const { cluster, profile, requester } = context
  const fields = {
    folder: required(text(profile), 'vfolder'),
    user: required(text(profile), 'user'),
    permission: required(nullable(permissionCheck), 'perm', 'permission'),
  }
  const params = await context.read(fields, 'UpdateSharedReq', 'body')
  const folder = folderById(cluster.state, params.folder)
  const isOwn = folder?.userId === requester.user.id || isAdministrator(requester.user)
  if (profile.folders.byId && !isOwn) throw lacksPermission(requester.user, 'change', `vfolder ${params.folder}`)
  if (profile.folders.byId && ![...cluster.state.users.keys()].some((id) => isSameId(id, params.user)))
    throw new Problem('project-not-found', {
      title: 'Personal project not found.',
      msg: `User '${params.user}' has no personal project.`,
    })
  const userId = [...(folder?.grants.keys() ?? [])].find((id) => isSameId(id, params.user))
  const grant = folder?.grants.get(userId ?? '')
  if (folder && grant && userId !== undefined && isOwn) {
    if (params.permission === null) folder.grants.delete(userId)
    else {
      const asked = grantOf(context, params.permission)
      folder.grants.set(userId, cluster.faults.folders.mistakesShares ? { ...asked, rights: grant.rights } : asked)
    }
  }
  return json({ msg: 'shared vfolder permission updated' })
}
