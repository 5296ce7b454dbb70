/** What a caller chooses of an emulator. */
import type { HmacFunction } from './auth/hmac.ts'
import type { StartKernel } from './kernel/kernel.ts'
import type { ProfileName } from './profiles.ts'
import type { StorageProxyOptions } from './storage-proxy/storage-proxy.ts'
import type { HostPermission } from './storage/folder-hosts.ts'
import type { StartTerminal } from './terminal/terminal.ts'
import type { WebserverOptions } from './webserver/login.ts'

export type Role = 'superadmin' | 'admin' | 'user' | 'monitor'

export interface UserOptions {
  email: string
  /** Default `user`; `admin` administers the domain. */
  role?: Role
  /** Defaults to the part of the address before `@`. */
  username?: string
  fullName?: string
  /** Random unless given, as are the keys: `AKIA` and 16 characters, and 40 characters (protocol 01 §3.1). */
  password?: string
  accessKey?: string
  secretKey?: string
  /** The code that a login asks for beside the password: always this one. Default: none is asked for. */
  otp?: string
  /** The second factor is wanted and not registered yet, since 25.9. Default false. */
  otpUnregistered?: boolean
  /** A login is refused until the password is changed. Default false. */
  passwordExpired?: boolean
  /** Lets the user in without a password, at `/server/token-login`: what another system hands out. Default: none does. */
  loginToken?: string
  /** Default `active`. */
  status?: 'active' | 'inactive' | 'before-verification'
}

export interface ImageOptions {
  /** `registry/name:tag`. */
  reference: string
  /** Which kernel runs its code: `python`, `node`, `shell` or one of your own (see `kernels`). */
  language: string
  aliases?: readonly string[]
  /** As in the label: `jupyter:http:8080,echo:tcp:8200`. */
  servicePorts?: string
}

export interface PolicyOptions {
  /** Sessions at a time per key pair; more stay PENDING. Default 30. */
  concurrentSessions?: number
  /** Containers per session; more are refused. Default 1, 4 on 26.9 as on the recorded clusters. */
  containersPerSession?: number
  /** Pending sessions per key pair, on 26.9. No limit unless given. */
  pendingSessions?: number
  /** Slots that all sessions of a key pair may occupy, such as `{ cpu: 4, mem: '8g' }`. No limit unless given. */
  resourceSlots?: Readonly<Record<string, string | number>>
  /** Requests per key pair in 15 minutes. Counted always (30000 in the headers), refused only where this is given. */
  rateLimit?: number
  /** What may be done on the storage host, such as `['create-vfolder', 'download-file']`. Default: everything. */
  hostPermissions?: readonly HostPermission[]
  /** Logins of a user at a time, since 26.4; another one needs `force`. No limit unless given. */
  concurrentLogins?: number
  /** Whether passwords grow old: where not, none is renewed without a login. Default: whether one of a user has expired. */
  passwordsExpire?: boolean
}

export interface EmulatorOptions {
  /** Which release's wire it speaks. Default `26.9`. */
  profile?: ProfileName
  /**
   * With the faults of that release, which block sessions and lose results (docs/faults.md). Default false: the protocol
   * as it is meant.
   */
  asReleased?: boolean
  /** Default: a superadmin, a domain admin, two users and a monitor, all with random keys. */
  users?: readonly UserOptions[]
  /** Added to python 3.9 and 3.11, node and shell. */
  images?: readonly ImageOptions[]
  policy?: PolicyOptions
  /** The webserver, where people log in. */
  webserver?: WebserverOptions
  /** Where files go and come from. */
  storageProxy?: StorageProxyOptions
  /** Of the agent. Default 16 cores and 64 GiB. */
  capacity?: { cpu?: number; mem?: string | number }
  /** Milliseconds since 1970; for dates and signatures, not for timers. Default `Date.now`. */
  clock?: () => number
  /** The kernel of a language; `scripted` makes one that starts no process. Default: the real ones, on Node. */
  kernels?: (language: string) => StartKernel | Promise<StartKernel>
  /** Opens the terminals of sessions. Default: a real one on Node, Deno and Bun where there is one, else a scripted shell. */
  terminals?: StartTerminal
  /** Hashes that WebCrypto lacks (`md5`, `sha3_256`, `blake2b` …); `emulator/node` has them all. */
  hmac?: HmacFunction
  /** Where the directories of sessions and folders are made, on Node. Default: a temporary directory. */
  workDirectory?: string
  /** Milliseconds that a poll for a run's results waits for something to say. Default 2000 as the manager's. */
  pollTime?: number
  /** Milliseconds that a run waits for the run before it; then 500 with `agent-timeout`. Default 30000 as the manager's. */
  agentTimeout?: number
}
