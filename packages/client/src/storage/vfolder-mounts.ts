/** File systems that the cluster's machines mount for storage, for superadmins (protocol 03 §1.15). */
import type { CallOptions, Transport } from '@backend-ai-sdk/core'

import type { Fstab, FstabOptions, MountReports, MountSpec, NodeMounts, UnmountOptions } from './vfolder-mount-calls.ts'

const calls = () => import('./vfolder-mount-calls.ts')

export class VFolderMounts {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** What is mounted on the manager, the storage proxies and each agent. */
  async list(options: CallOptions = {}): Promise<NodeMounts> {
    return (await calls()).fetchMounts(this.#transport, options)
  }

  /**
   * Mounts a file system on all agents, or those of a resource group.
   *
   * @returns what became of it on each machine: one may have failed though the call did not.
   */
  async mount(spec: MountSpec, options: CallOptions = {}): Promise<MountReports> {
    return (await calls()).mount(this.#transport, spec, options)
  }

  /** @throws ConflictError, or InvalidRequestError since release 26.3, while sessions use its folders. */
  async unmount(name: string, options: UnmountOptions = {}): Promise<MountReports> {
    return (await calls()).unmount(this.#transport, name, options)
  }

  /** The table of file systems of an agent; of the manager there is none any more, which its text says. */
  async fstab(options: FstabOptions = {}): Promise<Fstab> {
    return (await calls()).fetchFstab(this.#transport, options)
  }
}
