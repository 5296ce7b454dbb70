/** `/manager`: status, maintenance and announcements (protocol 01 §7). */
import { choice, Complaint, flag, nullable, optional, required } from '../checks.ts'
import { type Context, json, noContent, type Routes } from '../context.ts'
import { Problem } from '../problems.ts'
import { isOccupying } from '../sessions/session.ts'

export const manager: Routes = (profile) => [
  {
    method: 'GET',
    path: '/manager/status',
    role: profile.public.managerStatus ? 'anyone' : 'superadmin',
    handle: status,
  },
  { method: 'PUT', path: '/manager/status', role: 'superadmin', handle: setStatus },
  {
    method: 'GET',
    path: '/manager/announcement',
    role: profile.public.announcement ? 'anyone' : 'user',
    handle: ({ cluster }) => json(cluster.state.manager.announcement),
  },
  { method: 'POST', path: '/manager/announcement', role: 'superadmin', handle: announce },
]

function status(context: Context): Response {
  const { profile, cluster, url, version } = context
  const { status: current } = cluster.state.manager
  const active = [...cluster.sessions.all()].filter(isOccupying).length
  const node = {
    id: 'i-emulator',
    num_proc: 1,
    service_addr: url.host,
    heartbeat_timeout: 40,
    ssl_enabled: url.protocol === 'https:',
    active_sessions: active,
    status: current,
    // What the caller's header says, not what the server can do (trap 45).
    ...(profile.statusVersions ? { version: profile.manager, api_version: version } : {}),
  }
  return json({ nodes: [node], status: current, active_sessions: active })
}

async function setStatus(context: Context): Promise<Response> {
  const { profile, cluster } = context
  const values = ['running', 'frozen', 'preparing', 'terminated'] as const
  const check = (value: unknown) => {
    const given = choice(values, 'ManagerStatus')(value)
    // 26.9.6 fails on unknown names outside its checks (observed).
    if (given instanceof Complaint && profile.freezeUnknownStatus === 500) throw new Problem('internal-server-error')
    return given
  }
  const fields = { status: required(check, 'status'), force_kill: optional(flag, false, 'force_kill') }
  if (!profile.freezeWorks) return brokenFreeze(context)
  const { status: wanted } = await context.read(fields, 'UpdateManagerStatusRequest', 'body')
  if (wanted === 'running' || wanted === 'frozen') cluster.state.manager.status = wanted
  return noContent()
}

/** Up to 22.09.5: lower case fails the check, upper case the handler (trap 43). */
async function brokenFreeze(context: Context): Promise<Response> {
  const { status: given } = await context.body()
  if (['RUNNING', 'FROZEN', 'PREPARING', 'TERMINATED'].includes(String(given))) {
    throw new Problem('internal-server-error')
  }
  const data = { status: 'value is not a valid member of ManagerStatus' }
  throw new Problem('invalid-params', { msg: 'Input validation error', data })
}

async function announce(context: Context): Promise<Response> {
  const message = (value: unknown): string | Complaint =>
    typeof value === 'string'
      ? value
      : new Complaint('value is not a string', 'string_type', 'Input should be a valid string')
  const fields = {
    enabled: optional(flag, false, 'enabled'),
    message: optional(nullable(message), null, 'message'),
  }
  const params = await context.read(fields, 'UpdateAnnouncementRequest', 'body')
  const { manager: state } = context.cluster.state
  if (params.enabled && !params.message) {
    throw new Problem('invalid-params', { msg: 'Empty message not allowed to enable announcement' })
  }
  // Switching it off deletes the text up to 26.7, and keeps it later unless a new one is given (01 §7.3).
  const kept = context.profile.name === '26.9' ? (params.message ?? state.announcement.message) : ''
  state.announcement = { enabled: params.enabled, message: params.enabled ? (params.message ?? '') : kept }
  return noContent()
}
