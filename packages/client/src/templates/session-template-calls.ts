/** The calls of session templates: one bare document up to 21.09, a list of items later (protocol 02 §8.1). */
import { ConfigError, NotFoundError, type CallOptions, type Transport } from '@backend-ai-sdk/core'

import type { TemplateListOptions, TemplateOptions, TemplateSummary } from './session-templates.ts'
import { fromTaskDocument, toTaskDocument, type TaskTemplate } from './task-template.ts'
import { dashed, deleteTemplateOf, listTemplatesOf, oneDocument, templatePath, writeCall } from './template-calls.ts'
import { formatDocument, nodeOf, parseDocuments, type Node } from './template-documents.ts'

/** A name beside the document's own wins. */
function fromItem(node: Node): TaskTemplate {
  if (node === null || typeof node !== 'object' || Array.isArray(node) || node['template'] === undefined)
    return fromTaskDocument(node)
  const template = fromTaskDocument(node['template'])
  const { name } = node
  return typeof name === 'string' && name ? { ...template, name } : template
}

const toTemplate = async (given: TaskTemplate | string): Promise<TaskTemplate> =>
  typeof given === 'string' ? fromItem(await oneDocument(given)) : given

export async function createTemplate(
  transport: Transport,
  given: TaskTemplate | string,
  options: TemplateOptions,
): Promise<string> {
  const [id] = await create(transport, [await toTemplate(given)], options)
  return id!
}

export async function createTemplates(transport: Transport, text: string, options: TemplateOptions): Promise<string[]> {
  const documents = await parseDocuments(text)
  const items = documents.flatMap((document) => (Array.isArray(document) ? document : [document]))
  if (items.length === 0) throw new ConfigError('The text has no template.')
  return create(transport, items.map(fromItem), options)
}

async function create(
  transport: Transport,
  templates: readonly TaskTemplate[],
  options: TemplateOptions,
): Promise<string[]> {
  const server = await transport.server(options)
  const documents = templates.map((template) => toTaskDocument(template, server))
  const call = { method: 'POST', path: templatePath('session') }
  interface Wire {
    id: string
  }
  if (await transport.supports('session-template-list', options)) {
    const payload = documents.map((template) => ({ template }))
    const made = await transport.request<Wire[]>({ ...call, ...writeCall(transport, payload, true, options) })
    return made.map(({ id }) => dashed(id))
  }
  const ids: string[] = []
  for (const document of documents) {
    const { id } = await transport.request<Wire>({ ...call, ...writeCall(transport, document, true, options) })
    ids.push(dashed(id))
  }
  return ids
}

export async function readTemplate(transport: Transport, id: string, options: CallOptions): Promise<TaskTemplate> {
  const isListed = await transport.supports('session-template-list', options)
  const route = templatePath('session', id)
  const wire = await transport.request<Record<string, unknown>>({ path: route, query: { format: 'json' }, ...options })
  if (!isListed) return fromTaskDocument(nodeOf(wire))
  // What 23.09 says of a template that is not there.
  if (wire['template'] === undefined) {
    const body = { type: 'https://api.backend.ai/probs/object-not-found', title: 'No such session template.' }
    throw new NotFoundError({ status: 404, method: 'GET', url: transport.url(route).href, body })
  }
  return fromItem(nodeOf({ template: wire['template'], name: wire['name'] }))
}

export async function templateText(
  transport: Transport,
  id: string,
  format: 'yaml' | 'json',
  options: CallOptions,
): Promise<string> {
  const template = await readTemplate(transport, id, options)
  return formatDocument(withoutNothing(toTaskDocument(template, await transport.server(options))), format)
}

/** A text would tell of it as null. */
const withoutNothing = (document: unknown): unknown => JSON.parse(JSON.stringify(document))

export async function updateTemplate(
  transport: Transport,
  id: string,
  given: TaskTemplate | string,
  options: TemplateOptions,
): Promise<void> {
  const document = toTaskDocument(await toTemplate(given), await transport.server(options))
  const isListed = await transport.supports('session-template-list', options)
  const call = writeCall(transport, isListed ? [{ template: document }] : document, isListed, options)
  await transport.send({ method: 'PUT', path: templatePath('session', id), ...call })
}

export const listTemplates = (transport: Transport, options: TemplateListOptions): Promise<TemplateSummary[]> =>
  listTemplatesOf(transport, 'session', options)

export const deleteTemplate = (transport: Transport, id: string, options: CallOptions): Promise<void> =>
  deleteTemplateOf(transport, 'session', id, options)
