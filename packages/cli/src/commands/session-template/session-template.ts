/** `session-template` (protocol 05 §6.3). */
import { announce, isSure } from '../../announce.ts'
import { connect } from '../../connection.ts'
import type { Context } from '../../context.ts'
import { readInput } from '../../input-text.ts'
import { formatTable } from '../../table.ts'
import { tell, tellRecords } from '../../told.ts'
import type { CreateFlags, DeleteFlags, GetFlags, ListFlags, UpdateFlags } from './command.ts'

export async function create(context: Context, { file, domain, group, owner }: CreateFlags): Promise<void> {
  const { client } = connect(context)
  const text = await readInput(context, file)
  const ids = await client.sessionTemplates.createAll(text, {
    signal: context.signal,
    ...(domain !== undefined && { domain }),
    ...(group !== undefined && { project: group }),
    ...(owner !== undefined && { ownerAccessKey: owner }),
  })
  const { output } = context
  for (const id of ids.slice(0, -1)) output.status('info', `Task template ${id} created and ready`)
  await announce(context, `Task template ${ids.at(-1)} created and ready`, { ids })
}

export async function update(context: Context, { file, owner }: UpdateFlags, id: string): Promise<void> {
  const { client } = connect(context)
  const text = await readInput(context, file)
  const { signal } = context
  const ownerAccessKey = owner === undefined ? {} : { ownerAccessKey: owner }
  await client.sessionTemplates.update(id, text, { signal, ...ownerAccessKey })
  await announce(context, `Task template ${id} updated`, { id })
}

/** The text alone, in either form of the output: it can be given to `create` again. */
export async function get(context: Context, { format }: GetFlags, id: string): Promise<void> {
  const { options, output, signal } = context
  const chosen = options.output === 'json' ? 'json' : format
  await output.write(await connect(context).client.sessionTemplates.text(id, { format: chosen, signal }))
}

export async function list(context: Context, { listAll }: ListFlags): Promise<void> {
  const { output, signal } = context
  const templates = await connect(context).client.sessionTemplates.list({ all: listAll, signal }).all()
  const records = templates.map((template) => ({
    name: template.name,
    id: template.id,
    created_at: template.createdAt,
    is_owner: template.isOwner,
    user: template.userId ?? null,
    user_email: template.userEmail ?? null,
    group: template.projectId ?? null,
    group_name: template.projectName ?? null,
  }))
  await tellRecords(context, records, async () => {
    if (records.length === 0) return await tell(context, 'There is no task templates created yet.')
    const header = ['Name', 'ID', 'Created At', 'Owner', 'Type', 'User', 'Group']
    const rows = records.map((record) => [
      record.name,
      record.id,
      record.created_at,
      record.is_owner,
      'task',
      record.user_email,
      record.group_name,
    ])
    await output.print(formatTable(rows, { header }))
  })
}

export async function remove(context: Context, { force }: DeleteFlags, id: string): Promise<void> {
  const { client } = connect(context)
  if (!force && !(await isSure(context))) return
  await client.sessionTemplates.delete(id, { signal: context.signal })
  await announce(context, `Task template ${id} deleted`, { id })
}
