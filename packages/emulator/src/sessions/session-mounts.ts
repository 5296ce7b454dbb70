/** Which folders a session has, where, and whether it may write there (protocol 02 §1.6, 03 §0.8). */
import type { Cluster, Requester } from '../cluster.ts'
import { Problem } from '../problems.ts'
import type { Project } from '../state.ts'
import { hostComplaint, mustAllow } from '../storage/folder-hosts.ts'
import type { Storage } from '../storage/storage.ts'
import { accessibleFolders, type FolderAccess, isReserved, isSameId } from '../storage/vfolders.ts'
import type { WorkDirectory } from './work-directory.ts'

const home = '/home/work'

export interface FolderMount {
  host: string
  folderId: string
  /** Within the folder; `.` is all of it. */
  path: string
  /** Where programs of the session find it: absolute. */
  target: string
  isReadOnly: boolean
}

/** What a creation asks for. */
export interface MountWishes {
  /** Names or ids, with a path behind a slash. */
  mounts: readonly string[]
  /** Where: below the home, or absolute. */
  mountMap: Readonly<Record<string, string>>
  /** How, since 24.03. */
  mountOptions: Readonly<Record<string, MountOptions>>
}

export interface MountOptions {
  permission: string | undefined
  /** In place of the path behind the slash. */
  subpath: string | undefined
}

type MountCluster = Pick<Cluster, 'state' | 'faults' | 'profile'>

const refuse = (msg: string): Problem => new Problem('invalid-params', { msg })

/** Python's `normpath`. */
function normalized(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop()
    else if (part !== '..' || !path.startsWith('/')) parts.push(part)
  }
  return (path.startsWith('/') ? '/' : '') + parts.join('/') || '.'
}

const isBelow = (path: string, other: string): boolean => path === other || path.startsWith(`${other}/`)

/** Places are looked at before anything else is, as texts. @throws Problem */
export function checkPlaces({ profile }: Pick<MountCluster, 'profile'>, { mountMap }: MountWishes): void {
  const isTyped = profile.parameters === 'typed'
  // An empty one is as good as none since 26.3, and before no text at all.
  const places = Object.values(mountMap).filter((place) => place !== '' || !isTyped)
  if (new Set(places).size < places.length) throw refuse('Duplicate alias folder name exists.')
  for (const place of places) {
    if (profile.name === '20.09' && !place.startsWith(`${home}/`)) throw refuse('Mount path should be under /home/work')
    const alias = place.startsWith(`${home}/`) ? place.replaceAll(`${home}/`, '') : place
    if (alias === '') throw refuse('Alias name cannot be empty.')
    // The home itself is reserved since 26.x (observed).
    if (isReserved(alias) && (alias !== home || isTyped)) throw refuse(`${alias} is reserved for internal path.`)
    // By then 26.9 has ids in place of the names.
    if (!isTyped && Object.hasOwn(mountMap, alias))
      throw refuse(`Alias name cannot be set to an existing folder name: ${alias}`)
  }
}

const mountable = (cluster: MountCluster, { user }: Requester): FolderAccess[] =>
  accessibleFolders(cluster, user).filter(({ folder }) => !folder.status.startsWith('delete-'))

const findNamed = (folders: readonly FolderAccess[], name: string): FolderAccess | undefined =>
  folders.find(({ folder }) => folder.name === name) ?? folders.find(({ folder }) => isSameId(folder.id, name))

/** @throws Problem where there is none of that name. */
export function checkFolders(cluster: MountCluster, owner: Requester, wishes: MountWishes): void {
  const isTyped = cluster.profile.parameters === 'typed'
  const folders = mountable(cluster, owner)
  const wanted = wantedMounts(wishes, isTyped)
  const missing = wanted.filter(({ name }) => !findNamed(folders, name)).map(({ name }) => name)
  if (missing.length === 0) return
  if (isTyped) throw new Problem('folder-not-found', { data: missing })
  const hasOthers = missing.length < wanted.length || folders.some(({ folder }) => folder.name.startsWith('.'))
  throw new Problem('folder-not-found', {
    msg: hasOthers ? `VFolder ${missing[0]} is not found or accessible.` : 'There is no accessible vfolders at all.',
  })
}

/** Those that were asked for, and those of its owner whose name begins with a dot. @throws Problem */
export function resolveMounts(
  cluster: MountCluster,
  owner: Requester,
  project: Project,
  wishes: MountWishes,
): FolderMount[] {
  const isTyped = cluster.profile.parameters === 'typed'
  const folders = mountable(cluster, owner)
  const wanted = wantedMounts(wishes, isTyped)
  for (const mount of wanted) checkSource(mount, isTyped)
  if (!isTyped) mustNotOverlap(wanted.map(({ source }) => source))
  checkFolders(cluster, owner, wishes)
  const find = (name: string): FolderAccess | undefined => findNamed(folders, name)
  const hidden = folders.filter(({ folder }) => folder.name.startsWith('.'))
  const automatic = hidden
    .filter((access) => !wanted.some(({ name }) => find(name) === access))
    .map(({ folder: { name } }) => ({ source: name, name, path: '.' }))
  const mounts: FolderMount[] = []
  for (const { source, name, path } of [...wanted, ...automatic]) {
    const access = find(name)
    if (!access || !mayMount(cluster, owner, access)) continue
    const { folder } = access
    // Those of other projects are left out without a word.
    if (folder.projectId !== null && folder.projectId !== project.id) continue
    const isTwice = mounts.some(
      (other) => other.folderId === folder.id && (isWithin(path, other.path) || isWithin(other.path, path)),
    )
    if (isTyped && isTwice) continue
    mounts.push({
      host: folder.host,
      folderId: folder.id,
      path,
      target: targetOf(folder.name, wishes.mountMap[source]),
      isReadOnly: isReadOnly(access, owner, wishes.mountOptions[source]?.permission, isTyped),
    })
  }
  checkTargets(mounts, isTyped)
  return mounts
}

interface WantedMount {
  source: string
  name: string
  /** The path within the folder, as it was given. */
  given: string
  path: string
}

/** Keys of the map that are not mounted count on 26.9 only (observed). */
function wantedMounts({ mounts, mountMap, mountOptions }: MountWishes, isTyped: boolean): WantedMount[] {
  const keys = isTyped ? [...Object.keys(mountMap), ...Object.keys(mountOptions)] : []
  return [...new Set([...mounts, ...keys])].map((source) => {
    const [name = '', ...rest] = source.split('/')
    const given = mountOptions[source]?.subpath ?? rest.join('/')
    return { source, name, given, path: normalized(given) }
  })
}

function checkSource({ source, name, given, path }: WantedMount, isTyped: boolean): void {
  const leadsOut = isTyped ? isBelow(path, '..') || path.startsWith('/') : !isBelow(normalized(source), name)
  if (!leadsOut) return
  throw refuse(
    isTyped
      ? `The subpath '${given}' must not escape the vfolder root.`
      : `The subpath '${given}' should designate a subdirectory of the vfolder '${name}'.`,
  )
}

function mustNotOverlap(sources: readonly string[]): void {
  for (const source of sources) {
    const other = sources.find((candidate) => candidate !== source && isBelow(source, candidate))
    if (other !== undefined) throw refuse(`VFolder source path '${source}' overlaps with '${other}'`)
  }
}

/** Since 26.x those that are mounted of themselves are left out where it may not be. */
function mayMount(cluster: MountCluster, owner: Requester, { folder: { host, name } }: FolderAccess): boolean {
  const permission = 'mount-in-session'
  if (cluster.profile.parameters === 'strict') {
    mustAllow(cluster, owner, host, permission)
    return true
  }
  const complaint = hostComplaint(cluster, owner, host, permission)
  if (complaint === null) return true
  if (name.startsWith('.')) return false
  throw new Problem('storage-not-allowed', {
    msg: `Permission denied to mount VFolder '${name}' on host '${host}'. ${complaint}`,
  })
}

const isWithin = (path: string, other: string): boolean => other === '.' || isBelow(path, other)

function targetOf(name: string, place: string | undefined): string {
  if (name === '.linuxbrew') return '/home/linuxbrew/.linuxbrew'
  if (place === undefined || place === '' || name.startsWith('.')) return `${home}/${name}`
  return normalized(place.startsWith('/') ? place : `${home}/${place}`)
}

/** Owners can write whatever the permission of their folder is, since 26.x. */
function isReadOnly(
  { folder, permission }: FolderAccess,
  { user }: Requester,
  asked: string | undefined,
  isTyped: boolean,
): boolean {
  const allowed = isTyped && folder.userId === user.id ? 'rw' : permission
  if (allowed === 'ro' && (asked === 'rw' || asked === 'wd'))
    throw new Problem('folder-permission-failed', {
      msg: `VFolder ${folder.name} is allowed to be accessed in 'ro' mode, but attempted with '${asked}' mode.`,
    })
  return (asked ?? allowed) === 'ro'
}

function checkTargets(mounts: readonly FolderMount[], isTyped: boolean): void {
  const targets = mounts.map(({ target }) => target)
  for (const [index, target] of targets.entries()) {
    const other = targets.find((candidate, at) => at !== index && isBelow(target, candidate))
    if (other === undefined) continue
    if (!isTyped) throw refuse(`VFolder mount path ${target} overlaps with ${other}`)
    throw refuse(
      target === other
        ? `kernel_specs[0].vfolder_mounts has duplicate kernel_path '${target}'.`
        : `VFolder path '${target}' overlaps with '${other}'`,
    )
  }
}

/** @throws Problem where a dotfile would be in the place of a folder. */
export function checkDotfiles(
  { profile }: Pick<MountCluster, 'profile'>,
  mounts: readonly FolderMount[],
  dotfiles: readonly { path: string }[],
): void {
  const clash = dotfiles.find(({ path }) => {
    const place = normalized(path.startsWith('/') ? path : `${home}/${path}`)
    return mounts.some(({ target }) => target === place)
  })
  if (!clash) return
  const msg = `There is a kernel-side path from vfolders that conflicts with a dotfile '${clash.path}'.`
  // 23.09.10 answers with the status -1, which no client can read.
  throw new Problem(profile.parameters === 'typed' ? 'dotfile-path-conflict' : 'general-error', { msg })
}

/** Lets the session see its folders; both sides see the same files. */
export async function mountFolders(mounts: readonly FolderMount[], storage: Storage, work: WorkDirectory, at: string) {
  for (const { host, folderId, path, target, isReadOnly } of mounts) {
    const { directory } = await storage.volume(host).folder(folderId)
    if (directory === null) continue
    const source = path === '.' ? directory : `${directory}/${path}`
    await work.mount(at, { target, source, isReadOnly })
  }
}
