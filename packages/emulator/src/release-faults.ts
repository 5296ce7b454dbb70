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
}

export const healthy: ReleaseFaults = {
  losesBatchResults: false,
  parsesHTML: false,
  recordLimit: Infinity,
  losesEarlyDestroy: false,
  dropsSessionEvents: false,
}
