import { defineCommand } from '../../command.ts'
import { integer } from '../../values.ts'

export type DevFlags = {
  readonly port: number
  readonly profile: '20.09' | '23.09' | '26.9'
  readonly role: 'user' | 'admin' | 'superadmin' | 'monitor'
}

export const devCommand = defineCommand<DevFlags, []>({
  brief: 'Run a local cluster on this machine.',
  description:
    'It answers the protocol of a Backend.AI cluster and runs code with the programs of this machine, without containers. Nothing of it remains when it ends. Prints the variables that make the other commands use it.',
  usage: '',
  parameters: {
    flags: {
      port: {
        kind: 'parsed',
        parse: integer,
        default: '0',
        placeholder: 'PORT',
        brief: 'Port on 127.0.0.1; 0 is a free one.',
      },
      profile: {
        kind: 'enum',
        values: ['20.09', '23.09', '26.9'],
        default: '26.9',
        brief: 'Release whose protocol it speaks.',
      },
      role: {
        kind: 'enum',
        values: ['user', 'admin', 'superadmin', 'monitor'],
        default: 'user',
        brief: 'Of the user whose keys are printed.',
      },
    },
  },
  load: () => import('./dev.ts'),
})
