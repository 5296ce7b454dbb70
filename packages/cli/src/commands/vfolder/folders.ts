/** What the commands for folders as a whole take. */
import { defineCommand } from '../../command.ts'
import { argument, choice, text, yes } from '../../parameters.ts'
import { boolean, integer } from '../../values.ts'

export const folder = argument('NAME', 'Name or id of the folder.')
export const oneFolder = { kind: 'tuple', parameters: [folder] } as const

const permissions = ['rw', 'ro', 'wd'] as const
const usageModes = ['general', 'data', 'model'] as const

export type Permission = (typeof permissions)[number]
type UsageMode = (typeof usageModes)[number]

export const permissionFlag = choice(permissions, 'PERMISSION', 'What others may do:')
const usageModeFlag = choice(usageModes, 'USAGE_MODE', 'What it is for:')

export type ListFlags = {
  readonly listAll: boolean
  readonly group?: string
  readonly filter?: string
  readonly order?: string
  readonly offset: number
  readonly limit?: number
}

const listParameters = {
  flags: {
    listAll: yes('Those of all users, for administrators.'),
    group: text('NAME', 'Folders of this project.'),
    filter: text('TEXT', `In the server's language: 'name ilike "data%"'.`),
    order: text('TEXT', `In the server's language: '-created_at'.`),
    offset: { kind: 'parsed', parse: integer, default: '0', placeholder: 'NUMBER', brief: 'Leaves out so many.' },
    limit: { kind: 'parsed', parse: integer, optional: true, placeholder: 'NUMBER', brief: 'So many at most.' },
  },
  aliases: { a: 'listAll', g: 'group' },
} as const

const list = (brief: string, name: 'all' | 'own' | 'invited' | 'project') =>
  defineCommand<ListFlags, []>({
    brief,
    usage: '',
    parameters: listParameters,
    load: async () => {
      const { listFolders } = await import('./list.ts')
      return { default: (context, flags) => listFolders(context, flags, name) }
    },
  })

export const listCommand = list('List the folders that you can use.', 'all')
export const listOwnCommand = list('List your own folders.', 'own')
export const listInvitedCommand = list('List the folders that others share with you.', 'invited')
export const listProjectCommand = list('List the folders of your projects.', 'project')

export const listHostsCommand = defineCommand({
  brief: 'List the storage hosts that you can use.',
  usage: '',
  parameters: {},
  load: async () => ({ default: (await import('./hosts.ts')).listHosts }),
})

export const listAllowedTypesCommand = defineCommand({
  brief: 'List the owners that folders can have: user, group.',
  usage: '',
  parameters: {},
  load: async () => ({ default: (await import('./hosts.ts')).listAllowedTypes }),
})

export type CreateFlags = {
  readonly group?: string
  readonly unmanaged: boolean
  readonly unmanagedPath?: string
  readonly usageMode?: UsageMode
  readonly permission?: Permission
  readonly quota?: string
  readonly cloneable: boolean
}

/** Servers read it themselves, so it stays as it is written. */
function sizeText(value: string): string {
  if (!/^\d+(\.\d*)?[kmgtpe]?$/i.test(value)) throw new Error(`'${value}' is not a size: 512, 64k, 1.5g.`)
  return value
}

export const createCommand = defineCommand<CreateFlags, [name: string, host?: string]>({
  brief: 'Create a folder.',
  description: 'HOST is one that list-hosts names; without it, the default host.',
  usage: 'NAME [HOST]',
  parameters: {
    flags: {
      group: text('GROUP', 'Project that it is to belong to, for administrators.'),
      unmanaged: yes('HOST is a path on the storage that exists already, for administrators.'),
      unmanagedPath: text('PATH', 'The same, besides HOST.'),
      usageMode: { ...usageModeFlag, brief: `${usageModeFlag.brief} Without it, general.` },
      permission: { ...permissionFlag, brief: `${permissionFlag.brief} Without it, rw.` },
      quota: {
        kind: 'parsed',
        parse: sizeText,
        optional: true,
        placeholder: 'SIZE',
        brief: '0, for scripts of before release 23.03: users and projects have quotas, folders have none.',
      },
      cloneable: yes('Let others clone it.'),
    },
    aliases: { g: 'group', m: 'usageMode', p: 'permission', q: 'quota' },
    positional: {
      kind: 'tuple',
      parameters: [argument('NAME', 'Name.'), { ...argument('HOST', 'Storage host.'), optional: true }],
    },
  },
  synonyms: { 'allow-clone': 'cloneable' },
  load: () => import('./create.ts'),
})

export const infoCommand = defineCommand<object, [name: string]>({
  brief: 'Show the details of a folder.',
  usage: 'NAME',
  parameters: { positional: oneFolder },
  load: () => import('./info.ts'),
})

export const renameCommand = defineCommand<object, [name: string, newName: string]>({
  brief: 'Rename a folder.',
  usage: 'OLD_NAME NEW_NAME',
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [argument('OLD_NAME', 'Name or id.'), argument('NEW_NAME', 'New name.')],
    },
  },
  load: async () => ({ default: (await import('./change.ts')).rename }),
})

export type UpdateFlags = { readonly permission?: Permission; readonly setCloneable?: boolean }

export const updateOptionsCommand = defineCommand<UpdateFlags, [name: string]>({
  brief: 'Change what others may do with a folder.',
  usage: 'NAME',
  parameters: {
    flags: {
      permission: permissionFlag,
      setCloneable: {
        kind: 'parsed',
        parse: boolean,
        optional: true,
        placeholder: 'BOOLEAN',
        brief: 'Whether others can clone it.',
      },
    },
    aliases: { p: 'permission' },
    positional: oneFolder,
  },
  load: async () => ({ default: (await import('./change.ts')).updateOptions }),
})

export type CloneFlags = { readonly usageMode?: UsageMode; readonly permission?: Permission }

export const cloneCommand = defineCommand<CloneFlags, [name: string, target: string, host?: string]>({
  brief: 'Copy a folder that can be cloned.',
  description: 'Waits until all of it is copied. Without TARGET_HOST, on the host of the folder.',
  usage: 'NAME TARGET_NAME [TARGET_HOST]',
  parameters: {
    flags: {
      usageMode: { ...usageModeFlag, brief: `${usageModeFlag.brief} Without it, general.` },
      permission: { ...permissionFlag, brief: `${permissionFlag.brief} Without it, rw.` },
    },
    aliases: { m: 'usageMode', p: 'permission' },
    positional: {
      kind: 'tuple',
      parameters: [
        folder,
        argument('TARGET_NAME', 'Name of the copy.'),
        { ...argument('TARGET_HOST', 'Storage host of the copy.'), optional: true },
      ],
    },
  },
  load: () => import('./clone.ts'),
})

export const deleteCommand = defineCommand<object, [name: string]>({
  brief: 'Delete a folder; from release 24.03 it goes to the trash.',
  usage: 'NAME',
  parameters: { positional: oneFolder },
  load: async () => ({ default: (await import('./trash.ts')).deleteFolder }),
})

export const deleteTrashCommand = defineCommand<object, [name: string]>({
  brief: 'Erase a folder that is in the trash.',
  usage: 'NAME',
  parameters: { positional: oneFolder },
  load: async () => ({ default: (await import('./trash.ts')).deleteTrash }),
})

export const restoreCommand = defineCommand<object, [name: string]>({
  brief: 'Take a folder back from the trash.',
  usage: 'NAME',
  parameters: { positional: oneFolder },
  load: async () => ({ default: (await import('./trash.ts')).restore }),
})

export const purgeCommand = defineCommand<object, [name: string]>({
  brief: 'Forget a deleted folder altogether, for administrators.',
  usage: 'NAME',
  parameters: { positional: oneFolder },
  load: async () => ({ default: (await import('./trash.ts')).purge }),
})
