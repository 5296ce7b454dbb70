/** `dotfile` (protocol 05 §6.2). */
import type { DotfileOptions } from '@backend-ai-sdk/client'

import { announce, isSure } from '../../announce.ts'
import { connect } from '../../connection.ts'
import type { Context } from '../../context.ts'
import { readInput } from '../../input-text.ts'
import { formatTable } from '../../table.ts'
import { tell, tellRecords } from '../../told.ts'
import type { DeleteFlags, OwnerFlags, WriteFlags } from './command.ts'

const optionsOf = ({ signal }: Context, { owner, domain, group }: OwnerFlags): DotfileOptions => ({
  signal,
  ...(owner !== undefined && { ownerAccessKey: owner }),
  ...(domain !== undefined && { domain }),
  ...(group !== undefined && { project: group }),
})

export async function create(context: Context, flags: WriteFlags, path: string): Promise<void> {
  const { client } = connect(context)
  const data = await readInput(context, flags.file)
  await client.dotfiles.create({ path, data, permission: flags.perm }, optionsOf(context, flags))
  await announce(context, `Dotfile ${path} created and ready`, { path })
}

export async function update(context: Context, flags: WriteFlags, path: string): Promise<void> {
  const { client } = connect(context)
  const data = await readInput(context, flags.file)
  await client.dotfiles.update({ path, data, permission: flags.perm }, optionsOf(context, flags))
  await announce(context, `Dotfile ${path} updated`, { path })
}

export async function get(context: Context, flags: OwnerFlags, path: string): Promise<void> {
  const { options, output } = context
  const dotfile = await connect(context).client.dotfiles.get(path, optionsOf(context, flags))
  await (options.output === 'json' ? output.json(dotfile) : output.write(dotfile.data))
}

export async function list(context: Context, flags: OwnerFlags): Promise<void> {
  const { output } = context
  const dotfiles = await connect(context).client.dotfiles.list(optionsOf(context, flags)).all()
  await tellRecords(context, dotfiles, async () => {
    if (dotfiles.length === 0) return await tell(context, 'There is no dotfiles created yet.')
    const rows = dotfiles.map(({ path, data, permission }) => [path, firstLine(data), permission])
    await output.print(formatTable(rows, { header: ['Path', 'Data', 'Permission'], decimals: [2] }))
  })
}

const firstLine = (data: string): string => data.slice(0, 30).split(/\r?\n/, 1)[0] ?? ''

export async function remove(context: Context, flags: DeleteFlags, path: string): Promise<void> {
  const { client } = connect(context)
  if (!flags.force && !(await isSure(context))) return
  await client.dotfiles.delete(path, optionsOf(context, flags))
  await announce(context, `Dotfile ${path} deleted`, { path })
}
