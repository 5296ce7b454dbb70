/** `apps`: what listens in a session (protocol 05 §5.2). */
import type { App } from '@backend-ai-sdk/client'

import { connect } from '../../connection.ts'
import type { Context } from '../../context.ts'
import { notSupported } from '../../failures.ts'
import { printable } from '../../output.ts'
import { repr } from '../../python-text.ts'
import { runningSession } from '../../running-session.ts'
import type { AppsFlags } from './command.ts'

export default async function apps(
  context: Context,
  { listNames }: AppsFlags,
  reference: string,
  ...names: string[]
): Promise<void> {
  const { output, options, signal } = context
  const { client } = connect(context)
  const session = await runningSession(context, client, reference)
  const all = await session.apps({ signal })
  const unknown = names.find((name) => !all.some((app) => app.name === name))
  if (unknown !== undefined) throw notSupported(unknown, all)
  const chosen = names.length > 0 ? all.filter((app) => names.includes(app.name)) : all
  if (options.output === 'json')
    return await output.json({ count: chosen.length, total_count: chosen.length, items: chosen.map(asJSON) })
  if (chosen.length === 0) return output.status('info', 'This session provides no app services.')
  if (listNames) {
    const services = chosen.map(({ name }) => name).join(', ')
    return output.status('info', `This session provides the following app services: ${services}`)
  }
  for (const app of chosen) await tell(context, app)
}

async function tell({ output }: Context, { name, allowedArguments, allowedEnviron }: App): Promise<void> {
  if (!allowedArguments && !allowedEnviron)
    return output.status('info', `Service ${name} does not have customizable arguments.`)
  output.status('info', `Information for service ${name}:`)
  if (allowedArguments) await output.print(`\tAvailable arguments: ${printable(repr(allowedArguments))}`)
  if (allowedEnviron) await output.print(`\tAvailable environment variables: ${printable(repr(allowedEnviron))}`)
}

const asJSON = ({ name, protocol, ports, urlTemplate, allowedArguments, allowedEnviron }: App): object => ({
  name,
  protocol,
  ports,
  url_template: urlTemplate ?? null,
  allowed_arguments: allowedArguments ?? null,
  allowed_envs: allowedEnviron ?? null,
})
