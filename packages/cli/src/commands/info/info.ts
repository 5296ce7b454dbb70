/** `info`: one session with its containers (protocol 05 §4.4). */
import type { Client } from '@backend-ai-sdk/client'

import { connect } from '../../connection.ts'
import type { Context } from '../../context.ts'
import { exitCodes, Failure } from '../../failures.ts'
import { printable } from '../../output.ts'
import { pythonText, repr } from '../../python-text.ts'
import { findSession, parsed, wireField, type WireRecord } from '../../session-fields.ts'

const labels: Readonly<Record<string, string>> = {
  name: 'Session Name',
  session_id: 'Session ID',
  main_kernel_id: 'Kernel/Task ID',
  image: 'Image',
  tag: 'Tag',
  created_at: 'Created At',
  terminated_at: 'Terminated At',
  status: 'Status',
  status_info: 'Status Info',
  status_data: 'Status Data',
  occupying_slots: 'Occupied Resource',
}

/** Told as JSON too. */
const moreFields = ['type', 'result', 'status_changed', 'group_name', 'access_key', 'priority', 'idle_checks']

const containerFields = [
  'cluster_role',
  'cluster_idx',
  'cluster_hostname',
  'agent',
  'status',
  'status_info',
  'status_data',
  'status_changed',
  'occupied_slots',
]
const statFields = ['live_stat', 'last_stat']
const dependencyFields = ['type', 'status', 'status_info', 'status_changed', 'result']

export default async function info(context: Context, _flags: object, reference: string): Promise<number> {
  const { output, options, signal } = context
  const { client } = connect(context)
  const id = await findSession(client, reference, { signal })
  const session = id === undefined ? undefined : await fetchSession(client, id, signal)
  if (!session) {
    if (options.output !== 'json') throw new Failure('There is no such compute session.')
    await output.print('{"count": 0, "total_count": 0, "items": []}')
    return exitCodes.failure
  }
  if (options.output === 'json') await output.json({ count: 1, total_count: 1, items: [asJSON(session)] })
  else for (const line of linesOf(session)) await output.print(printable(line).trimEnd())
  return 0
}

/** By our names of the fields, whatever the server's are. */
async function fetchSession(client: Client, id: string, signal: AbortSignal): Promise<WireRecord | undefined> {
  const server = await client.server({ signal })
  const known = [...Object.keys(labels), ...moreFields].flatMap((name) => {
    const field = wireField(name, server)
    return field === undefined ? [] : [`${name}: ${field}`]
  })
  const containers = `containers { id ${[...containerFields, ...statFields].join(' ')} }`
  const dependencies = `dependencies { name session_id ${dependencyFields.join(' ')} }`
  const { compute_session: session } = await client.graphql<{ compute_session: WireRecord | null }>(
    `query($id: UUID!) { compute_session(id: $id) { ${known.join(' ')} ${containers} ${dependencies} } }`,
    { id },
    { signal },
  )
  return session ?? undefined
}

const recordsOf = (value: unknown): WireRecord[] => (Array.isArray(value) ? (value as WireRecord[]) : [])

function* linesOf(session: WireRecord): Generator<string> {
  for (const [field, label] of Object.entries(labels)) yield `${`${label}:`.padEnd(20)}${pythonText(session[field])}`
  yield 'Containers:'
  for (const container of recordsOf(session['containers'])) yield* containerLines(container)
  yield ''
  yield 'Dependencies:'
  const dependencies = recordsOf(session['dependencies'])
  if (dependencies.length === 0) yield '  - (There are no dependency tasks)'
  for (const dependency of dependencies) {
    yield `  + ${pythonText(dependency['name'])} (${pythonText(dependency['session_id'])})`
    for (const field of dependencyFields) yield `    - ${`${field}:`.padEnd(18)}${pythonText(dependency[field])}`
  }
}

function* containerLines(container: WireRecord): Generator<string> {
  yield `  + ${pythonText(container['id'])}`
  for (const field of containerFields) yield `    - ${`${field}:`.padEnd(18)}${pythonText(container[field])}`
  for (const field of statFields) {
    const metrics = parsed(container[field])
    if (typeof metrics !== 'object' || metrics === null) yield `    + ${field}: (unavailable)`
    else {
      yield `    + ${field}:`
      for (const [name, value] of Object.entries(metrics)) yield `      - ${`${name}:`.padEnd(18)}${repr(value)}`
    }
  }
}

/** Embedded JSON becomes part of it. */
function asJSON(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => asJSON(item))
  if (typeof value !== 'object' || value === null) return parsed(value)
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, asJSON(item)]))
}
