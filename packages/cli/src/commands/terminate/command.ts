import { defineCommand } from '../../command.ts'

export type TerminateFlags = {
  readonly forced: boolean
  readonly owner?: string
  readonly stats: boolean
  readonly recursive: boolean
}

export const terminateCommand = defineCommand<TerminateFlags, string[]>({
  brief: 'End sessions.',
  description: 'SESSIONs are names or ids. Waits until they have ended; goes on with the others where one fails.',
  usage: '[SESSION]...',
  parameters: {
    flags: {
      forced: { kind: 'boolean', withNegated: false, brief: 'In whatever state they are.' },
      owner: {
        kind: 'parsed',
        parse: String,
        optional: true,
        placeholder: 'ACCESS_KEY',
        brief: 'Whose sessions they are, for administrators.',
      },
      stats: { kind: 'boolean', withNegated: false, brief: 'Show what they have used.' },
      recursive: { kind: 'boolean', withNegated: false, brief: 'With the sessions that depend on them.' },
    },
    aliases: { f: 'forced', o: 'owner', s: 'stats', r: 'recursive' },
    positional: { kind: 'array', parameter: { brief: 'Name or id.', parse: String, placeholder: 'SESSION' } },
  },
  synonyms: { 'owner-access-key': 'owner' },
  load: () => import('./terminate.ts'),
})
