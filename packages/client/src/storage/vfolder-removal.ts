/** Trash and removal (protocol 03 §1.7). */
import { path, type CallOptions } from '@backend-ai-sdk/core'

import type { FolderAddress } from './folder-address.ts'
import { findFolder } from './vfolder-search.ts'

/** Paths name by its name whatever is deleted, even where ids name folders elsewhere (seen on 26.9.6). */
export async function remove(folder: FolderAddress, options: CallOptions): Promise<void> {
  const { transport, id, segment } = folder
  const byId = await transport.supports('vfolder-ids', options)
  const where = byId ? { path: '/folders', json: { id } } : { path: path`/folders/${segment}` }
  await transport.send({ method: 'DELETE', ...where, ...options })
}

export async function restore({ transport, id }: FolderAddress, options: CallOptions): Promise<void> {
  await transport.mustSupport('vfolder-trash', options)
  await transport.send({ method: 'POST', path: '/folders/restore-from-trash-bin', json: { id }, ...options })
}

export async function deleteForever(folder: FolderAddress, options: CallOptions): Promise<void> {
  const { transport, id } = folder
  if (!(await transport.supports('vfolder-trash', options))) return remove(folder, options)
  // One that is gone already must not be deleted again: 26.9.6 would put it back into the trash.
  const { status } = await findFolder(transport, id, options)
  if (status !== 'delete-pending') await remove(folder, options)
  await transport.send({ method: 'POST', path: '/folders/delete-from-trash-bin', json: { id }, ...options })
}

export async function forceDelete({ transport, id }: FolderAddress, options: CallOptions): Promise<void> {
  await transport.mustSupport('vfolder-force-delete', options)
  await transport.send({ method: 'DELETE', path: path`/folders/${id}/force`, ...options })
}

export async function purge({ transport, id }: FolderAddress, options: CallOptions): Promise<void> {
  await transport.mustSupport('vfolder-trash', options)
  await transport.send({ method: 'POST', path: '/folders/purge', json: { id }, ...options })
}
