/** `admin vfolder`, up to 20.09 `admin vfolders` (protocol 05 §6.6, §7.2). */
import { defineCommand, defineGroup } from '../../../command.ts'
import { argument, text, yes } from '../../../parameters.ts'
import { integer } from '../../../values.ts'
import { type Permission, permissionFlag } from '../../vfolder/folders.ts'

export type AdminListFlags = {
  readonly group?: string
  readonly filter?: string
  readonly order?: string
  readonly offset: number
  readonly limit?: number
}

const listCommand = defineCommand<AdminListFlags, []>({
  brief: 'List the folders of all users.',
  usage: '',
  parameters: {
    flags: {
      group: text('ID', 'Of which project.'),
      filter: text('TEXT', `In the server's language: 'name ilike "data%"'.`),
      order: text('TEXT', `In the server's language: '-created_at'.`),
      offset: { kind: 'parsed', parse: integer, default: '0', placeholder: 'NUMBER', brief: 'Leaves out so many.' },
      limit: { kind: 'parsed', parse: integer, optional: true, placeholder: 'NUMBER', brief: 'So many at most.' },
    },
    aliases: { g: 'group' },
  },
  load: () => import('./list.ts'),
})

const listHostsCommand = defineCommand({
  brief: 'List all storage hosts.',
  usage: '',
  parameters: {},
  load: async () => ({ default: (await import('./storage.ts')).listHosts }),
})

const performanceCommand = defineCommand<object, [host: string]>({
  brief: 'Show what a storage host is doing.',
  usage: 'VFOLDER_HOST',
  parameters: { positional: { kind: 'tuple', parameters: [argument('VFOLDER_HOST', 'Storage host.')] } },
  load: async () => ({ default: (await import('./storage.ts')).performance }),
})

export type FstabFlags = { readonly agentId?: string }

const fstabCommand = defineCommand<FstabFlags, []>({
  brief: 'Show the fstab of the manager or of an agent.',
  usage: '',
  parameters: { flags: { agentId: text('ID', 'Of which agent.') }, aliases: { a: 'agentId' } },
  load: async () => ({ default: (await import('./mounts.ts')).fstab }),
})

const listMountsCommand = defineCommand({
  brief: 'List what is mounted on the nodes of the cluster.',
  usage: '',
  parameters: {},
  load: async () => ({ default: (await import('./mounts.ts')).listMounts }),
})

export type MountFlags = { readonly options?: string; readonly editFstab: boolean }

const mountCommand = defineCommand<MountFlags, [location: string, name: string]>({
  brief: 'Mount a file system on all nodes.',
  usage: 'FS_LOCATION NAME',
  parameters: {
    flags: { options: text('TEXT', 'Mount options.'), editFstab: yes('For good: in fstab, too.') },
    aliases: { o: 'options' },
    positional: {
      kind: 'tuple',
      parameters: [argument('FS_LOCATION', 'What is mounted.'), argument('NAME', 'Name of the mount.')],
    },
  },
  load: async () => ({ default: (await import('./mounts.ts')).mount }),
})

export type UnmountFlags = { readonly editFstab: boolean }

const unmountCommand = defineCommand<UnmountFlags, [name: string]>({
  brief: 'Undo a mount.',
  usage: 'NAME',
  parameters: {
    flags: { editFstab: yes('For good: in fstab, too.') },
    positional: { kind: 'tuple', parameters: [argument('NAME', 'Name of the mount.')] },
  },
  load: async () => ({ default: (await import('./mounts.ts')).unmount }),
})

const folderId = argument('VFOLDER_ID', 'Id of the folder.')
const userId = argument('USER_ID', 'Id of the user.')

const listSharedCommand = defineCommand({
  brief: 'List who shares folders with whom.',
  usage: '',
  parameters: {},
  load: async () => ({ default: (await import('./shared.ts')).listShared }),
})

const sharedInfoCommand = defineCommand<object, [folder: string]>({
  brief: 'Show with whom a folder is shared.',
  usage: 'VFOLDER_ID',
  parameters: { positional: { kind: 'tuple', parameters: [folderId] } },
  load: async () => ({ default: (await import('./shared.ts')).sharedInfo }),
})

export type UpdateSharedFlags = { readonly permission?: Permission }

const updateSharedCommand = defineCommand<UpdateSharedFlags, [folder: string, user: string]>({
  brief: 'Change what a user may do in a folder that is shared.',
  usage: 'VFOLDER_ID USER_ID',
  parameters: {
    flags: { permission: permissionFlag },
    aliases: { p: 'permission' },
    positional: { kind: 'tuple', parameters: [folderId, userId] },
  },
  load: async () => ({ default: (await import('./shared.ts')).updateShared }),
})

const removeSharedCommand = defineCommand<object, [folder: string, user: string]>({
  brief: 'Take a shared folder from a user.',
  usage: 'VFOLDER_ID USER_ID',
  parameters: { positional: { kind: 'tuple', parameters: [folderId, userId] } },
  load: async () => ({ default: (await import('./shared.ts')).removeShared }),
})

const changeOwnershipCommand = defineCommand<object, [folder: string, email: string]>({
  brief: 'Give a folder to another user.',
  usage: 'VFOLDER_ID USER_EMAIL',
  parameters: {
    positional: { kind: 'tuple', parameters: [folderId, argument('USER_EMAIL', 'E-mail address of the new owner.')] },
  },
  load: async () => ({ default: (await import('./shared.ts')).changeOwnership }),
})

const routes = {
  'change-vfolder-ownership': changeOwnershipCommand,
  'get-fstab-contents': fstabCommand,
  list: listCommand,
  'list-hosts': listHostsCommand,
  'list-mounts': listMountsCommand,
  'list-shared-vfolders': listSharedCommand,
  'mount-host': mountCommand,
  'perf-metric': performanceCommand,
  'remove-shared-vf-permission': removeSharedCommand,
  'shared-vfolder-info': sharedInfoCommand,
  'umount-host': unmountCommand,
  'update-shared-vf-permission': updateSharedCommand,
} as const

export const adminVfolderCommand = defineGroup({ brief: 'Folders and storage of the cluster.', routes })

/** The name up to release 20.09, which alone is the list. */
export const adminVfoldersCommand = defineGroup({ brief: 'Folders of all users.', routes, alone: 'list' })
