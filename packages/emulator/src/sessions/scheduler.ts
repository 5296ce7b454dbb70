/** May a waiting session start? If not, what its `status_data` says (protocol 02 §2.4, recordings 178). */
import { addSlots, fits, type Slots, sizeText, slotText } from '../formats/sizes.ts'
import type { Profile } from '../profiles.ts'
import { isoDate } from '../python.ts'
import type { Agent, ClusterState, KeyPairPolicy } from '../state.ts'
import { isLive, isOccupying, type Session, totalSlots } from './session.ts'

export interface SchedulerView {
  state: ClusterState
  profile: Profile
  sessions: Iterable<Session>
  now: number
}

const policyOf = (state: ClusterState, session: Session): KeyPairPolicy => {
  const policy = state.policies.get(session.spec.owner.keypair.resourcePolicy)
  if (!policy) throw new Error('A key pair without a policy.')
  return policy
}

/** Slots that sessions hold of an agent. */
export function occupiedSlots(sessions: Iterable<Session>, agent: string): Record<string, number> {
  let sum: Record<string, number> = {}
  for (const session of sessions) {
    if (isOccupying(session) && session.agent === agent) sum = addSlots(sum, totalSlots(session))
  }
  return sum
}

/** Slots that the sessions of a key pair hold. */
export function slotsOfKey(sessions: Iterable<Session>, accessKey: string): Record<string, number> {
  let sum: Record<string, number> = {}
  for (const session of sessions) {
    if (isOccupying(session) && session.spec.owner.keypair.accessKey === accessKey) {
      sum = addSlots(sum, totalSlots(session))
    }
  }
  return sum
}

const describe = (slots: Slots): string =>
  Object.entries(slots)
    .map(([name, amount]) => `${name}:${name === 'mem' ? sizeText(amount) : slotText(amount)}`)
    .join(' ')

/** Why a predicate fails, or null. */
function failure(name: string, session: Session, view: SchedulerView): string | null {
  const { keypair } = session.spec.owner
  const policy = policyOf(view.state, session)
  switch (name) {
    case 'reserved_time':
      return session.spec.startsAt !== null && session.spec.startsAt > view.now ? 'Before start time' : null
    case 'dependencies': {
      const all = [...view.sessions]
      const waiting = session.spec.dependencies
        .map((id) => all.find((other) => other.id === id))
        .filter((other) => other !== undefined && other.result !== 'SUCCESS')
      if (waiting.length === 0) return null
      const names = waiting.map((other) => `${other?.spec.name} (${other?.id})`).join(', ')
      return `Waiting dependency sessions to finish as success. (${names})`
    }
    case 'concurrency': {
      let running = 0
      for (const other of view.sessions) {
        if (isOccupying(other) && other.spec.owner.keypair.accessKey === keypair.accessKey) running += 1
      }
      return running >= policy.concurrentSessions
        ? `You cannot run more than ${policy.concurrentSessions} concurrent sessions`
        : null
    }
    case 'keypair_resource_limit': {
      const limits = policy.totalResourceSlots
      const wanted = addSlots(slotsOfKey(view.sessions, keypair.accessKey), totalSlots(session))
      return fits(wanted, limits, 'free') ? null : `Your keypair resource quota is exceeded. (${describe(limits)})`
    }
    // Users, projects and the domain of the emulator have no limits of their own.
    default:
      return null
  }
}

/** The agent it can start on; otherwise the reason stands in the session. */
export function place(session: Session, view: SchedulerView): Agent | null {
  const failed: { name: string; msg: string }[] = []
  const passed: { name: string }[] = []
  for (const name of view.profile.sessions.predicates) {
    const msg = failure(name, session, view)
    if (msg === null) passed.push({ name })
    else failed.push({ name, msg })
  }
  if (failed.length > 0) {
    explain(session, view, 'predicate-checks-failed', {}, failed, passed)
    return null
  }
  for (const agent of view.state.agents.values()) {
    const free = addSlots(agent.capacity, occupiedSlots(view.sessions, agent.id), -1)
    if (agent.resourceGroup === session.spec.resourceGroup && fits(totalSlots(session), free, 'none')) return agent
  }
  const msg =
    'Could not find a contiguous resource region in any agent big enough to host the session ' +
    `(id: ${session.id}, resource group: ${session.spec.resourceGroup})`
  explain(session, view, 'no-available-instances', { msg }, failed, passed)
  return null
}

function explain(
  session: Session,
  view: SchedulerView,
  reason: string,
  extra: { msg?: string },
  failed: unknown[],
  passed: unknown[],
): void {
  session.tries += 1
  // 26.9.6 says nothing about a session that waits (observed: status info "None", status data null).
  if (!view.profile.sessions.explainsWaiting) return
  session.statusInfo = reason
  session.statusData = {
    scheduler: {
      ...extra,
      retries: session.tries,
      last_try: isoDate(view.now),
      failed_predicates: failed,
      passed_predicates: passed,
    },
  }
}

/** Live sessions of a key pair that still wait. */
export function pendingCount(sessions: Iterable<Session>, accessKey: string): number {
  let count = 0
  for (const session of sessions) {
    const isTheirs = session.spec.owner.keypair.accessKey === accessKey
    if (isTheirs && isLive(session) && session.status === 'PENDING') count += 1
  }
  return count
}
