/** `admin vfolder get-fstab-contents`, `list-mounts`, `mount-host`, `umount-host`. */
import type { MountReports } from '@backend-ai-sdk/client'

import { connect } from '../../../connection.ts'
import type { Context } from '../../../context.ts'
import { exitCodes } from '../../../failures.ts'
import { printable } from '../../../output.ts'
import { pythonText } from '../../../python-text.ts'
import type { FstabFlags, MountFlags, UnmountFlags } from './command.ts'

export async function fstab(context: Context, { agentId }: FstabFlags): Promise<void> {
  const { options, output, signal } = context
  const { client } = connect(context)
  const { content, node, nodeId } = await client.vfolders.mounts.fstab({
    signal,
    ...(agentId !== undefined && { agentId }),
  })
  if (options.output === 'json') return output.json({ content, node, node_id: nodeId })
  output.status('info', `${node} ${nodeId}`)
  await output.print(content.trimEnd())
}

export async function listMounts(context: Context): Promise<void> {
  const { options, output, signal } = context
  const { agents, manager, storageProxy } = await connect(context).client.vfolders.mounts.list({ signal })
  if (options.output === 'json') return output.json({ manager, storage_proxy: storageProxy, agents })
  await output.print(blocks({ manager, 'storage-proxy': storageProxy }, agents))
}

export async function mount(
  context: Context,
  { editFstab, options }: MountFlags,
  location: string,
  name: string,
): Promise<number> {
  const { client } = connect(context)
  const spec = { location, name, editFstab, ...(options !== undefined && { options }) }
  return tellReports(context, await client.vfolders.mounts.mount(spec, { signal: context.signal }))
}

export async function unmount(context: Context, { editFstab }: UnmountFlags, name: string): Promise<number> {
  const { client } = connect(context)
  return tellReports(context, await client.vfolders.mounts.unmount(name, { editFstab, signal: context.signal }))
}

/** Servers answer 200 although machines have failed. */
async function tellReports({ options, output }: Context, { agents, manager }: MountReports): Promise<number> {
  if (options.output === 'json') await output.json({ manager, agents })
  else await output.print(blocks({ manager }, agents))
  const isDone = [manager, ...Object.values(agents)].every(({ success }) => success)
  return isDone ? 0 : exitCodes.failure
}

type Facts = Readonly<Record<string, object>>

function blocks(nodes: Facts, agents: Facts): string {
  const listed = Object.entries(nodes).map(([name, facts]) => [name, ...factLines(facts, '  ')].join('\n'))
  const ofAgents = Object.entries(agents).flatMap(([id, facts]) => [`  ${id}`, ...factLines(facts, '    ')])
  return [...listed, ['agents', ...ofAgents].join('\n')].map(printable).join('\n\n')
}

const factLines = (facts: object, indent: string): string[] =>
  Object.entries(facts).map(([name, value]) => `${indent}${name} : ${pythonText(value)}`)
