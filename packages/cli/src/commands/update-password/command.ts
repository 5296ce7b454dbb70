import { defineCommand } from '../../command.ts'

export const updatePasswordCommand = defineCommand({
  brief: 'Change the password of the user who is logged in, or one that has expired.',
  description:
    'Asks for the old and the new password. Without a login it asks for the user too: so is a password changed that has expired.',
  usage: '',
  parameters: {},
  load: () => import('./update-password.ts'),
})
