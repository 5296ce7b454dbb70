/** What the commands for sharing folders take. */
import { defineCommand } from '../../command.ts'
import { oneAndMore, text } from '../../parameters.ts'
import { oneFolder, type Permission, permissionFlag } from './folders.ts'

export type ShareFlags = { readonly perm?: Permission }

const shareParameters = {
  flags: { perm: { ...permissionFlag, brief: `What they may do: rw, ro, wd. Without it, rw.` } },
  aliases: { p: 'perm' },
  positional: oneAndMore('NAME', 'Folder, then e-mail addresses.'),
} as const

export const inviteCommand = defineCommand<ShareFlags, [name: string, ...emails: string[]]>({
  brief: 'Invite others to a folder of yours.',
  usage: 'NAME EMAILS...',
  parameters: shareParameters,
  load: async () => ({ default: (await import('./share.ts')).invite }),
})

export const shareCommand = defineCommand<ShareFlags, [name: string, ...emails: string[]]>({
  brief: 'Give members of a project other rights in its folder, for administrators.',
  usage: 'NAME EMAILS...',
  parameters: shareParameters,
  load: async () => ({ default: (await import('./share.ts')).share }),
})

export const unshareCommand = defineCommand<object, [name: string, ...emails: string[]]>({
  brief: 'Take such rights back, for administrators.',
  usage: 'NAME EMAILS...',
  parameters: { positional: oneAndMore('NAME', 'Folder, then e-mail addresses.') },
  load: async () => ({ default: (await import('./share.ts')).unshare }),
})

export const invitationsCommand = defineCommand({
  brief: 'List the invitations to you, and accept or reject one.',
  usage: '',
  parameters: {},
  load: () => import('./invitations.ts'),
})

export type LeaveFlags = { readonly sharedUserUuid?: string }

export const leaveCommand = defineCommand<LeaveFlags, [name: string]>({
  brief: 'Leave a folder that others share with you.',
  usage: 'NAME',
  parameters: {
    flags: { sharedUserUuid: text('ID', 'Whom to take out of it, for superadmins.') },
    aliases: { s: 'sharedUserUuid' },
    positional: oneFolder,
  },
  load: async () => ({ default: (await import('./share.ts')).leave }),
})
