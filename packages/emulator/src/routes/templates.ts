/** `/template/session` and `/template/cluster` (protocol 02 §8). */
import { stringify } from 'yaml'

import { type Check, type Fields, flag, nullable, optional, required, text } from '../checks.ts'
import { type Context, json, type Route, type Routes } from '../context.ts'
import { isObject, type JsonObject, pythonJson } from '../formats/json.ts'
import { Problem } from '../problems.ts'
import type { Profile } from '../profiles.ts'
import { dateText } from '../python.ts'
import { isUUID, newUUID } from '../random.ts'
import { resolveOwner } from '../sessions/session-lookup.ts'
import { findProject } from '../state.ts'
import { bare, checkCluster, checkTask, dashed, readPayload, type Template } from '../templates/templates.ts'

type Kind = Template['kind']

export const templates: Routes = (profile) => [...routesFor('session', profile), ...routesFor('cluster', profile)]

function routesFor(kind: Kind, profile: Profile): Route[] {
  const all = `/template/${kind}`
  const one = `${all}/:template`
  const areItems = kind === 'session' && profile.sessions.templates === 'items'
  const at = (method: Route['method'], path: string, handle: Route['handle']): Route => ({
    method,
    path,
    role: 'user',
    handle,
  })
  return [
    at('POST', all, (context) => create(context, kind, areItems)),
    at('GET', all, (context) => list(context, kind)),
    at('GET', one, (context) => (areItems ? getItem(context) : getDocument(context, kind))),
    at('PUT', one, (context) => update(context, kind, areItems)),
    at('DELETE', one, (context) => {
      context.cluster.state.templates.delete(find(context, kind).id)
      return json({ success: true })
    }),
  ]
}

/** Where it belongs, and for whom. */
const placeFields = (profile: Profile) =>
  ({
    group: optional(nullable(text(profile)), null, 'group', 'groupName', 'group_name'),
    domain: optional(nullable(text(profile)), null, 'domain', 'domainName', 'domain_name'),
    owner_access_key: optional(nullable(text(profile)), null, 'owner_access_key'),
  }) satisfies Fields

async function create(context: Context, kind: Kind, areItems: boolean): Promise<Response> {
  const { cluster, profile } = context
  const fields = { payload: required(text(profile), 'payload'), ...placeFields(profile) }
  const params = await context.read(
    fields,
    `Create${kind === 'session' ? 'Session' : 'Cluster'}TemplateRequest`,
    'body',
  )
  const owner = resolveOwner(context, ownerOf(context, params.owner_access_key))
  const domainName = params.domain ?? owner.user.domainName
  const project = findProject(cluster.state, params.group ?? 'default', domainName)
  if (!project) throw new Problem('invalid-params', { msg: 'Invalid group' })
  const made = documentsOf(context, kind, params.payload, areItems ? 'items' : 'document').map(({ name, document }) => {
    const { id: userId } = owner.user
    const place = { userId, projectId: project.id, domainName, createdAt: cluster.clock() }
    const template: Template = { id: newUUID(), kind, name, document, ...place }
    cluster.state.templates.set(template.id, template)
    // Of a list the user's id has dashes since 26 (seen on 26.9.6).
    const user = areItems && profile.parameters === 'typed' ? userId : bare(userId)
    return { id: bare(template.id), user }
  })
  return json(areItems ? made : made[0])
}

const ownerOf = (context: Context, given: string | null): string | null =>
  context.profile.name === '20.09' ? (context.query()['owner_access_key'] ?? null) : given

/** @param form `items` are the documents of YAML, or a list in JSON; `list` is a list in both. */
function documentsOf({ profile }: Context, kind: Kind, payload: string, form: 'document' | 'items' | 'list') {
  const read = readPayload(payload, profile)
  if (!read) {
    if (profile.name !== '20.09') throw new Problem('internal-server-error')
    throw new Problem('invalid-params', { msg: 'Malformed payload' })
  }
  const [first] = 'yaml' in read ? read.yaml : [read.json]
  const given = form === 'document' ? [{ template: first }] : form === 'items' && 'yaml' in read ? read.yaml : first
  if (!Array.isArray(given)) throw new Problem('internal-server-error')
  return given.map((item: unknown) => {
    if (!isObject(item)) throw new Problem('internal-server-error')
    const document = kind === 'session' ? checkTask(item['template'], profile) : checkCluster(item['template'], profile)
    const { name: own } = document['metadata'] as { name: string }
    const { name } = item
    return { document, name: typeof name === 'string' ? name : own }
  })
}

/** Of everybody, whoever asks, since 21.09.9 and for superadmins who want it before. */
async function list(context: Context, kind: Kind): Promise<Response> {
  const { cluster, profile, requester, isSuperadmin } = context
  const group: Check<string | null> = nullable(text(profile))
  const fields = { all: optional(flag, false, 'all'), group_id: optional(group, null, 'group_id', 'groupId') }
  const { all } = await context.read(fields, 'ListTemplatesRequest', 'query')
  const isNew = profile.sessions.templates === 'items'
  const seesAll = (isNew && kind === 'session') || (all && isSuperadmin)
  const own = ({ userId }: Template): boolean => userId === requester.user.id
  const found = [...cluster.state.templates.values()].filter((each) => each.kind === kind && (seesAll || own(each)))
  return json(
    found.map((template) => {
      const user = cluster.state.users.get(template.userId)
      const project = cluster.state.projects.get(template.projectId)
      const { createdAt } = template
      const summary = {
        name: template.name,
        id: bare(template.id),
        created_at: profile.parameters === 'typed' ? new Date(createdAt).toISOString() : dateText(createdAt),
        is_owner: own(template),
        user: template.userId,
        group: template.projectId,
        user_email: user?.email ?? null,
        group_name: kind === 'session' ? (project?.name ?? null) : null,
      }
      if (!isNew || kind === 'cluster') return { ...summary, type: 'user' }
      return { ...summary, domain_name: template.domainName, type: 'task', template: template.document }
    }),
  )
}

export function findTemplate(context: Context, kind: Kind, id: string): Template | undefined {
  const template = context.cluster.state.templates.get(dashed(id.toLowerCase()))
  return template?.kind === kind ? template : undefined
}

function find(context: Context, kind: Kind): Template {
  const id = context.part('template')
  // It is the database that does not know what to do with it.
  if (!isUUID(dashed(id))) throw new Problem('internal-server-error')
  const found = findTemplate(context, kind, id)
  if (found) return found
  throw new Problem(
    'template-not-found',
    context.profile.parameters === 'strict' ? { title: 'No such task template.' } : {},
  )
}

function getItem(context: Context): Response {
  const { profile } = context
  const id = context.part('template')
  // 23.09 answers nothing with success, 26.9 no longer.
  if (profile.parameters === 'strict' && isUUID(dashed(id)) && !findTemplate(context, 'session', id)) return json({})
  const { document, name, userId, projectId, domainName } = find(context, 'session')
  return json({ template: document, name, user_uuid: userId, group_id: projectId, domain_name: domainName })
}

function getDocument(context: Context, kind: Kind): Response {
  const { profile } = context
  const { document } = find(context, kind)
  if (kind === 'cluster' && profile.name === '23.09') throw new Problem('internal-server-error')
  if (profile.parameters === 'typed' || context.query()['format'] === 'json') {
    const headers = { 'Content-Type': 'application/json; charset=utf-8' }
    return new Response(pythonJson(document), { headers })
  }
  return new Response(stringify(document), { headers: { 'Content-Type': 'text/yaml; charset=utf-8' } })
}

async function update(context: Context, kind: Kind, areItems: boolean): Promise<Response> {
  const { profile } = context
  const { owner_access_key, ...place } = placeFields(profile)
  const payloadField = { payload: required(text(profile), 'payload'), owner_access_key }
  const fields = areItems ? { ...payloadField, ...place } : payloadField
  const { payload } = await context.read(fields, 'UpdateTemplateRequest', 'body')
  const template = find(context, kind)
  // It calls something that is no function.
  if (kind === 'cluster' && profile.name === '20.09') throw new Problem('internal-server-error')
  for (const { document, name } of documentsOf(context, kind, payload, areItems ? 'list' : 'document'))
    Object.assign(template, { document, name })
  return json({ success: true })
}

/** What a session of it is asked for with, where the request does not say otherwise (protocol 02 §1.9). */
export function creationOf(
  { document, domainName }: Template,
  projectName: string,
): { body: JsonObject; config: JsonObject } {
  interface Task {
    metadata: { tag: string | null }
    spec: {
      session_type: string
      kernel: {
        image: string
        architecture?: string
        environ: Record<string, string> | null
        run: { bootstrap: string | null; startup_command: string | null } | null
      }
      mounts: Record<string, string | null> | null
      resources: Record<string, string> | null
      scaling_group?: string | null
    }
  }
  const { metadata, spec } = document as unknown as Task
  const { kernel, mounts } = spec
  const given = Object.entries(mounts ?? {})
  return {
    body: {
      image: kernel.image,
      type: spec.session_type,
      ...(kernel.architecture !== undefined && { architecture: kernel.architecture }),
      ...(metadata.tag !== null && { tag: metadata.tag }),
      group: projectName,
      domain: domainName,
      bootstrap_script: kernel.run?.bootstrap ?? null,
      startup_command: kernel.run?.startup_command ?? null,
    },
    config: {
      mounts: given.map(([name]) => name),
      mount_map: Object.fromEntries(given.filter(([, path]) => path)),
      environ: kernel.environ ?? {},
      resources: spec.resources ?? {},
      ...(spec.scaling_group && { scaling_group: spec.scaling_group }),
    },
  }
}
