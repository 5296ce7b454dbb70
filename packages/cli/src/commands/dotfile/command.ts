/** `dotfile` (protocol 05 §6.2). */
import { defineCommand, defineGroup } from '../../command.ts'
import { argument, text, yes } from '../../parameters.ts'

export type OwnerFlags = {
  readonly owner?: string
  readonly domain?: string
  readonly group?: string
}

export type WriteFlags = OwnerFlags & {
  readonly perm: string
  readonly file?: string
}

export type DeleteFlags = OwnerFlags & {
  readonly force: boolean
}

const ownerFlags = {
  owner: text('ACCESS_KEY', 'Of the key pair of another user, for administrators.'),
  domain: text('DOMAIN', 'Of all users of a domain; with --group, the domain of the project.'),
  group: text('GROUP', 'Of all members of a project.'),
}
const ownerAliases = { o: 'owner', d: 'domain', g: 'group' } as const
const synonyms = { 'owner-access-key': 'owner' } as const
const path = { kind: 'tuple', parameters: [argument('PATH', 'Below the home of sessions.')] } as const

const writeParameters = {
  flags: {
    perm: {
      kind: 'parsed',
      parse: String,
      default: '755',
      placeholder: 'MODE',
      brief: 'Of the file, and of the folders that are made for it.',
    },
    file: text('FILE', 'What to put into it. Without it, the standard input.'),
    ...ownerFlags,
  },
  aliases: { f: 'file', ...ownerAliases },
  positional: path,
} as const

export const dotfileCommand = defineGroup({
  brief: 'Files that every new session gets.',
  routes: {
    create: defineCommand<WriteFlags, [path: string]>({
      brief: 'Add one.',
      usage: 'PATH',
      parameters: writeParameters,
      synonyms,
      load: async () => ({ default: (await import('./dotfile.ts')).create }),
    }),
    delete: defineCommand<DeleteFlags, [path: string]>({
      brief: 'Delete one.',
      usage: 'PATH',
      parameters: {
        flags: { force: yes('Do not ask.'), ...ownerFlags },
        aliases: { f: 'force', ...ownerAliases },
        positional: path,
      },
      synonyms,
      load: async () => ({ default: (await import('./dotfile.ts')).remove }),
    }),
    get: defineCommand<OwnerFlags, [path: string]>({
      brief: 'Print what is in one.',
      usage: 'PATH',
      parameters: { flags: ownerFlags, aliases: ownerAliases, positional: path },
      synonyms,
      load: async () => ({ default: (await import('./dotfile.ts')).get }),
    }),
    list: defineCommand<OwnerFlags, []>({
      brief: 'List them.',
      usage: '',
      parameters: { flags: ownerFlags, aliases: ownerAliases },
      synonyms,
      load: async () => ({ default: (await import('./dotfile.ts')).list }),
    }),
    update: defineCommand<WriteFlags, [path: string]>({
      brief: 'Replace one.',
      usage: 'PATH',
      parameters: writeParameters,
      synonyms,
      load: async () => ({ default: (await import('./dotfile.ts')).update }),
    }),
  },
})
