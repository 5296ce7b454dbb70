/** Reading and waiting for the status of a session. */
import { delay, SessionEndedError, TimeoutError } from '@backend-ai-sdk/core'
import type { CallOptions, Transport } from '@backend-ai-sdk/core'

import { EventAlarm } from '../events/event-alarm.ts'
import { graphql } from '../graphql.ts'
import { patiently } from '../patience.ts'
import { parseJSON } from '../slots.ts'
import { finalStatuses, type SessionStatus } from './session-info.ts'

export interface StatusReport {
  status: SessionStatus
  /** Reason code, such as `no-available-instances` while it waits. */
  statusInfo: string | undefined
  statusData: unknown
  /** Of batch sessions. */
  result: string | undefined
}

export interface WaitOptions extends CallOptions {
  /** Told of the status at the start and at each change. */
  onProgress?: ((progress: StatusReport & { elapsed: number }) => void) | undefined
}

/** GraphQL, because REST forgets sessions when they end. */
export async function fetchStatus(
  transport: Transport,
  id: string,
  options: CallOptions = {},
): Promise<StatusReport | undefined> {
  const document = 'query($id: UUID!) { compute_session(id: $id) { status status_info status_data result } }'
  type Wire = { status: string; status_info: string | null; status_data: unknown; result: string | null }
  const { compute_session: wire } = await graphql<{ compute_session: Wire | null }, unknown>(
    transport,
    document,
    { id },
    options,
  )
  if (!wire) return undefined
  return {
    status: wire.status,
    statusInfo: wire.status_info || undefined,
    statusData: parseJSON(wire.status_data),
    result: wire.result ?? undefined,
  }
}

/** Milliseconds after which a wait listens to events too; most waits of a fast cluster are over by then. */
const listensAfter = 400

/** Between two looks, where events tell of everything, and where not. */
const longestPause = { reliable: 5000, else: 2000 }

/** Events behind which the waiting may be over; the status may be written a moment later. */
const decisive = {
  reliable: /^session_(started|terminated|cancelled|error|success|failure)$/,
  // 23.09 tells of a start by the kernel alone.
  else: /_(started|terminated|cancelled|error|success|failure)$/,
}

/**
 * Resolves when the session has one of the statuses, or has passed them: a batch session may have run and ended between
 * two looks. Events say when to look, and nothing else: where there are none, it looks from time to time. A cluster that
 * is away for less than a minute is waited for.
 *
 * @throws SessionEndedError when it ends without. @throws TimeoutError after `timeout` milliseconds (default: none).
 */
export async function waitForStatus(
  transport: Transport,
  id: string,
  wanted: readonly SessionStatus[],
  { signal, timeout = 0, onProgress }: WaitOptions = {},
): Promise<StatusReport> {
  const start = Date.now()
  const isAnyHeard = onProgress !== undefined || wanted.some((status) => !reachedByEvent.test(status))
  let pause = 100
  const events = new EventAlarm(transport, id, (name) => {
    const isDecisive = decisive[events.areReliable ? 'reliable' : 'else'].test(name)
    if (isDecisive) pause = 100
    return isDecisive || isAnyHeard || name === 'opened'
  })
  let last: string | undefined
  try {
    for (;;) {
      events.reset()
      const before = timeout > 0 ? start + timeout : undefined
      const report = await patiently(() => fetchStatus(transport, id, { signal }), signal, before)
      if (!report) throw new SessionEndedError(id, 'unknown to the server')
      const elapsed = Date.now() - start
      const look = `${report.status} ${report.statusInfo}`
      if (look !== last) onProgress?.({ ...report, elapsed })
      last = look
      if (wanted.includes(report.status)) return report
      if (finalStatuses.includes(report.status)) {
        if (hasRun(report) && wanted.includes('RUNNING')) return report
        throw new SessionEndedError(id, report.status, errorReason(report))
      }
      if (timeout > 0 && elapsed >= timeout) {
        const message = `Session ${id} was still ${report.status} after ${timeout} ms, not ${wanted.join(' or ')}.`
        throw new TimeoutError(message, 'total', timeout, { retryable: true })
      }
      if (elapsed >= listensAfter) events.open()
      await events.wait(timeout > 0 ? Math.min(pause, timeout - elapsed) : pause, signal)
      pause = Math.min(pause * 1.4, events.areReliable ? longestPause.reliable : longestPause.else)
    }
  } finally {
    events.close()
  }
}

const reachedByEvent = /^(RUNNING|RUNNING_DEGRADED|TERMINATED|CANCELLED|ERROR)$/

const hasRun = ({ status, result }: StatusReport): boolean =>
  status === 'TERMINATED' && result !== undefined && result !== 'UNDEFINED'

function errorReason({ statusInfo, statusData }: StatusReport): string | undefined {
  const error = (statusData as { error?: { repr?: string; name?: string } } | undefined)?.error
  return [statusInfo, error?.repr ?? error?.name].filter(Boolean).join(': ') || undefined
}

/**
 * Looks whether something that ran in a session failed because the session is gone.
 *
 * @param patience milliseconds in which the manager may come to know it. Default 0.
 * @returns undefined for a session that lives, or cannot be asked about.
 */
export async function endedError(
  transport: Transport,
  id: string,
  { cause, patience = 0 }: { cause?: unknown; patience?: number } = {},
): Promise<SessionEndedError | undefined> {
  const facts = cause === undefined ? {} : { cause }
  for (const end = Date.now() + patience; ; await delay(500)) {
    const report = await fetchStatus(transport, id).catch(() => undefined)
    if (!report) return undefined
    if (finalStatuses.includes(report.status) || report.status === 'TERMINATING')
      return new SessionEndedError(id, report.status, errorReason(report), facts)
    if (Date.now() >= end) return undefined
  }
}
