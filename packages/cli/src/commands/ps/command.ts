import { defineCommand } from '../../command.ts'
import { integer, list } from '../../values.ts'

/** Names of all releases; servers refuse those that they do not know. */
const statuses = [
  'PENDING',
  'SCHEDULED',
  'PREPARING',
  'PREPARED',
  'CREATING',
  'BUILDING',
  'PULLING',
  'RUNNING',
  'RESTARTING',
  'RUNNING_DEGRADED',
  'RESIZING',
  'SUSPENDED',
  'TERMINATING',
  'TERMINATED',
  'ERROR',
  'CANCELLED',
  'ALL',
] as const

export type PsFlags = {
  readonly status?: (typeof statuses)[number]
  readonly running: boolean
  readonly dead: boolean
  readonly accessKey?: string
  readonly nameOnly: boolean
  readonly idOnly: boolean
  readonly detail: boolean
  readonly format?: readonly string[]
  readonly plain: boolean
  readonly filter?: string
  readonly order?: string
  readonly offset: number
  readonly limit?: number
  readonly all: boolean
}

export const psCommand = defineCommand<PsFlags, []>({
  brief: 'List sessions, the latest change first.',
  description:
    'Without --status, those that have not ended and those in error. On a terminal it waits after each page: q ends, any other key goes on.',
  usage: '',
  parameters: {
    flags: {
      status: {
        kind: 'enum',
        values: statuses,
        optional: true,
        placeholder: 'STATUS',
        brief: `One of ${statuses.join(', ')}.`,
      },
      running: { kind: 'boolean', withNegated: false, brief: 'Those that run or are about to.' },
      dead: { kind: 'boolean', withNegated: false, brief: 'Those that have ended.' },
      accessKey: {
        kind: 'parsed',
        parse: String,
        optional: true,
        placeholder: 'ACCESS_KEY',
        brief: 'Whose sessions, for administrators.',
      },
      nameOnly: { kind: 'boolean', withNegated: false, brief: 'One name per line.' },
      idOnly: {
        kind: 'boolean',
        withNegated: false,
        brief: 'The same: what release 20.03 calls the id of a session is its name.',
      },
      detail: { kind: 'boolean', withNegated: false, brief: 'More columns.' },
      format: {
        kind: 'parsed',
        parse: list,
        optional: true,
        placeholder: 'A,B,..',
        brief: 'These columns; a name that does not exist makes it tell all that do.',
      },
      plain: { kind: 'boolean', withNegated: false, brief: 'No header and no lines.' },
      filter: {
        kind: 'parsed',
        parse: String,
        optional: true,
        placeholder: 'TEXT',
        brief: `In the server's language: 'name ilike "train%"'.`,
      },
      order: {
        kind: 'parsed',
        parse: String,
        optional: true,
        placeholder: 'TEXT',
        brief: `In the server's language: '-created_at'.`,
      },
      offset: { kind: 'parsed', parse: integer, default: '0', placeholder: 'NUMBER', brief: 'Leaves out so many.' },
      limit: {
        kind: 'parsed',
        parse: integer,
        optional: true,
        placeholder: 'NUMBER',
        brief: 'So many at most. With --output json 20, unless --all is given.',
      },
      all: {
        kind: 'boolean',
        withNegated: false,
        brief: 'All pages without waiting. It does not mean all states: that is --status ALL.',
      },
    },
    aliases: { s: 'status', f: 'format', a: 'all' },
  },
  load: () => import('./ps.ts'),
})
