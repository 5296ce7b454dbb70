import { defineCommand } from '../../command.ts'

export const logoutCommand = defineCommand({
  brief: 'Log out of a webserver.',
  usage: '',
  parameters: {},
  load: () => import('./logout.ts'),
})
