/** `/folders/_`: what administrators see and do of storage and folders (protocol 03 §1.8, §1.14–§1.16). */
import { flag, nullable, optional, required, text } from '../checks.ts'
import { type Context, json, type Route, type Routes } from '../context.ts'
import { Problem } from '../problems.ts'
import { userByEmail } from '../state.ts'
import { folderById } from '../storage/vfolders.ts'
import { changed } from './vfolders.ts'

const route = (
  method: Route['method'],
  path: string,
  handle: Route['handle'],
  role: Route['role'] = 'superadmin',
): Route => ({ method, path: `/folders/_${path}`, role, handle })

export const vfolderAdmin: Routes = ({ folders: { postDeletes, since } }) => [
  route('GET', '/all-hosts', allHosts),
  route('GET', '/all_hosts', allHosts),
  route('GET', '/perf-metric', performanceMetric),
  route('GET', '/fstab', fstab),
  route('GET', '/mounts', mounts),
  route('POST', '/mounts', mount),
  route('DELETE', '/mounts', unmount),
  ...(postDeletes ? [route('POST', '/umounts', unmount)] : []),
  ...(since.quota
    ? [
        route('GET', '/quota', quota, 'user'),
        route('POST', '/quota', quota, 'user'),
        route('GET', '/usage', usage),
        route('GET', '/used-bytes', usage),
      ]
    : []),
  ...(since.changeOwner ? [route('POST', '/change-ownership', changeOwner)] : []),
]

function allHosts({ cluster }: Context): Response {
  const hosts = [...cluster.state.domains.values()].flatMap(({ allowedFolderHosts }) => Object.keys(allowedFolderHosts))
  return json({ default: 'local:volume1', allowed: [...new Set(hosts)] })
}

/** Plain file systems measure nothing. */
async function performanceMetric(context: Context): Promise<Response> {
  await context.read({ host: required(text(context.profile), 'folder_host') }, 'PerfMetricQuery', 'query')
  throw context.profile.folders.byId
    ? new Problem('folder-operation-failed', { msg: 'Bad request to storage proxy' })
    : new Problem('invalid-params', {
        data: {
          type: 'https://api.backend.ai/probs/storage/unsupported-operation',
          title: 'Unsupported operation by the storage backend',
        },
      })
}

/** Storage refuses quotas of single folders since 23.03.5; what managers make of that differs. */
function quota({ cluster }: Context): Response {
  switch (cluster.faults.folders.quota) {
    case 'unreadable':
      throw new Problem('forwarded-error', {
        msg: 'Failed to parse error response from storage proxy. Original response: ',
      })
    case 'failure':
      throw new Problem('internal-server-error')
    case 'refused':
      throw new Problem('folder-operation-failed', { msg: 'The storage has no quotas of single folders.' })
  }
}

async function usage(context: Context): Promise<Response> {
  const { cluster, profile } = context
  const string = text(profile)
  const params = await context.read(
    { host: required(string, 'folder_host'), id: required(string, 'id') },
    'UsageQuery',
    'query',
  )
  const folder = folderById(cluster.state, params.id)
  if (!folder) throw new Problem('folder-not-found', { data: params.id })
  const { files, bytes } = await (await cluster.storage.volume(folder.host).folder(folder.id)).usage()
  const counted = context.url.pathname.endsWith('used-bytes')
    ? { used_bytes: bytes }
    : { file_count: files, used_bytes: bytes }
  return json(profile.folders.byId ? { data: counted } : counted)
}

const fstabText = '# Since Backend.AI 20.09, reading the manager fstab is no longer supported.'

async function fstab(context: Context): Promise<Response> {
  const string = optional(nullable(text(context.profile)), null, 'agent_id')
  const path = optional(nullable(text(context.profile)), null, 'fstab_path')
  const { agent } = await context.read({ agent: string, path }, 'FstabQuery', 'query')
  if (agent === null) return json({ content: fstabText, node: 'manager', node_id: 'manager' })
  if (!context.cluster.state.agents.has(agent)) throw new Problem('agent-not-found')
  return json({ content: '', node: 'agent', node_id: agent })
}

function mounts({ cluster, profile }: Context): Response {
  const none = { success: true, mounts: [], message: '' }
  return json({
    manager: { success: true, mounts: ['/vfroot/local/volume1'], message: '(legacy)' },
    [profile.folders.byId ? 'storage_proxy' : 'storage-proxy']: {
      ...none,
      mounts: [['local:volume1', '/vfroot/local/volume1']],
    },
    agents: Object.fromEntries([...cluster.state.agents.keys()].map((id) => [id, none])),
  })
}

/** No agent here mounts anything, which each says. */
function refusals({ cluster }: Context): Response {
  const refused = { success: false, message: 'The emulator mounts no file systems.' }
  return json({
    manager: { success: true, message: 'Managers do not have mountpoints since v20.09.' },
    agents: Object.fromEntries([...cluster.state.agents.keys()].map((id) => [id, refused])),
  })
}

async function mount(context: Context): Promise<Response> {
  const string = text(context.profile)
  const fields = {
    location: required(string, 'fs_location'),
    name: required(string, 'name'),
    type: optional(string, 'nfs', 'fs_type'),
    options: optional(nullable(string), null, 'options'),
    group: optional(nullable(string), null, 'scaling_group'),
    path: optional(nullable(string), null, 'fstab_path'),
    edit: optional(flag, false, 'edit_fstab'),
  }
  await context.read(fields, 'MountHostReq', 'body')
  return refusals(context)
}

async function unmount(context: Context): Promise<Response> {
  const string = text(context.profile)
  const fields = {
    name: required(string, 'name'),
    group: optional(nullable(string), null, 'scaling_group'),
    path: optional(nullable(string), null, 'fstab_path'),
    edit: optional(flag, false, 'edit_fstab'),
  }
  await context.read(fields, 'UmountHostReq', 'body')
  return refusals(context)
}

async function changeOwner(context: Context): Promise<Response> {
  const { cluster, profile } = context
  const string = text(profile)
  const params = await context.read(
    { folder: required(string, 'vfolder'), email: required(string, 'user_email') },
    'ChangeOwnershipReq',
    'body',
  )
  const user = userByEmail(cluster.state, params.email)
  if (!user) throw new Problem(profile.folders.byId ? 'user-not-found' : 'old-user-not-found')
  const folder = folderById(cluster.state, params.folder)
  if (!folder || folder.userId === null) throw new Problem('folder-not-found')
  folder.userId = user.id
  folder.grants.delete(user.id)
  return profile.folders.changed === 'message' ? changed(profile) : json({})
}
