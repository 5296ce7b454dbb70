import { defineCommand } from '../../command.ts'
import { integer } from '../../values.ts'

export type SSHFlags = {
  readonly port: number
  readonly identity?: string
}

export const sshFlags = {
  port: {
    kind: 'parsed',
    parse: integer,
    default: '0',
    placeholder: 'PORT',
    brief: 'Local port of the tunnel; 0 is a free one.',
  },
  identity: {
    kind: 'parsed',
    parse: String,
    optional: true,
    placeholder: 'PATH',
    brief: 'Your own key, for sessions that have none of their own.',
  },
} as const

export const sshAliases = { p: 'port', i: 'identity' } as const

export const sshCommand = defineCommand<SSHFlags, [session: string, ...args: string[]]>({
  brief: 'Log in to a session with ssh.',
  description:
    'SESSION is a name or an id. ARGS are for ssh, after the options of this command: its options, and what is to run. The exit code is that of ssh.',
  usage: 'SESSION [ARGS]...',
  parameters: {
    flags: sshFlags,
    aliases: sshAliases,
    positional: {
      kind: 'array',
      minimum: 1,
      parameter: { brief: 'Session, then arguments of ssh.', parse: String, placeholder: 'SESSION' },
    },
  },
  passesOnAfter: 1,
  load: () => import('./ssh.ts'),
})
