/** The storage that folders are on (protocol 03 §1.8). */
import { refuseUnknownKeys, type CallOptions, type Transport } from '@backend-ai-sdk/core'

import { projectIdOf } from './vfolder-search.ts'

export interface VFolderHostsOptions extends CallOptions {
  /** Name or id of a project, for what it allows; since release 22.03.1. */
  project?: string
}

export interface VFolderHosts {
  /** Undefined where the cluster has none: `create()` then needs a `host`. */
  default: string | undefined
  allowed: string[]
  /** By host; empty before release 21.03.24. */
  volumes: Record<string, StorageVolume>
}

export interface StorageVolume {
  /** `vfs`, `xfs`, `cephfs`, … */
  backend: string
  /** `vfolder`, `metric`, `quota`, … */
  capabilities: string[]
  /** What the site lets users know, in bytes and percent; undefined where it is nothing. */
  usage: { used?: number; total?: number; percentage?: number } | undefined
  /** Resource groups for sessions that transfer files by SFTP. */
  sftpResourceGroups: string[]
}

interface WireHosts {
  default: string | null
  allowed: string[]
  volume_info?: Record<
    string,
    {
      backend: string
      capabilities: string[]
      usage?: { used?: number; total?: number; percentage?: number } | null
      sftp_scaling_groups?: string[] | null
    }
  >
}

export async function fetchHosts(transport: Transport, options: VFolderHostsOptions): Promise<VFolderHosts> {
  refuseUnknownKeys(options, ['project', 'signal', 'timeout'], 'the options of hosts()')
  const { project, ...call } = options
  const query = project === undefined ? {} : { group_id: await projectIdOf(transport, project, call) }
  const wire = await transport.request<WireHosts>({ path: '/folders/_/hosts', query, ...call })
  const volumes = Object.entries(wire.volume_info ?? {}).map(([host, volume]): [string, StorageVolume] => [
    host,
    {
      backend: volume.backend,
      capabilities: volume.capabilities,
      usage: volume.usage && Object.keys(volume.usage).length > 0 ? volume.usage : undefined,
      sftpResourceGroups: volume.sftp_scaling_groups ?? [],
    },
  ])
  return { default: wire.default ?? undefined, allowed: wire.allowed, volumes: Object.fromEntries(volumes) }
}

export async function fetchAllHosts(
  transport: Transport,
  options: CallOptions,
): Promise<Pick<VFolderHosts, 'default' | 'allowed'>> {
  const wire = await transport.request<WireHosts>({ path: '/folders/_/all-hosts', ...options })
  return { default: wire.default ?? undefined, allowed: wire.allowed }
}

export async function fetchTypes(transport: Transport, options: CallOptions): Promise<('user' | 'project')[]> {
  const types = await transport.request<string[]>({ path: '/folders/_/allowed-types', ...options })
  return types.map((type) => (type === 'group' ? 'project' : 'user'))
}

/** Per second, but for the microseconds, which are spent on one of each. */
export interface PerformanceMetric {
  readOperations: number
  writeOperations: number
  readBytes: number
  writtenBytes: number
  readMicroseconds: number
  writeMicroseconds: number
}

interface WireMetric {
  metric: {
    iops_read: number
    iops_write: number
    io_bytes_read: number
    io_bytes_write: number
    io_usec_read: number
    io_usec_write: number
  }
}

export async function fetchPerformanceMetric(
  transport: Transport,
  host: string,
  options: CallOptions,
): Promise<PerformanceMetric> {
  const query = { folder_host: host }
  const answer = await transport.request<WireMetric | { data: WireMetric }>({
    path: '/folders/_/perf-metric',
    query,
    ...options,
  })
  // Wrapped once more since 26.3.
  const { metric } = 'data' in answer ? answer.data : answer
  return {
    readOperations: metric.iops_read,
    writeOperations: metric.iops_write,
    readBytes: metric.io_bytes_read,
    writtenBytes: metric.io_bytes_write,
    readMicroseconds: metric.io_usec_read,
    writeMicroseconds: metric.io_usec_write,
  }
}
