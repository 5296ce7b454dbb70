/** `vfolder list-hosts`, `list-allowed-types`. */
import { connect } from '../../connection.ts'
import type { Context } from '../../context.ts'

export async function listHosts(context: Context): Promise<void> {
  const { options, output, signal } = context
  const hosts = await connect(context).client.vfolders.hosts({ signal })
  const names = hosts.allowed
  if (options.output === 'json') return output.json({ default: hosts.default ?? null, allowed: names })
  await output.print(`Default vfolder host: ${hosts.default ?? 'None'}`)
  await output.print(`Usable hosts: ${names.join(', ')}`)
}

export async function listAllowedTypes(context: Context): Promise<void> {
  const { options, output, signal } = context
  const owners = await connect(context).client.vfolders.types({ signal })
  const types = owners.map((owner) => (owner === 'project' ? 'group' : owner))
  if (options.output === 'json') return output.json(types)
  for (const type of types) await output.print(type)
}
