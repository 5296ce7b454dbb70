/** `keypair_resource_policy` and its list (protocol 04 §3.10). */
import { pythonJson } from '../formats/json.ts'
import { slotTexts } from '../formats/sizes.ts'
import { isoDate } from '../python.ts'
import type { KeyPairPolicy } from '../state.ts'
import { folderHosts } from './domains.ts'
import type { GraphContext } from './graph-context.ts'

export const keypairPolicies = {
  keypair_resource_policy(args: { name?: string | null }, context: GraphContext) {
    const name = args.name ?? context.requester.keypair.resourcePolicy
    const policy = context.cluster.state.policies.get(name)
    return policy ? view(policy, context) : null
  },

  /** Admins see all, others their own. */
  keypair_resource_policies(_args: unknown, context: GraphContext) {
    const { requester, cluster } = context
    const isAdmin = ['superadmin', 'admin'].includes(requester.user.role)
    return [...cluster.state.policies.values()]
      .filter(({ name }) => isAdmin || name === requester.keypair.resourcePolicy)
      .map((policy) => view(policy, context))
  },
}

const view = (policy: KeyPairPolicy, { cluster }: GraphContext): Record<string, unknown> => ({
  name: policy.name,
  created_at: isoDate(policy.createdAt),
  default_for_unspecified: policy.defaultForUnspecified,
  total_resource_slots: pythonJson(slotTexts(policy.totalResourceSlots)),
  max_concurrent_sessions: policy.concurrentSessions,
  max_containers_per_session: policy.containersPerSession,
  max_pending_session_count: policy.pendingSessions,
  max_pending_session_resource_slots: null,
  max_concurrent_sftp_sessions: 5,
  max_session_lifetime: 0,
  idle_timeout: policy.idleTimeout,
  max_vfolder_count: 100,
  max_vfolder_size: 0,
  max_quota_scope_size: -1,
  allowed_vfolder_hosts: folderHosts(policy.allowedFolderHosts, cluster.profile),
})
