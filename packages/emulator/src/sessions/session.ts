/** One compute session: what is known about it, and its texts on the wire. */
import type { Services } from '../apps/services.ts'
import { scaleSlots, type Slots, slotText } from '../formats/sizes.ts'
import type { Profile, SessionStatus } from '../profiles.ts'
import { Decimal, isoDate, repr } from '../python.ts'
import { newUUID } from '../random.ts'
import type { Domain, Image, KeyPair, Project, User } from '../state.ts'
import type { Dotfile } from '../templates/dotfiles.ts'
import type { SharedTerminal } from '../terminal/shared-terminal.ts'
import type { CodeRunner } from './code-runner.ts'
import type { FolderMount } from './session-mounts.ts'

export interface ServicePort {
  name: string
  protocol: string
  containerPorts: readonly number[]
  hostPorts: readonly number[]
  urlTemplate?: string
  allowedArguments?: readonly string[]
  allowedEnviron?: readonly string[]
}

/** What was asked for, checked and completed. */
export interface SessionSpec {
  name: string
  type: 'interactive' | 'batch' | 'inference' | 'system'
  image: Image
  owner: { user: User; keypair: KeyPair }
  domain: Domain
  project: Project
  resourceGroup: string
  clusterMode: 'single-node' | 'multi-node'
  clusterSize: number
  tag: string | null
  environ: Readonly<Record<string, string>>
  /** Of one container. */
  slots: Slots
  sharedMemory: number
  startupCommand: string | null
  bootstrapScript: string | null
  startsAt: number | null
  /** Ids of sessions. */
  dependencies: readonly string[]
  callbackURL: string | null
  priority: number
  /** Names of folders as they were asked for. */
  mounts: readonly string[]
  /** All that are mounted. */
  folderMounts: readonly FolderMount[]
  preopenPorts: readonly number[]
}

/** A container of the session; only the main one really runs. */
export interface SessionKernel {
  id: string
  role: 'main' | 'sub'
  index: number
  localRank: number
  hostname: string
  containerId: string | null
}

export interface Session {
  readonly id: string
  spec: SessionSpec
  status: SessionStatus
  statusInfo: string | null
  statusData: Record<string, unknown> | null
  history: Map<SessionStatus, number>
  statusChanged: number | null
  createdAt: number
  startedAt: number | null
  terminatedAt: number | null
  result: 'UNDEFINED' | 'SUCCESS' | 'FAILURE'
  exitCode: number | null
  kernels: readonly SessionKernel[]
  servicePorts: readonly ServicePort[] | null
  agent: string | null
  queries: number
  /** How often the scheduler tried. */
  tries: number
  /** Of when it was asked for. */
  dotfiles: readonly Dotfile[]
  home: string
  runner: CodeRunner | null
  /** Opened by the first who looks at it; stays over restarts. */
  terminal: SharedTerminal | null
  /** Its apps, started when they are wanted. */
  services: Services | null
  /** Settles when what starts it came to an end, well or not. */
  starting: Promise<void>
  /** Settles when it has ended; null until its end began. */
  ending: Promise<void> | null
  /** What was printed, once it ended. */
  finalLogs: string
}

const liveStatuses: ReadonlySet<SessionStatus> = new Set<SessionStatus>([
  'PENDING',
  'SCHEDULED',
  'PREPARING',
  'PREPARED',
  'CREATING',
  'PULLING',
  'RUNNING',
  'RESTARTING',
  'TERMINATING',
])

export const isLive = (session: Session): boolean => liveStatuses.has(session.status)

/** Occupies resources of the agent. */
export const isOccupying = (session: Session): boolean => isLive(session) && session.status !== 'PENDING'

/** Slots of all its containers. */
export const totalSlots = (session: Session): Record<string, number> =>
  scaleSlots(session.spec.slots, session.spec.clusterSize)

export const mainKernel = (session: Session): SessionKernel => {
  const [main] = session.kernels
  if (!main) throw new Error('A session without a main kernel.')
  return main
}

const decimals = (slots: Slots, digits: number): Record<string, Decimal> =>
  Object.fromEntries(
    Object.entries(slots).map(([name, amount]) => [
      name,
      new Decimal(digits > 0 && Number.isFinite(amount) ? amount.toFixed(digits) : slotText(amount)),
    ]),
  )

export const idleChecks = { session_lifetime: { remaining: null, remaining_time_type: 'expire_after', extra: null } }

export const resourceOptions = (session: Session): Record<string, { shmem: number }> =>
  Object.fromEntries(session.kernels.map((kernel) => [kernel.hostname, { shmem: session.spec.sharedMemory }]))

/** `GET /session/{s}`: with Python texts where the manager has them (062, 168, 178; 26.9: 008, 061). */
export function sessionInfo(session: Session, profile: Profile, now: number): Record<string, unknown> {
  const { spec } = session
  const { info, slotDigits } = profile.sessions
  const image = `${spec.image.registry}/${spec.image.name}:${spec.image.tag}`
  const date = (time: number | null): string | null =>
    time === null ? null : info.iso ? isoDate(time) : isoDate(time).replace('T', ' ')
  const requested = repr(decimals(totalSlots(session), slotDigits))
  const slots = info.slots
    ? {
        // 23.9 leaves it empty, 26.9 repeats what is requested.
        occupyingSlots: slotDigits > 0 ? requested : '{}',
        requestedSlots: requested,
      }
    : {}
  const age = { age: Math.trunc(now - session.createdAt) }
  const container = mainKernel(session).containerId
  return {
    ...(info.ageFirst ? age : {}),
    domainName: spec.domain.name,
    groupId: spec.project.id,
    userId: spec.owner.user.id,
    lang: image,
    image,
    ...(info.architecture ? { architecture: spec.image.architecture } : {}),
    registry: spec.image.registry,
    tag: spec.tag ?? info.emptyTag,
    containerId: container ?? (info.iso ? null : 'None'),
    occupiedSlots: requested,
    ...slots,
    occupiedShares: '{}',
    environ: repr(spec.environ),
    ...(info.slots ? { resourceOpts: repr(resourceOptions(session)) } : {}),
    status: session.status,
    statusInfo: session.statusInfo ?? 'None',
    statusData: session.statusData,
    ...(info.ageFirst ? {} : age),
    creationTime: date(session.createdAt),
    terminationTime: date(session.terminatedAt),
    numQueriesExecuted: session.queries,
    lastStat: null,
    ...(info.slots ? { idleChecks } : {}),
  }
}

/** What its definition says of an app. */
const definitionOf = ({ urlTemplate, allowedArguments, allowedEnviron }: ServicePort): Record<string, unknown> => ({
  ...(urlTemplate === undefined ? {} : { url_template: urlTemplate }),
  ...(allowedArguments ? { allowed_arguments: allowedArguments } : {}),
  ...(allowedEnviron ? { allowed_envs: allowedEnviron } : {}),
})

/** As in the answer to a creation and in the list of apps. */
export const publicPorts = (session: Session): Record<string, unknown>[] =>
  (session.servicePorts ?? []).map((port) => ({
    name: port.name,
    protocol: port.protocol,
    ports: port.containerPorts,
    ...definitionOf(port),
  }))

/** As stored, which reuse and GraphQL show (046). */
export const rawPorts = (session: Session, profile: Profile): Record<string, unknown>[] | null =>
  session.servicePorts?.map((port) => ({
    name: port.name,
    protocol: port.protocol,
    host_ports: port.hostPorts,
    ...(profile.name === '20.09' ? {} : { is_inference: false }),
    container_ports: port.containerPorts,
    ...definitionOf(port),
  })) ?? null

export const statusHistory = (session: Session): Record<string, string> =>
  Object.fromEntries([...session.history].map(([status, time]) => [status, isoDate(time)]))

/** Containers of a new session; the main one has the session's id up to 22.09. */
export function kernelsOf(spec: SessionSpec, profile: Profile, sessionId: string): SessionKernel[] {
  return Array.from({ length: spec.clusterSize }, (_, rank) => ({
    id: rank === 0 && profile.sessions.kernelIdIsSessionId ? sessionId : newUUID(),
    role: rank === 0 ? 'main' : 'sub',
    index: rank === 0 ? profile.sessions.mainIndex : rank,
    localRank: rank,
    hostname: rank === 0 ? 'main1' : `sub${rank}`,
    containerId: null,
  }))
}

/** What its programs find, beside what the caller set. */
export function environment(session: Session): Record<string, string> {
  const { spec } = session
  return {
    ...spec.environ,
    BACKENDAI_SESSION_ID: session.id,
    BACKENDAI_SESSION_NAME: spec.name,
    BACKENDAI_KERNEL_ID: mainKernel(session).id,
    BACKENDAI_CLUSTER_SIZE: String(spec.clusterSize),
    BACKENDAI_CLUSTER_MODE: spec.clusterMode,
    BACKENDAI_CLUSTER_HOST: 'main1',
    BACKENDAI_CLUSTER_HOSTS: session.kernels.map((kernel) => kernel.hostname).join(','),
    BACKENDAI_CLUSTER_ROLE: 'main',
    BACKENDAI_CLUSTER_IDX: '1',
    BACKENDAI_CLUSTER_LOCAL_RANK: '0',
  }
}
