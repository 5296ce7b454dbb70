import { defineCommand } from '../../command.ts'
import { type SSHFlags, sshAliases, sshFlags } from '../ssh/command.ts'

export type SCPFlags = SSHFlags & {
  readonly recursive: boolean
}

export const scpCommand = defineCommand<SCPFlags, [session: string, source: string, target: string, ...args: string[]]>(
  {
    brief: 'Copy files to or from a session with scp.',
    description:
      'SESSION is a name or an id. Paths in the session are written :PATH, or as for scp work@localhost:PATH. ARGS are options of scp. The exit code is that of scp.',
    usage: 'SESSION SRC DST [ARGS]...',
    parameters: {
      flags: {
        ...sshFlags,
        recursive: { kind: 'boolean', withNegated: false, brief: 'Folders with all that is in them.' },
      },
      aliases: { ...sshAliases, r: 'recursive' },
      positional: {
        kind: 'array',
        minimum: 3,
        parameter: { brief: 'Session, source, target, options of scp.', parse: String, placeholder: 'SESSION SRC DST' },
      },
    },
    passesOnAfter: 3,
    load: () => import('./scp.ts'),
  },
)
