/** Which session does a URL name, and whose is it (protocol 02 §0.5, §1.12)? */
import type { Requester } from '../cluster.ts'
import type { Context } from '../context.ts'
import { Problem } from '../problems.ts'
import { isoDate } from '../python.ts'
import { isUUID } from '../random.ts'
import { isLive, type Session } from './session.ts'

/** Names of 26.9's permissions, which its refusals show. */
type Permission = 'READ: 1' | 'UPDATE: 2' | 'SOFT_DELETE: 8'

export interface LookupOptions {
  permission?: Permission
  /** Default: the caller. */
  owner?: Requester
  /** Ended ones too: their logs and histories. */
  ended?: boolean
}

/** The newest first. */
export const sessionsOf = (context: Context, owner: Requester): Session[] =>
  [...context.cluster.sessions.all()]
    .filter((session) => session.spec.owner.keypair.accessKey === owner.keypair.accessKey)
    .toReversed()

export function findSession(context: Context, key: string, options: LookupOptions = {}): Session {
  const owner = options.owner ?? context.requester
  const own = sessionsOf(context, owner)
  const { sessions: rules } = context.profile
  const isKey = (session: Session): boolean => session.spec.name === key || session.id === key.toLowerCase()
  const live = own.filter(isLive)
  let found = live.filter(isKey)
  if (found.length === 0 && rules.prefixMatch) {
    found = live.filter((session) => session.id.startsWith(key) || session.spec.name.startsWith(key))
  }
  if (found.length > 1) throw tooMany(found)
  const [session] = found
  if (session) return session
  // The newest ended one; by its name only where the release does that (26.9.6: by id only).
  const last = own.find(isKey)
  if (last && options.ended && (last.id === key || rules.logsByNameAfterEnd)) return last
  throw notFound(context, key, last, options.permission ?? 'READ: 1')
}

const tooMany = (found: readonly Session[]): Problem =>
  new Problem('too-many-sessions-matched', {
    data: {
      matches: found.map((session) => ({
        id: session.id,
        name: session.spec.name,
        status: session.status,
        created_at: isoDate(session.createdAt),
      })),
    },
  })

function notFound(context: Context, key: string, last: Session | undefined, permission: Permission): Problem {
  const plain = new Problem('session-not-found', { msg: `Session (id=${key}) does not exist.` })
  if (!context.profile.sessions.entityErrors) return plain
  // Three answers of 26.9.6: a name (057), an id of one's own session that ended (056), any other id (observed).
  if (!isUUID(key)) return new Problem('entity-not-found', { msg: 'No SessionRow matches the given key' })
  if (last) return plain
  const { user } = context.requester
  return new Problem('not-enough-permission', {
    msg: `User ${user.id} lacks permission <Permission.${permission}> on session ${key}`,
  })
}

/** `running` sessions only, as the streams of 26.9.6 want them; older ones answer by what is there. */
export function findRunning(context: Context, key: string): Session {
  const session = findSession(context, key)
  if (context.profile.sessions.entityErrors && session.status !== 'RUNNING') {
    throw new Problem('session-not-found', { msg: `Running session ${session.id} does not exist.` })
  }
  return session
}

/** The key pair that a call acts for. */
export function resolveOwner(context: Context, accessKey: string | null): Requester {
  const { requester, cluster } = context
  if (accessKey === null || accessKey === requester.keypair.accessKey) return requester
  const { role } = requester.user
  if (role !== 'superadmin' && role !== 'admin') {
    throw new Problem('forbidden', { msg: 'Only admins can perform operations on behalf of other users.' })
  }
  const keypair = cluster.state.keypairs.get(accessKey)
  const user = keypair && cluster.state.users.get(keypair.userId)
  if (!user) {
    const kind = context.profile.parameters === 'typed' ? 'typed-params' : 'invalid-params'
    throw new Problem(kind, { msg: 'Unknown owner access key' })
  }
  if (role === 'admin' && (user.domainName !== requester.user.domainName || user.role === 'superadmin')) {
    throw new Problem('forbidden', { msg: 'Domain admins can act on their domain only.' })
  }
  return { user, keypair }
}
