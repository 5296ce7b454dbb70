/** `user`, `users`, `user_list` (protocol 04 §3.8). */
import { isoDate } from '../python.ts'
import { projectsOf, type User, userByEmail } from '../state.ts'
import { byField, type ListFields } from './filter.ts'
import type { GraphContext } from './graph-context.ts'
import { page, type PageArguments, requireAdmin, scope } from './lists.ts'

interface UserFilters {
  domain_name?: string | null
  group_id?: string | null
  is_active?: boolean | null
  status?: string | null
}

const fields: ListFields<User> = {
  uuid: { get: ({ id }) => id },
  username: { get: ({ username }) => username },
  email: { get: ({ email }) => email },
  full_name: { get: ({ fullName }) => fullName },
  description: { get: ({ description }) => description, order: false },
  is_active: { get: ({ status }) => status === 'active' },
  status: { get: ({ status }) => status },
  status_info: { get: ({ statusInfo }) => statusInfo },
  created_at: { get: ({ createdAt }) => createdAt, kind: 'date' },
  modified_at: { get: ({ modifiedAt }) => modifiedAt, kind: 'date' },
  domain_name: { get: ({ domainName }) => domainName },
  role: { get: ({ role }) => role },
  resource_policy: { get: ({ resourcePolicy }) => resourcePolicy },
  main_access_key: { get: ({ mainAccessKey }) => mainAccessKey },
}

function visible(context: GraphContext, args: UserFilters): User[] {
  requireAdmin(context)
  const { state } = context.cluster
  const { domainName } = scope(context, args, null, '')
  const members = args.group_id ? state.projects.get(args.group_id)?.members : undefined
  return [...state.users.values()].filter(
    (user) =>
      (domainName === null || user.domainName === domainName) &&
      (!args.group_id || members?.has(user.id)) &&
      (args.status ?? user.status) === user.status &&
      (args.is_active ?? user.status === 'active') === (user.status === 'active'),
  )
}

export const users = {
  user(args: { email?: string | null; domain_name?: string | null }, context: GraphContext) {
    const { user } = context.requester
    const { key } = scope(context, args, args.email, user.email)
    const found = userByEmail(context.cluster.state, key ?? user.email)
    return found ? view(found, context) : null
  },

  user_from_uuid(args: { user_id?: string | null; domain_name?: string | null }, context: GraphContext) {
    const { user } = context.requester
    const { key } = scope(context, args, args.user_id, user.id)
    const found = context.cluster.state.users.get(key ?? user.id)
    return found ? view(found, context) : null
  },

  /** A hundred at most (protocol 04 §1.5). */
  users(args: UserFilters, context: GraphContext) {
    return visible(context, args)
      .slice(0, 100)
      .map((user) => view(user, context))
  },

  user_list(args: PageArguments & UserFilters, context: GraphContext) {
    const newest = byField<User>(({ createdAt }) => createdAt, true)
    return page(visible(context, args), args, fields, context, newest, (user) => view(user, context))
  },
}

function view(user: User, { cluster }: GraphContext): Record<string, unknown> {
  return {
    id: user.id,
    uuid: user.id,
    username: user.username,
    email: user.email,
    need_password_change: false,
    full_name: user.fullName,
    description: user.description,
    is_active: user.status === 'active',
    status: user.status,
    status_info: user.statusInfo,
    created_at: isoDate(user.createdAt),
    modified_at: isoDate(user.modifiedAt),
    domain_name: user.domainName,
    role: user.role,
    resource_policy: user.resourcePolicy,
    groups: projectsOf(cluster.state, user.id).map(({ id, name }) => ({ id, name })),
    allowed_client_ip: null,
    totp_activated: false,
    totp_activated_at: null,
    sudo_session_enabled: false,
    main_access_key: user.mainAccessKey,
  }
}
