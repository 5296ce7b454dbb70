/** What became of a session that was asked for, in the words of `run` and `start` (protocol 05 §3.2). */
import { type ComputeSession, SessionEndedError } from '@backend-ai-sdk/client'

import { exitCodes } from './failures.ts'
import type { StatusKind } from './output.ts'

export interface Outcome {
  readonly kind: StatusKind
  readonly text: string
  readonly exitCode: number
}

/** Of a session that does not run; undefined for one that does. @param label its name or id. */
export function outcomeOf(session: ComputeSession, label: string, waited: boolean): Outcome | undefined {
  const subject = `Session ID ${label}`
  if (session.status.startsWith('RUNNING')) return undefined
  // A batch session can be over before it was looked at.
  if (session.status === 'TERMINATED') return { kind: 'info', text: `${subject} has run and ended.`, exitCode: 0 }
  if (waited) return { kind: 'info', text: `${subject} is still on the job queue.`, exitCode: exitCodes.timeout }
  const text = session.status === 'PENDING' ? 'is enqueued for scheduling.' : 'is scheduled and about to be started.'
  return { kind: 'info', text: `${subject} ${text}`, exitCode: 0 }
}

/** Of a session that ended instead of starting; undefined for other errors. */
export function endedOutcome(error: unknown, label?: string): Outcome | undefined {
  if (!(error instanceof SessionEndedError)) return undefined
  const subject = `Session ID ${label ?? error.sessionId}`
  const reason = error.reason ? `\n${error.reason}` : ''
  if (error.status === 'TERMINATED')
    return {
      kind: 'warn',
      text: `${subject} is already terminated.\nThis may be an error in the compute_session image.${reason}`,
      exitCode: exitCodes.failure,
    }
  return {
    kind: 'fail',
    text: `${subject} has an error during scheduling/startup or cancelled.${reason}`,
    exitCode: exitCodes.failure,
  }
}
