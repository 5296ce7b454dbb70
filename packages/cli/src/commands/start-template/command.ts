import { defineCommand } from '../../command.ts'
import { choice, text, yes } from '../../parameters.ts'
import { integer } from '../../values.ts'
import { depends, sessionAliases, type SessionFlags, sessionFlags, sessionSynonyms } from '../session-flags.ts'

/** Those that a template does not know. */
type Lacking = 'preopen' | 'assignAgent' | 'network'
/** Without a default that would take the place of the template's. */
type Optional = 'type' | 'clusterSize' | 'clusterMode'

export type StartTemplateFlags = Omit<SessionFlags, Lacking | Optional> &
  Partial<Pick<SessionFlags, Optional>> & {
    readonly quiet: boolean
    readonly owner?: string
    readonly image?: string
    readonly startupCommand?: string
    readonly depends?: readonly string[]
    readonly noMount: boolean
    readonly noEnv: boolean
    readonly noResource: boolean
  }

const { preopen: _preopen, assignAgent: _assignAgent, network: _network, ...others } = sessionFlags

export const startTemplateCommand = defineCommand<StartTemplateFlags, [template: string]>({
  brief: 'Start a session from a template.',
  description:
    'What is given takes the place of what the template says; of variables, folders and resources, all of it.',
  usage: 'TEMPLATE',
  parameters: {
    flags: {
      ...others,
      type: choice(['batch', 'interactive', 'inference', 'system'], 'TYPE', 'One of'),
      clusterSize: {
        kind: 'parsed',
        parse: integer,
        optional: true,
        placeholder: 'NUMBER',
        brief: 'Number of containers.',
      },
      clusterMode: choice(['single-node', 'multi-node'], 'MODE', 'One of'),
      quiet: yes('Print the id of the session on stdout, and nothing else.'),
      owner: text('ACCESS_KEY', 'Whose session it is, for administrators.'),
      image: text('IMAGE', 'Another image.'),
      startupCommand: text('COMMAND', 'What a batch session runs.'),
      depends,
      noMount: yes('None of the folders of the template.'),
      noEnv: yes('None of the variables of the template.'),
      noResource: yes('None of the resources of the template.'),
    },
    aliases: { ...sessionAliases, q: 'quiet', o: 'owner', i: 'image', c: 'startupCommand' },
    positional: { kind: 'tuple', parameters: [{ brief: 'Id.', parse: String, placeholder: 'TEMPLATE' }] },
  },
  synonyms: { ...sessionSynonyms, 'owner-access-key': 'owner' },
  load: () => import('./start-template.ts'),
})
