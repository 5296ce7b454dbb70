import { defineCommand } from '../../command.ts'

export type AppsFlags = {
  readonly listNames: boolean
}

export const appsCommand = defineCommand<AppsFlags, [session: string, ...apps: string[]]>({
  brief: 'List the apps of a session, and what they can be started with.',
  description: 'SESSION is a name or an id. Of all apps, or of those that are named.',
  usage: 'SESSION [APP]...',
  parameters: {
    flags: { listNames: { kind: 'boolean', withNegated: false, brief: 'Their names alone.' } },
    aliases: { l: 'listNames' },
    positional: {
      kind: 'array',
      minimum: 1,
      parameter: { brief: 'Session, then apps.', parse: String, placeholder: 'SESSION' },
    },
  },
  load: () => import('./apps.ts'),
})
