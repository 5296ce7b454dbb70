/** Options that `run` and `start` share: what a new session is like. */
import type { SessionMount } from '@backend-ai-sdk/client'
import type { FlagParametersForType } from '@stricli/core'

import type { Context } from '../context.ts'
import { parseMount } from '../mounts.ts'
import { integer, integers, keyValue, list, type Pair } from '../values.ts'

export type SessionFlags = {
  readonly name?: string
  readonly type: 'batch' | 'interactive' | 'inference' | 'system'
  readonly startsAt?: string
  readonly enqueueOnly: boolean
  readonly maxWait: number
  readonly noReuse: boolean
  readonly callbackUrl?: string
  readonly env?: readonly Pair[]
  readonly bootstrapScript?: string
  readonly tag?: string
  readonly mount?: readonly SessionMount[]
  readonly scalingGroup?: string
  readonly resources?: readonly Pair[]
  readonly clusterSize: number
  readonly clusterMode: 'single-node' | 'multi-node'
  readonly resourceOpts?: readonly Pair[]
  readonly domain?: string
  readonly group?: string
  readonly preopen?: readonly number[]
  readonly arch?: string
  readonly assignAgent?: readonly string[]
  readonly priority?: number
  readonly network?: string
}

const text = { kind: 'parsed', parse: String, optional: true } as const
/** Of the commands that only start sessions. */
export const depends = {
  kind: 'parsed',
  parse: String,
  optional: true,
  variadic: true,
  placeholder: 'SESSION',
  brief: 'Session that has to end before. Repeatable.',
} as const

const pairs = { kind: 'parsed', parse: keyValue, optional: true, variadic: true, placeholder: 'KEY=VALUE' } as const

export const sessionFlags: FlagParametersForType<SessionFlags, Context> = {
  name: { ...text, placeholder: 'NAME', brief: 'Of the session; 4 to 64 characters. Without it, a random one.' },
  type: {
    kind: 'enum',
    values: ['batch', 'interactive', 'inference', 'system'],
    default: 'interactive',
    placeholder: 'TYPE',
    brief: 'batch, interactive, inference or system.',
  },
  startsAt: { ...text, placeholder: 'TIME', brief: 'When it is to start: a date, or from now as 10m.' },
  enqueueOnly: { kind: 'boolean', withNegated: false, brief: 'Do not wait until it has started.' },
  maxWait: {
    kind: 'parsed',
    parse: integer,
    default: '0',
    placeholder: 'SECONDS',
    brief: 'How long to wait until it has started, after which the exit code is 3; 0 is without limit.',
  },
  noReuse: { kind: 'boolean', withNegated: false, brief: 'Fail where a session of that name lives.' },
  callbackUrl: { ...text, placeholder: 'URL', brief: 'What is told of each change of its status.' },
  env: { ...pairs, brief: 'Environment variable. Repeatable.' },
  bootstrapScript: { ...text, placeholder: 'PATH', brief: 'Script that runs before it is ready.' },
  tag: { ...text, placeholder: 'TEXT', brief: 'Annotation.' },
  mount: {
    kind: 'parsed',
    parse: parseMount,
    optional: true,
    variadic: true,
    placeholder: 'NAME[=PATH]',
    brief:
      'Folder to mount, at /home/work/NAME unless a path is given. Also as source=NAME,target=PATH,perm=ro. Repeatable.',
  },
  scalingGroup: { ...text, placeholder: 'NAME', brief: 'Resource group to run in.' },
  resources: { ...pairs, brief: 'Amount of a resource: cpu=2, mem=4g, cuda.shares=0.5. Repeatable.' },
  clusterSize: { kind: 'parsed', parse: integer, default: '1', placeholder: 'NUMBER', brief: 'Number of containers.' },
  clusterMode: {
    kind: 'enum',
    values: ['single-node', 'multi-node'],
    default: 'single-node',
    placeholder: 'MODE',
    brief: 'single-node or multi-node.',
  },
  resourceOpts: { ...pairs, brief: 'Resource option: shmem=64m. Repeatable.' },
  domain: { ...text, placeholder: 'NAME', brief: 'Domain. Without it, that of the configuration.' },
  group: { ...text, placeholder: 'NAME', brief: 'Project. Without it, that of the configuration.' },
  preopen: {
    kind: 'parsed',
    parse: integers,
    optional: true,
    placeholder: 'PORT,..',
    brief: 'Ports that are published as they are.',
  },
  arch: { ...text, placeholder: 'NAME', brief: 'Architecture of the image.' },
  assignAgent: {
    kind: 'parsed',
    parse: list,
    optional: true,
    placeholder: 'ID,..',
    brief: 'Agents to run on, for superadmins.',
  },
  priority: { kind: 'parsed', parse: integer, optional: true, placeholder: 'NUMBER', brief: '0 to 100.' },
  network: { ...text, placeholder: 'ID', brief: 'Network to attach.' },
}

export const sessionAliases = {
  t: 'name',
  e: 'env',
  m: 'mount',
  v: 'mount',
  r: 'resources',
  d: 'domain',
  g: 'group',
} as const

export const sessionSynonyms = {
  'client-token': 'name',
  volume: 'mount',
  sgroup: 'scalingGroup',
  resource: 'resources',
  starts_at: 'startsAt',
  architecture: 'arch',
} as const
