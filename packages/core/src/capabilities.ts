/**
 * What servers can do, by release: the one table that `client.supports()`, the resources and the conformance tests
 * read. Each row lists the ranges in which a capability works, the end excluded; a fault of released servers is a
 * capability that ends where the fault begins.
 */
import { ConfigError, UnsupportedError } from './errors.ts'
import { isAtLeast, type ServerInfo } from './versions.ts'

type Range = readonly [since: string, until?: string]

const table = {
  /** `callback_url` of a session, its `dependencies`, the image's `architecture` (protocol 02 §1.5). */
  'session-architecture': [['22.3']],
  'session-callback': [['22.3']],
  'session-dependencies': [['22.3']],
  'session-agents': [['21.9']],
  'session-mount-options': [['24.3']],
  'session-priority': [['24.9']],
  'session-batch-timeout': [['24.12']],
  'session-network': [['24.12']],
  'session-mount-ids': [['v9.20250722']],
  'session-preemption': [['26.3']],
  'session-rename': [['21.9']],
  /** 501 on 26.8.1 and 26.9.6; whether on earlier 26.x too is not known. */
  'session-restart': [['20.9', '26.8']],
  'session-recursive-destroy': [['23.3']],
  /** Names and ids by their beginning; since 23.09 only whole ones match (protocol 02 §1.12). */
  'session-prefix-match': [['20.9', '23.3']],
  /** The runner answers completion requests; earlier agents time out after 10 s (protocol 02 §1.13). */
  'session-completion': [['25.6']],
  /** `filter` and `order` of GraphQL lists in place of `order_key` and `order_asc` (protocol 04 §1.8). */
  'graphql-filter': [['20.9.23', '21.3'], ['21.3.14']],
  /** Destroying a session right after it was enqueued ends it; 23.09 answers "terminated" and starts it. */
  'session-early-destroy': [['20.9', '23.9'], ['24.3']],
  /** Execution reads `runId`; later servers read only `run_id` (protocol 02 §3.1). */
  'execute-camel-run-id': [['20.9', '25.6']],
  /** Results between `clean-finished` or `build-finished` and the next request are kept (protocol 02 §3.4). */
  'execute-lossless-batch': [
    ['20.9', '24.9.13'],
    ['24.12', '25.6.13'],
    ['25.7', '25.11.4'],
  ],
  /** Code that raises ends with another exit code than 0; in which release that began is not known. */
  'execute-exit-code': [['26.3']],
  /** A `text/html` result is delivered; every known server answers 500 and blocks the session (protocol 02 §3.3). */
  'execute-html': [],
  /** Records of more than 10 MiB are not cut; every known agent does (seen on 23.9.10 and 26.9.6). */
  'execute-long-records': [],
} as const satisfies Record<string, readonly Range[]>

export type Capability = keyof typeof table

export const capabilities: readonly Capability[] = Object.keys(table) as Capability[]

export function supports(server: ServerInfo, capability: Capability): boolean {
  const ranges: readonly Range[] | undefined = table[capability]
  if (!ranges) throw new ConfigError(`There is no capability '${capability}', only ${capabilities.join(', ')}.`)
  return ranges.some(([since, until]) => isAtLeast(server, since) && !(until && isAtLeast(server, until)))
}

/** @throws UnsupportedError naming the releases that have it. */
export function requireCapability(server: ServerInfo, capability: Capability): void {
  if (supports(server, capability)) return
  const ranges: readonly Range[] = table[capability]
  const needs = ranges.map(([since, until]) => (until ? `${since} up to ${until}` : `${since} or newer`)).join(', ')
  throw new UnsupportedError(
    `This server (release ${server.release}) does not support '${capability}'; it needs ${needs || 'a release that is not known yet'}.`,
    capability,
    server.release,
  )
}
