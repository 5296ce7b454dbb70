/** What the calls of both kinds of templates have in common. */
import { ConfigError, path, refuseUnknownKeys, type Call, type CallOptions, type Transport } from '@backend-ai-sdk/core'

import type { TemplateListOptions, TemplateOptions, TemplateSummary } from './session-templates.ts'
import { parseDocuments, type Node } from './template-documents.ts'

export type TemplateKind = 'session' | 'cluster'

/** `{id}` in URLs. */
export const templatePath = (kind: TemplateKind, id?: string): string =>
  id === undefined ? `/template/${kind}` : path`/template/${kind}/${id}`

/**
 * Body, and query for releases that read the owner there (protocol 02 §0.5).
 *
 * @param isPlaced whether the release takes project and domain with this call: strict ones refuse other keys.
 */
export function writeCall(
  transport: Transport,
  payload: unknown,
  isPlaced: boolean,
  options: TemplateOptions,
): Omit<Call, 'path'> {
  refuseUnknownKeys(options, ['project', 'domain', 'ownerAccessKey', 'signal', 'timeout'], 'the options of a template')
  const { project, domain, ownerAccessKey, ...call } = options
  const { config } = transport
  const owner = { owner_access_key: ownerAccessKey }
  return {
    json: {
      // As JSON, which all releases take for YAML too.
      payload: JSON.stringify(payload),
      ...(isPlaced && { group: project ?? config.project, domain: domain ?? config.domain }),
      ...owner,
    },
    query: owner,
    ...call,
  }
}

/** The one document of a text. */
export async function oneDocument(text: string): Promise<Node> {
  const documents = await parseDocuments(text)
  const [first, ...others] = documents.flatMap((document) => (Array.isArray(document) ? document : [document]))
  if (first === undefined || others.length > 0)
    throw new ConfigError(`The text has ${others.length + (first ? 1 : 0)} templates, and is to have one.`)
  return first
}

interface WireSummary {
  name: string
  id: string
  created_at: string
  is_owner: boolean
  user: string | null
  group: string | null
  user_email: string | null
  group_name: string | null
}

export async function listTemplatesOf(
  transport: Transport,
  kind: TemplateKind,
  options: TemplateListOptions,
): Promise<TemplateSummary[]> {
  refuseUnknownKeys(options, ['all', 'signal', 'timeout'], 'the options of list()')
  const { all, ...call } = options
  const query = { all: all || undefined }
  const wire = await transport.request<WireSummary[]>({ path: templatePath(kind), query, ...call })
  return wire.map((summary) => ({
    id: dashed(summary.id),
    name: summary.name,
    createdAt: summary.created_at.replace(' ', 'T'),
    isOwner: summary.is_owner,
    userId: known(summary.user),
    userEmail: known(summary.user_email),
    projectId: known(summary.group),
    projectName: known(summary.group_name),
  }))
}

/** Python's text of nothing. */
const known = (text: string | null): string | undefined => (text === null || text === 'None' ? undefined : text)

/** From 32 hexadecimal digits. */
export const dashed = (id: string): string =>
  id.replace(/^([\da-f]{8})([\da-f]{4})([\da-f]{4})([\da-f]{4})([\da-f]{12})$/i, '$1-$2-$3-$4-$5')

export async function deleteTemplateOf(
  transport: Transport,
  kind: TemplateKind,
  id: string,
  options: CallOptions,
): Promise<void> {
  await transport.send({ method: 'DELETE', path: templatePath(kind, id), ...options })
}
