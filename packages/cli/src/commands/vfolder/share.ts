/** `vfolder invite`, `share`, `unshare`, `leave`. */
import type { Context } from '../../context.ts'
import { Failure } from '../../failures.ts'
import { tell } from '../../told.ts'
import { requireArguments } from './change-files.ts'
import { openFolder } from './folder.ts'
import type { LeaveFlags, ShareFlags } from './sharing.ts'

export async function invite(
  context: Context,
  { perm = 'rw' }: ShareFlags,
  name: string,
  ...emails: string[]
): Promise<void> {
  requireArguments(emails, 'EMAILS...', 'invite')
  const { folder } = await openFolder(context, name)
  const invited = await folder.invite(emails, { permission: perm, signal: context.signal })
  await tellWhom(context, 'Invitation sent to:', 'No users found. Invitation was not sent.', invited)
}

export async function share(
  context: Context,
  { perm = 'rw' }: ShareFlags,
  name: string,
  ...emails: string[]
): Promise<void> {
  requireArguments(emails, 'EMAILS...', 'share')
  const { folder } = await openFolder(context, name)
  const shared = await folder.share(emails, { permission: perm, signal: context.signal })
  await tellWhom(context, 'Shared with:', 'No users found. Folder was not shared.', shared)
}

export async function unshare(context: Context, _flags: object, name: string, ...emails: string[]): Promise<void> {
  requireArguments(emails, 'EMAILS...', 'unshare')
  const { folder } = await openFolder(context, name)
  const unshared = await folder.unshare(emails, { signal: context.signal })
  await tellWhom(context, 'Unshared with:', 'No users found. Folder was not unshared.', unshared)
}

async function tellWhom(context: Context, title: string, nobody: string, emails: readonly string[]): Promise<void> {
  const lines = [title, ...emails.map((email) => `\t- ${email}`)]
  await tell(context, emails.length > 0 ? lines.join('\n') : nobody, { emails })
}

export async function leave(context: Context, { sharedUserUuid }: LeaveFlags, name: string): Promise<void> {
  const { signal } = context
  const { folder } = await openFolder(context, name)
  const facts = await folder.info({ signal })
  if (facts.ownership === 'project') throw new Failure('You cannot leave a group virtual folder.')
  if (facts.isOwner && sharedUserUuid === undefined)
    throw new Failure('You cannot leave a virtual folder you own. Consider using delete instead.')
  await folder.leave({ signal, ...(sharedUserUuid !== undefined && { userId: sharedUserUuid }) })
  await tell(context, `Left the shared virtual folder "${facts.name}".`)
}
