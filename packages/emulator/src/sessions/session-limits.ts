/** Does a session ask for enough, and not for too much (protocol 02 §1.8)? */
import type { Requester } from '../cluster.ts'
import type { Context } from '../context.ts'
import { addSlots, parseSize, type Slots, sizeText } from '../formats/sizes.ts'
import { Problem } from '../problems.ts'
import type { Profile } from '../profiles.ts'
import type { Image } from '../state.ts'
import { pendingCount } from './scheduler.ts'
import type { CreationConfig } from './session-config.ts'

/** What is not asked for is the image's minimum. */
export function requestedSlots(
  config: CreationConfig,
  image: Image,
  profile: Profile,
): { slots: Record<string, number>; sharedMemory: number } {
  const sharedMemory = config.sharedMemory
  const slots: Record<string, number> = { cpu: image.minimum.cpu, mem: image.minimum.mem + sharedMemory }
  for (const [name, value] of Object.entries(config.resources)) {
    if (name !== 'cpu' && name !== 'mem') throw unknownSlot(name, profile)
    const amount = name === 'mem' ? parseSize(value) : Number(value)
    if (amount === null || Number.isNaN(amount)) {
      const msg = `Invalid resource allocation: Cannot convert the slot '${name}' to decimal: '${value}'`
      throw new Problem('invalid-params', { msg })
    }
    slots[name] = amount
  }
  return { slots, sharedMemory }
}

function unknownSlot(name: string, profile: Profile): Problem {
  const hint =
    name === 'shmem' ? " (Put it at the 'resource_opts' field in API, or use '--resource-opts shmem=...' in CLI)" : ''
  const msg = `Unknown slot type: '${name}'${hint}`
  return profile.parameters === 'typed'
    ? new Problem('unknown-resource-slot-type', { msg })
    : new Problem('invalid-params', { msg: `Invalid resource allocation: ${msg}` })
}

/** Old servers refuse what is smaller in one slot and larger in none; new ones what is smaller in any (observed). */
export function checkMinimum(slots: Slots, sharedMemory: number, image: Image, profile: Profile): void {
  const minimum: Slots = addSlots(image.minimum, { mem: sharedMemory })
  const below = Object.entries(minimum).some(([name, amount]) => (slots[name] ?? 0) < amount)
  const above = Object.entries(minimum).some(([name, amount]) => (slots[name] ?? 0) > amount)
  const least = `(cpu=${minimum['cpu']} mem=${sizeText(minimum['mem'] ?? 0)})`
  if (!below || (above && profile.parameters === 'strict')) return
  const msg =
    profile.parameters === 'typed'
      ? `kernel_specs[0] resource request is smaller than the image minimum ${least}.`
      : `Your resource request is smaller than the minimum required by the image. ${least}`
  throw new Problem('invalid-params', { msg })
}

/** Of the key pair's policy; too many sessions at a time only wait. */
export function checkLimits(context: Context, owner: Requester, clusterSize: number): void {
  const { state, sessions } = context.cluster
  const policy = state.policies.get(owner.keypair.resourcePolicy)
  if (!policy) throw new Problem('internal-server-error')
  const isTyped = context.profile.parameters === 'typed'
  if (clusterSize > policy.containersPerSession) {
    const msg = isTyped
      ? `Session requests ${clusterSize} kernels, exceeding the keypair limit of ` +
        `${policy.containersPerSession} containers per session.`
      : `You cannot create session with more than ${policy.containersPerSession} containers.`
    throw new Problem('quota-exceeded', { msg })
  }
  // Policies with a limit of their own for waiting sessions came with 24.03.4.
  const { pendingSessions } = policy
  if (!isTyped || pendingSessions === null) return
  if (pendingCount(sessions.all(), owner.keypair.accessKey) >= pendingSessions) {
    throw new Problem('quota-exceeded', { msg: `You cannot create more than ${pendingSessions} pending session(s).` })
  }
}
