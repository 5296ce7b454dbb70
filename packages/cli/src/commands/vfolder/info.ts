/** `vfolder info`. */
import type { Context } from '../../context.ts'
import { printable } from '../../output.ts'
import { repr } from '../../python-text.ts'
import { tellRecords } from '../../told.ts'
import { folderRecord, openFolder, ownershipOf } from './folder.ts'

export default async function info(context: Context, _flags: object, name: string): Promise<void> {
  const { output, signal } = context
  const { folder } = await openFolder(context, name)
  const facts = await folder.info({ signal })
  const lines = [
    `Virtual folder "${facts.name}" (ID: ${facts.id})`,
    `- Owner: ${repr(facts.isOwner)}`,
    `- Permission: ${facts.permission}`,
    `- Number of files: ${facts.fileCount ?? 'unknown'}`,
    `- Ownership Type: ${ownershipOf(facts)}`,
    // Once more, as in the Python command: scripts count lines.
    `- Permission: ${facts.permission}`,
    `- Usage Mode: ${facts.usageMode}`,
    `- Group ID: ${facts.projectId ?? 'None'}`,
    `- User ID: ${facts.userId ?? 'None'}`,
    `- Clone Allowed: ${repr(facts.isCloneable)}`,
    ...(facts.status === undefined ? [] : [`- Status: ${facts.status}`]),
  ]
  const record = {
    ...folderRecord(facts),
    num_files: facts.fileCount ?? null,
    used_bytes: facts.usedBytes ?? null,
  }
  await tellRecords(context, [record], () => output.print(lines.map(printable).join('\n')))
}
