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
  'session-commit': [['22.9']],
  /** 501 on 26.8.1 and 26.9.6; whether on earlier 26.x too is not known. */
  'session-restart': [['20.9', '26.8']],
  'session-recursive-destroy': [['23.3']],
  /** Names and ids by their beginning; since 23.09 only whole ones match (protocol 02 §1.12). */
  'session-prefix-match': [['20.9', '23.3']],
  /** The runner answers completion requests; earlier agents time out after 10 s (protocol 02 §1.13). */
  'session-completion': [['25.6']],
  /** Calls are accepted by a token in place of a signature: `jwt()` (protocol 01 §3.3). */
  'json-web-tokens': [['25.16']],
  /** A login can be made to last longer (protocol 01 §5.3). */
  'login-extension': [['24.9']],
  /** A password that has expired can be changed without a login (protocol 01 §3.6). */
  'password-renewal': [['22.9.22', '23.3'], ['23.3.3']],
  /** SSH keys of the user's own making (protocol 01 §3.6). */
  'ssh-keypair-upload': [['22.9.11']],
  /** A file is asked for by POST; before by GET (protocol 02 §1.15). */
  'session-download-post': [['24.3.7']],
  /** A single file comes as it is; before as a tar archive. */
  'session-download-raw': [['23.3']],
  /** The folder to list is read from the query; before from the body of a GET request (protocol 02 §1.15). */
  'session-list-query': [['26.3']],
  /** Dotfiles of another key pair can be listed; earlier servers list one's own instead (protocol 03 §4). */
  'dotfile-list-owner': [['26.3']],
  /**
   * Sessions get dotfiles byte by byte. On 26.9.6 `\r\n` and `\r` become `\n`, and what ends without one gets one; in
   * which release that began is not known.
   */
  'dotfile-bytes': [['20.9', '26.9']],
  /** Task templates are lists of items; before, one bare document (protocol 02 §8.1). */
  'session-template-list': [['21.9.9']],
  /** A cluster template can be read; 23.9.10 fails with 500. In which release that ended is not known. */
  'cluster-template-read': [['26.3']],
  /** Sessions can be made from templates; before, every request is refused (protocol 02 §1.9). */
  'session-from-template': [['20.9.18', '21.3'], ['21.3.8']],
  /** Events of one project; earlier servers fail with 500, later ones tell nothing (seen on 26.9.6; protocol 02 §5.2). */
  'session-events-project': [['22.3', '25.13']],
  /** `filter` and `order` of GraphQL lists in place of `order_key` and `order_asc` (protocol 04 §1.8). */
  'graphql-filter': [['20.9.23', '21.3'], ['21.3.14']],
  /** Destroying a session right after it was enqueued ends it; 23.09 answers "terminated" and starts it. */
  'session-early-destroy': [['20.9', '23.9'], ['24.3']],
  /** A secondary port of an app can be chosen; earlier servers refuse every port (protocol 02 §4.5). */
  'tunnel-port': [['26.1']],
  /** A tunnel ends with a close code; 23.9.10 just ends the connection. Seen on 26.9.6, in which release it began is not known. */
  'tunnel-close-code': [['26.9']],
  /** `start-service`, which the app proxy v2 needs (protocol 02 §1.16). */
  'session-start-service': [['21.9']],
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
  /** Several files and directories as one archive (protocol 03 §1.11). */
  'vfolder-download-archive': [['26.3']],
  /** The manager passes input on to a session's terminal: until 25.9 it closes at the first (protocol 02 §4.2). */
  'session-pty': [['25.9']],
  /** Folders are named by their ids in paths; earlier only by their names (protocol 03 §1.1). */
  'vfolder-ids': [['24.9.6', '24.12'], ['25.1']],
  /** Names of folders may be any text of 64 characters (protocol 03 §0.8). */
  'vfolder-any-name': [['24.9.6', '24.12'], ['25.1']],
  /** What is deleted goes to the trash (protocol 03 §1.7). */
  'vfolder-trash': [['24.3']],
  'vfolder-force-delete': [['25.2']],
  /** POST in place of DELETE with a body, which some ways lose (protocol 03 §6.23). */
  'vfolder-post-deletes': [['24.3.7']],
  /** Folders of projects can be shared with single members. */
  'vfolder-share': [['21.3.4']],
  /** The shares of all folders at once. */
  'vfolder-all-shares': [['22.9.11']],
  /** The list of folders has those of projects; which release left them out first is not known (seen on 26.9.6). */
  'vfolder-list-projects': [['20.9', '26.9']],
  /** Whom a folder is shared with can give it up; which release refused it first is not known (seen on 26.9.6). */
  'vfolder-leave': [['20.9', '26.9']],
  'vfolder-change-owner': [['22.9.20']],
  /** Copies are made by a task; before, while the call waits (protocol 03 §1.13). */
  'vfolder-clone-task': [['21.3.31', '21.9'], ['21.9.8']],
  'vfolder-move-file': [['22.3']],
  /** Several directories in one call. */
  'vfolder-mkdir-list': [['24.3']],
  /** A renaming must tell whether it is of a directory (protocol 03 §1.10). */
  'vfolder-rename-by-kind': [['20.9.7', '22.3']],
  /** What is deleted of files and is not there is no error. */
  'vfolder-lenient-file-deletion': [['25.4']],
  /** Files are deleted by a task as well (protocol 03 §1.10). */
  'vfolder-delete-files-task': [['25.17']],
  /** Quota of single folders; later storage refuses it (protocol 03 §1.14). */
  'vfolder-quota': [['21.3.23', '23.3.5']],
  'quota-scopes': [['23.3.7']],
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
