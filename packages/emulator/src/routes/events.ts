/** `/events`: what happens to sessions and background tasks, as server-sent events (protocol 02 §5). */
import { nullable, optional, required, text, uuid } from '../checks.ts'
import type { Cluster } from '../cluster.ts'
import type { Context, Routes } from '../context.ts'
import { type EventSink, eventStream } from '../event-stream.ts'
import { Problem } from '../problems.ts'
import type { Profile } from '../profiles.ts'
import { mainKernel, type Session } from '../sessions/session.ts'
import type { SessionEvent } from '../sessions/sessions.ts'
import { findProject } from '../state.ts'
import type { Task, TaskEvent } from '../tasks.ts'

/** Milliseconds after which 26.9 repeats what a task said last. */
const repetition = 30_000

export const events: Routes = () => [
  { method: 'GET', path: '/events/session', role: 'user', handle: sessionEvents },
  { method: 'GET', path: '/events/background-task', role: 'user', handle: taskEvents },
]

async function sessionEvents(context: Context): Promise<Response> {
  const { profile, cluster, requester } = context
  const word = text(profile)
  const filters = await context.read(
    {
      name: optional(word, '*', 'sessionName', ...(profile.parameters === 'typed' ? ['session_name'] : ['name'])),
      owner: optional(nullable(word), null, 'ownerAccessKey', 'owner_access_key'),
      id: optional(nullable(uuid), null, 'sessionId', 'session_id'),
      project: optional(word, '*', 'groupName', profile.parameters === 'typed' ? 'group_name' : 'group'),
      scope: optional(word, '*', 'scope'),
    },
    'SessionEventsRequest',
    'query',
  )
  const { role, domainName } = requester.user
  checkNames(context, filters.name, filters.project)
  if (filters.owner !== null && filters.owner !== requester.keypair.accessKey && role === 'user')
    throw new Problem('forbidden')
  const isSeen = ({ spec: { owner, domain: home } }: Session): boolean =>
    role === 'superadmin' || (role === 'admin' ? home.name === domainName : owner.user.id === requester.user.id)
  // Since 25.13 an id counts only beside a name.
  const byId = filters.id !== null && (profile.parameters !== 'typed' || filters.name !== '*')
  const isAskedFor = ({ id, spec }: Session): boolean =>
    byId
      ? id === filters.id
      : (filters.name === '*' || spec.name === filters.name) &&
        (filters.owner === null || spec.owner.keypair.accessKey === filters.owner) &&
        (filters.project === '*' || (spec.project.name === filters.project && !cluster.faults.dropsProjectEvents))
  const scopes = filters.scope.split(',')
  const isInScope = (name: string): boolean => scopes.includes('*') || scopes.includes(name.split('_', 1)[0]!)

  return eventStream(context, ({ send }) =>
    cluster.sessions.onEvent((event) => {
      if (!isSeen(event.session) || !isAskedFor(event.session)) return
      for (const name of namesOf(event, cluster)) if (isInScope(name)) send(name, dataOf(event, name, profile))
    }),
  )
}

/** 26.9 knows names already when it is asked, sessions' too; before, those simply say nothing (observed). */
function checkNames({ cluster, profile, requester }: Context, name: string, project: string): void {
  const { entityErrors } = profile.sessions
  if (entityErrors && name !== '*') {
    const isIt = ({ spec }: Session): boolean => spec.name === name && spec.owner.user.id === requester.user.id
    if (![...cluster.sessions.all()].some(isIt))
      throw new Problem('entity-not-found', { msg: 'No SessionRow matches the given key' })
  }
  if (project === '*' || findProject(cluster.state, project, requester.user.domainName)) return
  if (!entityErrors) throw new Problem('group-not-found', { title: 'No such user group (or project).' })
  const msg = 'No ProjectRow matches the given key'
  throw new Problem('entity-not-found', { msg, code: 'project_read_not-found' })
}

/** A kernel's comes before its session's. */
function* namesOf({ type, status, session }: SessionEvent, { profile, faults }: Cluster): Generator<string> {
  const { eventNames } = profile
  if (type === 'result') {
    yield `session_${session.result.toLowerCase()}`
    return
  }
  yield* eventNames.kernel[status] ?? []
  const name = eventNames.session[status]
  if (name && !(faults.dropsSessionEvents && /_(enqueued|scheduled|started|cancelled)$/.test(name))) yield name
}

function dataOf({ session, reason }: SessionEvent, name: string, profile: Profile): Record<string, unknown> {
  const { id, role, index } = mainKernel(session)
  const isEnd = /_(terminated|success|failure)$/.test(name)
  return {
    reason,
    sessionName: session.spec.name,
    ownerAccessKey: session.spec.owner.keypair.accessKey,
    sessionId: session.id,
    // 25.13 and later look for it under a name that is misspelt.
    ...(profile.name !== '20.09' && { exitCode: isEnd && profile.name === '23.09' ? session.exitCode : null }),
    ...((name.startsWith('kernel_') || profile.name !== '26.9') && { kernelId: id }),
    ...(name.startsWith('kernel_') && { clusterRole: role, clusterIdx: index }),
  }
}

async function taskEvents(context: Context): Promise<Response> {
  const { cluster } = context
  const fields = { task_id: required(uuid, 'task_id', 'taskId') }
  const { task_id: id } = await context.read(fields, 'PushBackgroundTaskEventsRequest', 'query')
  const task = cluster.tasks.get(id)
  if (task) return eventStream(context, (sink) => tellTask(task, sink, context))
  if (cluster.faults.unknownTasks === 'failure') throw new Problem('internal-server-error')
  if (cluster.faults.unknownTasks === 'silence') return eventStream(context, () => () => {})
  throw new Problem('task-not-found')
}

function tellTask(task: Task, { send, close }: EventSink, { cluster, profile }: Context): () => void {
  const { isCached } = profile.tasks
  const tell = (event: TaskEvent): void => {
    const isEnd = event.name !== 'updated'
    send(`bgtask_${event.name}`, liveData(task, event), !isEnd || !isCached)
    if (isEnd) close()
  }
  const { lastEvent, status } = task
  if (lastEvent && isCached) tell(lastEvent)
  if (status !== 'started') {
    if (lastEvent && !isCached) {
      send(`bgtask_${status}`, recordOf(task, lastEvent))
      close()
    }
    return () => {}
  }
  let cancelTimer = (): void => {}
  const repeatLater = (): void => {
    cancelTimer()
    if (isCached) {
      cancelTimer = cluster.timers.after(repetition, () => {
        if (task.lastEvent) tell(task.lastEvent)
        repeatLater()
      })
    }
  }
  repeatLater()
  const off = task.onEvent((event) => {
    if (event.name === 'updated') repeatLater()
    tell(event)
  })
  return () => {
    off()
    cancelTimer()
  }
}

const liveData = ({ id }: Task, { name, message, current, total, errors }: TaskEvent): Record<string, unknown> => ({
  task_id: id,
  message,
  ...(name === 'updated' && { current_progress: current, total_progress: total }),
  ...(errors && { errors }),
})

/** What is kept of a task that has ended: a hash of texts. */
const recordOf = ({ id, status }: Task, { message, current, total }: TaskEvent): Record<string, unknown> => ({
  task_id: id,
  status,
  current_progress: String(current),
  total_progress: String(total),
  message,
})
