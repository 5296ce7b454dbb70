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
}
