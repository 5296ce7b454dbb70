/** The `config` of a creation, whose schema depends on the API version of the request (protocol 02 §1.6). */
import {
  dictionary,
  dictionaryOf,
  type Fields,
  integer,
  listOf,
  nullable,
  optional,
  parse,
  slotAmount,
  text,
} from '../checks.ts'
import type { APIVersion } from '../cluster.ts'
import { isObject, type JsonObject } from '../formats/json.ts'
import { parseSize } from '../formats/sizes.ts'
import { Problem } from '../problems.ts'
import type { Profile } from '../profiles.ts'
import type { MountOptions } from './session-mounts.ts'

export interface CreationConfig {
  mounts: readonly string[]
  mountMap: Readonly<Record<string, string>>
  mountOptions: Readonly<Record<string, MountOptions>>
  environ: Readonly<Record<string, string>>
  clusterSize: number
  resourceGroup: string | null
  resources: Readonly<Record<string, string | number>>
  sharedMemory: number
  preopenPorts: readonly number[]
  agentList: readonly string[] | null
}

const defaultSharedMemory = 64 * 1024 * 1024

function fields(profile: Profile, [major]: APIVersion) {
  const string = text(profile)
  const since = (has: boolean, ...names: string[]): string[] => (has ? names : [])
  const isTyped = profile.parameters === 'typed'
  return {
    mounts: optional(nullable(listOf(string)), null, 'mounts'),
    mountIds: optional(nullable(listOf(string)), null, ...since(isTyped, 'mount_ids')),
    mountIdMap: optional(nullable(dictionaryOf(string)), null, ...since(isTyped, 'mount_id_map', 'mountIdMap')),
    mountOptions: optional(nullable(dictionary), null, ...since(isTyped, 'mount_options', 'mountOptions')),
    environ: optional(nullable(dictionaryOf(string)), null, 'environ'),
    // At the top level since v6; there an unknown key and a 500 (trap 3, 051).
    clusterSize: optional(nullable(integer(1)), null, ...since(major < 6, 'cluster_size', 'clusterSize')),
    resourceGroup: optional(nullable(string), null, 'scaling_group', 'scalingGroup'),
    resources: optional(nullable(dictionaryOf(slotAmount)), null, 'resources'),
    resourceOptions: optional(nullable(dictionary), null, 'resource_opts', 'resourceOpts'),
    mountMap: optional(nullable(dictionaryOf(string)), null, ...since(major >= 5, 'mount_map', 'mountMap')),
    preopenPorts: optional(
      nullable(listOf(integer(isTyped ? 0 : 1024, 65_535))),
      null,
      ...since(major >= 5, 'preopen_ports', 'preopenPorts'),
    ),
    agentList: optional(
      nullable(listOf(string)),
      null,
      ...since(major >= 6 && profile.name !== '20.09', 'agent_list', 'agentList'),
    ),
    attachNetwork: optional(nullable(string), null, ...since(isTyped, 'attach_network', 'attachNetwork')),
  } satisfies Fields
}

export function parseConfig(config: JsonObject, profile: Profile, version: APIVersion): CreationConfig {
  const parsed = check(config, profile, version)
  // The key is read whether the schema has it or not (02 §1.6, 194).
  if (profile.sessions.readsAgentList && version[0] < 6) throw new Problem('internal-server-error')
  const shmem = parsed.resourceOptions?.['shmem']
  const given = typeof shmem === 'string' || typeof shmem === 'number' ? parseSize(shmem) : null
  return {
    mounts: [...(parsed.mounts ?? []), ...(parsed.mountIds ?? [])],
    mountMap: { ...parsed.mountMap, ...parsed.mountIdMap },
    mountOptions: mountOptionsOf(parsed.mountOptions ?? {}),
    environ: parsed.environ ?? {},
    clusterSize: parsed.clusterSize ?? 1,
    resourceGroup: parsed.resourceGroup,
    resources: parsed.resources ?? {},
    sharedMemory: given ?? defaultSharedMemory,
    preopenPorts: parsed.preopenPorts ?? [],
    agentList: parsed.agentList,
  }
}

/** The rest of the options is the agent's matter. */
function mountOptionsOf(options: JsonObject): Record<string, MountOptions> {
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
  return Object.fromEntries(
    Object.entries(options).map(([mount, option]) => {
      const { permission, perm = permission, subpath } = isObject(option) ? option : {}
      return [mount, { permission: text(perm), subpath: text(subpath) }]
    }),
  )
}

/** Up to 25.x a wrong config is a 500, since it is checked outside of what turns complaints into answers (051). */
function check(config: JsonObject, profile: Profile, version: APIVersion) {
  try {
    return parse(fields(profile, version), config, profile, 'CreationConfigV7')
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    if (profile.parameters === 'strict') throw new Problem('internal-server-error')
    const text = error.facts.msg?.replace(/^<BackendAISchemaValidationFailed\(400\): (.*)>$/s, '$1') ?? ''
    throw new Problem('invalid-params', { msg: 'Input validation error', data: { config: text } })
  }
}
