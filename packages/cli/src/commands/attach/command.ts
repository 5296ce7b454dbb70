import { escapeFlag } from '../../attachment/escape-flag.ts'
import { defineCommand } from '../../command.ts'

export type AttachFlags = {
  readonly escape: string
}

export const attachCommand = defineCommand<AttachFlags, [session: string]>({
  brief: 'Open a terminal in a session.',
  description: [
    'SESSION is a name or an id. As in ssh, ~. at the start of a line leaves the terminal and ~~ sends a ~; the session goes on. A connection that is lost is looked for and made again.',
    'Ends with 0 when the terminal has ended or was left, and with 1 where the session has.',
  ].join('\n\n'),
  usage: 'SESSION',
  parameters: {
    flags: { escape: escapeFlag },
    aliases: { e: 'escape' },
    positional: {
      kind: 'tuple',
      parameters: [{ brief: 'Name or id.', parse: String, placeholder: 'SESSION' }],
    },
  },
  load: () => import('./attach.ts'),
})
