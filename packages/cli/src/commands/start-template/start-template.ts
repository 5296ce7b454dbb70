/** `start-template` (protocol 05 §3.7): only what was given is sent, so that the rest is the template's. */
import type { SessionSpec } from '@backend-ai-sdk/client'

import type { Context } from '../../context.ts'
import { checkName, partialSpecOf, randomName } from '../../session-spec.ts'
import { startSession } from '../../starting.ts'
import type { StartTemplateFlags } from './command.ts'

export default async function startTemplate(
  context: Context,
  flags: StartTemplateFlags,
  template: string,
): Promise<number> {
  const { image, owner, startupCommand, depends, env } = flags
  const name = flags.name ?? randomName()
  checkName(name)
  const spec: Partial<SessionSpec> = {
    ...(await partialSpecOf(flags, context.host)),
    name,
    ...(image !== undefined && { image }),
    ...(owner !== undefined && { ownerAccessKey: owner }),
    ...(startupCommand !== undefined && { startupCommand }),
    ...(depends && { dependencies: depends }),
    ...(env && { environment: Object.fromEntries(env) }),
    // The empty ones of the template's are sent on purpose.
    ...(flags.noMount && { mounts: [] }),
    ...(flags.noEnv && { environment: {} }),
    ...(flags.noResource && { slots: {} }),
  }
  return startSession(context, flags, name, (client, options) =>
    client.sessions.createFromTemplate(template, spec, options),
  )
}
