/** What may be done on a storage host: what domain, projects and policy allow together (protocol 03 §0.6). */
import type { Cluster, Requester } from '../cluster.ts'
import { Problem } from '../problems.ts'
import { type ClusterState, projectsOf } from '../state.ts'

/** As the wire calls them, and as 23.09 says them in messages. */
const permissions = {
  'create-vfolder': 'CREATE',
  'modify-vfolder': 'MODIFY',
  'delete-vfolder': 'DELETE',
  'mount-in-session': 'MOUNT_IN_SESSION',
  'upload-file': 'UPLOAD_FILE',
  'download-file': 'DOWNLOAD_FILE',
  'invite-others': 'INVITE_OTHERS',
  'set-user-specific-permission': 'SET_USER_PERM',
} as const

export type HostPermission = keyof typeof permissions

export const hostPermissions = Object.keys(permissions) as readonly HostPermission[]

/** The only storage host there is. */
export const defaultHost = 'local:volume1'

/**
 * What releases look at (observed in 23.9.10 and 26.9.6): 20.09 knows allowed hosts and no more, and on 26.9 it is the
 * owner's matter who is invited and what is deleted. So is what changes the folder itself: see {@link mustAllowChange}.
 */
const looksAt: Readonly<Record<Cluster['profile']['name'], ReadonlySet<HostPermission>>> = {
  '20.09': new Set(['create-vfolder']),
  '23.09': new Set(hostPermissions),
  '26.9': new Set(hostPermissions.filter((name) => !['delete-vfolder', 'invite-others'].includes(name))),
}

function allowancesOf(
  state: ClusterState,
  { user, keypair }: Requester,
): Readonly<Record<string, readonly string[]>>[] {
  const domain = state.domains.get(user.domainName)
  const policy = state.policies.get(keypair.resourcePolicy)
  const holders = [domain, policy, ...projectsOf(state, user.id)]
  return holders.flatMap((holder) => (holder ? [holder.allowedFolderHosts] : []))
}

/** Hosts of which anything is allowed. */
export const hostsOf = (state: ClusterState, requester: Requester): string[] => [
  ...new Set(allowancesOf(state, requester).flatMap((hosts) => Object.keys(hosts))),
]

/** The complaint of the release, or null where it may be. */
export function hostComplaint(
  { state, profile }: Pick<Cluster, 'state' | 'profile'>,
  requester: Requester,
  host: string,
  permission: HostPermission,
): string | null {
  if (!looksAt[profile.name].has(permission)) return null
  const allowed = allowancesOf(state, requester).flatMap((hosts) => hosts[host] ?? [])
  if (profile.name === '20.09')
    return hostsOf(state, requester).includes(host) ? null : 'You are not allowed to use this vfolder host.'
  if (allowed.includes(permission)) return null
  const name = profile.folders.byId ? permission : `VFolderHostPermission.${permissions[permission]}`
  return `\`${name}\` Not allowed in vfolder host(\`${host}\`)`
}

/** @throws Problem where it may not be. */
export function mustAllow(
  cluster: Pick<Cluster, 'state' | 'profile'>,
  requester: Requester,
  host: string,
  permission: HostPermission,
): void {
  const msg = hostComplaint(cluster, requester, host, permission)
  if (msg !== null) throw new Problem(cluster.profile.folders.byId ? 'storage-not-allowed' : 'invalid-params', { msg })
}

/** Its name and options. @throws Problem where it may not be. */
export function mustAllowChange(cluster: Pick<Cluster, 'state' | 'profile'>, requester: Requester, host: string): void {
  if (!cluster.profile.folders.byId) mustAllow(cluster, requester, host, 'modify-vfolder')
}
