/** The calls of cluster templates: one document on all releases (protocol 02 §8.3). */
import type { CallOptions, Transport } from '@backend-ai-sdk/core'

import { fromClusterDocument, toClusterDocument, type ClusterTemplate } from './cluster-template.ts'
import type { TemplateListOptions, TemplateOptions, TemplateSummary } from './session-templates.ts'
import { dashed, deleteTemplateOf, listTemplatesOf, oneDocument, templatePath, writeCall } from './template-calls.ts'
import { formatDocument, nodeOf } from './template-documents.ts'

const documentOf = async (given: ClusterTemplate | string): Promise<Record<string, unknown>> =>
  toClusterDocument(typeof given === 'string' ? fromClusterDocument(await oneDocument(given)) : given)

export async function createClusterTemplate(
  transport: Transport,
  given: ClusterTemplate | string,
  options: TemplateOptions,
): Promise<string> {
  const call = writeCall(transport, await documentOf(given), true, options)
  const { id } = await transport.request<{ id: string }>({ method: 'POST', path: templatePath('cluster'), ...call })
  return dashed(id)
}

export async function readClusterTemplate(
  transport: Transport,
  id: string,
  options: CallOptions,
): Promise<ClusterTemplate> {
  await transport.mustSupport('cluster-template-read', options)
  const call = { path: templatePath('cluster', id), query: { format: 'json' } }
  return fromClusterDocument(nodeOf(await transport.request({ ...call, ...options })))
}

export const clusterTemplateText = async (
  transport: Transport,
  id: string,
  format: 'yaml' | 'json',
  options: CallOptions,
): Promise<string> => formatDocument(toClusterDocument(await readClusterTemplate(transport, id, options)), format)

export async function updateClusterTemplate(
  transport: Transport,
  id: string,
  given: ClusterTemplate | string,
  options: TemplateOptions,
): Promise<void> {
  const call = writeCall(transport, await documentOf(given), false, options)
  await transport.send({ method: 'PUT', path: templatePath('cluster', id), ...call })
}

export const listClusterTemplates = (transport: Transport, options: TemplateListOptions): Promise<TemplateSummary[]> =>
  listTemplatesOf(transport, 'cluster', options)

export const deleteClusterTemplate = (transport: Transport, id: string, options: CallOptions): Promise<void> =>
  deleteTemplateOf(transport, 'cluster', id, options)
