/** `domain` and `domains` (protocol 04 §3.6). */
import { pythonJson } from '../formats/json.ts'
import { slotTexts } from '../formats/sizes.ts'
import { Problem } from '../problems.ts'
import type { Profile } from '../profiles.ts'
import { isoDate } from '../python.ts'
import type { Domain } from '../state.ts'
import type { GraphContext } from './graph-context.ts'
import { requireSuperadmin } from './lists.ts'

export const domains = {
  domain(args: { name?: string | null }, { cluster, requester }: GraphContext) {
    const own = requester.user.domainName
    const name = args.name ?? own
    const domain = cluster.state.domains.get(name)
    // Others' domains do not exist for anybody but superadmins.
    if (!domain || (name !== own && requester.user.role !== 'superadmin')) throw new Problem('domain-not-found')
    return view(domain, cluster.profile)
  },

  domains(args: { is_active?: boolean | null }, context: GraphContext) {
    requireSuperadmin(context)
    return [...context.cluster.state.domains.values()]
      .filter(({ isActive }) => (args.is_active ?? isActive) === isActive)
      .map((domain) => view(domain, context.cluster.profile))
  },
}

/** A list of host names up to 22.09.4, then a map to permissions as JSON text. */
export const folderHosts = (
  hosts: Readonly<Record<string, readonly string[]>>,
  profile: Profile,
): string | readonly string[] => (profile.name === '20.09' ? Object.keys(hosts) : pythonJson(hosts))

function view(domain: Domain, profile: Profile): Record<string, unknown> {
  return {
    name: domain.name,
    description: domain.description,
    is_active: domain.isActive,
    created_at: isoDate(domain.createdAt),
    modified_at: isoDate(domain.modifiedAt),
    total_resource_slots: pythonJson(slotTexts(domain.totalResourceSlots)),
    allowed_vfolder_hosts: folderHosts(domain.allowedFolderHosts, profile),
    allowed_docker_registries: domain.allowedDockerRegistries,
    integration_id: domain.integrationId,
    scaling_groups: domain.resourceGroups,
  }
}
