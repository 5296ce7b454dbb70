/**
 * What differs per release, in one table. Texts in comments name the document or the recording that shows it:
 * "01" and "02" are the protocol documents, numbers like 194 the recordings of that release's real cluster.
 */

import { folderFaults, healthy, type ReleaseFaults } from './faults/release-faults.ts'

export type ProfileName = '20.09' | '23.09' | '26.9'

export type SessionStatus =
  | 'PENDING'
  | 'SCHEDULED'
  | 'PREPARING'
  | 'PREPARED'
  | 'CREATING'
  | 'PULLING'
  | 'RUNNING'
  | 'RESTARTING'
  | 'TERMINATING'
  | 'TERMINATED'
  | 'ERROR'
  | 'CANCELLED'

export interface Profile {
  name: ProfileName
  /** The release that `GET /` names. */
  manager: string
  announcedVersion: string
  /** 01 §1.3: exact texts, no ranges. */
  acceptedVersions: ReadonlySet<string>
  /** ≥26.3 authenticates before it looks at the version (01 §1.2). */
  authenticatesFirst: boolean
  /** ≤25.15 wants a date on every protected route, also unsigned ones (01 §2.6, 037). */
  dateAlwaysChecked: boolean
  /** `X-BackendAI-Token` (01 §3.3, ≥25.16) and `X-Forwarded-URL` (01 §2.9, ≥25.13). */
  jsonWebTokens: boolean
  forwardedURL: boolean
  /** Endings of messages about keys and signatures since 25.16 (26.9: 149, 150). */
  methodInAuthMessages: boolean

  problems: {
    /** ≥25.8. */
    errorCode: boolean
    /** ≥22.03 has one slug for all objects that are not found (02 §0.3). */
    collapsedNotFound: boolean
    /** ≥26.3: role failures 403, before 401 (01 §2.7). */
    roleFailure: 403 | 401
    /** ≥25.15.1: 400, before 412 (01 §4.2). */
    quotaStatus: 400 | 412
    /** Servers up to 23.03 fail to build the answer: 500 text/plain (01 §4.1). */
    methodNotAllowed: 'problem' | 'plain-500'
    /** 26.9 writes problem documents without spaces. */
    compact: boolean
  }
  /** How parameters are read: one loose reader for body and query, or typed handlers (01 §3.4). */
  parameters: 'strict' | 'typed'
  /** X-RateLimit-* on successes only, or on everything and with `-Reset` (01 §4.6). */
  rateHeaders: 'success' | 'always'

  public: { managerStatus: boolean; announcement: boolean; resourceSlots: boolean; health: boolean }
  /** `GET /auth` needs `echo` up to 26.2 (01 §3.6). */
  echoRequired: boolean
  authorizeFields: 'plain' | 'session-token'
  /** PUT /manager/status: 20.09 accepts neither lower nor upper case (01 §7.2). */
  freezeWorks: boolean
  freezeUnknownStatus: 400 | 500
  /** `api_version` and `version` in /manager/status, since 21.09. */
  statusVersions: boolean

  sessions: {
    /** All names that exist there, in the order of its messages (02 §2.1, schemas/enums.json). */
    statuses: readonly string[]
    /** From PENDING to RUNNING. */
    walk: readonly SessionStatus[]
    /** 02 §1.3; null: any text goes (observed 26.9.6). */
    namePattern: RegExp | null
    /** Domain and project are looked up before the image since 23.09 (02 §1.8). */
    groupFirst: boolean
    /** 21.09–25.x read `agent_list` of configurations that have none: v5 and older fail with 500 (194). */
    readsAgentList: boolean
    /** Keys of the create body, beyond those of 20.09 (02 §1.5). */
    since: { architecture: boolean; dependencies: boolean; sessionName: boolean; priority: boolean }
    reuse: { status: 200 | 201; keys: readonly ('service_ports' | 'servicePorts')[] }
    /** Prefixes of names and ids name a session up to 22.x (02 §1.12). */
    prefixMatch: boolean
    /** 26.9 tells unknown names, foreign ids and ended sessions apart (056, 057). */
    entityErrors: boolean
    /** A session that ended is found by its name for its logs (23.9: 166; not on 26.9.6). */
    logsByNameAfterEnd: boolean
    rename: boolean
    /** Of a single file, and the form it comes in (02 §1.15). */
    download: { method: 'GET' | 'POST'; form: 'tar' | 'raw' }
    /** What sessions get of dotfiles: as they are, or with `\n` at the ends of all lines (observed 26.9.6). */
    dotfileLines: 'kept' | 'ended'
    /** Session templates are bare documents up to 21.09, and items of a list later (02 §8.1). */
    templates: 'documents' | 'items'
    /** Since 22.09 (02 §1.1). */
    commit: boolean
    restart: 'works' | 'gone'
    statusHistory: boolean
    dependencyGraph: 'KernelStatus' | 'plain' | null
    /** Keys of `GET /session/{s}`. */
    info: { architecture: boolean; slots: boolean; ageFirst: boolean; iso: boolean; emptyTag: string | null }
    /** Decimals of slots: `1` or `1.000000` (26.9: 008). */
    slotDigits: number
    destroy: {
      /** The answer waits for the end, or comes when it began. */
      waits: boolean
      stats: 'last-stat' | 'status'
      cancelled: 'cancelled' | 'terminated'
      recursive: 'none' | 'list' | 'object'
      forcedByAdminsOnly: boolean
      refusesByStatus: boolean
    }
    /** Why a session waits: `status_info` and `status_data.scheduler` (178), or nothing (26.9). */
    explainsWaiting: boolean
    predicates: readonly string[]
    /** Reason of a batch session that failed. */
    failedReason: 'task-finished' | 'task-failed'
    kernelIdIsSessionId: boolean
    /** cluster_idx of the main kernel (02 §2.3). */
    mainIndex: 0 | 1
    role: 'COMPUTE' | 'INTERACTIVE'
    /** GET info counts as a query; stays 0 on 23.9.10 and 26.9.6 (161). */
    countsQueries: boolean
  }

  execution: {
    runIdKey: 'runId' | 'run_id'
    /** Exit code of code that raised (02 §3.2). */
    raisedExitCode: 'zero' | 'kernel'
    completion: 'completions' | 'suggestions'
    /** What an execute socket says when its session ends. */
    endedMessage: 'server-restarting' | 'session-not-found'
    /** An exception inside the agent: told (162), or a plain 500 and over the execute socket nothing (26.9: 175). */
    agentFailure: 'told' | 'hidden'
  }

  stream: {
    /** Of terminals: BINARY since 25.6 (02 §4.2). */
    terminalFrames: 'text' | 'binary'
    /** What a tunnel says when its app closes the connection: 1001, or no close frame at all (149). */
    appEnd: 'going-away' | 'no-frame'
  }

  graphql: {
    /** `POST /admin/gql`, since v6.20210815. */
    standardEndpoint: boolean
    /** `/admin/graphql` answers bare data up to 26.2. */
    bareData: boolean
    /** `errors: null` beside data since 26.3. */
    errorsAlways: boolean
    /** Any `__field` is refused, and a syntax error is a 500 (334, 335). */
    introspection: boolean
    /** graphql-core 3 quotes with `'`, the older one with `"`. */
    quotes: "'" | '"'
  }

  tasks: {
    /** The last event is told to all that connect, and repeated; before, what is kept of a task that has ended. */
    isCached: boolean
  }

  folders: {
    /** Ids name them in paths, and servers say who lacks which permission (03 §1.1; 26.9). */
    byId: boolean
    /** 03 §0.8; null: any text of 64 characters. */
    namePattern: RegExp | null
    /** What is deleted goes to the trash (03 §1.7). */
    trash: boolean
    /** Of a name: on one host, or among all that the user may use (03 §1.2). */
    unique: 'host' | 'accessible'
    /** Keys beyond those of 20.09. */
    since: { status: boolean; share: boolean; quota: boolean; changeOwner: boolean }
    /** Copies are made by a task (03 §1.13). */
    cloneTask: boolean
    /** Of changes: 201 without a body, or 200 with `msg` (03 §1.9). */
    changed: 'created' | 'message'
    /** POST in place of DELETE with a body. */
    postDeletes: boolean
  }
  /** What `asReleased` brings back. */
  faults: ReleaseFaults
  /** What the event streams call a status of a session and of its kernels (02 §5.2). */
  eventNames: {
    session: Partial<Record<SessionStatus, string>>
    kernel: Partial<Record<SessionStatus, readonly string[]>>
  }
}

const oldVersions = ['v4.20181215', 'v4.20190115', 'v4.20190315', 'v4.20190615', 'v5.20191215', 'v6.20200815']
const middleVersions = ['v6.20220315', 'v6.20220615', 'v6.20230315', 'v7.20230615']

const namePattern = /^(?=.{4,64}$)[A-Za-z0-9_][A-Za-z0-9_.-]*[A-Za-z0-9_]$/

const release2009: Profile = {
  name: '20.09',
  manager: '20.09.20',
  announcedVersion: 'v6.20200815',
  acceptedVersions: new Set(oldVersions),
  authenticatesFirst: false,
  dateAlwaysChecked: true,
  jsonWebTokens: false,
  forwardedURL: false,
  methodInAuthMessages: false,
  problems: {
    errorCode: false,
    collapsedNotFound: false,
    roleFailure: 401,
    quotaStatus: 412,
    methodNotAllowed: 'plain-500',
    compact: false,
  },
  parameters: 'strict',
  rateHeaders: 'success',
  public: { managerStatus: true, announcement: true, resourceSlots: true, health: false },
  echoRequired: true,
  authorizeFields: 'plain',
  freezeWorks: false,
  freezeUnknownStatus: 400,
  statusVersions: false,
  sessions: {
    statuses: [
      'PENDING',
      'SCHEDULED',
      'PREPARING',
      'BUILDING',
      'PULLING',
      'RUNNING',
      'RESTARTING',
      'RESIZING',
      'SUSPENDED',
      'TERMINATING',
      'TERMINATED',
      'ERROR',
      'CANCELLED',
    ],
    walk: ['SCHEDULED', 'PREPARING'],
    namePattern,
    groupFirst: false,
    readsAgentList: false,
    since: { architecture: false, dependencies: false, sessionName: false, priority: false },
    reuse: { status: 200, keys: ['service_ports'] },
    prefixMatch: true,
    entityErrors: false,
    logsByNameAfterEnd: true,
    rename: false,
    download: { method: 'GET', form: 'tar' },
    dotfileLines: 'kept',
    templates: 'documents',
    commit: false,
    restart: 'works',
    statusHistory: false,
    dependencyGraph: null,
    info: { architecture: false, slots: false, ageFirst: false, iso: false, emptyTag: null },
    slotDigits: 0,
    destroy: {
      waits: true,
      stats: 'last-stat',
      cancelled: 'cancelled',
      recursive: 'none',
      forcedByAdminsOnly: true,
      refusesByStatus: true,
    },
    explainsWaiting: true,
    predicates: [
      'reserved_time',
      'concurrency',
      'dependencies',
      'keypair_resource_limit',
      'user_group_resource_limit',
      'domain_resource_limit',
    ],
    failedReason: 'task-finished',
    kernelIdIsSessionId: true,
    mainIndex: 0,
    role: 'COMPUTE',
    countsQueries: true,
  },
  execution: {
    runIdKey: 'runId',
    raisedExitCode: 'zero',
    completion: 'completions',
    endedMessage: 'server-restarting',
    agentFailure: 'told',
  },
  stream: { terminalFrames: 'text', appEnd: 'no-frame' },
  graphql: { standardEndpoint: false, bareData: true, errorsAlways: false, introspection: true, quotes: '"' },
  tasks: { isCached: false },
  folders: {
    byId: false,
    namePattern: /^\.?[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/,
    trash: false,
    unique: 'host',
    since: { status: false, share: false, quota: false, changeOwner: false },
    cloneTask: false,
    changed: 'created',
    postDeletes: false,
  },
  // html fails in the runners that speak to Jupyter; whether those of 20.09 do is not known.
  faults: {
    ...healthy,
    recordLimit: 10 * 1024 * 1024,
    terminal: 'breaks-at-input',
    hidesUploadErrors: true,
    unknownTasks: 'failure',
    folders: folderFaults['20.09'],
  },
  eventNames: {
    session: {
      PENDING: 'session_enqueued',
      SCHEDULED: 'session_scheduled',
      RUNNING: 'session_started',
      TERMINATED: 'session_terminated',
      CANCELLED: 'session_cancelled',
    },
    kernel: {
      PREPARING: ['kernel_preparing', 'kernel_creating'],
      PULLING: ['kernel_pulling'],
      RUNNING: ['kernel_started'],
      TERMINATING: ['kernel_terminating'],
      TERMINATED: ['kernel_terminated'],
      CANCELLED: ['kernel_cancelled'],
    },
  },
}

const release2309: Profile = {
  ...release2009,
  name: '23.09',
  manager: '23.09.10',
  announcedVersion: 'v7.20230615',
  acceptedVersions: new Set([...oldVersions, 'v6.20210815', ...middleVersions]),
  problems: { ...release2009.problems, collapsedNotFound: true, methodNotAllowed: 'problem' },
  freezeWorks: true,
  statusVersions: true,
  sessions: {
    ...release2009.sessions,
    statuses: [
      'PENDING',
      'SCHEDULED',
      'PULLING',
      'PREPARING',
      'RUNNING',
      'RESTARTING',
      'RUNNING_DEGRADED',
      'TERMINATING',
      'TERMINATED',
      'ERROR',
      'CANCELLED',
    ],
    groupFirst: true,
    readsAgentList: true,
    since: { architecture: true, dependencies: true, sessionName: true, priority: false },
    reuse: { status: 201, keys: ['service_ports'] },
    prefixMatch: false,
    rename: true,
    download: { method: 'GET', form: 'raw' },
    templates: 'items',
    commit: true,
    dependencyGraph: 'KernelStatus',
    info: { architecture: true, slots: true, ageFirst: false, iso: false, emptyTag: null },
    destroy: {
      ...release2009.sessions.destroy,
      cancelled: 'terminated',
      recursive: 'list',
      forcedByAdminsOnly: false,
    },
    predicates: [
      'reserved_time',
      'dependencies',
      'concurrency',
      'keypair_resource_limit',
      'user_resource_limit',
      'user_group_resource_limit',
      'domain_resource_limit',
    ],
    kernelIdIsSessionId: false,
    mainIndex: 1,
    countsQueries: false,
  },
  graphql: { standardEndpoint: true, bareData: true, errorsAlways: false, introspection: false, quotes: "'" },
  folders: {
    ...release2009.folders,
    unique: 'accessible',
    since: { status: true, share: true, quota: true, changeOwner: true },
    cloneTask: true,
  },
  faults: {
    ...release2009.faults,
    parsesHTML: true,
    losesEarlyDestroy: true,
    dropsSessionEvents: true,
    keepsRelayedSockets: true,
    folders: folderFaults['23.09'],
  },
  eventNames: {
    ...release2009.eventNames,
    session: { ...release2009.eventNames.session, TERMINATING: 'session_terminating' },
  },
}

const release269: Profile = {
  ...release2309,
  name: '26.9',
  manager: '26.9.6',
  announcedVersion: 'v9.20250722',
  // Without v6.20210815 and with a v6.20221201 that no client sends (01 §1.3).
  acceptedVersions: new Set([
    ...oldVersions,
    ...middleVersions,
    'v6.20221201',
    'v8.20240315',
    'v8.20240915',
    'v9.20250722',
  ]),
  authenticatesFirst: true,
  dateAlwaysChecked: false,
  jsonWebTokens: true,
  forwardedURL: true,
  methodInAuthMessages: true,
  problems: {
    errorCode: true,
    collapsedNotFound: true,
    roleFailure: 403,
    quotaStatus: 400,
    methodNotAllowed: 'problem',
    compact: true,
  },
  parameters: 'typed',
  rateHeaders: 'always',
  public: { managerStatus: false, announcement: false, resourceSlots: false, health: true },
  echoRequired: false,
  authorizeFields: 'session-token',
  freezeUnknownStatus: 500,
  sessions: {
    ...release2309.sessions,
    dotfileLines: 'ended',
    statuses: [
      'PENDING',
      'DEPRIORITIZING',
      'RESERVED',
      'SCHEDULED',
      'PREPARING',
      'PULLING',
      'PREPARED',
      'CREATING',
      'RUNNING',
      'RESTARTING',
      'RUNNING_DEGRADED',
      'PREEMPTED',
      'RESCHEDULING',
      'TERMINATING',
      'TERMINATED',
      'ERROR',
      'CANCELLED',
    ],
    walk: ['SCHEDULED', 'PREPARING', 'PREPARED', 'CREATING'],
    namePattern: null,
    readsAgentList: false,
    since: { architecture: true, dependencies: true, sessionName: true, priority: true },
    reuse: { status: 201, keys: ['service_ports', 'servicePorts'] },
    entityErrors: true,
    logsByNameAfterEnd: false,
    download: { method: 'POST', form: 'raw' },
    restart: 'gone',
    statusHistory: true,
    dependencyGraph: 'plain',
    info: { architecture: true, slots: true, ageFirst: true, iso: true, emptyTag: '' },
    slotDigits: 6,
    destroy: {
      waits: false,
      stats: 'status',
      cancelled: 'cancelled',
      recursive: 'object',
      forcedByAdminsOnly: false,
      refusesByStatus: false,
    },
    explainsWaiting: false,
    failedReason: 'task-failed',
    role: 'INTERACTIVE',
  },
  execution: {
    runIdKey: 'run_id',
    raisedExitCode: 'kernel',
    completion: 'suggestions',
    endedMessage: 'session-not-found',
    agentFailure: 'hidden',
  },
  stream: { terminalFrames: 'binary', appEnd: 'going-away' },
  graphql: { standardEndpoint: true, bareData: false, errorsAlways: true, introspection: true, quotes: "'" },
  tasks: { isCached: true },
  folders: {
    ...release2309.folders,
    byId: true,
    namePattern: null,
    trash: true,
    changed: 'message',
    postDeletes: true,
  },
  faults: {
    ...release2309.faults,
    losesBatchResults: true,
    losesEarlyDestroy: false,
    dropsSessionEvents: false,
    terminal: 'silent',
    unknownTasks: 'silence',
    dropsProjectEvents: true,
    losesTemplateAnswers: true,
    folders: folderFaults['26.9'],
  },
  // All statuses are told.
  eventNames: {
    kernel: {
      CREATING: ['kernel_preparing', 'kernel_creating'],
      PULLING: ['kernel_pulling'],
      RUNNING: ['kernel_started'],
      TERMINATED: ['kernel_terminated'],
      CANCELLED: ['kernel_cancelled'],
    },
    session: {
      ...release2309.eventNames.session,
      PENDING: 'session_pending',
      PREPARING: 'session_preparing',
      PULLING: 'session_pulling',
      PREPARED: 'session_prepared',
      CREATING: 'session_creating',
    },
  },
}

export const profiles: Readonly<Record<ProfileName, Profile>> = {
  '20.09': release2009,
  '23.09': release2309,
  '26.9': release269,
}
