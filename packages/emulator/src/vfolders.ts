/** Which folders there are, who may do what with them, and what they may be called (protocol 03 §0.6–§0.8). */
import { type Check, Complaint } from './checks.ts'
import type { Requester } from './cluster.ts'
import type { Context } from './context.ts'
import { Problem } from './problems.ts'
import type { Profile } from './profiles.ts'
import { type ClusterState, type Folder, type FolderPermission, projectsOf, type User } from './state.ts'

/** A folder as one user sees it. */
export interface FolderAccess {
  folder: Folder
  /** Of administrators also for a project's folder. */
  isOwner: boolean
  permission: FolderPermission
}

const isAdministrator = ({ role }: User): boolean => role === 'superadmin' || role === 'admin'

function accessOf(state: ClusterState, folder: Folder, user: User): FolderAccess | undefined {
  if (folder.userId === user.id) return { folder, isOwner: true, permission: folder.permission }
  const grant = folder.grants.get(user.id)
  if (folder.projectId !== null && projectsOf(state, user.id).some(({ id }) => id === folder.projectId))
    return { folder, isOwner: isAdministrator(user), permission: grant ?? folder.permission }
  return grant && { folder, isOwner: false, permission: grant }
}

/** Those that are listed: in the trash too, but not what is deleted. */
export function accessibleFolders(state: ClusterState, user: User): FolderAccess[] {
  return [...state.folders.values()].flatMap((folder) => {
    const access = folder.status === 'delete-complete' ? undefined : accessOf(state, folder, user)
    return access ? [access] : []
  })
}

export const hexId = (id: string): string => id.replaceAll('-', '')
export const isSameId = (left: string, right: string): boolean => hexId(left) === hexId(right).toLowerCase()
export const isFolderId = (text: string): boolean => /^[\da-f]{32}$/i.test(hexId(text))

export const folderById = (state: ClusterState, id: string): Folder | undefined =>
  [...state.folders.values()].find((folder) => isSameId(folder.id, id))

/** What a call does with a folder. */
export type FolderNeed = 'read' | 'write' | 'change' | 'delete' | 'destroy'

/** As 26.9 names what is lacking. */
const permissionNames: Record<FolderNeed, string> = {
  read: 'READ: 1',
  change: 'UPDATE: 2',
  write: 'CREATE: 4',
  delete: 'SOFT_DELETE: 8',
  destroy: 'HARD_DELETE: 16',
}

export const lacksPermission = (user: User, need: FolderNeed, what: string): Problem =>
  new Problem('not-enough-permission', {
    msg: `User ${user.id} lacks permission <Permission.${permissionNames[need]}> on ${what}`,
  })

const suffices = ({ isOwner, permission }: FolderAccess, need: FolderNeed): boolean =>
  isOwner || need === 'read' || (need === 'write' ? permission !== 'ro' : need === 'delete' && permission === 'wd')

/**
 * The folder that the path names.
 *
 * @throws Problem where there is none, where it may not be used so, or where it is in the trash.
 */
export function findFolder(context: Context, need: FolderNeed, reference = context.part('folder')): FolderAccess {
  const { cluster, profile, requester } = context
  const { user } = requester
  if (profile.folders.byId && isFolderId(reference)) return folderOfId(context, need, reference)
  const named = accessibleFolders(cluster.state, user).filter(({ folder }) => folder.name === reference)
  // Old servers do not find what may not be used so (268).
  const found = profile.folders.byId ? named : named.filter((access) => suffices(access, need))
  const [access, ...others] = found
  if (!access) throw noSuchFolder(profile, reference)
  if (others.length > 0)
    throw new Problem('too-many-folders', {
      ...(profile.folders.byId && {
        data: { matches: found.map(({ folder: { id, host } }) => ({ id, host })) },
      }),
    })
  if (!suffices(access, need)) throw lacksPermission(user, need, `vfolder ${access.folder.id}`)
  const isInTrash = access.folder.status.startsWith('delete-')
  if (isInTrash && need !== 'read' && need !== 'delete') throw new Problem('folder-status-failed')
  return access
}

/** Whose ids name them; what its status is does not matter then (observed 26.9.6). */
export function folderOfId(context: Context, need: FolderNeed, id: string): FolderAccess {
  const { cluster, profile, requester } = context
  const folder = folderById(cluster.state, id)
  const { user } = requester
  const exists = folder && folder.status !== 'delete-complete'
  if (exists && user.role === 'superadmin') return { folder, isOwner: true, permission: folder.permission }
  const access = exists ? accessOf(cluster.state, folder, user) : undefined
  if (access && suffices(access, need)) return access
  if (!profile.folders.byId || user.role === 'superadmin') throw noSuchFolder(profile, dashedId(id))
  throw lacksPermission(user, need, `vfolder ${dashedId(id)}`)
}

const dashedId = (id: string): string => hexId(id).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

const noSuchFolder = (profile: Profile, reference: string): Problem =>
  new Problem('folder-not-found', profile.name === '20.09' ? {} : { data: reference })

const reservedNames = new Set(['.terminfo', '.jupyter', '.tmux.conf', '.ssh'])
const reservedPaths =
  /^\/(bin|boot|dev|etc|lib|lib64|media|mnt|opt|proc|root|run|sbin|srv|sys|tmp|usr|var|home|home\/work)$/

const isReserved = (name: string): boolean =>
  reservedNames.has(name) || reservedPaths.test(name) || /^\.[a-z0-9]+(rc|_profile)$/.test(name)

/** What a folder may be called, as far as it is checked with the other parameters. */
export const folderName =
  ({ folders: { namePattern } }: Profile): Check<string> =>
  (value) => {
    if (typeof value !== 'string')
      return new Complaint('value is not a string', 'string_type', 'Input should be a valid string')
    const wrong = (text: string) =>
      new Complaint('value must be a valid slug.', 'assertion_error', `Assertion failed, ${text}`)
    if (namePattern) return namePattern.test(value) ? value : wrong('')
    if (value.length > 64) return wrong(`The length of VFolder name should be shorter than 64. (len: ${value.length})`)
    return isReserved(value) ? wrong(`VFolder name '${value}' is reserved for internal operations`) : value
  }

/** Old servers look at what is reserved afterwards, and fail with names that are too long. */
export function checkName({ folders }: Profile, name: string): void {
  if (!folders.namePattern) return
  if (isReserved(name)) throw new Problem('invalid-params', { msg: `${name} is reserved for internal operations.` })
  if (name.length > 64) throw new Problem('internal-server-error')
}

export function isNameTaken({ cluster, profile }: Context, { user }: Requester, name: string, host: string): boolean {
  return accessibleFolders(cluster.state, user).some(
    ({ folder }) => folder.name === name && (profile.folders.unique === 'accessible' || folder.host === host),
  )
}
