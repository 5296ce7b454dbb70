/**
 * Faults that a release itself has: what `asReleased` brings back. Which release has which is in `profiles.ts`; those
 * that cannot be told from its protocol, such as the key of run ids, are there as well and always in effect.
 */
export interface ReleaseFaults {
  /** The agent drops what comes between `clean-finished` or `build-finished` and the next request (02 §3.4 rule 7). */
  losesBatchResults: boolean
  /**
   * The agent reads html as JSON: 500, and the run stays at the head of its session, which is blocked for all others
   * (02 §3.3). JSON of a record's `type` and `data` becomes that record.
   */
  parsesHTML: boolean
  /** Bytes of one message of the kernel that reach the client (02 §3.3); Infinity where nothing is cut. */
  recordLimit: number
  /** A session that is destroyed before the scheduler has seen it is CANCELLED for a second, and then starts (02 §1.11). */
  losesEarlyDestroy: boolean
  /** `session_enqueued`, `_scheduled`, `_started` and `_cancelled` are told to nobody (02 §5.2). */
  dropsSessionEvents: boolean
  /** Sockets through the webserver stay open when the manager closes them (02 §4.3; observed 23.9.10 and 26.9.6). */
  keepsRelayedSockets: boolean
  /**
   * The socket closes with 1000 at the first input, because the manager calls a misspelt method, or it opens and nobody
   * speaks or listens, not even at the end of the session (02 §4.2; the latter observed 26.9.6). Null: it works.
   */
  terminal: 'breaks-at-input' | 'silent' | null
  /** The events of one project are told to nobody who asks for just them (observed 26.9.6). */
  dropsProjectEvents: boolean
  /** Errors of `/upload` are without CORS, so that pages cannot read them (03 §2.8; observed 23.9.10 and 26.9.6). */
  hidesUploadErrors: boolean
  /**
   * What the event stream of a background task that does not exist answers in place of 404: 500, or nothing for ever
   * (02 §5.3).
   */
  unknownTasks: 'told' | 'failure' | 'silence'
  /** A session is made from a template, and the answer is 500 (observed 26.9.6). */
  losesTemplateAnswers: boolean
  /** Folders: what is wrong with them, each as it was observed on the real clusters unless it says otherwise. */
  folders: FolderFaults
}

export interface FolderFaults {
  /** An id finds nothing where a path names what is to be deleted (26.9.6). */
  deletesByName: boolean
  /** The list has those of projects only where it is asked for those of one (26.9.6). */
  listsNoProjects: boolean
  /** What is gone can be deleted again, into the trash, and restored from there, without its files (26.9.6). */
  revives: boolean
  /**
   * Shares are roles that fit nothing: `rw` and `wd` are one, which may change and delete but not add, nobody may copy or
   * leave, and a change is told and mounted while the old one holds. They outlive the trash (26.9.6).
   */
  mistakesShares: boolean
  /** Owners may leave, of no effect (26.9.6). */
  ownersLeave: boolean
  /** Members of a project are told that they own its folders, and may do all with them, delete them too (26.9.6). */
  givesProjectsAway: boolean
  /** E-mails that nobody has are invited (26.9.6). */
  invitesAnybody: boolean
  /** Owners are told `rw` whatever the permission of their folder is (26.9.6). */
  tellsOwnersWritable: boolean
  /** A renaming of a file must tell whether it is of a directory (03 §1.10: 20.09.7–21.09). */
  renamesByKind: boolean
  /** A clone without a host is a 500 (03 §1.13: 21.03.31–25.3). */
  clonesToHostsOnly: boolean
  /** An invitation that is not there, or another's, cannot be rejected without a 500 (03 §1.12: up to 25.5). */
  failsToReject: boolean
  /** What is wrong with a path is not told (03 §0.9: since 25.12). */
  hidesReasons: boolean
  /** Directories that could not be made are in an answer of 200 in place of 207 (03 §1.10: since 25.12). */
  hidesMkdirFailures: boolean
  /** What the refusal of a quota of a single folder becomes (03 §1.14: since 23.03.5). */
  quota: 'refused' | 'failure' | 'unreadable'
  /** An archive in which a link leads nowhere never ends (03 §2.6). */
  stallsOnBrokenLinks: boolean
}

const healthyFolders: FolderFaults = {
  deletesByName: false,
  listsNoProjects: false,
  revives: false,
  mistakesShares: false,
  ownersLeave: false,
  givesProjectsAway: false,
  invitesAnybody: false,
  tellsOwnersWritable: false,
  renamesByKind: false,
  clonesToHostsOnly: false,
  failsToReject: false,
  hidesReasons: false,
  hidesMkdirFailures: false,
  quota: 'refused',
  stallsOnBrokenLinks: false,
}

export const folderFaults: Readonly<Record<'20.09' | '23.09' | '26.9', FolderFaults>> = {
  '20.09': { ...healthyFolders, renamesByKind: true, failsToReject: true, stallsOnBrokenLinks: true },
  '23.09': {
    ...healthyFolders,
    clonesToHostsOnly: true,
    failsToReject: true,
    quota: 'failure',
    stallsOnBrokenLinks: true,
  },
  '26.9': {
    deletesByName: true,
    listsNoProjects: true,
    revives: true,
    mistakesShares: true,
    ownersLeave: true,
    givesProjectsAway: true,
    invitesAnybody: true,
    tellsOwnersWritable: true,
    renamesByKind: false,
    clonesToHostsOnly: false,
    failsToReject: false,
    hidesReasons: true,
    hidesMkdirFailures: true,
    quota: 'unreadable',
    stallsOnBrokenLinks: true,
  },
}

export const healthy: ReleaseFaults = {
  losesBatchResults: false,
  parsesHTML: false,
  recordLimit: Infinity,
  losesEarlyDestroy: false,
  dropsSessionEvents: false,
  keepsRelayedSockets: false,
  terminal: null,
  dropsProjectEvents: false,
  hidesUploadErrors: false,
  unknownTasks: 'told',
  losesTemplateAnswers: false,
  folders: healthyFolders,
}
