/** Folders on the cluster's storage (protocol 03 §1). What a call needs is loaded with it. */
import { lazy, Pages, type CallOptions, type Transport } from '@backend-ai-sdk/core'

import type { VFolderHosts, VFolderHostsOptions, PerformanceMetric } from './vfolder-hosts.ts'
import type { VFolderInfo } from './vfolder-info.ts'
import { VFolderInvitations } from './vfolder-invitations.ts'
import type { VFolderListOptions } from './vfolder-list.ts'
import { VFolderMounts } from './vfolder-mounts.ts'
import { VFolderQuotas } from './vfolder-quotas.ts'
import type { VFolderShare } from './vfolder-shares.ts'
import type { VFolderSpec } from './vfolder-spec.ts'
import type { VFolder } from './vfolder.ts'

const creation = lazy(() => import('./vfolder-spec.ts'))
const finding = lazy(() => import('./vfolder.ts'))
const hosts = lazy(() => import('./vfolder-hosts.ts'))

export class VFolders {
  readonly invitations: VFolderInvitations
  readonly mounts: VFolderMounts
  readonly quotas: VFolderQuotas
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
    this.invitations = new VFolderInvitations(transport)
    this.mounts = new VFolderMounts(transport)
    this.quotas = new VFolderQuotas(transport)
  }

  /**
   * Creates a folder of the user, or with `project` one that all members of the project see, which administrators may.
   *
   * @throws ConflictError for a name that the user has already, in the trash too. @throws InvalidRequestError for one that
   *   the release refuses, or that is reserved; up to 24.09.5 names are of letters, digits, `.`, `_` and `-`.
   * @throws QuotaExceededError for more folders than the user may have. @throws PermissionDeniedError.
   * @example
   * const name = `data-${crypto.randomUUID()}`
   * const folder = await client.vfolders.create({ name, isCloneable: true })
   * console.log(folder.id, folder.host)
   * await folder.deleteForever()
   */
  async create(spec: VFolderSpec, options: CallOptions = {}): Promise<VFolder> {
    return (await creation()).createFolder(this.#transport, spec, options)
  }

  /**
   * A folder by its name or its id; one in the trash where there is no other of that name.
   *
   * @throws NotFoundError. @throws ConflictError for a name that several folders have, as one's own and one that is shared;
   *   its message has their ids.
   * @example
   * const byName = await client.vfolders.get(folder.name)
   * const byId = await client.vfolders.get(folder.id)
   * console.log(byName.id === byId.id, byName.host)
   */
  async get(nameOrId: string, options: CallOptions = {}): Promise<VFolder> {
    return (await finding()).getFolder(this.#transport, nameOrId, options)
  }

  /**
   * The user's folders, those of the user's projects, and those that others share with the user. Servers send them in one
   * answer. With `all` those of everybody, page by page, for administrators.
   *
   * @example
   * for await (const { name, host, permission } of client.vfolders.list()) console.log(name, host, permission)
   * const trash = await client.vfolders.list({ status: 'trash' }).all()
   */
  list(options: VFolderListOptions = {}): Pages<VFolderInfo> {
    return new Pages(async (offset) => {
      const { fetchPage } = await import('./vfolder-list.ts')
      return fetchPage(this.#transport, options, offset)
    })
  }

  /**
   * The storage that the user may make folders on.
   *
   * @example
   * const { default: host, allowed, volumes } = await client.vfolders.hosts()
   * console.log(host, allowed, Object.values(volumes).map(({ backend }) => backend))
   */
  async hosts(options: VFolderHostsOptions = {}): Promise<VFolderHosts> {
    return (await hosts()).fetchHosts(this.#transport, options)
  }

  /** All storage that the cluster knows, whatever the policies say; for superadmins. */
  async allHosts(options: CallOptions = {}): Promise<Pick<VFolderHosts, 'default' | 'allowed'>> {
    return (await hosts()).fetchAllHosts(this.#transport, options)
  }

  /** Whose folders there can be. */
  async types(options: CallOptions = {}): Promise<('user' | 'project')[]> {
    return (await hosts()).fetchTypes(this.#transport, options)
  }

  /**
   * What a host reads and writes now; for superadmins.
   *
   * @throws InvalidRequestError for a host that does not measure, such as a plain file system.
   */
  async performanceMetric(host: string, options: CallOptions = {}): Promise<PerformanceMetric> {
    return (await hosts()).fetchPerformanceMetric(this.#transport, host, options)
  }

  /** Which folders are shared with whom. Since release 21.03.4 also those of others, as far as the server tells. */
  async shares(options: CallOptions = {}): Promise<VFolderShare[]> {
    return (await import('./vfolder-shares.ts')).fetchShares(this.#transport, options)
  }
}
