/** `compute_session`, `compute_session_list` and their containers (protocol 04 §3.3, §3.4). */
import { pythonJson } from '../formats/json.ts'
import { slotTexts } from '../formats/sizes.ts'
import type { Profile } from '../profiles.ts'
import { isoDate } from '../python.ts'
import {
  idleChecks,
  isLive,
  mainKernel,
  rawPorts,
  resourceOptions,
  type Session,
  type SessionKernel,
  statusHistory,
  totalSlots,
} from '../sessions/session.ts'
import { canonicalName } from '../state.ts'
import { type ListField, type ListFields, byField } from './filter.ts'
import type { GraphContext } from './graph-context.ts'
import { page, type Page, type PageArguments, scope } from './lists.ts'

interface SessionListArguments extends PageArguments {
  domain_name?: string | null
  group_id?: string | null
  access_key?: string | null
  status?: string | null
}

const statuses = (profile: Profile): readonly string[] => profile.sessions.statuses
const date = (get: (session: Session) => number | null | undefined): ListField<Session> => ({ get, kind: 'date' })

const fields: ListFields<Session> = {
  id: { get: ({ id }) => id },
  type: { get: ({ spec }) => spec.type.toUpperCase(), values: () => ['INTERACTIVE', 'BATCH', 'INFERENCE', 'SYSTEM'] },
  name: { get: ({ spec }) => spec.name },
  image: { get: ({ spec }) => [canonicalName(spec.image)] },
  agent_ids: { get: ({ agent }) => (agent === null ? [] : [agent]) },
  agent_id: { get: ({ agent }) => (agent === null ? [] : [agent]) },
  agents: { get: ({ agent }) => (agent === null ? [] : [agent]) },
  domain_name: { get: ({ spec }) => spec.domain.name },
  group_name: { get: ({ spec }) => spec.project.name },
  user_email: { get: ({ spec }) => spec.owner.user.email },
  full_name: { get: ({ spec }) => spec.owner.user.fullName },
  access_key: { get: ({ spec }) => spec.owner.keypair.accessKey },
  scaling_group: { get: ({ spec }) => spec.resourceGroup },
  cluster_mode: { get: ({ spec }) => spec.clusterMode },
  cluster_size: { get: ({ spec }) => spec.clusterSize },
  priority: { get: ({ spec }) => spec.priority },
  status: { get: ({ status }) => status, values: statuses },
  status_info: { get: ({ statusInfo }) => statusInfo },
  result: { get: ({ result }) => result, values: () => ['UNDEFINED', 'SUCCESS', 'FAILURE'] },
  created_at: date(({ createdAt }) => createdAt),
  terminated_at: date(({ terminatedAt }) => terminatedAt),
  starts_at: date(({ spec }) => spec.startsAt),
  scheduled_at: date(({ history }) => history.get('SCHEDULED')),
  startup_command: { get: ({ spec }) => spec.startupCommand, order: false },
}

/** What changed last comes first. */
const latest = byField<Session>(({ createdAt, terminatedAt }) => Math.max(createdAt, terminatedAt ?? 0), true)

function visible(context: GraphContext, args: Omit<SessionListArguments, keyof PageArguments>): Session[] {
  const { requester, cluster } = context
  const { domainName, key } = scope(context, args, args.access_key, requester.keypair.accessKey)
  return [...cluster.sessions.all()].filter(
    ({ spec }) =>
      (domainName === null || spec.domain.name === domainName) &&
      (key === null || spec.owner.keypair.accessKey === key) &&
      (args.group_id === null || args.group_id === undefined || spec.project.id === args.group_id),
  )
}

/** A list of names; an unknown one is Python's KeyError (observed). */
function wantedStatuses(text: string | null | undefined, profile: Profile): ReadonlySet<string> | null {
  if (text === null || text === undefined) return null
  const names = text.split(',')
  const unknown = names.find((name) => !profile.sessions.statuses.includes(name))
  if (unknown !== undefined) throw new Error(`'${unknown}'`)
  return new Set(names)
}

export const computeSessions = {
  compute_session(args: { id: string }, context: GraphContext) {
    const session = visible(context, {}).find(({ id }) => id === args.id)
    return session ? view(session, context) : null
  },

  compute_session_list(args: SessionListArguments, context: GraphContext): Page<unknown> {
    const wanted = wantedStatuses(args.status, context.cluster.profile)
    const rows = visible(context, args).filter(({ status }) => wanted === null || wanted.has(status))
    return page(rows, args, fields, context, latest, (session) => view(session, context))
  },

  compute_container_list(args: PageArguments & { session_id: string; role?: string | null }, context: GraphContext) {
    const session = visible(context, {}).find(({ id }) => id === args.session_id)
    const kernels = session?.kernels.filter(({ role }) => !args.role || args.role === role) ?? []
    const byIndex = byField<SessionKernel>(({ index }) => index, false)
    return page(kernels, args, containerFields, context, byIndex, (kernel) => {
      if (!session) throw new Error('A container without a session.')
      return containerView(kernel, session, context.cluster.profile)
    })
  },
}

const containerFields: ListFields<SessionKernel> = {
  cluster_idx: { get: ({ index }) => index },
  cluster_role: { get: ({ role }) => role },
  cluster_hostname: { get: ({ hostname }) => hostname },
  local_rank: { get: ({ localRank }) => localRank },
}

const dateOrNull = (time: number | null | undefined): string | null =>
  time === null || time === undefined ? null : isoDate(time)

/** 26.9 gives back what an ended session had; 23.9 goes on telling (observed). */
function slotsText(session: Session, profile: Profile): string {
  const isOver = !isLive(session) && profile.name === '26.9'
  return pythonJson(isOver ? {} : slotTexts(totalSlots(session)))
}

function view(session: Session, context: GraphContext): Record<string, unknown> {
  const { spec } = session
  const { profile } = context.cluster
  const isNew = profile.name === '26.9'
  const slots = slotsText(session, profile)
  const agents = session.agent === null ? [] : [session.agent]
  return {
    id: session.id,
    session_id: session.id,
    main_kernel_id: mainKernel(session).id,
    main_kernel_role: profile.sessions.role,
    tag: spec.tag ?? profile.sessions.info.emptyTag,
    name: spec.name,
    type: spec.type.toUpperCase(),
    priority: spec.priority,
    image: canonicalName(spec.image),
    architecture: spec.image.architecture,
    registry: spec.image.registry,
    cluster_template: null,
    cluster_mode: spec.clusterMode,
    cluster_size: spec.clusterSize,
    domain_name: spec.domain.name,
    group_name: spec.project.name,
    group_id: spec.project.id,
    user_email: spec.owner.user.email,
    full_name: spec.owner.user.fullName,
    user_id: spec.owner.user.id,
    access_key: spec.owner.keypair.accessKey,
    created_user_email: null,
    created_user_id: null,
    status: session.status,
    status_changed: dateOrNull(session.statusChanged),
    status_info: session.statusInfo,
    status_data: session.statusData === null ? null : pythonJson(session.statusData),
    status_history: pythonJson(statusHistory(session)),
    created_at: isoDate(session.createdAt),
    terminated_at: dateOrNull(session.terminatedAt),
    // When it was to start, and on 26.9 when it did (observed).
    starts_at: dateOrNull(isNew ? session.startedAt : spec.startsAt),
    scheduled_at: dateOrNull(session.history.get('SCHEDULED')),
    startup_command: profile.name === '23.09' ? null : spec.startupCommand,
    result: session.result,
    commit_status: isNew ? 'ready' : null,
    abusing_reports: session.kernels.map(() => null),
    idle_checks: pythonJson(idleChecks),
    agent_ids: agents,
    agents,
    resource_opts: pythonJson(resourceOptions(session)),
    scaling_group: spec.resourceGroup,
    service_ports: session.servicePorts === null ? null : pythonJson(rawPorts(session, profile)),
    mounts: spec.mounts,
    vfolder_mounts: spec.mounts,
    occupied_slots: slots,
    occupying_slots: slots,
    requested_slots: pythonJson(slotTexts(totalSlots(session))),
    num_queries: session.queries,
    inference_metrics: pythonJson({ requests: 0, last_response_ms: 0 }),
    containers: session.kernels.map((kernel) => containerView(kernel, session, profile)),
    dependencies: () =>
      spec.dependencies.flatMap((id) => {
        const other = context.cluster.sessions.get(id)
        return other ? [view(other, context)] : []
      }),
  }
}

function containerView(kernel: SessionKernel, session: Session, profile: Profile): Record<string, unknown> {
  const { spec } = session
  const isOver = !isLive(session)
  return {
    id: kernel.id,
    kernel_id: kernel.id,
    idx: kernel.index,
    role: kernel.role,
    hostname: kernel.hostname,
    session_id: session.id,
    cluster_idx: kernel.index,
    local_rank: kernel.localRank,
    cluster_role: kernel.role,
    cluster_hostname: kernel.hostname,
    image: canonicalName(spec.image),
    architecture: spec.image.architecture,
    registry: spec.image.registry,
    status: session.status,
    status_changed: dateOrNull(session.statusChanged),
    // Why it waits is said of the session only.
    status_info: session.status === 'PENDING' ? null : session.statusInfo,
    // The exit code of the container, not of the code (observed: always -1 after an end by the manager).
    status_data: session.status === 'TERMINATED' ? pythonJson({ kernel: { exit_code: -1 } }) : null,
    created_at: isoDate(session.createdAt),
    terminated_at: isOver ? dateOrNull(session.terminatedAt) : null,
    starts_at: dateOrNull(session.startedAt),
    scheduled_at: dateOrNull(session.history.get('SCHEDULED')),
    agent: session.agent,
    agent_addr: session.agent === null ? null : 'tcp://127.0.0.1:6001',
    container_id: kernel.containerId,
    resource_opts: pythonJson({ shmem: spec.sharedMemory }),
    occupied_slots: pythonJson(isOver && profile.name === '26.9' ? {} : slotTexts(spec.slots)),
    live_stat: null,
    last_stat: null,
    preopen_ports: spec.preopenPorts,
    abusing_report: null,
  }
}
