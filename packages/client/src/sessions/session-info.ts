/** What GraphQL tells of compute sessions, by release (protocol 02 §2, 04 §1.8). */
import { isAtLeast, NotFoundError, path, type CallOptions, type ServerInfo, type Transport } from '@backend-ai-sdk/core'

import { graphql } from '../graphql.ts'
import { parseJSON, type ResourceSlots } from '../slots.ts'
import { toApps, type App } from './apps.ts'

/** Status names of all releases; newer servers may have others (protocol 02 §2.1). */
export type SessionStatus =
  | 'PENDING'
  | 'SCHEDULED'
  | 'PREPARING'
  | 'PREPARED'
  | 'CREATING'
  | 'PULLING'
  | 'RUNNING'
  | 'RUNNING_DEGRADED'
  | 'RESTARTING'
  | 'TERMINATING'
  | 'TERMINATED'
  | 'ERROR'
  | 'CANCELLED'
  // eslint-disable-next-line -- keeps the completion of the known names
  | (string & {})

/** A session does not leave these by itself. */
export const finalStatuses: readonly SessionStatus[] = ['TERMINATED', 'CANCELLED', 'ERROR']

export interface SessionInfo {
  id: string
  name: string
  /** `interactive`, `batch`, `inference` or `system`. */
  type: string
  status: SessionStatus
  /** Reason code of the status, such as `user-requested`. */
  statusInfo: string | undefined
  /** Details of the status: the scheduler's findings, the exit code, the error (protocol 02 §2.4). */
  statusData: unknown
  statusChanged: string | undefined
  /** Of batch sessions: `SUCCESS` or `FAILURE` once they ended, `UNDEFINED` before. */
  result: string | undefined
  image: string
  /** Since release 22.03. */
  architecture: string | undefined
  tag: string | undefined
  createdAt: string | undefined
  terminatedAt: string | undefined
  startsAt: string | undefined
  startupCommand: string | undefined
  domain: string | undefined
  project: string | undefined
  projectId: string | undefined
  userEmail: string | undefined
  userId: string | undefined
  accessKey: string | undefined
  resourceGroup: string | undefined
  clusterMode: string | undefined
  clusterSize: number | undefined
  servicePorts: App[]
  mounts: string[]
  /** What the session holds, or asked for while it waits. */
  occupiedSlots: ResourceSlots
  /** What it asked for, since release 24.03. */
  requestedSlots: ResourceSlots | undefined
  resourceOptions: Record<string, unknown>
  /** Since release 24.09. */
  priority: number | undefined
}

/** Each property on the wire. */
const fields: Record<keyof SessionInfo, string> = {
  id: 'session_id',
  name: 'name',
  type: 'type',
  status: 'status',
  statusInfo: 'status_info',
  statusData: 'status_data',
  statusChanged: 'status_changed',
  result: 'result',
  image: 'image',
  architecture: 'architecture',
  tag: 'tag',
  createdAt: 'created_at',
  terminatedAt: 'terminated_at',
  startsAt: 'starts_at',
  startupCommand: 'startup_command',
  domain: 'domain_name',
  project: 'group_name',
  projectId: 'group_id',
  userEmail: 'user_email',
  userId: 'user_id',
  accessKey: 'access_key',
  resourceGroup: 'scaling_group',
  clusterMode: 'cluster_mode',
  clusterSize: 'cluster_size',
  servicePorts: 'service_ports',
  mounts: 'mounts',
  occupiedSlots: 'occupied_slots',
  requestedSlots: 'requested_slots',
  resourceOptions: 'resource_opts',
  priority: 'priority',
}

/** Releases of the fields that not all servers have. */
const fieldSince: Partial<Record<keyof SessionInfo, string>> = {
  architecture: '22.3',
  requestedSlots: '24.3',
  priority: '24.9',
}

/** How a value is read where it is more than a text or number; null and empty texts are undefined. */
const readers: Partial<Record<keyof SessionInfo, (wire: unknown) => unknown>> = {
  type: (wire) => String(wire).toLowerCase(),
  statusData: parseJSON,
  servicePorts: (wire) => toApps(parseJSON(wire)),
  mounts: (wire) => wire ?? [],
  occupiedSlots: (wire) => parseJSON(wire) ?? {},
  requestedSlots: parseJSON,
  resourceOptions: (wire) => parseJSON(wire) ?? {},
}

type WireSession = Record<string, unknown>

const entries = Object.entries(fields) as [keyof SessionInfo, string][]

/** What a server knows. Kept, because lists are polled. */
interface Vocabulary {
  /** The fields of a session. */
  selection: string
  /** Names of the statuses that a session leaves again; a name that the server does not know fails the whole query. */
  living: string
}

const vocabularies = new WeakMap<ServerInfo, Vocabulary>()

function vocabularyOf(server: ServerInfo): Vocabulary {
  let vocabulary = vocabularies.get(server)
  if (!vocabulary) {
    const known = entries.filter(([property]) => !fieldSince[property] || isAtLeast(server, fieldSince[property]))
    let living = 'PENDING,PREPARING,PULLING,RUNNING,RESTARTING,TERMINATING,ERROR'
    if (isAtLeast(server, '20.9.3')) living += ',SCHEDULED'
    if (isAtLeast(server, '23.3')) living += ',RUNNING_DEGRADED'
    if (isAtLeast(server, '24.12')) living += ',PREPARED,CREATING'
    vocabulary = { selection: known.map(([, field]) => field).join(' '), living }
    vocabularies.set(server, vocabulary)
  }
  return vocabulary
}

function toSessionInfo(wire: WireSession): SessionInfo {
  const info: Record<string, unknown> = {}
  for (const [property, field] of entries) {
    const value = wire[field] ?? undefined
    info[property] = readers[property]?.(value) ?? (value === '' ? undefined : value)
  }
  return info as unknown as SessionInfo
}

/** One session by its id, living or dead; undefined where there is none. */
export async function fetchSession(
  transport: Transport,
  id: string,
  options: CallOptions = {},
): Promise<SessionInfo | undefined> {
  const { selection } = vocabularyOf(await transport.server(options))
  const document = `query($id: UUID!) { compute_session(id: $id) { ${selection} } }`
  const { compute_session } = await graphql<{ compute_session: WireSession | null }, unknown>(
    transport,
    document,
    { id },
    options,
  )
  if (!compute_session) return undefined
  const info = toSessionInfo(compute_session)
  // 23.09 tells only the first letter of the project's name here.
  if (info.project?.length === 1) info.project = await fetchProjectName(transport, info.projectId, options)
  return info
}

async function fetchProjectName(
  transport: Transport,
  id: string | undefined,
  options: CallOptions,
): Promise<string | undefined> {
  const { group } = await graphql<{ group: { name: string } | null }, unknown>(
    transport,
    'query($id: UUID!) { group(id: $id) { name } }',
    { id },
    options,
  )
  return group?.name
}

export interface SessionFilter {
  /** Default `live`. Names that the server does not know are left out of the sets, not of a list of names. */
  status?: 'live' | 'dead' | 'all' | readonly SessionStatus[]
  /** `name`, `-created_at`, …; several with commas. Default: the latest change first. */
  order?: string
  /** The server's filter language, `name ilike "train%"`; needs release 20.09.23 or newer. */
  filter?: string
  /** Of another user, for administrators. */
  accessKey?: string
  domain?: string
  /** Id of a project. */
  projectId?: string
  /** Items per page, at most 100. Default 100. */
  limit?: number
}

function statusNames(living: string, status: SessionFilter['status'] = 'live'): string {
  if (typeof status !== 'string') return status.join()
  const dead = 'TERMINATED,CANCELLED'
  return { live: living, dead, all: `${living},${dead}` }[status]
}

export async function fetchSessions(
  transport: Transport,
  { status, order, filter, accessKey, domain, projectId, limit = 100 }: SessionFilter,
  offset: number,
  options: CallOptions,
): Promise<{ items: SessionInfo[]; totalCount: number }> {
  const { selection, living } = vocabularyOf(await transport.server(options))
  // Servers before 20.09.23 sort by one column, and refuse arguments they do not know.
  const oldOrder = order && !(await transport.supports('graphql-filter'))
  const possible: (readonly [name: string, type: string, value: unknown])[] = [
    ['limit', 'Int!', limit],
    ['offset', 'Int!', offset],
    ['status', 'String', statusNames(living, status)],
    ['access_key', 'String', accessKey],
    ['domain_name', 'String', domain],
    ['group_id', 'String', projectId],
    ['filter', 'String', filter],
    ...(oldOrder
      ? ([
          ['order_key', 'String', order.replace(/^[+-]/, '')],
          ['order_asc', 'Boolean', !order.startsWith('-')],
        ] as const)
      : ([['order', 'String', order]] as const)),
  ]
  const given = possible.filter(([, , value]) => value !== undefined)
  const declared = given.map(([name, type]) => `$${name}: ${type}`).join(', ')
  const passed = given.map(([name]) => `${name}: $${name}`).join(', ')
  const document = `query(${declared}) { compute_session_list(${passed}) { items { ${selection} } total_count } }`
  const variables = Object.fromEntries(given.map(([name, , value]) => [name, value]))
  type Answer = { compute_session_list: { items: WireSession[]; total_count: number } }
  const { compute_session_list: list } = await graphql<Answer, unknown>(transport, document, variables, options)
  return { items: list.items.map(toSessionInfo), totalCount: list.total_count }
}

/** @throws NotFoundError */
export async function requireSession(transport: Transport, id: string, options: CallOptions): Promise<SessionInfo> {
  const info = await fetchSession(transport, id, options)
  if (!info) throw noSuchSession(transport, id)
  return info
}

export function noSuchSession(transport: Transport, reference: string): NotFoundError {
  return new NotFoundError({
    status: 404,
    method: 'GET',
    url: transport.url(path`/session/${reference}`).href,
    body: { type: 'https://api.backend.ai/probs/session-not-found', title: 'No such session.' },
  })
}
