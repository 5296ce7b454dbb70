/** Which folders there are, who may do what with them, and what they may be called (protocol 03 §0.6–§0.8). */
import { type Check, Complaint } from '../checks.ts'
import type { Cluster, Requester } from '../cluster.ts'
import type { Context } from '../context.ts'
import { Problem } from '../problems.ts'
import type { Profile } from '../profiles.ts'
import { type ClusterState, type Folder, type FolderPermission, projectsOf, type User } from '../state.ts'

/** A folder as one user sees it. */
export interface FolderAccess {
  folder: Folder
  /** Of administrators also for a project's folder. */
  isOwner: boolean
  permission: FolderPermission
  /** What calls may do of what the permission says. */
  rights: FolderPermission
}

/** The part of a cluster that says who may do what. */
export type FolderCluster = Pick<Cluster, 'state' | 'faults'>

const isAdministrator = ({ role }: User): boolean => role === 'superadmin' || role === 'admin'

const owned = (folder: Folder, isOwner = true): FolderAccess => ({
  folder,
  isOwner,
  permission: folder.permission,
  rights: folder.permission,
})

function accessOf({ state, faults }: FolderCluster, folder: Folder, user: User): FolderAccess | undefined {
  if (folder.userId === user.id) return owned(folder)
  const grant = folder.grants.get(user.id)
  const granted = grant && { folder, isOwner: false, ...grant }
  if (folder.projectId === null || !projectsOf(state, user.id).some(({ id }) => id === folder.projectId)) return granted
  const isOwner = isAdministrator(user) || faults.folders.givesProjectsAway
  return granted ? { ...granted, isOwner } : owned(folder, isOwner)
}

/** Those that are listed: in the trash too, but not what is deleted. */
export function accessibleFolders(cluster: FolderCluster, user: User): FolderAccess[] {
  return [...cluster.state.folders.values()].flatMap((folder) => {
    const access = folder.status === 'delete-complete' ? undefined : accessOf(cluster, folder, user)
    return access ? [access] : []
  })
}

export const hexId = (id: string): string => id.replaceAll('-', '')
export const isSameId = (left: string, right: string): boolean => hexId(left) === hexId(right).toLowerCase()
export const isFolderId = (text: string): boolean => /^[\da-f]{32}$/i.test(hexId(text))

export const folderById = (state: ClusterState, id: string): Folder | undefined =>
  [...state.folders.values()].find((folder) => isSameId(folder.id, id))

/** What a call does with a folder: looks in, adds files, moves them, removes them; changes the folder, and so on. */
export type FolderNeed =
  | 'read'
  | 'write'
  | 'move'
  | 'remove'
  | 'change'
  | 'invite'
  | 'clone'
  | 'leave'
  | 'delete'
  | 'destroy'

interface Need {
  /** As 26.9 names what is lacking. */
  name: string
  /** Of those that a folder is shared with, who may; null: none. */
  shared: readonly FolderPermission[] | null
}

const [create, update, softDelete, hardDelete] = ['CREATE: 4', 'UPDATE: 2', 'SOFT_DELETE: 8', 'HARD_DELETE: 16']
const all: readonly FolderPermission[] = ['ro', 'rw', 'wd']
const writers: readonly FolderPermission[] = ['rw', 'wd']

const needs: Readonly<Record<FolderNeed, Need>> = {
  read: { name: 'READ: 1', shared: all },
  write: { name: create, shared: writers },
  move: { name: update, shared: writers },
  remove: { name: softDelete, shared: writers },
  change: { name: update, shared: null },
  invite: { name: create, shared: null },
  clone: { name: create, shared: all },
  leave: { name: hardDelete, shared: all },
  delete: { name: softDelete, shared: ['wd'] },
  destroy: { name: hardDelete, shared: null },
}

/** What a share that lets write is to 26.9.6: neither `CREATE` nor `HARD_DELETE`, whatever is to be made or left. */
const rolesOfShares = new Set(['READ: 1', update, softDelete])

export const lacksPermission = (user: User, need: FolderNeed, what: string): Problem =>
  new Problem('not-enough-permission', {
    msg: `User ${user.id} lacks permission <Permission.${needs[need].name}> on ${what}`,
  })

function suffices({ faults }: FolderCluster, { isOwner, rights }: FolderAccess, need: FolderNeed): boolean {
  if (isOwner || need === 'read') return true
  const { name, shared } = needs[need]
  return faults.folders.mistakesShares
    ? rights !== 'ro' && rolesOfShares.has(name)
    : (shared?.includes(rights) ?? false)
}

/**
 * The folder that the path names.
 *
 * @throws Problem where there is none, where it may not be used so, or where it is in the trash.
 */
export function findFolder(context: Context, need: FolderNeed, reference = context.part('folder')): FolderAccess {
  const { cluster, profile, requester } = context
  const { user } = requester
  if (profile.folders.byId && isFolderId(reference)) return folderOfId(context, need, reference)
  const named = accessibleFolders(cluster, user).filter(({ folder }) => folder.name === reference)
  // Old servers do not find what may not be used so (268).
  const found = profile.folders.byId ? named : named.filter((access) => suffices(cluster, access, need))
  const [access, ...others] = found
  if (!access) throw noSuchFolder(profile, reference)
  if (others.length > 0)
    throw new Problem('too-many-folders', {
      ...(profile.folders.byId && {
        data: { matches: found.map(({ folder: { id, host } }) => ({ id, host })) },
      }),
    })
  if (!suffices(cluster, access, need)) throw lacksPermission(user, need, `vfolder ${access.folder.id}`)
  const isInTrash = access.folder.status.startsWith('delete-')
  if (isInTrash && need !== 'read' && need !== 'delete') throw new Problem('folder-status-failed')
  return access
}

/** Whose ids name them; what its status is does not matter then (observed 26.9.6). */
export function folderOfId(context: Context, need: FolderNeed, id: string): FolderAccess {
  const { cluster, profile, requester } = context
  const folder = folderById(cluster.state, id)
  const { user } = requester
  const exists = folder && (folder.status !== 'delete-complete' || cluster.faults.folders.revives)
  if (exists && user.role === 'superadmin') return owned(folder)
  const access = exists ? accessOf(cluster, folder, user) : undefined
  if (access && suffices(cluster, access, need)) return access
  if (!profile.folders.byId || user.role === 'superadmin') throw noSuchFolder(profile, dashedId(id))
  throw lacksPermission(user, need, `vfolder ${dashedId(id)}`)
}

const dashedId = (id: string): string => hexId(id).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

const noSuchFolder = (profile: Profile, reference: string): Problem =>
  new Problem('folder-not-found', profile.name === '20.09' ? {} : { data: reference })

const reservedNames = new Set(['.terminfo', '.jupyter', '.tmux.conf', '.ssh'])
const reservedPaths =
  /^\/(bin|boot|dev|etc|lib|lib64|media|mnt|opt|proc|root|run|sbin|srv|sys|tmp|usr|var|home|home\/work)$/

/** Of folders, and of the places where sessions mount them. */
export const isReserved = (name: string): boolean =>
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
  return accessibleFolders(cluster, user).some(
    ({ folder }) => folder.name === name && (profile.folders.unique === 'accessible' || folder.host === host),
  )
}
