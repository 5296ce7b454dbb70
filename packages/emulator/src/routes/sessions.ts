/** `/session`: creating, looking at, steering and ending sessions (protocol 02 §1). */
import { flag, nullable, optional, parse, pattern, required, text, uuid } from '../checks.ts'
import type { Cluster } from '../cluster.ts'
import { type Context, json, noContent, type Route, type Routes } from '../context.ts'
import { isObject, type JsonObject } from '../formats/json.ts'
import { Problem } from '../problems.ts'
import type { Profile } from '../profiles.ts'
import { dateText } from '../python.ts'
import { isUUID } from '../random.ts'
import { findSession, resolveOwner, sessionsOf } from '../sessions/session-lookup.ts'
import { namePatternText, readCreation, spellingsOf } from '../sessions/session-spec.ts'
import {
  isLive,
  mainKernel,
  publicPorts,
  rawPorts,
  type Session,
  sessionInfo,
  statusHistory,
} from '../sessions/session.ts'
import { canonicalName, findProject } from '../state.ts'
import { complete, execute, notRunning } from './session-runs.ts'
import { creationOf, findTemplate } from './templates.ts'

export const sessions: Routes = (profile) => {
  const rules = profile.sessions
  const on = (has: boolean, ...routes: Route[]): Route[] => (has ? routes : [])
  const at = (method: Route['method'], path: string, handle: Route['handle'], frozen?: 'refused'): Route => ({
    method,
    path,
    role: 'user',
    handle,
    ...(frozen ? { frozen } : {}),
  })
  return [
    at('POST', '/session', (context) => create(context), 'refused'),
    at('POST', '/session/_/create', (context) => create(context), 'refused'),
    at('POST', '/session/_/create-from-template', createFromTemplate, 'refused'),
    at('GET', '/session/_/match', match),
    at('GET', '/session/_/logs', taskLogs),
    at('GET', '/session/:session', info),
    at('POST', '/session/:session', execute),
    at('PATCH', '/session/:session', restart),
    at('DELETE', '/session/:session', destroy),
    at('GET', '/session/:session/logs', logs),
    at('POST', '/session/:session/interrupt', interrupt),
    at('POST', '/session/:session/complete', complete),
    ...on(rules.rename, at('POST', '/session/:session/rename', rename, 'refused')),
    ...on(
      rules.commit,
      at('GET', '/session/:session/commit', commitStatus),
      at('POST', '/session/:session/commit', commit, 'refused'),
    ),
    ...on(rules.statusHistory, at('GET', '/session/:session/status-history', history)),
    ...on(rules.dependencyGraph !== null, at('GET', '/session/:session/dependency-graph', dependencyGraph)),
    // Both exist since 22.09, and say nothing about healthy sessions (068, 069).
    ...on(
      profile.name !== '20.09',
      at('GET', '/session/:session/abusing-report', nothing),
      at('GET', '/session/:session/direct-access-info', nothing),
    ),
  ]
}

async function create(context: Context, given?: JsonObject): Promise<Response> {
  const { cluster, profile } = context
  const request = await readCreation(context, given)
  const existing = sessionsOf(context, request.owner).filter(
    (session) => isLive(session) && session.spec.name === request.name,
  )
  const [reused] = existing
  if (existing.length > 1) findSession(context, request.name, { owner: request.owner })
  if (reused) return reuse(profile, reused, request.reuse && reused.spec.image === request.image)
  const session = cluster.sessions.enqueue(request.spec())
  const { maxWaitSeconds } = request
  const answer = { sessionId: session.id, sessionName: session.spec.name }
  if (request.enqueueOnly) return json({ ...answer, status: 'PENDING', servicePorts: [], created: true }, 201)
  const left = await cluster.sessions.left(session, maxWaitSeconds === 0 ? null : maxWaitSeconds * 1000)
  const isRunning = session.status === 'RUNNING'
  return json(
    {
      ...answer,
      // TIMEOUT is no status of a session, only of this answer (02 §1.7).
      status: left ? session.status : 'TIMEOUT',
      servicePorts: isRunning ? publicPorts(session) : [],
      created: true,
    },
    201,
  )
}

/** What the body does not say is the template's (protocol 02 §1.9). */
async function createFromTemplate(context: Context): Promise<Response> {
  const { cluster, profile } = context
  const { template_id: alias, templateId, config, ...body } = await context.body()
  const isTyped = profile.parameters === 'typed'
  const id = parse({ template_id: required(uuid, 'template_id') }, { template_id: alias ?? templateId }, profile, model)
  // Since 26.3 the project is looked up first, of the body alone.
  if (isTyped && !findProject(cluster.state, String(body['group']), String(body['domain'])))
    throw new Problem('entity-not-found', {
      msg: 'No ProjectRow matches the given key',
      code: 'project_read_not-found',
    })
  const template = findTemplate(context, 'session', id.template_id)
  if (!template) throw new Problem(profile.name === '23.09' ? 'internal-server-error' : 'template-not-found')
  const project = cluster.state.projects.get(template.projectId)
  const stored = creationOf(template, project?.name ?? 'default')
  // A default of 20.09 that takes the place of the template's.
  if (profile.name === '20.09') stored.body['type'] = 'interactive'
  const kept = Object.entries(stored.body).filter(([key]) =>
    spellingsOf(profile, key).every((name) => body[name] === undefined),
  )
  const merged = { ...stored.config, ...(isObject(config) ? config : {}) }
  if (profile.name === '23.09' && !('scaling_group' in merged)) throw new Problem('internal-server-error')
  const answer = await create(context, { ...Object.fromEntries(kept), ...body, config: merged })
  if (cluster.faults.losesTemplateAnswers) throw new Problem('internal-server-error')
  return answer
}

const model = 'CreateFromTemplateRequest'

function reuse(profile: Profile, session: Session, isAllowed: boolean): Response {
  if (!isAllowed) throw new Problem('session-already-exists', { data: { existingSessionId: session.id } })
  const { status, keys } = profile.sessions.reuse
  const ports = rawPorts(session, profile)
  return json(
    {
      sessionId: session.id,
      sessionName: session.spec.name,
      status: session.status,
      ...Object.fromEntries(keys.map((key) => [key, ports])),
      created: false,
    },
    status,
  )
}

/** Exact names and ids of any session since 23.09, ended ones too (observed); prefixes before. */
async function match(context: Context): Promise<Response> {
  const { id } = await context.read({ id: required(text(context.profile), 'id') }, 'MatchSessionsRequest', 'query')
  const { prefixMatch } = context.profile.sessions
  const found = sessionsOf(context, context.requester).filter((session) =>
    prefixMatch
      ? isLive(session) && (session.id.startsWith(id) || session.spec.name.startsWith(id))
      : session.spec.name === id || (isUUID(id) && session.id === id.toLowerCase()),
  )
  return json({ matches: found.map(({ id: found, spec, status }) => ({ id: found, name: spec.name, status })) })
}

function info(context: Context): Response {
  const session = findSession(context, context.part('session'))
  if (context.profile.sessions.countsQueries) session.queries += 1
  return json(sessionInfo(session, context.profile, context.cluster.clock()))
}

const owner = (context: Context) => ({
  owner_access_key: optional(nullable(text(context.profile)), null, 'owner_access_key', 'ownerAccessKey'),
})

async function restart(context: Context): Promise<Response> {
  if (context.profile.sessions.restart === 'gone') {
    const msg = 'Session restart is no longer supported. Terminate the session and enqueue a new one instead.'
    throw new Problem('not-implemented', { msg })
  }
  const params = await context.read(owner(context), 'RestartSessionRequest', 'query')
  const acting = resolveOwner(context, params.owner_access_key)
  const session = findSession(context, context.part('session'), { owner: acting })
  if (session.status !== 'RUNNING') throw new Problem('internal-server-error')
  await context.cluster.sessions.restart(session)
  return noContent()
}

async function destroy(context: Context): Promise<Response> {
  const { cluster, profile } = context
  const rules = profile.sessions.destroy
  const fields = {
    forced: optional(flag, false, 'forced'),
    recursive: optional(flag, false, ...(rules.recursive === 'none' ? [] : ['recursive'])),
    ...owner(context),
  }
  const params = await context.read(fields, 'DestroySessionRequest', 'query')
  const isAdmin = ['superadmin', 'admin'].includes(context.requester.user.role)
  if (params.forced && rules.forcedByAdminsOnly && !isAdmin) {
    throw new Problem('insufficient-privilege', { msg: 'You are not allowed to force-terminate' })
  }
  const acting = resolveOwner(context, params.owner_access_key)
  const key = context.part('session')
  const session = findSession(context, key, { owner: acting, permission: 'SOFT_DELETE: 8' })
  const all = params.recursive ? [...dependants(context, session), session] : [session]
  if (rules.refusesByStatus) for (const each of all) refuseByStatus(each, params.forced)
  const stats: Record<string, unknown>[] = []
  for (const each of all) {
    const before = each.status
    if (before === 'TERMINATING' && !params.forced) {
      stats.push({})
      continue
    }
    const outcome = cluster.sessions.end(each, params.forced ? 'force-terminated' : 'user-requested')
    if (rules.waits) await each.ending
    const status = outcome === 'cancelled' ? rules.cancelled : 'terminated'
    stats.push(before === 'RUNNING' && rules.stats === 'last-stat' ? { ...noUsage, status } : { status })
  }
  if (params.recursive && rules.recursive === 'list') return json(stats)
  // One object for all of them on 26.9.6, "cancelled" as soon as one was (observed).
  const cancelled = stats.find(({ status }) => status === 'cancelled')
  return json({ stats: cancelled ?? stats.at(-1) })
}

/** Statistics of a session that used nothing: the emulator measures none (164 has real ones). */
const noUsage = {
  cpu_used: { current: '0', capacity: '0', pct: '0', unit_hint: 'msec' },
  mem: { current: '0', capacity: '0', pct: '0', unit_hint: 'bytes', 'stats.max': '0' },
  version: 2,
}

/** Live ones that wait for it, and those that wait for them, the last first. */
function dependants(context: Context, session: Session): Session[] {
  const direct = [...context.cluster.sessions.all()].filter(
    (other) => isLive(other) && other.spec.dependencies.includes(session.id),
  )
  return direct.flatMap((other) => [...dependants(context, other), other])
}

function refuseByStatus(session: Session, forced: boolean): void {
  if (session.status === 'PULLING') {
    throw new Problem('forbidden', { msg: 'Cannot destroy sessions in pulling status' })
  }
  if (forced || !['SCHEDULED', 'PREPARING', 'TERMINATING', 'ERROR'].includes(session.status)) return
  const msg = 'Cannot destroy sessions in scheduled/preparing/terminating/error status'
  throw new Problem('forbidden', { msg })
}

async function logs(context: Context): Promise<Response> {
  const { profile, cluster } = context
  const kernel = profile.name === '26.9' ? ['kernel_id', 'kernelId'] : []
  const fields = { ...owner(context), kernel_id: optional(nullable(text(profile)), null, ...kernel) }
  const params = await context.read(fields, 'GetContainerLogsRequest', 'query')
  const acting = resolveOwner(context, params.owner_access_key)
  const session = findSession(context, context.part('session'), { owner: acting, ended: true })
  if (session.agent === null) {
    const facts = { msg: 'Kernel has not been assigned to an agent.', data: { kernel_id: null } }
    throw profile.sessions.entityErrors ? new Problem('agent-not-found', facts) : new Problem('internal-server-error')
  }
  return json({ result: { logs: cluster.sessions.logs(session) } })
}

/** Of batch sessions, in their owner's folder `.logs`; there are no folders here (132). */
async function taskLogs(context: Context): Promise<never> {
  const names = ['session_name', 'sessionName', 'task_id', 'taskId']
  await context.read({ kernel_id: required(uuid, ...names) }, 'GetTaskLogsRequest', 'query')
  const title = context.profile.sessions.entityErrors ? {} : { title: 'No such vfolder.' }
  throw new Problem('folder-not-found', { ...title, data: { vfolder_name: '.logs' } })
}

function interrupt(context: Context): Response {
  const session = findSession(context, context.part('session'), { permission: 'UPDATE: 2' })
  if (!session.runner) throw notRunning(context.profile, session)
  session.runner.interrupt()
  return noContent()
}

async function rename(context: Context): Promise<Response> {
  const { profile } = context
  const check = pattern(profile.sessions.namePattern, namePatternText)
  const fields = { session_name: required(check, 'name', 'session_name', 'clientSessionToken') }
  const params = await context.read(fields, 'RenameSessionRequest', 'body')
  const session = findSession(context, context.part('session'), { permission: 'UPDATE: 2' })
  const name = params.session_name
  // 23.9.10 lets two sessions have one name, and then finds neither by it (observed).
  const taken = sessionsOf(context, context.requester).some((other) => isLive(other) && other.spec.name === name)
  if (profile.sessions.entityErrors && taken) {
    throw new Problem('session-already-exists', { msg: `Session with name '${name}' already exists` })
  }
  if (session.status !== 'RUNNING') {
    throw new Problem('invalid-params', { msg: "Can't change name of not running session" })
  }
  session.spec = { ...session.spec, name }
  return noContent()
}

/** Milliseconds that a commit takes. */
const commitTime = 20
/** Ids of sessions that are being committed. */
const commits = new WeakMap<Cluster, Set<string>>()

function commitStatus(context: Context): Response {
  const session = findSession(context, context.part('session'))
  const isOngoing = commits.get(context.cluster)?.has(session.id) ?? false
  return json({ status: isOngoing ? 'ongoing' : 'ready', kernel: mainKernel(session).id })
}

/** A task that does nothing: there is no image to write. The name of the file is the manager's own (134). */
async function commit(context: Context): Promise<Response> {
  const { cluster, profile, requester } = context
  const word = nullable(text(profile))
  const fields = {
    filename: optional(word, null, 'filename', 'fname'),
    login_session_token: optional(word, null, 'login_session_token'),
  }
  await context.read(fields, 'CommitSessionRequest', 'query')
  const session = findSession(context, context.part('session'), { permission: 'UPDATE: 2' })
  if (!session.runner) throw notRunning(profile, session)
  const ongoing = commits.get(cluster) ?? new Set()
  commits.set(cluster, ongoing.add(session.id))
  const task = cluster.tasks.start()
  const end = (): void => void ongoing.delete(session.id)
  cluster.timers.after(
    commitTime,
    () => {
      end()
      task.finish()
    },
    end,
  )
  const image = canonicalName(session.spec.image).split('/').at(-1)!.replace(':', '-')
  const time = new Date(cluster.clock())
    .toISOString()
    .slice(0, 19)
    .replace(/T(..):(..):(..)/, 'T$1H$2M$3S')
  const path = `${requester.user.email.replace('@', '_')}/${time}_${session.spec.name}_${image}.tar.gz`
  return json({ bgtask_id: task.id, kernel: mainKernel(session).id, path }, 201)
}

async function history(context: Context): Promise<Response> {
  const params = await context.read(owner(context), 'GetStatusHistoryRequest', 'query')
  const acting = resolveOwner(context, params.owner_access_key)
  const session = findSession(context, context.part('session'), { owner: acting, ended: true })
  return json(statusHistory(session))
}

function dependencyGraph(context: Context): Response {
  const { profile, cluster } = context
  const key = context.part('session')
  let root: Session
  try {
    root = findSession(context, key, { ended: true })
  } catch (error) {
    // 23.9.10 fails on the missing row (observed).
    throw profile.sessions.entityErrors ? error : new Problem('internal-server-error')
  }
  const node = (session: Session): Record<string, unknown> => ({
    session_id: session.id,
    session_name: session.spec.name,
    status: profile.sessions.dependencyGraph === 'plain' ? session.status : `KernelStatus.${session.status}`,
    status_changed: session.statusChanged === null ? 'None' : dateText(session.statusChanged),
    depends_on: session.spec.dependencies.flatMap((id) => {
      const other = cluster.sessions.get(id)
      return other ? [node(other)] : []
    }),
  })
  return json(node(root))
}

function nothing(context: Context): Response {
  findSession(context, context.part('session'))
  return json({})
}
