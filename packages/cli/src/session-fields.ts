/** What GraphQL tells of sessions by release, beyond what the client's `SessionInfo` has (protocol 04 §3.3, §3.4). */
import { type CallOptions, type Client, isAtLeast, type ServerInfo } from '@backend-ai-sdk/client'

/** As it is on the wire. */
export type WireRecord = Record<string, unknown>

/** Fields that not all releases have. */
const fieldSince: Readonly<Record<string, string>> = {
  architecture: '22.3',
  abusing_reports: '22.9',
  status_history: '22.9',
  full_name: '22.9.18',
  idle_checks: '22.9.19',
  main_kernel_id: '23.3',
  vfolder_mounts: '23.3',
  occupying_slots: '23.3',
  agent_ids: '23.3.8',
  scheduled_at: '23.3.9',
  requested_slots: '24.3',
  priority: '24.9',
}

/** The name that a field has on the server; undefined where the server has none. */
export function wireField(field: string, server: ServerInfo): string | undefined {
  const since = fieldSince[field]
  if (since === undefined || isAtLeast(server, since)) return field
  // `id` was that of the main container, and is that of the session now.
  if (field === 'main_kernel_id') return 'id'
  return field === 'occupying_slots' ? 'occupied_slots' : undefined
}

/** JSON comes as text, and not always as JSON. */
export function parsed(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{"]/.test(value)) return value
  try {
    return JSON.parse(value) as unknown
  } catch {
    return value
  }
}

export const isUUID = (text: string): boolean => /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text)

const ended = new Set<string>(['TERMINATED', 'CANCELLED', 'ERROR'])

/**
 * The id of a session by its name or id: of a living one, else of the one that ended last.
 *
 * @returns undefined where there is none.
 */
export async function findSession(
  client: Client,
  reference: string,
  options: CallOptions,
): Promise<string | undefined> {
  if (isUUID(reference)) return reference
  const matches = await client.sessions.match(reference, options)
  const named = matches.filter(({ name }) => name === reference)
  const living = named.find(({ status }) => !ended.has(status)) ?? named[0]
  if (living) return living.id
  // Before release 23.03 the beginning of a name or id is enough, if it is that of one session only.
  if (matches.length === 1) return matches[0]!.id
  if (!(await client.supports('graphql-filter', options))) return undefined
  const filter = `name == ${JSON.stringify(reference)}`
  const { items } = await client.sessions.list({ status: 'all', filter, limit: 1, ...options }).page()
  return items[0]?.id
}
