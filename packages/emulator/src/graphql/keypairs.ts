/** `keypair`, `keypairs`, `keypair_list`: never those of other people, but for admins (protocol 04 §3.9). */
import { isoDate } from '../python.ts'
import { isOccupying } from '../sessions/session.ts'
import { type KeyPair, projectsOf } from '../state.ts'
import { byField, type ListFields } from './filter.ts'
import type { GraphContext } from './graph-context.ts'
import { page, type PageArguments, scope } from './lists.ts'

interface KeyPairFilters {
  domain_name?: string | null
  email?: string | null
  is_active?: boolean | null
}

const fields: ListFields<KeyPair> = {
  access_key: { get: ({ accessKey }) => accessKey },
  is_active: { get: ({ isActive }) => isActive },
  is_admin: { get: ({ isAdmin }) => isAdmin },
  resource_policy: { get: ({ resourcePolicy }) => resourcePolicy },
  created_at: { get: ({ createdAt }) => createdAt, kind: 'date' },
  last_used: { get: ({ lastUsed }) => lastUsed, kind: 'date' },
  rate_limit: { get: ({ rateLimit }) => rateLimit },
  num_queries: { get: ({ queries }) => queries },
}

function visible(context: GraphContext, args: KeyPairFilters): KeyPair[] {
  const { state } = context.cluster
  const { domainName, key } = scope(context, args, args.email, context.requester.user.email)
  return [...state.keypairs.values()].filter((keypair) => {
    const user = state.users.get(keypair.userId)
    return (
      (domainName === null || user?.domainName === domainName) &&
      (key === null || user?.email === key) &&
      (args.is_active ?? keypair.isActive) === keypair.isActive
    )
  })
}

export const keypairs = {
  keypair(args: { access_key?: string | null; domain_name?: string | null }, context: GraphContext) {
    const own = context.requester.keypair.accessKey
    const { key } = scope(context, args, args.access_key, own)
    const found = context.cluster.state.keypairs.get(key ?? own)
    return found ? view(found, context) : null
  },

  keypairs(args: KeyPairFilters, context: GraphContext) {
    return visible(context, args)
      .slice(0, 100)
      .map((keypair) => view(keypair, context))
  },

  keypair_list(args: PageArguments & KeyPairFilters, context: GraphContext) {
    const newest = byField<KeyPair>(({ createdAt }) => createdAt, true)
    return page(visible(context, args), args, fields, context, newest, (keypair) => view(keypair, context))
  },
}

function view(keypair: KeyPair, { cluster }: GraphContext): Record<string, unknown> {
  const user = cluster.state.users.get(keypair.userId)
  const sessions = [...cluster.sessions.all()].filter(
    (session) => isOccupying(session) && session.spec.owner.keypair.accessKey === keypair.accessKey,
  )
  return {
    id: keypair.accessKey,
    user_id: user?.email ?? null,
    full_name: user?.fullName ?? null,
    access_key: keypair.accessKey,
    secret_key: keypair.secretKey,
    is_active: keypair.isActive,
    is_admin: keypair.isAdmin,
    resource_policy: keypair.resourcePolicy,
    created_at: isoDate(keypair.createdAt),
    last_used: keypair.lastUsed === null ? null : isoDate(keypair.lastUsed),
    rate_limit: keypair.rateLimit,
    num_queries: keypair.queries,
    rolling_count: 0,
    user: keypair.userId,
    projects: projectsOf(cluster.state, keypair.userId).map(({ name }) => name),
    ssh_public_key: keypair.sshPublicKey,
    concurrency_used: sessions.length,
    // 0 on both real clusters, whatever the policy says.
    concurrency_limit: 0,
    user_info: { email: user?.email ?? null, full_name: user?.fullName ?? null },
  }
}
