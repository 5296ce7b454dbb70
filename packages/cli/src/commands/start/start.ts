/** `start`: a session without running anything in it (protocol 05 §3.6). */
import type { SessionSpec } from '@backend-ai-sdk/client'

import type { Context } from '../../context.ts'
import { checkName, randomName, specOf } from '../../session-spec.ts'
import { startSession } from '../../starting.ts'
import type { StartFlags } from './command.ts'

export default async function start(context: Context, flags: StartFlags, image: string): Promise<number> {
  const name = flags.name ?? randomName()
  checkName(name)
  const spec: SessionSpec = {
    ...(await specOf(image, flags, context.host)),
    name,
    environment: Object.fromEntries(flags.env ?? []),
    ...(flags.owner !== undefined && { ownerAccessKey: flags.owner }),
    ...(flags.startupCommand !== undefined && { startupCommand: flags.startupCommand }),
    ...(flags.timeout !== undefined && { batchTimeout: flags.timeout }),
    ...(flags.depends && { dependencies: flags.depends }),
  }
  return startSession(context, flags, name, (client, options) => client.sessions.getOrCreate(spec, options))
}
