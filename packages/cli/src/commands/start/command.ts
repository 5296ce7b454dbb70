import { defineCommand } from '../../command.ts'
import { depends, sessionAliases, type SessionFlags, sessionFlags, sessionSynonyms } from '../session-flags.ts'

export type StartFlags = SessionFlags & {
  readonly quiet: boolean
  readonly owner?: string
  readonly startupCommand?: string
  readonly timeout?: string
  readonly depends?: readonly string[]
}

export const startCommand = defineCommand<StartFlags, [image: string]>({
  brief: 'Start a session, or take a living one of the same name.',
  description: 'IMAGE is a reference, or an alias of one: python, cr.backend.ai/stable/python:3.9-ubuntu20.04.',
  usage: 'IMAGE',
  parameters: {
    flags: {
      ...sessionFlags,
      quiet: { kind: 'boolean', withNegated: false, brief: 'Print the id of the session on stdout, and nothing else.' },
      owner: {
        kind: 'parsed',
        parse: String,
        optional: true,
        placeholder: 'ACCESS_KEY',
        brief: 'Whose session it is, for administrators.',
      },
      startupCommand: {
        kind: 'parsed',
        parse: String,
        optional: true,
        placeholder: 'COMMAND',
        brief: 'What a batch session runs.',
      },
      timeout: {
        kind: 'parsed',
        parse: String,
        optional: true,
        placeholder: 'TIME',
        brief: 'How long a batch session may run: 1d, 12h, 30m, 45s.',
      },
      depends,
    },
    aliases: { ...sessionAliases, q: 'quiet', o: 'owner', c: 'startupCommand' },
    positional: {
      kind: 'tuple',
      parameters: [{ brief: 'Image.', parse: String, placeholder: 'IMAGE' }],
    },
  },
  synonyms: { ...sessionSynonyms, 'owner-access-key': 'owner', 'batch-timeout': 'timeout' },
  load: () => import('./start.ts'),
})
