/** `vfolder invitations`: the list, then one of them by its number. */
import type { VFolderInvitation } from '@backend-ai-sdk/client'

import { connect } from '../../connection.ts'
import type { Context } from '../../context.ts'
import { printable } from '../../output.ts'
import { LineReader } from '../../terminal.ts'

const permissionNames: Readonly<Record<string, string>> = { rw: 'read-write', ro: 'read-only', wd: 'write-delete' }

export default async function invitations(context: Context): Promise<void> {
  const { options, output, signal } = context
  const { client } = connect(context)
  const received = await client.vfolders.invitations.list({ signal })
  if (options.output === 'json')
    return output.json({ count: received.length, total_count: received.length, items: received.map(recordOf) })
  if (received.length === 0) return output.print('No invitations.')
  await output.print('List of invitations (inviter, vfolder id, permission):')
  for (const [index, invitation] of received.entries())
    await output.print(
      printable(`[${index + 1}] ${invitation.inviter}, ${invitation.folderId}, ${permissionText(invitation)}`),
    )
  const input = new LineReader(context)
  try {
    await output.write('Choose invitation number to manage: ')
    const chosen = await chosenOf(received, input)
    if (!chosen) return
    await output.write('Choose action. (a)ccept, (r)eject, (c)ancel: ')
    const action = (await input.read())?.trim().toLowerCase()
    const { id, folderId, folderName } = chosen
    if (action === 'a') {
      await client.vfolders.invitations.accept(id, { signal })
      await output.print(printable(`You can now access vfolder ${folderName} (${folderId})`))
    } else if (action === 'r') {
      await client.vfolders.invitations.reject(id, { signal })
      await output.print(printable(`vfolder invitation rejected: ${folderName} (${folderId})`))
    }
  } finally {
    input.close()
  }
}

/** Anything but the number of one ends it. */
async function chosenOf(
  received: readonly VFolderInvitation[],
  input: LineReader,
): Promise<VFolderInvitation | undefined> {
  const answer = (await input.read())?.trim() ?? ''
  return /^\d+$/.test(answer) ? received[Number(answer) - 1] : undefined
}

const permissionText = ({ permission }: VFolderInvitation): string => permissionNames[permission] ?? permission

const recordOf = (invitation: VFolderInvitation) => ({
  id: invitation.id,
  inviter: invitation.inviter,
  vfolder_id: invitation.folderId,
  vfolder_name: invitation.folderName,
  permission: invitation.permission,
})
