/** Trash and removal (protocol 03 §1.7). */
import { path, type CallOptions } from '@backend-ai-sdk/core'

import { fetchFolders } from './vfolder-info.ts'
import type { FolderAddress, VFolder } from './vfolder.ts'

export async function restore({ transport, id }: FolderAddress, options: CallOptions): Promise<void> {
  await transport.mustSupport('vfolder-trash', options)
  await transport.send({ method: 'POST', path: '/folders/restore-from-trash-bin', json: { id }, ...options })
}

export async function deleteForever(folder: VFolder, options: CallOptions): Promise<void> {
  const { transport, id } = folder
  if (!(await transport.supports('vfolder-trash', options))) return folder.delete(options)
  // The list does not count files, as the folder's own info would.
  const listed = (await fetchFolders(transport, options)).find((info) => info.id === id)
  if (listed?.status !== 'delete-pending') await folder.delete(options)
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
