/** How sessions begin and end (protocol 02 §1.5–1.12). Loaded with the first use: pages that only list do without. */
import {
  delay,
  NotFoundError,
  path,
  PermissionDeniedError,
  refuseUnknownKeys,
  TimeoutError,
  type Call,
  type Transport,
} from '@backend-ai-sdk/core'

import { RunTurns } from '../run/run-turns.ts'
import { toApps } from './apps.ts'
import type { DestroyOptions, SessionFacts, SessionStats } from './compute-session.ts'
import { fetchSession, type SessionStatus } from './session-info.ts'
import { toCreationBody, type SessionSpec } from './session-spec.ts'
import { fetchStatus, waitForStatus, type StatusReport, type WaitOptions } from './session-status.ts'
import type { SessionCreateOptions } from './sessions.ts'

export const createNames = [
  'wait',
  'enqueueOnly',
  'maxWait',
  'reuseIfExists',
  'onProgress',
  'signal',
  'timeout',
] as const satisfies (keyof SessionCreateOptions)[]

export interface WireCreated {
  sessionId: string
  sessionName: string
  status: string
  created?: boolean
  servicePorts?: unknown
  /** In place of the former for a session that existed (protocol 02 §1.7). */
  service_ports?: unknown
}

export async function createSession(
  transport: Transport,
  spec: SessionSpec,
  options: SessionCreateOptions,
): Promise<SessionFacts> {
  refuseUnknownKeys(options, createNames, 'the options of create()')
  const { maxWait = 0, reuseIfExists = false, signal, timeout } = options
  const server = await transport.server({ signal })
  const { json, query } = toCreationBody(spec, server, transport.config, { maxWait, reuseIfExists })
  const wire = await transport.request<WireCreated>({ method: 'POST', path: '/session', json, query, signal, timeout })
  return startedSession(transport, wire, spec.image, options)
}

/** From the answer to a session that runs, if that is to be waited for. */
export async function startedSession(
  transport: Transport,
  wire: WireCreated,
  image: string,
  options: SessionCreateOptions,
): Promise<SessionFacts> {
  const { wait = !options.enqueueOnly, maxWait = 0, onProgress, signal, timeout } = options
  const facts: SessionFacts = {
    id: wire.sessionId,
    name: wire.sessionName,
    image,
    status: wire.status,
    servicePorts: toApps(wire.servicePorts ?? wire.service_ports),
    created: wire.created ?? true,
  }
  if (!wait || facts.status === 'RUNNING') return facts
  try {
    await waitForStatus(transport, facts.id, ['RUNNING', 'RUNNING_DEGRADED'], {
      onProgress,
      signal,
      timeout: maxWait || timeout,
    })
  } catch (error) {
    if (!(maxWait > 0 && error instanceof TimeoutError)) {
      // Nobody has a handle to what was enqueued; its failure to go away must not hide the reason.
      if (facts.created)
        await destroySession(transport, facts.id, { confirm: false, timeout: 10_000 }).catch(() => undefined)
      throw error
    }
  }
  // What was enqueued had no ports yet.
  return { ...facts, ...(await fetchSession(transport, facts.id, { signal })) }
}

const ended: readonly SessionStatus[] = ['TERMINATED', 'CANCELLED', 'ERROR']

export interface DestroyedSession {
  stats: SessionStats
  /** Undefined where that was not to be confirmed. */
  status?: SessionStatus
}

export async function destroySession(
  transport: Transport,
  id: string,
  { forced = false, recursive = false, confirm = true, ownerAccessKey, ...options }: DestroyOptions,
): Promise<DestroyedSession> {
  if (recursive) await transport.mustSupport('session-recursive-destroy', options)
  // Left out when false: servers read the mere presence of a key as they like.
  const query = { forced: forced || undefined, recursive: recursive || undefined, owner_access_key: ownerAccessKey }
  const call = { method: 'DELETE', path: path`/session/${id}`, query, ...options }
  const answer = await destroyWhenAllowed(transport, id, call)
  const stats = statsOf(await answer.json().catch(() => undefined))
  RunTurns.of(transport.config.auth).reset(id)
  if (!confirm) return { stats }
  const wait = { signal: options.signal, timeout: options.timeout ?? 60_000 }
  if (!(await transport.supports('session-early-destroy'))) await destroyAgainWhereLost(transport, id, call, wait)
  return { stats, status: (await waitForStatus(transport, id, ended, wait)).status }
}

/**
 * 23.09 loses a destroy that comes while the session is being scheduled: it is CANCELLED for about a second, then
 * SCHEDULED and RUNNING all the same.
 */
async function destroyAgainWhereLost(transport: Transport, id: string, call: Call, wait: WaitOptions): Promise<void> {
  let { status } = await waitForStatus(transport, id, [...ended, 'RUNNING'], wait)
  if (status === 'CANCELLED') {
    await delay(3000, wait.signal)
    status = (await waitForStatus(transport, id, [...ended, 'RUNNING'], wait)).status
  }
  if (status === 'RUNNING') await transport.send(call).catch(ignoreMissing)
}

/**
 * A session that is being scheduled or prepared cannot be destroyed (403, protocol 02 §1.11): it is waited for. One that
 * is TERMINATING already is left to it.
 */
async function destroyWhenAllowed(transport: Transport, id: string, call: Call): Promise<Response> {
  try {
    return await transport.fetch(call)
  } catch (error) {
    if (!(error instanceof PermissionDeniedError)) throw error
    const status = (await fetchStatus(transport, id, { signal: call.signal }))?.status ?? ''
    if (status === 'TERMINATING') return new Response()
    if (!['SCHEDULED', 'PREPARING', 'PREPARED', 'PULLING', 'CREATING'].includes(status)) throw error
    await waitForStatus(transport, id, ['RUNNING', 'RUNNING_DEGRADED', ...ended], {
      signal: call.signal,
      timeout: 60_000,
    })
    return transport.fetch(call)
  }
}

export async function restartSession(transport: Transport, id: string, options: WaitOptions): Promise<StatusReport> {
  await transport.mustSupport('session-restart', options)
  const { signal, timeout } = options
  await transport.send({ method: 'PATCH', path: path`/session/${id}`, signal, timeout })
  RunTurns.of(transport.config.auth).reset(id)
  return waitForStatus(transport, id, ['RUNNING'], options)
}

/** Ends a session that may be gone already. */
export async function disposeSession(transport: Transport, id: string): Promise<void> {
  await destroySession(transport, id, { confirm: false }).then(undefined, ignoreMissing)
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof NotFoundError)) throw error
}

/** A list with `recursive` on 23.09 and 24.09; `status` and `version` stand beside the metrics. */
function statsOf(body: unknown): SessionStats {
  const first = (Array.isArray(body) ? body[0] : body) as { stats?: SessionStats } | undefined
  const { status: _status, version: _version, ...metrics } = first?.stats ?? {}
  return metrics
}
