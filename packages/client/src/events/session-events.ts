import { isAtLeast, refuseUnknownKeys, type Transport } from '@backend-ai-sdk/core'
import { readEventBatches, type StreamOpened } from '@backend-ai-sdk/streaming'

import { parseObject } from './event-data.ts'
import type { SessionEvent, SessionEventsOptions, UnreadableEvent } from './events.ts'

const optionNames = ['session', 'name', 'project', 'accessKey', 'scope', 'signal', 'silence', 'patience']

/** Events of sessions, asked for as the release has it, and looked through on our side; as many as came together. */
export async function* readSessionEvents(
  transport: Transport,
  options: SessionEventsOptions,
  endless = false,
): AsyncGenerator<readonly (SessionEvent | StreamOpened | UnreadableEvent)[], void, undefined> {
  refuseUnknownKeys(options, optionNames, 'the options of events.sessions()')
  const { session, name, project, accessKey, scope, ...stream } = options
  const id = typeof session === 'string' ? session : session?.id
  if (project !== undefined) await transport.mustSupport('session-events-project', stream)
  // Since 25.13 a name that is not there yet is a 404, and an id is ignored.
  const isLater = isAtLeast(await transport.server(stream), '25.13')
  const query = {
    ...(!isLater && { sessionName: name, sessionId: id }),
    groupName: project,
    ownerAccessKey: accessKey,
    scope: scope ?? (isLater ? 'session,kernel' : '*'),
  }
  const isWanted = (event: SessionEvent | StreamOpened | UnreadableEvent): boolean =>
    !('sessionId' in event) ||
    ((id === undefined || event.sessionId === id) && (name === undefined || event.sessionName === name))
  for await (const batch of readEventBatches(transport, '/events/session', { ...stream, query, endless }))
    yield batch.map((item) => (item.type === 'opened' ? item : toSessionEvent(item.name, item.data))).filter(isWanted)
}

function toSessionEvent(name: string, data: string): SessionEvent | UnreadableEvent {
  const wire = parseObject(data)
  if (typeof wire?.['sessionId'] !== 'string') return { type: 'unreadable', name, data }
  const text = (key: string): string | undefined => (wire[key] as string | null | undefined) || undefined
  const number = (key: string): number | undefined => (wire[key] as number | null | undefined) ?? undefined
  return {
    type: name.startsWith('kernel_') ? 'kernel' : 'session',
    name,
    sessionId: wire['sessionId'],
    sessionName: text('sessionName') ?? '',
    ownerAccessKey: text('ownerAccessKey'),
    reason: text('reason'),
    exitCode: number('exitCode'),
    kernelId: text('kernelId'),
    clusterRole: text('clusterRole'),
    clusterIndex: number('clusterIdx'),
  }
}
