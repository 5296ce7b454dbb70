/** `/events/session`: what happens to sessions, as server-sent events (protocol 02 §5). */
import { nullable, optional, text, uuid } from '../checks.ts'
import type { Cluster } from '../cluster.ts'
import type { Context, Routes } from '../context.ts'
import { pythonJson } from '../json.ts'
import { Problem } from '../problems.ts'
import type { Profile } from '../profiles.ts'
import { mainKernel, type Session } from '../session.ts'
import type { SessionEvent } from '../sessions.ts'

/** Milliseconds between the signs of life. */
const heartbeat = 15_000

export const events: Routes = () => [{ method: 'GET', path: '/events/session', role: 'user', handle: sessionEvents }]

async function sessionEvents(context: Context): Promise<Response> {
  const { profile, cluster, request, requester } = context
  const word = text(profile)
  const filters = await context.read(
    {
      name: optional(word, '*', 'sessionName', ...(profile.parameters === 'typed' ? ['session_name'] : ['name'])),
      owner: optional(nullable(word), null, 'ownerAccessKey', 'owner_access_key'),
      id: optional(nullable(uuid), null, 'sessionId', 'session_id'),
      project: optional(word, '*', 'groupName', profile.parameters === 'typed' ? 'group_name' : 'group'),
      scope: optional(word, '*', 'scope'),
    },
    'SessionEventsRequest',
    'query',
  )
  const { role, domainName } = requester.user
  if (filters.owner !== null && filters.owner !== requester.keypair.accessKey && role === 'user')
    throw new Problem('forbidden')
  const isSeen = ({ spec: { owner, domain: home } }: Session): boolean =>
    role === 'superadmin' || (role === 'admin' ? home.name === domainName : owner.user.id === requester.user.id)
  // Since 25.13 an id counts only beside a name.
  const byId = filters.id !== null && (profile.parameters !== 'typed' || filters.name !== '*')
  const isAskedFor = ({ id, spec }: Session): boolean =>
    byId
      ? id === filters.id
      : (filters.name === '*' || spec.name === filters.name) &&
        (filters.owner === null || spec.owner.keypair.accessKey === filters.owner) &&
        (filters.project === '*' || spec.project.name === filters.project)
  const scopes = filters.scope.split(',')
  const isInScope = (name: string): boolean => scopes.includes('*') || scopes.includes(name.split('_', 1)[0]!)

  let stop = (): void => {}
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const encoder = new TextEncoder()
      const send = (lines: string): void => controller.enqueue(encoder.encode(`${lines}\r\n\r\n`))
      const off = cluster.sessions.onEvent((event) => {
        if (!isSeen(event.session) || !isAskedFor(event.session)) return
        for (const name of namesOf(event, cluster))
          if (isInScope(name)) send(`event: ${name}\r\ndata: ${pythonJson(dataOf(event, name, profile))}`)
      })
      const leave = (): void => {
        stop()
        controller.error(request.signal.reason)
      }
      const end = (): void => {
        stop()
        controller.close()
      }
      let cancelTimer = (): void => {}
      const beat = (): void => {
        cancelTimer = cluster.timers.after(
          heartbeat,
          () => {
            send(': ping')
            beat()
          },
          end,
        )
      }
      stop = () => {
        stop = () => {}
        off()
        cancelTimer()
        request.signal.removeEventListener('abort', leave)
      }
      request.signal.addEventListener('abort', leave, { once: true })
      beat()
    },
    cancel: () => stop(),
  })
  return new Response(body, {
    headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache', 'X-Accel-Buffering': 'no' },
  })
}

/** A kernel's comes before its session's. */
function* namesOf({ type, status, session }: SessionEvent, { profile, faults }: Cluster): Generator<string> {
  const { eventNames } = profile
  if (type === 'result') {
    yield `session_${session.result.toLowerCase()}`
    return
  }
  yield* eventNames.kernel[status] ?? []
  const name = eventNames.session[status]
  if (name && !(faults.dropsSessionEvents && /_(enqueued|scheduled|started|cancelled)$/.test(name))) yield name
}

function dataOf({ session, reason }: SessionEvent, name: string, profile: Profile): Record<string, unknown> {
  const { id, role, index } = mainKernel(session)
  const isEnd = /_(terminated|success|failure)$/.test(name)
  return {
    reason,
    sessionName: session.spec.name,
    ownerAccessKey: session.spec.owner.keypair.accessKey,
    sessionId: session.id,
    // 25.13 and later look for it under a name that is misspelt.
    ...(profile.name !== '20.09' && { exitCode: isEnd && profile.name === '23.09' ? session.exitCode : null }),
    ...((name.startsWith('kernel_') || profile.name !== '26.9') && { kernelId: id }),
    ...(name.startsWith('kernel_') && { clusterRole: role, clusterIdx: index }),
  }
}
