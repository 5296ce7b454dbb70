/** The manager itself (protocol §7). */
import type { CallOptions, Transport } from '@backend-ai-sdk/core'

export interface ManagerStatus {
  /** While `frozen`, nothing can be created or changed. */
  status: 'running' | 'frozen' | (string & {})
  activeSessions: number
  nodes: ManagerNode[]
}

export interface ManagerNode {
  id: string
  processes: number
  serviceAddress: string
  /** Seconds. */
  heartbeatTimeout: number
  sslEnabled: boolean
  activeSessions: number
  status: string
  /** Release, since 21.09. */
  version: string | undefined
}

interface WireNode {
  id: string
  num_proc: number
  service_addr: string
  heartbeat_timeout: number
  ssl_enabled: boolean
  active_sessions: number
  status: string
  version?: string
}

export class Manager {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** Of the manager that answers. Older servers tell anyone, 26.9 only those who are signed in. */
  async status(options: CallOptions = {}): Promise<ManagerStatus> {
    const wire = await this.#transport.request<{ nodes: WireNode[]; status: string; active_sessions: number }>({
      path: '/manager/status',
      ...options,
    })
    return {
      status: wire.status,
      activeSessions: wire.active_sessions,
      nodes: wire.nodes.map((node) => ({
        id: node.id,
        processes: node.num_proc,
        serviceAddress: node.service_addr,
        heartbeatTimeout: node.heartbeat_timeout,
        sslEnabled: node.ssl_enabled,
        activeSessions: node.active_sessions,
        status: node.status,
        version: node.version,
      })),
    }
  }
}
