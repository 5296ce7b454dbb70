/** `session-template` (protocol 05 §6.3). */
import { defineCommand, defineGroup } from '../../command.ts'
import { argument, text, yes } from '../../parameters.ts'

export type CreateFlags = {
  readonly file?: string
  readonly domain?: string
  readonly group?: string
  readonly owner?: string
}

export type UpdateFlags = {
  readonly file?: string
  readonly owner?: string
}

export type GetFlags = {
  readonly format: 'yaml' | 'json'
}

export type ListFlags = {
  readonly listAll: boolean
}

export type DeleteFlags = {
  readonly force: boolean
}

const file = text('FILE', 'YAML or JSON. Without it, the standard input.')
const owner = text('ACCESS_KEY', 'Whose template it is, for administrators.')
/** Of 20.09, where they have no effect. */
const ignoredOwner = text('ACCESS_KEY', 'Of no effect.')
const synonyms = { 'owner-access-key': 'owner' } as const
const id = { kind: 'tuple', parameters: [argument('TEMPLATE', 'Id.')] } as const

export const sessionTemplateCommand = defineGroup({
  brief: 'Templates that sessions are started from.',
  routes: {
    create: defineCommand<CreateFlags, []>({
      brief: 'Add one, or all of a text with several.',
      usage: '',
      parameters: {
        flags: {
          file,
          domain: text('DOMAIN_NAME', 'Domain. Without it, that of the configuration.'),
          group: text('GROUP_NAME', 'Project. Without it, that of the configuration.'),
          owner,
        },
        aliases: { f: 'file', d: 'domain', g: 'group', o: 'owner' },
      },
      synonyms,
      load: async () => ({ default: (await import('./session-template.ts')).create }),
    }),
    delete: defineCommand<DeleteFlags & { owner?: string }, [id: string]>({
      brief: 'Delete one.',
      usage: 'TEMPLATE',
      parameters: {
        flags: { force: yes('Do not ask.'), owner: ignoredOwner },
        aliases: { f: 'force', o: 'owner' },
        positional: id,
      },
      synonyms,
      load: async () => ({ default: (await import('./session-template.ts')).remove }),
    }),
    get: defineCommand<GetFlags & { owner?: string }, [id: string]>({
      brief: 'Print one.',
      usage: 'TEMPLATE',
      parameters: {
        flags: {
          format: {
            kind: 'enum',
            values: ['yaml', 'json'],
            default: 'yaml',
            placeholder: 'FORM',
            brief: 'yaml or json.',
          },
          owner: ignoredOwner,
        },
        aliases: { f: 'format', o: 'owner' },
        positional: id,
      },
      synonyms,
      load: async () => ({ default: (await import('./session-template.ts')).get }),
    }),
    list: defineCommand<ListFlags, []>({
      brief: 'List them.',
      usage: '',
      parameters: {
        flags: { listAll: yes('Those of all users, for superadmins on release 20.09; later releases list all.') },
        aliases: { a: 'listAll' },
      },
      load: async () => ({ default: (await import('./session-template.ts')).list }),
    }),
    update: defineCommand<UpdateFlags, [id: string]>({
      brief: 'Replace one.',
      usage: 'TEMPLATE',
      parameters: { flags: { file, owner }, aliases: { f: 'file', o: 'owner' }, positional: id },
      synonyms,
      load: async () => ({ default: (await import('./session-template.ts')).update }),
    }),
  },
})
