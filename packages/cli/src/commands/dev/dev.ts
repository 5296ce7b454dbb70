/** `dev`: the local cluster, until it is told to stop. */
import { serve, type ServedEmulator } from '@backend-ai-sdk/emulator/node'

import type { Context } from '../../context.ts'
import { Failure, InvalidArgument } from '../../failures.ts'
import type { DevFlags } from './command.ts'

export default async function dev(context: Context, { port, profile, role }: DevFlags): Promise<void> {
  const { output, options, signal } = context
  if (port < 0 || port > 65_535) throw new InvalidArgument(`Port ${port} is not between 0 and 65535.`)
  const cluster = await listen(port, profile)
  try {
    const user = cluster.emulator.users.find((candidate) => candidate.role === role)
    if (!user) throw new Failure(`The cluster has no ${role}.`)
    const variables = {
      BACKEND_ENDPOINT: cluster.url,
      BACKEND_ENDPOINT_TYPE: 'api',
      BACKEND_ACCESS_KEY: user.accessKey,
      BACKEND_SECRET_KEY: user.secretKey,
    }
    if (options.output === 'json')
      await output.json({ endpoint: cluster.url, profile, user: user.email, environment: variables })
    else for (const [name, value] of Object.entries(variables)) await output.print(`export ${name}=${quoted(value)}`)
    output.status(
      'info',
      `This is a local cluster that speaks as release ${profile}, at ${cluster.url}; the lines above make other commands use it as ${user.email}.\nIt runs code on this machine as you, without containers. Stop it with Ctrl-C: nothing of it remains.`,
    )
    await aborted(signal)
  } finally {
    await cluster.close()
  }
  output.status('done', 'Stopped.')
}

/** For a shell. */
const quoted = (text: string): string => (/^[\w./:-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)

async function listen(port: number, profile: DevFlags['profile']): Promise<ServedEmulator> {
  try {
    return await serve({ port, profile })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE') throw new Failure(`Port ${port} is in use: choose another one with --port.`)
    if (code === 'EACCES')
      throw new Failure(`Port ${port} needs rights that this user does not have: choose another one with --port.`)
    throw error
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
