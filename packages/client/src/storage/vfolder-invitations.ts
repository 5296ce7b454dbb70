/** Invitations to folders of others (protocol 03 §1.12). */
import { lazy, type CallOptions, type Transport } from '@backend-ai-sdk/core'

import type { VFolderPermission } from './vfolder-info.ts'
import type { VFolderInvitation, VFolderInvitationsOptions } from './vfolder-shares.ts'

const shares = lazy(() => import('./vfolder-shares.ts'))

export class VFolderInvitations {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /**
   * Those that wait for the user's answer, or with `sent` for that of others.
   *
   * @example
   * for (const { id, inviter, folderName } of await client.vfolders.invitations.list()) {
   *   console.log(`${inviter} shares ${folderName}`)
   *   await client.vfolders.invitations.accept(id)
   * }
   */
  async list(options: VFolderInvitationsOptions = {}): Promise<VFolderInvitation[]> {
    return (await shares()).fetchInvitations(this.#transport, options)
  }

  /**
   * The folder is then among the user's own.
   *
   * @throws ConflictError where the user has a folder of that name. @throws NotFoundError.
   */
  async accept(id: string, options: CallOptions = {}): Promise<void> {
    await (await shares()).acceptInvitation(this.#transport, id, options)
  }

  /** @throws NotFoundError */
  async reject(id: string, options: CallOptions = {}): Promise<void> {
    await (await shares()).deleteInvitation(this.#transport, id, options)
  }

  /** Takes back one that was sent. @throws NotFoundError */
  async cancel(id: string, options: CallOptions = {}): Promise<void> {
    await (await shares()).deleteInvitation(this.#transport, id, options)
  }

  /** Changes what one that was sent offers. @throws NotFoundError */
  async update(id: string, change: { permission: VFolderPermission }, options: CallOptions = {}): Promise<void> {
    await (await shares()).updateInvitation(this.#transport, id, change, options)
  }
}
