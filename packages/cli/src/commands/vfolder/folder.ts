/** The folder that a command works with, and what is told of one. */
import type { Client, VFolder, VFolderInfo } from '@backend-ai-sdk/client'

import { connect } from '../../connection.ts'
import type { Context } from '../../context.ts'

export interface OpenedFolder {
  readonly client: Client
  readonly folder: VFolder
}

/**
 * By its name or id, of those in the trash too.
 *
 * @param storageProxies addresses as the manager tells them, and those to use instead.
 */
export async function openFolder(
  context: Context,
  reference: string,
  storageProxies?: Readonly<Record<string, string>>,
): Promise<OpenedFolder> {
  const { client } = connect(context, storageProxies && { storageProxies })
  return { client, folder: await client.vfolders.get(reference, { signal: context.signal }) }
}

/** With the names that the wire has for it. */
export const folderRecord = (folder: VFolderInfo) => ({
  id: folder.id,
  name: folder.name,
  host: folder.host,
  status: folder.status ?? null,
  is_owner: folder.isOwner ?? null,
  permission: folder.permission,
  ownership_type: ownershipOf(folder),
  usage_mode: folder.usageMode,
  user: folder.userId ?? null,
  user_email: folder.userEmail ?? null,
  group: folder.projectId ?? null,
  group_name: folder.projectName ?? null,
  creator: folder.creator ?? null,
  cloneable: folder.isCloneable ?? null,
  created_at: folder.createdAt ?? null,
  quota_scope_id: folder.quotaScopeId ?? null,
})

/** On the wire a project is a group. */
export const ownershipOf = ({ ownership }: VFolderInfo): 'user' | 'group' =>
  ownership === 'project' ? 'group' : 'user'
