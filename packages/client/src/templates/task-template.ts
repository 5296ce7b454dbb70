/** A template of sessions, and its documents (protocol 02 §8.2). */
import { ConfigError, isAtLeast, type ServerInfo } from '@backend-ai-sdk/core'

import { Fields, type Node } from './template-documents.ts'

const types = ['interactive', 'batch', 'inference', 'system'] as const

/** What sessions of it are to have. */
export interface TaskTemplate {
  name: string
  image: string
  tag?: string
  /** Default `interactive`. */
  type?: (typeof types)[number]
  /** Since release 22.03. Default `x86_64`. */
  architecture?: string
  /** Environment variables, none of them empty. */
  environment?: Readonly<Record<string, string>>
  /** Text of a script that runs before the session is ready. */
  bootstrapScript?: string
  /** Of a batch session. */
  startupCommand?: string
  /** A repository that is cloned into the session. */
  git?: GitSource
  /** Folders by name, with their path in the session; an empty one is `/home/work/<name>`. */
  mounts?: Readonly<Record<string, string>>
  /** Resources by slot: `{ cpu: 2, mem: '4g' }`. */
  slots?: Readonly<Record<string, string | number>>
  /** Since release 21.09. */
  resourceGroup?: string
  /** Agents to run on, for superadmins; since release 21.09. */
  agents?: readonly string[]
}

export interface GitSource {
  repository: string
  commit?: string
  branch?: string
  credential?: { username: string; password: string }
  /** Where it is cloned to. */
  directory?: string
}

/**
 * As every release takes it that has the keys. What is undefined is left out of the JSON text.
 *
 * @throws ConfigError for an empty variable: servers answer 500, and do not say to what.
 */
export function toTaskDocument(template: TaskTemplate, server: ServerInfo): Record<string, unknown> {
  const { bootstrapScript, startupCommand, git, environment = {} } = template
  const empty = Object.keys(environment).find((name) => environment[name] === '')
  if (empty !== undefined) throw new ConfigError(`The variable ${empty} of a template cannot be empty.`)
  return {
    api_version: '1',
    kind: 'task_template',
    metadata: { name: template.name, tag: template.tag },
    spec: {
      type: template.type ?? 'interactive',
      kernel: {
        image: template.image,
        architecture: isAtLeast(server, '22.3') ? template.architecture : undefined,
        environ: environment,
        ...((bootstrapScript ?? startupCommand) !== undefined && {
          run: { bootstrap: bootstrapScript ?? null, startup: startupCommand ?? null },
        }),
        ...(git && {
          git: {
            repository: git.repository,
            commit: git.commit,
            branch: git.branch,
            credential: git.credential,
            destination_dir: git.directory,
          },
        }),
      },
      mounts: mountsOf(template, server),
      resources: textsOf(template.slots ?? {}),
      ...(isAtLeast(server, '21.9') && { scaling_group: template.resourceGroup, agent_list: template.agents }),
    },
  }
}

/** 20.09 fails on folders without a path when it makes a session of it, and takes paths below the home only. */
function mountsOf({ mounts = {} }: TaskTemplate, server: ServerInfo): Record<string, string | null> {
  const missing = (name: string): string | null => (isAtLeast(server, '21.9') ? null : `/home/work/${name}`)
  return Object.fromEntries(Object.entries(mounts).map(([name, path]) => [name, path || missing(name)]))
}

const textsOf = (values: Readonly<Record<string, string | number>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]))

/** @throws ConfigError for keys that are unknown or missing. */
export function fromTaskDocument(document: Node): TaskTemplate {
  const top = new Fields(document, 'the document')
  top.text('api_version', 'apiVersion')
  top.oneOf(['task_template', 'taskTemplate'], 'kind')
  const metadata = required(top, 'metadata')
  const spec = required(top, 'spec')
  const kernel = required(spec, 'kernel')
  const run = kernel.fields('run')
  const template: TaskTemplate = {
    name: metadata.required('name'),
    image: kernel.required('image'),
    ...given('tag', metadata.text('tag')),
    ...given('type', spec.oneOf(types, 'type', 'sessionType', 'session_type')),
    ...given('architecture', kernel.text('architecture')),
    ...given('environment', kernel.texts('environ')),
    ...given('bootstrapScript', run?.text('bootstrap')),
    ...given('startupCommand', run?.text('startup', 'startup_command', 'startupCommand')),
    ...given('git', gitOf(kernel.fields('git'))),
    ...given('mounts', spec.texts('mounts')),
    ...given('slots', spec.texts('resources')),
    ...given('resourceGroup', spec.text('scaling_group', 'scalingGroup')),
    ...given('agents', spec.list('agent_list', 'agentList')?.map(String)),
  }
  // Others than at the top are refused by servers.
  for (const fields of [metadata, spec, kernel, run]) fields?.end()
  return template
}

function gitOf(fields: Fields | undefined): GitSource | undefined {
  if (!fields) return undefined
  const credential = fields.fields('credential')
  const git: GitSource = {
    repository: fields.required('repository'),
    ...given('commit', fields.text('commit')),
    ...given('branch', fields.text('branch')),
    ...(credential && {
      credential: { username: credential.required('username'), password: credential.required('password') },
    }),
    ...given('directory', fields.text('destination_dir', 'destinationDir', 'dest_dir')),
  }
  fields.end()
  return git
}

export function required(fields: Fields, name: string): Fields {
  return fields.fields(name) ?? new Fields(undefined, name)
}

export const given = <Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } =>
  value === undefined ? {} : ({ [key]: value } as { [K in Key]: Value })
