/** Requests per key in windows of 15 minutes (protocol 01 §4.6). */
import type { Cluster, Requester } from './cluster.ts'
import { Problem } from './problems.ts'

const windowSeconds = 900
const anonymousLimit = 1000

interface Window {
  startedAt: number
  count: number
}

export class RateLimit {
  readonly #cluster: Cluster
  readonly #windows = new Map<string, Window>()

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  /** Counts a request and returns its headers. */
  count(requester: Requester | null): Record<string, string> {
    const { profile, clock } = this.#cluster
    const now = clock()
    const key = requester?.keypair.accessKey ?? ''
    let window = this.#windows.get(key)
    if (!window || now - window.startedAt >= windowSeconds * 1000) {
      window = { startedAt: now, count: 0 }
      this.#windows.set(key, window)
    }
    window.count += 1
    const limit = requester?.keypair.rateLimit ?? anonymousLimit
    // Requests without a key are counted since 26.x only.
    const counted = requester !== null || profile.rateHeaders === 'always'
    const left = Math.ceil(windowSeconds - (now - window.startedAt) / 1000)
    return {
      'X-RateLimit-Limit': String(limit),
      'X-RateLimit-Remaining': String(counted ? Math.max(limit - window.count, 0) : limit),
      'X-RateLimit-Window': String(windowSeconds),
      ...(profile.rateHeaders === 'always' ? { 'X-RateLimit-Reset': String(left) } : {}),
    }
  }

  /** Rejected requests count too. Without an own limit nobody is refused, so that benchmarks can run. */
  check(requester: Requester | null): void {
    if (!requester || this.#cluster.policy.rateLimit === undefined) return
    const { count } = this.#windows.get(requester.keypair.accessKey) ?? { count: 0 }
    if (count > requester.keypair.rateLimit) throw new Problem('rate-limit-exceeded')
  }
}
