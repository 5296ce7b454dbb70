/** All root fields; one line per entity. */
import { agents } from './agents.ts'
import { computeSessions } from './compute-sessions.ts'
import { domains } from './domains.ts'
import { groups } from './groups.ts'
import { imageMutations, images } from './images.ts'
import { keypairPolicies } from './keypair-policies.ts'
import { keypairs } from './keypairs.ts'
import { resourcePresets } from './resource-presets.ts'
import { scalingGroups } from './scaling-groups.ts'
import { users } from './users.ts'
import { vfolders } from './vfolders.ts'

export type { GraphContext } from './graph-context.ts'

export const resolvers: Readonly<Record<string, unknown>> = {
  ...computeSessions,
  ...images,
  ...imageMutations,
  ...domains,
  ...groups,
  ...users,
  ...keypairs,
  ...keypairPolicies,
  ...resourcePresets,
  ...scalingGroups,
  ...agents,
  ...vfolders,
}
