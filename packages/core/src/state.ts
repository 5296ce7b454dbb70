import type { Config } from './config.ts'
import type { ServerInfo } from './versions.ts'

/** What was learnt of a cluster; all transports to it share this. */
export class TransportState {
  /** Milliseconds since 1970, of this machine. */
  readonly machine: () => number
  /** Milliseconds that the server's clock is ahead of the machine's (clock.ts). */
  clockOffset = 0
  /** The address that calls go to (failover.ts). */
  endpoint: URL
  /** Addresses that could not be reached, and when that was. */
  readonly failed = new Map<URL, number>()
  server: Promise<ServerInfo> | undefined
  /** Repetitions that were left of the budget, and when that was (retry.ts). */
  budget: { left: number; at: number } | undefined

  constructor({ clock, endpoint }: Config) {
    this.machine = clock ?? Date.now
    this.endpoint = endpoint
  }

  /** The server's time. */
  now(): number {
    return this.machine() + this.clockOffset
  }
}
