import { defineCommand } from '../../command.ts'

export type LoginFlags = {
  readonly passwordStdin: boolean
  readonly otp?: string
  readonly force: boolean
}

export const loginCommand = defineCommand<LoginFlags, []>({
  brief: 'Log in at a webserver, for the commands that follow.',
  description: [
    'With BACKEND_ENDPOINT_TYPE=session. Asks for what BACKEND_USER and BACKEND_PASSWORD do not say, and for a one-time password where one is wanted.',
    'The login, and not the password, is kept in a file that you alone can read.',
  ].join('\n\n'),
  usage: '',
  parameters: {
    flags: {
      passwordStdin: { kind: 'boolean', withNegated: false, brief: 'Read the password from the standard input.' },
      otp: {
        kind: 'parsed',
        parse: String,
        optional: true,
        placeholder: 'CODE',
        brief: 'One-time password, in place of being asked for it.',
      },
      force: { kind: 'boolean', withNegated: false, brief: 'End the login elsewhere where there may be only one.' },
    },
  },
  load: () => import('./login.ts'),
})
