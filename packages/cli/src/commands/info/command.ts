import { defineCommand } from '../../command.ts'

export const infoCommand = defineCommand({
  brief: 'Show the details of a session.',
  description: 'SESSION is its name or its id; those of ended sessions too.',
  usage: 'SESSION',
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [{ brief: 'Name or id.', parse: String, placeholder: 'SESSION' }],
    },
  },
  load: () => import('./info.ts'),
})
