import { defineCommand } from '../../command.ts'

export const lsCommand = defineCommand<object, [session: string, path?: string]>({
  brief: 'List a folder of a session.',
  description: 'SESSION is a name or an id; PATH is below its home.',
  usage: 'SESSION [PATH]',
  parameters: {
    flags: {},
    positional: {
      kind: 'tuple',
      parameters: [
        { brief: 'Name or id.', parse: String, placeholder: 'SESSION' },
        { brief: 'Folder.', parse: String, placeholder: 'PATH', optional: true },
      ],
    },
  },
  load: () => import('./ls.ts'),
})
