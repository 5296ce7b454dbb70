/** Pages of rows, and whose rows a caller may see. */
import { Problem } from '../problems.ts'
import { byField, type Comparison, type ListFields, parseFilter, parseOrder } from './filter.ts'
import type { GraphContext } from './graph-context.ts'

export interface PageArguments {
  limit: number
  offset: number
  filter?: string | null
  order?: string | null
  /** Before filters and orders, in 20.09. */
  order_key?: string | null
  order_asc?: boolean | null
}

export interface Page<T> {
  items: T[]
  total_count: number
}

export function page<T, V>(
  rows: readonly T[],
  args: PageArguments,
  fields: ListFields<T>,
  context: GraphContext,
  fallback: Comparison<T>,
  view: (row: T) => V,
): Page<V> {
  const { profile } = context.cluster
  const filter = args.filter ?? null
  const found = filter === null ? [...rows] : rows.filter(parseFilter(filter, fields, profile))
  const comparisons = args.order_key ? [byKey(args, fields)] : parseOrder(args.order ?? '', fields)
  const all = comparisons.length > 0 ? comparisons : [fallback]
  found.sort((left, right) => all.map((compare) => compare(left, right)).find((order) => order !== 0) ?? 0)
  // PostgreSQL's words; there is no maximum (protocol 04 §1.5).
  if (args.limit < 0) throw new Error('LIMIT must not be negative')
  if (args.offset < 0) throw new Error('OFFSET must not be negative')
  return { items: found.slice(args.offset, args.offset + args.limit).map(view), total_count: found.length }
}

function byKey<T>(args: PageArguments, fields: ListFields<T>): Comparison<T> {
  const field = fields[args.order_key ?? '']
  if (!field) throw new Error(`'${args.order_key}'`)
  return byField(field.get, args.order_asc !== true)
}

export interface Scope {
  /** Null for all. */
  domainName: string | null
  key: string | null
}

/** Protocol 04 §1.4: users see their own, domain admins their domain, superadmins what they ask for. */
export function scope(
  context: GraphContext,
  given: { domain_name?: string | null },
  key: string | null | undefined,
  ownKey: string,
): Scope {
  const { user } = context.requester
  const domainName = given.domain_name ?? null
  switch (user.role) {
    case 'superadmin':
      return { domainName, key: key ?? null }
    case 'admin':
      if (domainName !== null && domainName !== user.domainName) throw new Problem('forbidden')
      return { domainName: user.domainName, key: key ?? null }
    case 'user':
      if (domainName !== null && domainName !== user.domainName) throw new Problem('forbidden')
      if (key !== null && key !== undefined && key !== ownKey) throw new Problem('forbidden')
      return { domainName: user.domainName, key: ownKey }
    case 'monitor':
    default:
      throw new Problem('invalid-params', { msg: 'Unknown client role' })
  }
}

export function requireSuperadmin(context: GraphContext): void {
  if (context.requester.user.role === 'superadmin') return
  throw new Problem('forbidden', { msg: 'superadmin privilege required' })
}

/** Of lists of people. */
export function requireAdmin(context: GraphContext): void {
  if (!['superadmin', 'admin'].includes(context.requester.user.role)) throw new Problem('insufficient-privilege')
}
