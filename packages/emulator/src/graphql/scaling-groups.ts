/** `scaling_group(s)`: resource groups, for superadmins (protocol 04 §3.14). */
import { isoDate } from '../python.ts'
import type { ResourceGroup } from '../state.ts'
import type { GraphContext } from './graph-context.ts'
import { requireSuperadmin } from './lists.ts'

function all(args: { is_active?: boolean | null; name?: string | null }, context: GraphContext) {
  requireSuperadmin(context)
  return [...context.cluster.state.resourceGroups.values()]
    .filter(({ isActive, name }) => (args.is_active ?? isActive) === isActive && (args.name ?? name) === name)
    .map(view)
}

export const scalingGroups = {
  scaling_group(args: { name?: string | null }, context: GraphContext) {
    requireSuperadmin(context)
    const group = context.cluster.state.resourceGroups.get(args.name ?? '')
    return group ? view(group) : null
  },
  scaling_groups: all,
  // Every domain, project and key pair may use the one that there is.
  scaling_groups_for_domain: (args: { is_active?: boolean | null }, context: GraphContext) => all(args, context),
  scaling_groups_for_user_group: (args: { is_active?: boolean | null }, context: GraphContext) => all(args, context),
  scaling_groups_for_keypair: (args: { is_active?: boolean | null }, context: GraphContext) => all(args, context),
}

const view = (group: ResourceGroup): Record<string, unknown> => ({
  name: group.name,
  description: group.description,
  is_active: group.isActive,
  is_public: group.isPublic,
  created_at: isoDate(group.createdAt),
  driver: group.driver,
  driver_opts: '{}',
  scheduler: group.scheduler,
  scheduler_opts: '{}',
  use_host_network: false,
  wsproxy_addr: group.proxyAddress,
  wsproxy_api_token: null,
})
