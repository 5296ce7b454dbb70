/** From options to a session as the client takes it. */
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'

import type { SessionSpec } from '@backend-ai-sdk/client'

import type { SessionFlags } from './commands/session-flags.ts'
import type { HostProcess } from './context.ts'
import { InvalidArgument } from './failures.ts'
import type { Pair } from './values.ts'

export const randomName = (): string => `pysdk-${randomBytes(5).toString('hex')}`

/** The server counts too, but only after much else. */
export function checkName(name: string): void {
  if (name.length < 4 || name.length > 64)
    throw new InvalidArgument('Client session token should be 4 to 64 characters long.')
}

/** Without name and environment. @throws InvalidArgument, also for a script that cannot be read. */
export async function specOf(image: string, flags: SessionFlags, host: HostProcess): Promise<SessionSpec> {
  return { image, ...(await partialSpecOf(flags, host)) }
}

/** What the flags say. See {@link specOf}. */
export async function partialSpecOf(
  flags: Partial<SessionFlags>,
  host: HostProcess,
): Promise<Omit<SessionSpec, 'image'>> {
  const { bootstrapScript, maxWait = 0 } = flags
  if (maxWait < 0) throw new InvalidArgument('--max-wait is 0 seconds or more.')
  const spec: { [Key in keyof SessionSpec]?: SessionSpec[Key] | undefined } = {
    type: flags.type,
    startsAt: flags.startsAt,
    tag: flags.tag,
    mounts: flags.mount,
    resourceGroup: flags.scalingGroup,
    slots: slotsOf(flags.resources),
    clusterSize: flags.clusterSize,
    clusterMode: flags.clusterMode,
    domain: flags.domain,
    project: flags.group,
    ports: flags.preopen,
    architecture: flags.arch,
    agents: flags.assignAgent,
    priority: flags.priority,
    network: flags.network,
    callbackURL: flags.callbackUrl,
    bootstrapScript: bootstrapScript === undefined ? undefined : await readText(resolve(host.cwd(), bootstrapScript)),
    ...resourceOptions(flags.resourceOpts),
  }
  return Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined))
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new InvalidArgument(`The bootstrap script "${path}" cannot be read: ${(error as Error).message}`)
  }
}

/** A bare number of `mem` is in MiB, as in the Python command since release 23.09. */
function slotsOf(pairs: readonly Pair[] | undefined): Record<string, string> | undefined {
  const slots = pairs?.map(([name, value]) => [name, name === 'mem' && /^[\d.]+$/.test(value) ? `${value}m` : value])
  return slots && (Object.fromEntries(slots) as Record<string, string>)
}

function resourceOptions(
  pairs: readonly Pair[] = [],
): Pick<SessionSpec, 'sharedMemory' | 'allowFractionalResourceFragmentation'> {
  const options: { sharedMemory?: string; allowFractionalResourceFragmentation?: boolean } = {}
  for (const [name, value] of pairs) {
    if (name === 'shmem') options.sharedMemory = value
    else if (name === 'allow_fractional_resource_fragmentation')
      options.allowFractionalResourceFragmentation = /^(y|yes|t|true|on|1)$/i.test(value)
    else
      throw new InvalidArgument(
        `There is no resource option '${name}', only shmem and allow_fractional_resource_fragmentation.`,
      )
  }
  return options
}
