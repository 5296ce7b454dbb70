/** The session that a command works with. */
import { type Client, type ComputeSession, SessionEndedError } from '@backend-ai-sdk/client'

import type { Context } from './context.ts'
import { Failure, notSupported } from './failures.ts'
import { statusText, WaitingLine } from './waiting-line.ts'

const ends = new Set<string>(['TERMINATING', 'TERMINATED', 'CANCELLED', 'ERROR'])

/** By its name or id; one that has not begun is waited for. @throws Failure for one that has ended, or ends instead. */
export async function runningSession(context: Context, client: Client, reference: string): Promise<ComputeSession> {
  const { output, signal } = context
  const session = await client.sessions.get(reference, { signal })
  if (session.status.startsWith('RUNNING')) return session
  if (ends.has(session.status)) throw hasEnded(reference, session.status)
  using line = new WaitingLine(output, statusText(reference, session))
  try {
    await session.waitFor(['RUNNING', 'RUNNING_DEGRADED'], {
      signal,
      onProgress: (report) => line.update(statusText(reference, report)),
    })
  } catch (error) {
    if (error instanceof SessionEndedError) throw hasEnded(reference, error.status, error.reason)
    throw error
  }
  // Its ports were not known before.
  return await client.sessions.get(session.id, { signal })
}

const hasEnded = (label: string, status: string, reason?: string): Failure =>
  new Failure(`Session ${label} has ended (${status}).${reason ? `\n${reason}` : ''}`)

/** Of something in the session that ended: whether that is because the session did. */
export async function throwIfEnded(session: ComputeSession, label: string): Promise<void> {
  // Where nobody answers, the session is not known to have ended.
  const info = await session.info({ timeout: 5000 }).catch(() => undefined)
  if (info && ends.has(info.status)) throw hasEnded(label, info.status, info.statusInfo)
}

/** @throws Failure in the words of the Python command. */
export async function requireApp(session: ComputeSession, name: string, signal: AbortSignal): Promise<void> {
  const apps = await session.apps({ signal })
  if (!apps.some((app) => app.name === name)) throw notSupported(name, apps)
}
