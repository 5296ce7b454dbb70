/** Lists of folders: the caller's from `/folders`, everybody's from GraphQL (protocol 03 §1.3, §1.17). */
import { ConfigError, isAtLeast, refuseUnknownKeys, type CallOptions, type Transport } from '@backend-ai-sdk/core'

import type { VFolderInfo, VFolderStatus } from './vfolder-info.ts'
import { fetchFolders, fetchGraphPage, projectIdOf } from './vfolder-search.ts'

export interface VFolderListOptions extends CallOptions {
  /**
   * `live`: all that can be used; `trash`: what can be restored; or statuses. Before release 22.09.11 folders have none, and
   * are all live. Default `live`.
   */
  status?: 'live' | 'trash' | 'all' | readonly VFolderStatus[]
  /** Name or id of a project: its folders alone. */
  project?: string
  /** E-mail of a user, for administrators since release 22.03: what that user sees. */
  ownerEmail?: string
  /** Those of everybody, for administrators, in pages. Release 20.09 leaves out those of projects. Default false. */
  all?: boolean
  /** With `all`: the server's filter language, `name ilike "train%"`; since release 20.09.23. */
  filter?: string
  /** With `all`: `name`, `-created_at`, …; since release 20.09.23. */
  order?: string
  /** With `all`: folders per page, at most 100. Default 100. */
  limit?: number
}

const names = [
  'status',
  'project',
  'ownerEmail',
  'all',
  'filter',
  'order',
  'limit',
  'signal',
  'timeout',
] as const satisfies (keyof VFolderListOptions)[]

type Page = { items: VFolderInfo[]; totalCount: number }

export async function fetchPage(transport: Transport, options: VFolderListOptions, offset: number): Promise<Page> {
  refuseUnknownKeys(options, names, 'the options of list()')
  const { status = 'live', project, ownerEmail, all, signal, timeout, ...paging } = options
  const call = { signal, timeout }
  const projectId = project === undefined ? undefined : await projectIdOf(transport, project, call)
  if (all && status === 'trash' && !(await transport.supports('vfolder-trash', call)))
    return { items: [], totalCount: 0 }
  if (all) return fetchEverybodys(transport, { status, projectId, ...paging }, offset, call)
  const unused = Object.keys(paging)
  if (unused.length > 0) throw new ConfigError(`list() takes '${unused.join("', '")}' only with all: true.`)
  const folders = await fetchFolders(transport, { ownerEmail, ...call })
  const items = folders.filter(
    (folder) => hasStatus(folder, status) && (projectId === undefined || folder.projectId === projectId),
  )
  return { items: items.slice(offset), totalCount: items.length }
}

type StatusOption = Required<VFolderListOptions>['status']

function hasStatus({ status }: VFolderInfo, wanted: StatusOption): boolean {
  if (typeof wanted !== 'string') return status !== undefined && wanted.includes(status)
  const isLeaving = status?.startsWith('delet') ?? false
  return wanted === 'all' || (wanted === 'trash' ? status === 'delete-pending' : !isLeaving)
}

async function fetchEverybodys(
  transport: Transport,
  options: Pick<VFolderListOptions, 'filter' | 'order' | 'limit'> & {
    status: StatusOption
    projectId: string | undefined
  },
  offset: number,
  call: CallOptions,
): Promise<Page> {
  const server = await transport.server(call)
  const { status, projectId, filter, order, limit = 100 } = options
  const ofStatus = isAtLeast(server, '22.9.11') ? statusFilter(status, isAtLeast(server, '24.3')) : undefined
  const filters = [filter && `(${filter})`, ofStatus].filter(Boolean).join(' & ') || undefined
  return fetchGraphPage(transport, 'vfolder_list', { limit, offset, filter: filters, order, group_id: projectId }, call)
}

/** Of the filter language, whose values are the names of the release's own enumeration. */
function statusFilter(status: StatusOption, hasTrash: boolean): string | undefined {
  if (status === 'all') return undefined
  const trash = ['delete-pending']
  const leaving = hasTrash ? [...trash, 'delete-ongoing', 'delete-complete', 'delete-error'] : ['deleting']
  if (status === 'live') return leaving.map((name) => `status != "${nameOf(name)}"`).join(' & ')
  const wanted = status === 'trash' ? trash : status
  return `(${wanted.map((name) => `status == "${nameOf(name)}"`).join(' | ')})`
}

const nameOf = (status: string): string => status.replaceAll('-', '_').toUpperCase()
