/** A session as asked for, and its wire form by release (protocol 02 §1.5–1.6). */
import { ConfigError, isAtLeast, randomHex, refuseUnknownKeys, requireCapability } from '@backend-ai-sdk/core'
import type { Capability, Config, ServerInfo } from '@backend-ai-sdk/core'

export interface SessionMount {
  /** Name of the folder; since release 26 also `name/subpath`. Either this or {@link id}. */
  name?: string
  /** Id of the folder, since release 25.12. */
  id?: string
  /** Path in the session. Default `/home/work/<name>`. */
  target?: string
  /** `ro`, `rw` or `wd` (may delete); since release 24.03. Default: the folder's own. */
  permission?: 'ro' | 'rw' | 'wd'
  /** Since release 24.03. Default `bind`. */
  type?: 'bind' | 'volume' | 'tmpfs' | 'k8s-generic' | 'k8s-hostpath'
  /** Folder inside the folder, since release 26.8. */
  subpath?: string
}

export interface SessionSpec {
  /** Canonical reference, alias or short name: `python`, `cr.backend.ai/stable/python:3.9-ubuntu20.04`. */
  image: string
  /** 4 to 64 letters, digits, `.`, `_`, `-`; unique among the owner's living sessions. Default random, `sdk-…`. */
  name?: string
  /** `x86_64`, `aarch64`; since release 22.03. Default `x86_64`. */
  architecture?: string
  /** Default `interactive`. A batch session runs {@link startupCommand} and ends. */
  type?: 'interactive' | 'batch' | 'inference' | 'system'
  /** Default: the client's. */
  domain?: string
  /** Default: the client's. */
  project?: string
  resourceGroup?: string
  /** Resources by slot, `{ cpu: 2, mem: '4g', 'cuda.shares': 0.5 }`; what is left out takes the image's minimum. */
  slots?: Readonly<Record<string, string | number>>
  /** Shared memory, `64m`: must be less than `mem`. */
  sharedMemory?: string
  /** Since release 25.12. */
  allowFractionalResourceFragmentation?: boolean
  /** Environment variables. */
  environment?: Readonly<Record<string, string>>
  /** Folders by name, or with their options; added to the client's own. */
  mounts?: readonly (string | SessionMount)[]
  /** Ports 1024 to 65535 that are published as they are. */
  ports?: readonly number[]
  /** Containers of the session. Default 1. */
  clusterSize?: number
  /** Default `single-node`. */
  clusterMode?: 'single-node' | 'multi-node'
  tag?: string
  /** Of a batch session. */
  startupCommand?: string
  /** Text of a script that runs before the session is ready, 16 KiB at most. */
  bootstrapScript?: string
  /** Of a batch session: ISO-8601, or relative (`30min`). */
  startsAt?: string
  /** Of a batch session: `1d`, `12h`, `30m`, `45s`; since release 24.12. */
  batchTimeout?: string | number
  /** Ids, or names, of sessions that must end before; since release 22.03. */
  dependencies?: readonly string[]
  /** Told of each change of status by POST; since release 22.03. */
  callbackURL?: string
  /** 0 to 100, default 10; since release 24.09. */
  priority?: number
  /** Since release 26.3. */
  jobPriority?: number
  /** Since release 26.3. */
  isPreemptible?: boolean
  /** Agents to run on, for superadmins; since release 21.09. */
  agents?: readonly string[]
  /** Id of a network to attach; since release 24.12. */
  network?: string
  /** Creates the session for another user, for administrators. */
  ownerAccessKey?: string
}

export const specNames = [
  'image',
  'name',
  'architecture',
  'type',
  'domain',
  'project',
  'resourceGroup',
  'slots',
  'sharedMemory',
  'allowFractionalResourceFragmentation',
  'environment',
  'mounts',
  'ports',
  'clusterSize',
  'clusterMode',
  'tag',
  'startupCommand',
  'bootstrapScript',
  'startsAt',
  'batchTimeout',
  'dependencies',
  'callbackURL',
  'priority',
  'jobPriority',
  'isPreemptible',
  'agents',
  'network',
  'ownerAccessKey',
] as const satisfies (keyof SessionSpec)[]

/** Keys that only newer servers know: older ones refuse the whole request for them. */
export const specNeeds: readonly (readonly [key: keyof SessionSpec, Capability])[] = [
  ['architecture', 'session-architecture'],
  ['dependencies', 'session-dependencies'],
  ['callbackURL', 'session-callback'],
  ['agents', 'session-agents'],
  ['priority', 'session-priority'],
  ['jobPriority', 'session-preemption'],
  ['isPreemptible', 'session-preemption'],
  ['batchTimeout', 'session-batch-timeout'],
  ['network', 'session-network'],
  ['allowFractionalResourceFragmentation', 'session-mount-ids'],
]

export interface CreationBody {
  name: string
  query: { owner_access_key?: string }
  json: Record<string, unknown>
}

/**
 * Keys whose value is undefined are left out of the JSON text: strict servers refuse keys they do not know, and config
 * keys they do not know are a 500 (protocol 02 §1.6).
 *
 * @throws ConfigError for an unknown key. @throws UnsupportedError for one that the release lacks.
 */
export function toCreationBody(
  spec: SessionSpec,
  server: ServerInfo,
  config: Config,
  enqueue: { maxWait: number; reuseIfExists: boolean },
): CreationBody {
  refuseUnknownKeys(spec, specNames, 'the session')
  if (!spec.image) throw new ConfigError("A session needs an 'image'.")
  for (const [key, capability] of specNeeds) if (spec[key] !== undefined) requireCapability(server, capability)
  const name = spec.name ?? `sdk-${randomHex(5)}`
  // Up to 21.03 the owner is read from the query and stripped from the body; later only the body counts (§0.5).
  const ownerInQuery = !isAtLeast(server, '21.9')
  const json = {
    name,
    ...sameKeys(spec),
    type: spec.type ?? 'interactive',
    domain: spec.domain ?? config.domain,
    group: spec.project ?? config.project,
    clusterSize: spec.clusterSize ?? 1,
    clusterMode: spec.clusterMode ?? 'single-node',
    enqueueOnly: true,
    maxWaitSeconds: Math.ceil(enqueue.maxWait / 1000),
    reuseIfExists: enqueue.reuseIfExists,
    owner_access_key: ownerInQuery ? undefined : spec.ownerAccessKey,
    config: {
      ...mountConfig([...config.mounts, ...(spec.mounts ?? [])], server),
      environ: spec.environment ?? {},
      scaling_group: spec.resourceGroup,
      resources: spec.slots ?? {},
      resource_opts: {
        shmem: spec.sharedMemory,
        allow_fractional_resource_fragmentation: spec.allowFractionalResourceFragmentation,
      },
      preopen_ports: spec.ports,
      agent_list: spec.agents,
      attach_network: spec.network,
    },
  }
  return { name, json, query: ownerInQuery && spec.ownerAccessKey ? { owner_access_key: spec.ownerAccessKey } : {} }
}

/** What is said alike wherever a session is asked for. */
export const sameKeys = (spec: Partial<SessionSpec>) => ({
  image: spec.image,
  architecture: spec.architecture,
  tag: spec.tag,
  startupCommand: spec.startupCommand,
  bootstrap_script: spec.bootstrapScript,
  starts_at: spec.startsAt,
  batch_timeout: spec.batchTimeout,
  dependencies: spec.dependencies,
  callback_url: spec.callbackURL,
  priority: spec.priority,
  job_priority: spec.jobPriority,
  is_preemptible: spec.isPreemptible,
})

export function mountConfig(given: readonly (string | SessionMount)[], server: ServerInfo): Record<string, unknown> {
  const mounts: string[] = []
  const mountMap: Record<string, string> = {}
  const mountIds: string[] = []
  const mountIdMap: Record<string, string> = {}
  const options: Record<string, unknown> = {}
  for (const mount of given.map((item): SessionMount => (typeof item === 'string' ? { name: item } : item))) {
    refuseUnknownKeys(mount, ['name', 'id', 'target', 'permission', 'type', 'subpath'], 'a mount')
    const folder = mount.id ?? mount.name
    if (!folder || (mount.id && mount.name))
      throw new ConfigError("A mount needs either the 'name' or the 'id' of a folder.")
    if (mount.id) requireCapability(server, 'session-mount-ids')
    ;(mount.id ? mountIds : mounts).push(folder)
    if (mount.target) (mount.id ? mountIdMap : mountMap)[folder] = mount.target
    if (!mount.permission && !mount.type && !mount.subpath) continue
    requireCapability(server, 'session-mount-options')
    options[folder] = { type: mount.type ?? 'bind', permission: mount.permission, subpath: mount.subpath }
  }
  return {
    mounts,
    mount_map: mountMap,
    ...(mountIds.length > 0 && { mount_ids: mountIds, mount_id_map: mountIdMap }),
    ...(Object.keys(options).length > 0 && { mount_options: options }),
  }
}
