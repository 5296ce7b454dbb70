/** `events`: what happens to a session, until its end (protocol 05 §5.6). */
import type { Client, SessionEvent, UnreadableEvent } from '@backend-ai-sdk/client'

import { connect } from '../../connection.ts'
import type { Context } from '../../context.ts'
import { exitCodes, Failure } from '../../failures.ts'
import { printable } from '../../output.ts'
import { findSession, isUUID } from '../../session-fields.ts'
import type { EventsFlags } from './command.ts'

type Event = SessionEvent | UnreadableEvent

export default async function events(context: Context, flags: EventsFlags, reference: string): Promise<number> {
  const { output, signal } = context
  const { client } = connect(context)
  const stream = client.events.sessions({
    ...(isUUID(reference) ? { session: reference } : { name: reference }),
    ...(flags.owner !== undefined && { accessKey: flags.owner }),
    ...(flags.scope !== '*' && { scope: flags.scope }),
    signal,
  })
  for await (const event of stream) {
    if (event.type === 'opened') {
      if (event.lost !== undefined)
        output.status('warn', 'The connection was lost and made again: events may be missing.')
      const status = await statusOf(client, reference, flags, signal)
      if (!flags.quiet) tellStatus(context, reference, status)
      const exitCode = afterStatus(status, reference, flags)
      if (exitCode !== undefined) return exitCode
    } else {
      if (!flags.quiet) await tellEvent(context, event)
      const exitCode = await afterEvent(client, event, flags, signal)
      if (exitCode !== undefined) return exitCode
    }
  }
  return flags.wait === undefined ? 0 : exitCodes.failure
}

/**
 * No stream tells of what was before it.
 *
 * @returns undefined for a name that no session has, or whose sessions cannot be asked for.
 */
async function statusOf(
  client: Client,
  reference: string,
  { owner }: EventsFlags,
  signal: AbortSignal,
): Promise<string | undefined> {
  // Names of other users' sessions are not known to any call.
  if (owner !== undefined && !isUUID(reference)) return undefined
  const id = await findSession(client, reference, { signal })
  if (id === undefined) return undefined
  const { status } = await client.sessions.get(id, { signal })
  // One that has ended does not keep its name from the next.
  return !isUUID(reference) && isEnd(status) ? undefined : status
}

const isEnd = (status: string): boolean => ['TERMINATED', 'CANCELLED', 'ERROR'].includes(status)

function tellStatus({ output }: Context, reference: string, status: string | undefined): void {
  if (status === undefined) output.status('info', `Waiting for a session named ${reference}.`)
  else if (isEnd(status)) output.status('info', `Session ${reference} has ended (${status}).`)
  else output.status('info', `Session ${reference} is ${status}.`)
}

/** What the session was before the stream began can be what is waited for. */
function afterStatus(status: string | undefined, reference: string, { wait }: EventsFlags): number | undefined {
  if (status === undefined) return undefined
  const eventOfStatus = status.startsWith('RUNNING') ? 'session_started' : `session_${status.toLowerCase()}`
  if (wait === eventOfStatus) return 0
  if (!isEnd(status)) return undefined
  if (wait !== undefined) throw new Failure(`Session ${reference} has ended (${status}) before ${wait} came.`)
  return 0
}

const ends = new Set(['session_terminated', 'session_cancelled', 'kernel_cancelled'])
const batchResults: Readonly<Record<string, number>> = { session_success: 0, session_failure: exitCodes.failure }

async function afterEvent(
  client: Client,
  event: Event,
  { wait }: EventsFlags,
  signal: AbortSignal,
): Promise<number | undefined> {
  if (event.name === wait) return 0
  if (wait === 'batch_session_result' && Object.hasOwn(batchResults, event.name)) return batchResults[event.name]
  if (event.type === 'unreadable') return undefined
  if (wait === 'session_started' && event.name === 'kernel_started' && event.clusterRole === 'main') {
    // All that 23.09 tells of a session's start.
    const session = await client.sessions.get(event.sessionId, { signal })
    await session.waitFor(['RUNNING', 'RUNNING_DEGRADED'], { signal })
    return 0
  }
  if (!ends.has(event.name)) return undefined
  if (wait !== undefined) throw new Failure(`Session ${event.sessionName} has ended before ${wait} came.`)
  return 0
}

/** By the wire's names, as the Python command shows it. */
function dataOf(event: Event): unknown {
  if (event.type === 'unreadable') return event.data
  const { sessionId, sessionName, ownerAccessKey, reason, exitCode, kernelId, clusterRole, clusterIndex } = event
  return { sessionId, sessionName, ownerAccessKey, reason, exitCode, kernelId, clusterRole, clusterIdx: clusterIndex }
}

function tellEvent({ options, output }: Context, event: Event): Promise<void> {
  const data = dataOf(event)
  if (options.output === 'json') return output.print(JSON.stringify({ event: event.name, data }))
  const name = printable(event.name)
  const shown = output.stdoutLook.colour ? `\u001B[96;1m${name}\u001B[0m` : name
  return output.print(`${shown} ${printable(typeof data === 'string' ? data : JSON.stringify(data))}`)
}
