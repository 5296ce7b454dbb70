/** Templates as the cluster keeps them, and the checks of their documents (protocol 02 §8.2, §8.3). */
import { parseAllDocuments } from 'yaml'

import {
  choice,
  dictionaryOf,
  type Fields,
  integer,
  listOf,
  nullable,
  optional,
  parse,
  type Parsed,
  required,
  text,
} from '../checks.ts'
import { isObject, type JsonObject, parseJson } from '../formats/json.ts'
import { Problem } from '../problems.ts'
import type { Profile } from '../profiles.ts'
import { isUUID } from '../random.ts'

export interface Template {
  id: string
  kind: 'session' | 'cluster'
  name: string
  /** As it is handed out: names of keys in one spelling, defaults filled in. */
  document: JsonObject
  userId: string
  projectId: string
  domainName: string
  createdAt: number
}

/** Undefined where it is neither JSON nor YAML; of YAML all documents. Up to 21.09 its scalars are all texts. */
export function readPayload(payload: string, profile: Profile): { json: unknown } | { yaml: unknown[] } | undefined {
  const json = parseJson(payload)
  if (json) return { json: json.value }
  const schema = profile.sessions.templates === 'documents' ? 'failsafe' : 'core'
  const documents = parseAllDocuments(payload, { schema })
  if ('empty' in documents || documents.some(({ errors }) => errors.length > 0)) return undefined
  try {
    return { yaml: documents.map((document): unknown => document.toJS({ maxAliasCount: 100 })) }
  } catch {
    // Aliases of nothing, or of too much.
    return undefined
  }
}

/** No release turns what is wrong with a document into an answer: 500, and not a word of where. */
function check<F extends Fields>(fields: F, given: unknown, profile: Profile): Parsed<F> {
  if (!isObject(given)) throw new Problem('internal-server-error')
  try {
    return parse(fields, given, { ...profile, parameters: 'strict' }, '')
  } catch {
    throw new Problem('internal-server-error')
  }
}

/** More is allowed there, and dropped. */
const only = (given: unknown, ...names: string[]): unknown =>
  isObject(given) ? Object.fromEntries(Object.entries(given).filter(([name]) => names.includes(name))) : given

const anything = (value: unknown): unknown => value

export function checkTask(given: unknown, profile: Profile): JsonObject {
  const string = text(profile)
  const isNew = profile.sessions.templates === 'items'
  const newer = (...names: string[]): string[] => (isNew ? names : [])
  const maybe = (...names: string[]) => optional(nullable(string), null, ...names)
  const strict: Profile = { ...profile, parameters: 'strict' }
  const top = check(
    {
      api_version: required(text(strict), 'api_version', 'apiVersion'),
      kind: required(choice(['taskTemplate', 'task_template']), 'kind'),
      metadata: required(anything, 'metadata'),
      spec: required(anything, 'spec'),
    },
    only(given, 'api_version', 'apiVersion', 'kind', 'metadata', 'spec'),
    profile,
  )
  const metadata = check({ name: required(text(strict), 'name'), tag: maybe('tag') }, top.metadata, profile)
  const types = isNew ? ['session_type'] : []
  const spec = check(
    {
      session_type: optional(
        choice(['interactive', 'batch', 'inference']),
        'interactive',
        'type',
        'sessionType',
        ...types,
      ),
      kernel: required(anything, 'kernel'),
      mounts: optional(nullable(dictionaryOf(anything)), {}, 'mounts'),
      resources: optional(nullable(dictionaryOf(anything)), null, 'resources'),
      scaling_group: maybe(...newer('scaling_group')),
      agent_list: optional(nullable(listOf(string)), null, ...newer('agent_list', 'agentList')),
    },
    top.spec,
    profile,
  )
  const kernel = check(
    {
      image: required(text(strict), 'image'),
      architecture: optional(nullable(string), 'x86_64', ...newer('architecture')),
      environ: optional(nullable(dictionaryOf(text(strict))), {}, 'environ'),
      run: optional(nullable(anything), null, 'run'),
      git: optional(nullable(anything), null, 'git'),
    },
    spec.kernel,
    profile,
  )
  const startup = ['startup', 'startup_command', 'startupCommand']
  const run =
    kernel.run && check({ bootstrap: maybe('bootstrap'), startup_command: maybe(...startup) }, kernel.run, profile)
  const git = {
    repository: required(text(strict), 'repository'),
    commit: maybe('commit'),
    branch: maybe('branch'),
    credential: optional(nullable(anything), null, 'credential'),
    dest_dir: maybe('destination_dir', 'destinationDir'),
  }
  const mounts = (spec.mounts ?? {}) as Record<string, unknown>
  if (!isNew && Object.values(mounts).some((path) => typeof path === 'string' && !path.startsWith('/home/work/')))
    throw new Problem('invalid-params', { msg: 'Mount path should be under /home/work' })
  const { architecture, ...common } = kernel
  const { scaling_group, agent_list, ...specified } = spec
  return {
    api_version: top.api_version,
    kind: top.kind,
    metadata,
    spec: {
      ...specified,
      kernel: {
        ...common,
        run,
        git: kernel.git && check(git, kernel.git, profile),
        ...(isNew && { architecture }),
      },
      ...(isNew && { scaling_group, agent_list }),
    },
  }
}

export function checkCluster(given: unknown, profile: Profile): JsonObject {
  const strict: Profile = { ...profile, parameters: 'strict' }
  const string = text(strict)
  const top = check(
    {
      api_version: required(string, 'api_version', 'apiVersion'),
      kind: required(choice(['clusterTemplate', 'cluster_template']), 'kind'),
      mode: required(choice(['single-node', 'multi-node']), 'mode'),
      metadata: required(anything, 'metadata'),
      spec: required(anything, 'spec'),
    },
    only(given, 'api_version', 'apiVersion', 'kind', 'mode', 'metadata', 'spec'),
    profile,
  )
  const spec = check(
    {
      environ: optional(nullable(dictionaryOf(string)), {}, 'environ'),
      mounts: optional(nullable(dictionaryOf(anything)), {}, 'mounts'),
      nodes: required(listOf(anything), 'nodes'),
    },
    top.spec,
    profile,
  )
  const nodeFields = {
    role: required(string, 'role'),
    session_template: required(string, 'session_template', 'sessionTemplate'),
    replicas: optional(integer(1), 1, 'replicas'),
  }
  const nodes = spec.nodes.map((node) => check(nodeFields, node, profile))
  const roles = nodes.map(({ role }) => role)
  const isOneMain = nodes.some(({ role, replicas }) => role === 'main' && replicas === 1)
  if (!isOneMain || new Set(roles).size < roles.length)
    throw new Problem('invalid-params', { msg: 'One and only one main node must be created per cluster' })
  if (nodes.some((node) => !isUUID(dashed(node.session_template)))) throw new Problem('internal-server-error')
  return {
    api_version: top.api_version,
    kind: top.kind,
    mode: top.mode,
    metadata: check({ name: required(string, 'name') }, top.metadata, profile),
    spec: { ...spec, nodes: nodes.map((node) => ({ ...node, session_template: dashed(node.session_template) })) },
  }
}

/** From 32 hexadecimal digits; what has dashes stays. */
export const dashed = (id: string): string => id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

export const bare = (id: string): string => id.replaceAll('-', '')
