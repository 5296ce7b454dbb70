import { defineCommand } from '../../command.ts'

export const configCommand = defineCommand({
  brief: 'Show the active configuration, and the versions of client and server.',
  usage: '',
  parameters: {},
  load: () => import('./config.ts'),
})
