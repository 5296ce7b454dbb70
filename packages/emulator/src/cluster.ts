/** One emulated cluster, as its parts see it. */
import type { HmacFunction } from './auth/hmac.ts'
import type { ReleaseFaults } from './faults/release-faults.ts'
import type { PolicyOptions } from './options.ts'
import type { Profile } from './profiles.ts'
import type { Sessions } from './sessions/sessions.ts'
import type { WorkDirectory } from './sessions/work-directory.ts'
import type { ClusterState, KeyPair, User } from './state.ts'
import type { StorageProxy } from './storage-proxy/storage-proxy.ts'
import type { Storage } from './storage/storage.ts'
import type { Tasks } from './tasks.ts'
import type { Timers } from './timers.ts'

export interface Cluster {
  readonly profile: Profile
  readonly state: ClusterState
  readonly sessions: Sessions
  readonly tasks: Tasks
  readonly timers: Timers
  /** Of its release, where they are wanted. */
  readonly faults: ReleaseFaults
  readonly clock: () => number
  readonly hmac: HmacFunction | undefined
  readonly policy: PolicyOptions
  /** Of the sessions; null where there are no files. */
  readonly directories: () => Promise<WorkDirectory | null>
  /** The contents of folders. */
  readonly storage: Storage
  readonly storageProxy: StorageProxy
  /** Milliseconds that a poll for results waits for something to say. */
  readonly pollTime: number
}

/** Who calls. */
export interface Requester {
  user: User
  keypair: KeyPair
}

/** `v6.20200815` as the manager thinks of it. */
export type APIVersion = readonly [major: number, date: string]

/** What a socket server knows of a request beyond the `Request`. */
export interface Bindings {
  /** Path and query as they came in the request line. */
  rawTarget?: string
  /** The `Host` header as it came. */
  host?: string
  /** Body of a GET request, which a `Request` cannot have. */
  body?: () => Promise<string>
  /** Of the user that the webserver signs for: inside one program its word is enough. */
  accessKey?: string
}
