/** Lists of folders, and finding one (protocol 03 §1.3–§1.6, §1.17). Loaded with the first call that needs it. */
import {
  ConflictError,
  isAtLeast,
  NotFoundError,
  Pages,
  path,
  PermissionDeniedError,
  type CallOptions,
  type Transport,
} from '@backend-ai-sdk/core'

import { graphql } from '../graphql.ts'
import { dashed, isFolderId, toVFolderInfo, type VFolderInfo, type WireFolder } from './vfolder-info.ts'

/** All that the caller may see, the trash too. Not paged: servers send one answer. */
export async function fetchFolders(
  transport: Transport,
  options: CallOptions & { ownerEmail?: string | undefined } = {},
): Promise<VFolderInfo[]> {
  const { ownerEmail, ...call } = options
  const query = { owner_user_email: ownerEmail }
  const fetchMissing = async (): Promise<VFolderInfo[]> => {
    const isWhole = ownerEmail !== undefined || (await transport.supports('vfolder-list-projects', call))
    return isWhole ? [] : fetchProjectFolders(transport, call)
  }
  const listing = transport.request<WireFolder[]>({ path: '/folders', query, ...call })
  const [wire, ofProjects] = await Promise.all([listing, fetchMissing()])
  const listed = wire.map((folder) => toVFolderInfo(folder))
  const known = new Set(listed.map(({ id }) => id))
  return [...listed, ...ofProjects.filter(({ id }) => !known.has(id))]
}

/** The largest page of GraphQL lists. */
const pageSize = 100

async function fetchProjectFolders(transport: Transport, call: CallOptions): Promise<VFolderInfo[]> {
  const filter = 'status != "DELETE_COMPLETE"'
  const pages = new Pages(async (offset) =>
    fetchGraphPage(transport, 'vfolder_project_list', { limit: pageSize, offset, filter }, call),
  )
  return pages.all()
}

/** Arguments of a list of GraphQL; what is undefined is left out, since old servers refuse what they do not know. */
export interface GraphPage {
  limit: number
  offset: number
  filter?: string | undefined
  order?: string | undefined
  group_id?: string | undefined
}

export async function fetchGraphPage(
  transport: Transport,
  list: 'vfolder_list' | 'vfolder_project_list',
  page: GraphPage,
  call: CallOptions,
): Promise<{ items: VFolderInfo[]; totalCount: number }> {
  const server = await transport.server(call)
  const types: Record<string, string> = { limit: 'Int!', offset: 'Int!', group_id: 'UUID' }
  const variables = Object.fromEntries(Object.entries(page).filter(([, value]) => value !== undefined))
  const given = Object.keys(variables)
  const since = (release: string, fields: string): string => (isAtLeast(server, release) ? fields : '')
  const document = `query(${given.map((name) => `$${name}: ${types[name] ?? 'String'}`).join(', ')}) {
    list: ${list}(${given.map((name) => `${name}: $${name}`).join(', ')}) {
      items { id name host user group creator unmanaged_path usage_mode permission ownership_type created_at cloneable
        ${since('22.3', 'user_email group_name')} ${since('22.9.11', 'status')} ${since('23.3.5', 'quota_scope_id')} }
      total_count } }`
  type Answer = { list: { items: WireFolder[]; total_count: number } }
  const answer = await graphql<Answer, unknown>(transport, document, variables, call)
  return { items: answer.list.items.map((folder) => toVFolderInfo(folder)), totalCount: answer.list.total_count }
}

export async function fetchFolder(transport: Transport, segment: string, options: CallOptions): Promise<VFolderInfo> {
  return toVFolderInfo(await transport.request<WireFolder>({ path: path`/folders/${segment}`, ...options }))
}

/**
 * A folder by its id, or by a name that only one has; one in the trash where there is no other.
 *
 * @throws NotFoundError. @throws ConflictError for a name of several; the message has their ids.
 */
export async function findFolder(transport: Transport, reference: string, options: CallOptions): Promise<VFolderInfo> {
  const folders = await fetchFolders(transport, options)
  const byId = isFolderId(reference) ? folders.find(({ id }) => id === dashed(reference.toLowerCase())) : undefined
  if (byId) return byId
  const named = folders.filter(({ name }) => name === reference)
  const living = named.filter(({ status }) => !status?.startsWith('delete-'))
  const [found, ...others] = living.length > 0 ? living : named
  if (found && others.length > 0) throw severalFolders(transport, reference, [found, ...others])
  if (found) return found
  const missing = noSuchFolder(transport, reference)
  if (!isFolderId(reference) || !(await transport.supports('vfolder-ids', options))) throw missing
  // Superadmins may use more than is listed; to others 26.9 says 403, whether there is one or not.
  return fetchFolder(transport, dashed(reference.toLowerCase()), options).catch((error: unknown) => {
    throw error instanceof PermissionDeniedError ? missing : error
  })
}

const refusal = (transport: Transport, reference: string, status: number, body: object) => ({
  status,
  method: 'GET',
  url: transport.url(path`/folders/${reference}`).href,
  body,
})

const noSuchFolder = (transport: Transport, reference: string): NotFoundError =>
  new NotFoundError(
    refusal(transport, reference, 404, {
      type: 'https://api.backend.ai/probs/object-not-found',
      title: 'No such virtual folder.',
    }),
  )

function severalFolders(transport: Transport, name: string, folders: readonly VFolderInfo[]): ConflictError {
  const listed = folders.map((folder) => {
    const owner = folder.ownership === 'project' ? 'of a project' : folder.isOwner ? 'your own' : 'shared with you'
    return `${folder.id} (${owner}, on ${folder.host})`
  })
  return new ConflictError(
    refusal(transport, name, 409, {
      type: 'https://api.backend.ai/probs/too-many-vfolders',
      title: `${folders.length} folders have this name: ${listed.join(', ')}. Name one by its id.`,
      data: { matches: folders.map(({ id, host }) => ({ id, host })) },
    }),
  )
}

/** Since 26.3 servers take a project's id alone. @throws NotFoundError for a name that is none of the caller's. */
export async function projectIdOf(transport: Transport, project: string, options: CallOptions): Promise<string> {
  if (isFolderId(project)) return dashed(project.toLowerCase())
  const { groups } = await graphql<{ groups: { id: string; name: string }[] }, unknown>(
    transport,
    'query($domain: String) { groups(domain_name: $domain) { id name } }',
    { domain: transport.config.domain },
    options,
  )
  const found = groups.find(({ name }) => name === project)
  if (found) return found.id
  throw new NotFoundError({
    status: 404,
    method: 'POST',
    url: transport.url('/admin/gql').href,
    body: {
      type: 'https://api.backend.ai/probs/group-not-found',
      title: `There is no project '${project}' among those of the caller.`,
    },
  })
}
