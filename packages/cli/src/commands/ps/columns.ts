/** The columns of the list: names of 20.09 and 20.03, and those of 23.09 and later (protocol 05 §4.3). */
import { isAtLeast, type ServerInfo } from '@backend-ai-sdk/client'

import { InvalidArgument } from '../../failures.ts'
import { parsed, wireField, type WireRecord } from '../../session-fields.ts'

export interface Column {
  readonly header: string
  /** Name in JSON, and of the wire's field unless a selection is given. */
  readonly key: string
  /** What is asked for, where it is more than a field. */
  readonly selection?: string
  readonly value?: (session: WireRecord) => unknown
  /** Its values are numbers, with as many places as are to be shown. */
  readonly isMeasure?: true
}

const capitalised = (key: string): string =>
  key.replaceAll(/(^|_)([a-z])/g, (_, gap, letter: string) => (gap ? ' ' : '') + letter.toUpperCase())

const plainFields = [
  'tag',
  'name',
  'type',
  'image',
  'architecture',
  'registry',
  'cluster_template',
  'cluster_mode',
  'cluster_size',
  'domain_name',
  'agent_ids',
  'user_email',
  'created_user_email',
  'created_user_id',
  'status',
  'status_info',
  'status_data',
  'created_at',
  'terminated_at',
  'starts_at',
  'scheduled_at',
  'startup_command',
  'result',
  'resource_opts',
  'scaling_group',
  'service_ports',
  'mounts',
  'occupying_slots',
  'requested_slots',
  'abusing_reports',
  'idle_checks',
  'priority',
  'vfolder_mounts',
  'main_kernel_id',
] as const

const main = 'main_container: containers { cluster_role cluster_hostname live_stat last_stat }'

/** Of the main container, which tells what older releases told of the session. */
function mainContainer(session: WireRecord): WireRecord {
  const containers = (session['main_container'] ?? []) as WireRecord[]
  return containers.find((container) => container['cluster_role'] === 'main') ?? containers[0] ?? {}
}

function metric(
  session: WireRecord,
  name: string,
  read: (metric: WireRecord) => unknown,
  divisor: number,
): string | undefined {
  const { live_stat: live, last_stat: last } = mainContainer(session)
  const metrics = (parsed(live) ?? parsed(last)) as Record<string, WireRecord> | null | undefined
  const value = metrics?.[name] && read(metrics[name])
  return value === undefined || value === null ? undefined : (Number(value) / divisor).toFixed(1)
}

const highest = (metric: WireRecord): unknown =>
  (metric['stats'] as WireRecord | undefined)?.['max'] ?? metric['stats.max']
const mebibyte = 2 ** 20

const columns: Readonly<Record<string, Column>> = {
  ...Object.fromEntries(plainFields.map((key) => [key, { header: capitalised(key), key }])),
  name: { header: 'Session Name', key: 'name' },
  kernel_id: { header: 'Kernel/Task ID', key: 'main_kernel_id' },
  task_id: { header: 'Task/Kernel ID', key: 'main_kernel_id' },
  main_kernel_id: { header: 'Main Kernel ID', key: 'main_kernel_id' },
  session_id: { header: 'Session ID', key: 'session_id' },
  id: { header: 'Session ID', key: 'session_id' },
  last_updated: { header: 'Last updated', key: 'status_changed' },
  status_changed: { header: 'Last Updated', key: 'status_changed' },
  group: { header: 'Project/Group', key: 'group_name' },
  group_name: { header: 'Project/Group', key: 'group_name' },
  group_id: { header: 'Group ID', key: 'group_id' },
  user_id: { header: 'User ID', key: 'user_id' },
  owner: { header: 'Owner', key: 'access_key' },
  access_key: { header: 'Owner Access Key', key: 'access_key' },
  occupied_slots: { header: 'Occupied Resource', key: 'occupied_slots' },
  dependencies: {
    header: 'Dependencies',
    key: 'dependencies',
    selection: 'dependencies { name session_id }',
    value: ({ dependencies }) => (dependencies as WireRecord[] | null)?.map(({ name }) => name),
  },
  cluster_hostname: {
    header: 'Hostname',
    key: 'cluster_hostname',
    selection: main,
    value: (session) => mainContainer(session)['cluster_hostname'],
  },
  used_memory: {
    header: 'Used Memory (MiB)',
    key: 'used_memory',
    selection: main,
    value: (session) => metric(session, 'mem', ({ current }) => current, mebibyte),
    isMeasure: true,
  },
  max_used_memory: {
    header: 'Max Used Memory (MiB)',
    key: 'max_used_memory',
    selection: main,
    value: (session) => metric(session, 'mem', highest, mebibyte),
    isMeasure: true,
  },
  cpu_using: {
    header: 'CPU Using (%)',
    key: 'cpu_using',
    selection: main,
    value: (session) => metric(session, 'cpu_util', ({ pct }) => pct, 1),
    isMeasure: true,
  },
}

const standardNames = [
  'name',
  'session_id',
  'group',
  'kernel_id',
  'image',
  'type',
  'status',
  'status_info',
  'last_updated',
  'result',
]
const detailNames = ['tag', 'created_at', 'occupied_slots', 'used_memory', 'max_used_memory', 'cpu_using']

export const ownerColumn = columns['owner']!

/** @throws InvalidArgument that names all columns, for one that there is not. */
export function chooseColumns({
  format,
  detail,
}: {
  format?: readonly string[] | undefined
  detail: boolean
}): Column[] {
  const names = format ?? [...standardNames, ...(detail ? detailNames : [])]
  return names.map((name) => {
    if (Object.hasOwn(columns, name)) return columns[name]!
    throw new InvalidArgument(
      `There is no such format option: ${name}\nThere are ${Object.keys(columns).toSorted().join(', ')}.`,
    )
  })
}

/** What of a session has to be asked for. */
export function selectionOf(chosen: readonly Column[], server: ServerInfo): string {
  const parts = chosen.map(({ key, selection }) => {
    const field = wireField(key, server)
    return selection ?? (field && `${key}: ${field}`)
  })
  return [...new Set(parts.filter((part) => part !== undefined))].join(' ')
}

/** As the list shows it. */
export const cellOf = (column: Column, session: WireRecord): unknown =>
  column.value ? column.value(session) : session[column.key]

/** As JSON tells it: numbers as numbers, embedded JSON as part of it. */
export function jsonOf(chosen: readonly Column[], session: WireRecord): object {
  return Object.fromEntries(
    chosen.map((column) => {
      const value = cellOf(column, session)
      return [column.key, column.isMeasure && value !== undefined ? Number(value) : (parsed(value) ?? null)]
    }),
  )
}

const oldLive = [
  'PENDING',
  'SCHEDULED',
  'PREPARING',
  'PULLING',
  'RUNNING',
  'RESTARTING',
  'TERMINATING',
  'RESIZING',
  'SUSPENDED',
  'ERROR',
]
const live = ['PENDING', 'SCHEDULED', 'PULLING', 'PREPARING', 'RUNNING', 'RUNNING_DEGRADED', 'TERMINATING', 'ERROR']
const dead = ['CANCELLED', 'TERMINATED']

/** A server refuses the query for a status that it does not know, so the sets go by its release (§4.2). */
export function statusSet(server: ServerInfo, selection: 'default' | 'running' | 'dead' | 'all'): string {
  const prepares = isAtLeast(server, '24.12')
  const degrades = isAtLeast(server, '23.3')
  const sets = {
    default: degrades ? [...live, ...(prepares ? ['PREPARED', 'CREATING'] : [])] : oldLive,
    running: prepares
      ? ['CREATING', 'RUNNING', 'RUNNING_DEGRADED']
      : degrades
        ? ['PREPARING', 'RUNNING', 'RUNNING_DEGRADED']
        : ['PREPARING', 'PULLING', 'RUNNING'],
    dead,
    all: degrades
      ? [...live, 'RESTARTING', ...(prepares ? ['PREPARED', 'CREATING'] : []), ...dead]
      : [...oldLive, ...dead],
  }
  return sets[selection].join(',')
}
