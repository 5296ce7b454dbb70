/** `group`, `groups`, `groups_by_name`: projects (protocol 04 §3.7). */
import { pythonJson } from '../formats/json.ts'
import { slotTexts } from '../formats/sizes.ts'
import { Problem } from '../problems.ts'
import { isoDate } from '../python.ts'
import { type Project, projectsOf } from '../state.ts'
import { folderHosts } from './domains.ts'
import type { GraphContext } from './graph-context.ts'

/** Superadmins see all, domain admins those of their domain, users their own. */
function visible({ cluster, requester }: GraphContext): Project[] {
  const { user } = requester
  const all = [...cluster.state.projects.values()]
  if (user.role === 'superadmin') return all
  return user.role === 'admin'
    ? all.filter(({ domainName }) => domainName === user.domainName)
    : projectsOf(cluster.state, user.id)
}

export const groups = {
  group(args: { id: string }, context: GraphContext) {
    const project = visible(context).find(({ id }) => id === args.id)
    if (project) return view(project, context)
    if (context.cluster.profile.name === '26.9') throw new Problem('insufficient-privilege')
    // Up to 23.9.10 the row is used before it is looked at (observed).
    throw new Error("'NoneType' object has no attribute 'id'")
  },

  groups(args: { domain_name?: string | null; is_active?: boolean | null }, context: GraphContext) {
    const { user } = context.requester
    const isSuperadmin = user.role === 'superadmin'
    // Only superadmins choose the domain; a user's own argument has no effect (observed).
    const domain = isSuperadmin ? (args.domain_name ?? null) : null
    return visible(context)
      .filter(({ domainName }) => domain === null || domainName === domain)
      .filter(({ isActive }) => (args.is_active ?? isActive) === isActive)
      .map((project) => view(project, context))
  },

  groups_by_name(args: { name: string; domain_name?: string | null }, context: GraphContext) {
    return visible(context)
      .filter(({ name, domainName }) => name === args.name && (args.domain_name ?? domainName) === domainName)
      .map((project) => view(project, context))
  },
}

function view(project: Project, { cluster }: GraphContext): Record<string, unknown> {
  return {
    id: project.id,
    name: project.name,
    description: project.description,
    is_active: project.isActive,
    created_at: isoDate(project.createdAt),
    modified_at: isoDate(project.modifiedAt),
    domain_name: project.domainName,
    total_resource_slots: pythonJson(slotTexts(project.totalResourceSlots)),
    allowed_vfolder_hosts: folderHosts(project.allowedFolderHosts, cluster.profile),
    integration_id: project.integrationId,
    resource_policy: project.resourcePolicy,
    type: project.type,
    container_registry: null,
    scaling_groups: project.resourceGroups,
  }
}
