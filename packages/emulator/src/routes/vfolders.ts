/** `/folders`: making, finding, changing, copying and removing folders (protocol 03 §1). Their files: `vfolder-files.ts`. */
import { choice, flag, nullable, optional, required, text, uuid } from '../checks.ts'
import { type Context, json, noContent, type Route, type Routes } from '../context.ts'
import { Problem } from '../problems.ts'
import type { Profile } from '../profiles.ts'
import { newUUID } from '../random.ts'
import { isLive } from '../sessions/session.ts'
import { findProject, type Folder } from '../state.ts'
import { defaultHost, hostsOf, mustAllow, mustAllowChange } from '../storage/folder-hosts.ts'
import { storageFailure } from '../storage/vfolder-failures.ts'
import { clonedShape, createdShape, infoShape, listedShape } from '../storage/vfolder-shapes.ts'
import {
  accessibleFolders,
  checkName,
  findFolder,
  folderById,
  folderName,
  folderOfId,
  isFolderId,
  isNameTaken,
  isSameId,
} from '../storage/vfolders.ts'
import { dotfilesOf } from '../templates/dotfiles.ts'

const usageModes = ['general', 'model', 'data'] as const
const permissions = ['ro', 'rw', 'wd'] as const

export const permissionCheck = choice(permissions, 'VFolderPermission')
const usageModeCheck = choice(usageModes, 'VFolderUsageMode')

const route = (method: Route['method'], path: string, handle: Route['handle']): Route => ({
  method,
  path: `/folders${path}`,
  role: 'user',
  handle,
})

/** Those whose first part is fixed come before those of one folder. */
export const vfolders: Routes = ({ folders }) => [
  route('POST', '', create),
  route('GET', '', list),
  route('DELETE', '', removeById),
  route('GET', '/_/hosts', hosts),
  route('GET', '/_/allowed-types', types),
  route('GET', '/_/allowed_types', types),
  ...(folders.trash
    ? [
        route('GET', '/_/id', idOfName),
        route('POST', '/delete-from-trash-bin', deleteFromTrash),
        route('POST', '/restore-from-trash-bin', restore),
        route('POST', '/purge', purge),
        route('DELETE', '/:folder/force', force),
      ]
    : []),
  route('GET', '/:folder', info),
  route('DELETE', '/:folder', remove),
  route('POST', '/:folder/rename', rename),
  route('POST', '/:folder/update-options', update),
  route('POST', '/:folder/clone', clone),
]

/** The answer to a change that has nothing to tell. */
export const changed = ({ folders }: Profile): Response =>
  folders.changed === 'message' ? json({ msg: '' }) : new Response(null, { status: 201 })

async function create(context: Context): Promise<Response> {
  const { cluster, profile, requester } = context
  const { state } = cluster
  const string = text(profile)
  const isTyped = profile.parameters === 'typed'
  const fields = {
    name: required(folderName(profile), 'name'),
    host: optional(nullable(string), null, 'host', ...(isTyped ? ['folder_host'] : [])),
    usageMode: optional(nullable(usageModeCheck), null, 'usage_mode'),
    permission: optional(nullable(permissionCheck), null, 'permission'),
    unmanagedPath: optional(nullable(string), null, 'unmanaged_path', 'unmanagedPath'),
    group: optional(nullable(isTyped ? uuid : string), null, 'group', 'groupId', 'group_id'),
    cloneable: optional(flag, false, 'cloneable'),
    quota: optional((value) => value, null, 'quota'),
  }
  const params = await context.read(fields, 'VFolderCreateReq', 'body')
  checkName(profile, params.name)
  const { user } = requester
  const isAdministrator = user.role === 'superadmin' || user.role === 'admin'
  if (params.group !== null && params.name.startsWith('.') && params.name !== '.local')
    throw new Problem('invalid-params', { msg: 'dot-prefixed vfolders cannot be a group folder.' })
  if (params.unmanagedPath !== null && !isAdministrator)
    throw new Problem('folder-forbidden', { msg: 'Insufficient permission' })
  const host = params.host ?? defaultHost
  mustAllow(cluster, requester, host, 'create-vfolder')
  const project = params.group === null ? undefined : findProject(state, params.group, user.domainName)
  if (params.group !== null && !project) throw unknownProject(context, params.group)
  if (project && !isAdministrator) throw new Problem('forbidden', { msg: 'no permission' })
  if (isNameTaken(context, requester, params.name, host)) throw alreadyExists(profile, params.name)
  if (profile.name === '20.09') mustNotBeDotfile(context, params.name)
  const folder: Folder = {
    id: newUUID(),
    name: params.name,
    host,
    usageMode: params.usageMode ?? 'general',
    permission: params.permission ?? 'rw',
    userId: project ? null : user.id,
    projectId: project?.id ?? null,
    creator: user.email,
    isCloneable: params.cloneable,
    status: 'ready',
    createdAt: cluster.clock(),
    unmanagedPath: params.unmanagedPath,
    grants: new Map(),
  }
  await (await cluster.storage.volume(host).folder(folder.id)).create()
  state.folders.set(folder.id, folder)
  return json(createdShape(folder, profile), 201)
}

/** 23.09.10 looks at copies only, later releases when a session is made. */
function mustNotBeDotfile({ cluster, requester }: Context, name: string): void {
  const dotfiles = dotfilesOf(cluster.state, `keypair ${requester.keypair.accessKey}`)
  if (name.startsWith('.') && dotfiles.some(({ path }) => path === name))
    throw new Problem('invalid-params', { msg: 'vFolder name conflicts with your dotfile.' })
}

/** Since 25.6 the problem of a creation is another one's `msg`. */
const alreadyExists = ({ folders, name: release }: Profile, name: string): Problem =>
  folders.byId
    ? new Problem('invalid-params', {
        msg: `The virtual folder already exists with the same name. (VFolder with the given name already exists. (${name}))`,
      })
    : new Problem('folder-already-exists', release === '20.09' ? {} : { data: name })

/** 23.09 fails on ids (observed). */
function unknownProject({ profile, requester }: Context, group: string): Problem {
  if (profile.folders.byId && requester.user.role !== 'superadmin')
    return new Problem('not-enough-permission', {
      msg: `User ${requester.user.id} lacks permission <Permission.CREATE: 4> on vfolder at scopes [ProjectID('${group}')]`,
    })
  return isFolderId(group) && profile.name === '23.09'
    ? new Problem('internal-server-error')
    : new Problem('group-not-found')
}

async function list(context: Context): Promise<Response> {
  const { cluster, profile, requester } = context
  const string = text(profile)
  const fields = {
    all: optional(flag, false, 'all'),
    group: optional(nullable(string), null, 'group_id', 'groupId'),
    ...(profile.name === '20.09'
      ? {}
      : { owner: optional(nullable(string), null, 'owner_user_email', 'ownerUserEmail') }),
  }
  const params = await context.read(fields, 'ListVFoldersQuery', 'query')
  if (params.all && profile.name === '23.09')
    throw new Problem('invalid-params', { msg: "Deprecated use of 'all' option" })
  const { state } = cluster
  const owner = 'owner' in params ? (params.owner as string | null) : null
  if (owner !== null && requester.user.role !== 'superadmin')
    throw new Problem(profile.folders.byId ? 'typed-params' : 'invalid-params', {
      msg: 'Only superadmins may have user scopes.',
    })
  const user = owner === null ? requester.user : [...state.users.values()].find(({ email }) => email === owner)
  const visible =
    params.all && profile.name === '20.09' && requester.user.role === 'superadmin'
      ? [...state.folders.values()].map((folder) => ({
          folder,
          isOwner: folder.userId === requester.user.id,
          permission: folder.permission,
          rights: folder.permission,
        }))
      : user
        ? accessibleFolders(cluster, user)
        : []
  const wanted = visible.filter(
    ({ folder }) =>
      folder.projectId === null ||
      (params.group ? folder.projectId === params.group : !cluster.faults.folders.listsNoProjects),
  )
  return json(wanted.map((access) => listedShape(access, cluster)))
}

async function info(context: Context): Promise<Response> {
  const { cluster, profile } = context
  const access = findFolder(context, 'read')
  const { host, id } = access.folder
  const stored = await cluster.storage.volume(host).folder(id)
  if (!(await stored.exists())) throw storageFailure(profile, 'gone')
  return json(infoShape(access, cluster, await stored.usage()))
}

async function idOfName(context: Context): Promise<Response> {
  const { name } = await context.read(
    { name: required(text(context.profile), 'name', 'vfolder_name', 'vfolderName') },
    'GetVFolderIDReq',
    'body',
  )
  const { folder } = findFolder(context, 'read', name)
  return json({ id: folder.id, name: folder.name })
}

async function rename(context: Context): Promise<Response> {
  const { cluster, profile, requester } = context
  const { newName } = await context.read(
    { newName: required(folderName(profile), 'new_name') },
    'RenameVFolderReq',
    'body',
  )
  checkName(profile, newName)
  const { folder } = findFolder(context, 'change')
  if (accessibleFolders(cluster, requester.user).some((other) => other.folder.name === newName))
    throw new Problem(profile.folders.byId ? 'folder-invalid-parameter' : 'invalid-params', {
      msg: 'One of your accessible vfolders already has the name you requested.',
    })
  mustAllowChange(cluster, requester, folder.host)
  folder.name = newName
  return changed(profile)
}

async function update(context: Context): Promise<Response> {
  const { cluster, profile, requester } = context
  const fields = {
    cloneable: optional(nullable(flag), null, 'cloneable'),
    permission: optional(nullable(permissionCheck), null, 'permission'),
  }
  const params = await context.read(fields, 'UpdateVFolderOptionsReq', 'body')
  const { folder } = findFolder(context, 'change')
  mustAllowChange(cluster, requester, folder.host)
  folder.isCloneable = params.cloneable ?? folder.isCloneable
  folder.permission = params.permission ?? folder.permission
  return changed(profile)
}

async function remove(context: Context): Promise<Response> {
  const { cluster, profile, requester } = context
  const name = context.part('folder')
  const { deletesByName } = cluster.faults.folders
  if (profile.folders.byId && !deletesByName) return discard(context, findFolder(context, 'delete').folder)
  const access = accessibleFolders(cluster, requester.user).find(({ folder }) => folder.name === name)
  if (!access) {
    if (profile.name === '20.09') throw new Problem('invalid-params', { msg: 'No such vfolder.' })
    throw new Problem('folder-not-found', { data: name })
  }
  if (profile.folders.byId) findFolder(context, 'delete')
  else if (!access.isOwner && access.permission !== 'wd')
    throw new Problem('invalid-params', { msg: 'Cannot delete the vfolder that is not owned by myself.' })
  return discard(context, access.folder)
}

async function removeById(context: Context): Promise<Response> {
  const { cluster, profile } = context
  if (!profile.folders.trash && !context.isSuperadmin) throw new Problem('auth-failed', { msg: 'Unauthorized access' })
  const { id } = await readId(context)
  if (profile.folders.byId) return discard(context, folderOfId(context, 'delete', id).folder)
  const folder = folderById(cluster.state, id)
  if (!folder) throw new Problem('folder-not-found')
  return discard(context, folder)
}

const readId = (context: Context): Promise<{ id: string }> =>
  context.read({ id: required(text(context.profile), 'id', 'vfolder_id', 'vfolderId') }, 'DeleteVFolderByIDReq', 'body')

/** Into the trash, where there is one; else for good. */
async function discard(context: Context, folder: Folder): Promise<Response> {
  const { cluster, profile, requester } = context
  mustAllow(cluster, requester, folder.host, 'delete-vfolder')
  if (!profile.folders.trash) {
    cluster.state.folders.delete(folder.id)
    await erase(context, folder)
    return noContent()
  }
  const mounting = [...cluster.sessions.all()].filter(
    (session) =>
      isLive(session) && session.spec.mounts.some((mount) => mount === folder.name || isSameId(folder.id, mount)),
  )
  if (mounting.length > 0) {
    const ids = mounting.map(({ id }) => `'${id}'`).join(', ')
    const msg = `Cannot delete the vfolder. The vfolder(id: ${folder.id}) is mounted on sessions(ids: [${ids}]).`
    throw new Problem('folder-deletion-not-allowed', { msg })
  }
  folder.status = 'delete-pending'
  if (!cluster.faults.folders.mistakesShares) {
    folder.grants.clear()
    dropInvitations(context, folder)
  }
  return noContent()
}

function dropInvitations({ cluster }: Context, folder: Folder): void {
  for (const [id, { folderId }] of cluster.state.invitations)
    if (folderId === folder.id) cluster.state.invitations.delete(id)
}

async function erase(context: Context, folder: Folder): Promise<void> {
  const { mistakesShares } = context.cluster.faults.folders
  if (!mistakesShares || folder.status !== 'delete-complete') dropInvitations(context, folder)
  await (await context.cluster.storage.volume(folder.host).folder(folder.id)).destroy()
}

async function restore(context: Context): Promise<Response> {
  const { id } = await readId(context)
  // One that is not in the trash stays as it is (observed 26.9.6).
  folderOfId(context, 'delete', id).folder.status = 'ready'
  return noContent()
}

async function deleteFromTrash(context: Context): Promise<Response> {
  const { id } = await readId(context)
  const { folder } = folderOfId(context, 'destroy', id)
  // One that is gone is found as released, and nothing is left to do.
  if (folder.status === 'delete-complete') return noContent()
  if (folder.status !== 'delete-pending')
    throw new Problem('folder-status-failed', {
      msg:
        `Cannot purge the vfolder(id: ${folder.id}). Its status (${folder.status}) is not purgable. ` +
        'Soft-delete it first or set force=True.',
    })
  await deleteForGood(context, folder)
  return noContent()
}

/** Its name is free again, although it keeps it (observed 26.9.6). */
async function deleteForGood(context: Context, folder: Folder): Promise<void> {
  folder.status = 'delete-complete'
  await erase(context, folder)
}

async function purge(context: Context): Promise<Response> {
  const { cluster, requester } = context
  const { id } = await readId(context)
  if (requester.user.role !== 'superadmin' && requester.user.role !== 'admin')
    throw new Problem('insufficient-privilege', { msg: 'You are not allowed to purge vfolders' })
  const folder = folderById(cluster.state, id)
  if (!folder) throw new Problem('folder-not-found', { data: id })
  if (folder.status !== 'delete-pending' && folder.status !== 'delete-complete')
    throw new Problem('folder-status-failed', { msg: `Its status (${folder.status}) is not purgable.` })
  cluster.state.folders.delete(folder.id)
  await erase(context, folder)
  return noContent()
}

async function force(context: Context): Promise<Response> {
  const id = context.part('folder')
  if (!isFolderId(id)) throw new Problem('invalid-params', { msg: `Not allowed UUID type value (${id})` })
  const { folder } = folderOfId(context, 'destroy', id)
  if (folder.status !== 'delete-complete') await deleteForGood(context, folder)
  return noContent()
}

async function clone(context: Context): Promise<Response> {
  const { cluster, profile, requester } = context
  const fields = {
    name: required(folderName(profile), 'target_name'),
    host: optional(nullable(text(profile)), null, 'target_host'),
    usageMode: optional(usageModeCheck, 'general' as const, 'usage_mode'),
    permission: optional(permissionCheck, 'rw' as const, 'permission'),
    cloneable: optional(flag, false, 'cloneable'),
  }
  const params = await context.read(fields, 'CloneVFolderReq', 'body')
  checkName(profile, params.name)
  const { folder: source } = findFolder(context, 'clone')
  if (!source.isCloneable)
    throw new Problem('folder-forbidden', { msg: 'The source vfolder is not permitted to be cloned.' })
  // They take it apart before they look whether it is there.
  if (params.host === null && cluster.faults.folders.clonesToHostsOnly) throw new Problem('internal-server-error')
  const host = params.host ?? source.host
  mustAllow(cluster, requester, host, 'create-vfolder')
  if (isNameTaken(context, requester, params.name, host))
    throw new Problem(
      'folder-already-exists',
      profile.folders.byId ? { msg: `VFolder with the given name already exists. (${params.name})` } : {},
    )
  if (!profile.folders.byId) mustNotBeDotfile(context, params.name)
  const copy: Folder = {
    ...source,
    id: newUUID(),
    name: params.name,
    host,
    usageMode: params.usageMode,
    permission: params.permission,
    userId: requester.user.id,
    projectId: null,
    creator: requester.user.email,
    isCloneable: params.cloneable,
    status: 'ready',
    createdAt: cluster.clock(),
    grants: new Map(),
  }
  const fill = async (): Promise<void> => {
    cluster.state.folders.set(copy.id, copy)
    const from = await cluster.storage.volume(source.host).folder(source.id)
    await from.copyTo(await cluster.storage.volume(host).folder(copy.id))
  }
  if (!profile.folders.cloneTask) {
    await fill()
    return json(clonedShape(copy, profile, null), 201)
  }
  source.status = 'cloning'
  const task = cluster.tasks.start()
  fill()
    .then(
      () => task.finish(profile.folders.byId ? 'Task completed successfully' : ''),
      (error: unknown) => task.fail(String(error)),
    )
    .finally(() => {
      if (source.status === 'cloning') source.status = 'ready'
    })
  return json(clonedShape(copy, profile, task.id), 201)
}

async function hosts(context: Context): Promise<Response> {
  const { cluster, profile, requester } = context
  if (profile.name !== '20.09')
    await context.read({ group: optional((value) => value, null, 'group_id') }, 'ListHostsQuery', 'query')
  const allowed = hostsOf(cluster.state, requester)
  const volume = {
    backend: 'vfs',
    capabilities: ['vfolder'],
    usage: { percentage: 50 },
    sftp_scaling_groups: [],
  }
  return json({
    default: allowed.includes(defaultHost) ? defaultHost : null,
    allowed,
    ...(profile.name !== '20.09' && { volume_info: Object.fromEntries(allowed.map((host) => [host, volume])) }),
  })
}

const types = (): Response => json(['group', 'user'])
