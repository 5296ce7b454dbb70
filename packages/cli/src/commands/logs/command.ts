import { defineCommand } from '../../command.ts'

export type LogsFlags = {
  readonly follow: boolean
  readonly kernel?: string
}

export const logsCommand = defineCommand<LogsFlags, [session: string]>({
  brief: 'Show the log of a session.',
  description:
    'What its main container has written, of sessions that have ended too. With --follow also what it writes from now on, until the session ends.',
  usage: 'SESSION',
  parameters: {
    flags: {
      follow: { kind: 'boolean', withNegated: false, brief: 'Go on until the session ends.' },
      kernel: {
        kind: 'parsed',
        parse: String,
        optional: true,
        placeholder: 'ID',
        brief: 'Another container of the session, on servers since release 24.09.',
      },
    },
    aliases: { f: 'follow', k: 'kernel' },
    positional: {
      kind: 'tuple',
      parameters: [{ brief: 'Name or id.', parse: String, placeholder: 'SESSION' }],
    },
  },
  synonyms: { 'kernel-id': 'kernel' },
  load: () => import('./logs.ts'),
})
