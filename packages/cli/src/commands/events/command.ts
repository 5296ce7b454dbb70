import { defineCommand } from '../../command.ts'

type Scope = '*' | 'session' | 'kernel'

export type EventsFlags = {
  readonly owner?: string
  readonly scope: Scope
  readonly wait?: string
  readonly quiet: boolean
}

const scopes = ['session', 'kernel'] as const

/** `*`, or the words in a list, as newer servers take it. */
function parseScope(text: string): Scope {
  const words = text.split(',').map((word) => word.trim())
  const unknown = words.find((word) => word !== '*' && !scopes.some((scope) => scope === word))
  if (unknown !== undefined) throw new Error(`'${unknown}' is not one of '*', 'session', 'kernel'.`)
  const [only, ...more] = new Set(words)
  return (more.length === 0 && scopes.find((scope) => scope === only)) || '*'
}

export const eventsCommand = defineCommand<EventsFlags, [session: string]>({
  brief: 'Follow what happens to a session.',
  description: [
    'SESSION is an id, or a name, whose session may begin later. One line per event: its name, and what is known of it as JSON. Ends with the session.',
    'With --wait it ends with the event of that name, or with 1 where the session ends before. The name batch_session_result stands for session_success, and for session_failure with the exit code 1.',
  ].join('\n\n'),
  usage: 'SESSION',
  parameters: {
    flags: {
      owner: {
        kind: 'parsed',
        parse: String,
        optional: true,
        placeholder: 'ACCESS_KEY',
        brief: 'Whose session it is, for administrators.',
      },
      scope: {
        kind: 'parsed',
        parse: parseScope,
        default: '*',
        placeholder: 'SCOPE',
        brief: 'Events of the session, of its kernels (containers), or * for both.',
      },
      wait: { kind: 'parsed', parse: String, optional: true, placeholder: 'EVENT', brief: 'End with this event.' },
      quiet: { kind: 'boolean', withNegated: false, brief: 'Show no events.' },
    },
    aliases: { o: 'owner', q: 'quiet' },
    positional: {
      kind: 'tuple',
      parameters: [{ brief: 'Id or name.', parse: String, placeholder: 'SESSION' }],
    },
  },
  synonyms: { 'owner-access-key': 'owner' },
  load: () => import('./events.ts'),
})
