/** Reading and waiting for the status of a session. */
import { delay, SessionEndedError, TimeoutError } from '@backend-ai-sdk/core'
import type { CallOptions, Transport } from '@backend-ai-sdk/core'

import { graphql } from './graphql.ts'
import { finalStatuses, type SessionStatus } from './session-info.ts'
import { parseJSON } from './slots.ts'

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

/**
 * Resolves when the session has one of the statuses, or has passed them: a batch session may have run and ended between
 * two looks.
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
  let last: string | undefined
  for (let pause = 100; ; pause = Math.min(pause * 1.4, 2000)) {
    const report = await fetchStatus(transport, id, { signal })
    if (!report) throw new SessionEndedError(id, 'unknown to the server')
    const elapsed = Date.now() - start
    const look = `${report.status} ${report.statusInfo}`
    if (look !== last) onProgress?.({ ...report, elapsed })
    last = look
    if (wanted.includes(report.status)) return report
    if (finalStatuses.includes(report.status)) {
      const ran =
        report.status === 'TERMINATED' &&
        wanted.includes('RUNNING') &&
        report.result !== undefined &&
        report.result !== 'UNDEFINED'
      if (ran) return report
      throw new SessionEndedError(id, report.status, errorReason(report))
    }
    if (timeout > 0 && elapsed + pause > timeout) {
      const message = `Session ${id} was still ${report.status} after ${timeout} ms, not ${wanted.join(' or ')}.`
      throw new TimeoutError(message, 'total', timeout, { retryable: true })
    }
    await delay(pause, signal)
  }
}

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
