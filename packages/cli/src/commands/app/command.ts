import { defineCommand } from '../../command.ts'
import { keyValue, type Pair } from '../../values.ts'
import { type Binding, parseBinding } from './binding.ts'
import { parseStartArgument, type StartArgument } from './start-argument.ts'

export type AppFlags = {
  readonly bind?: Binding
  readonly arg?: readonly StartArgument[]
  readonly env?: readonly Pair[]
  readonly open: boolean
}

/** A name alone is a variable that is empty. */
const parseVariable = (text: string): Pair => (text.includes('=') ? keyValue(text) : [text, ''])

export const appCommand = defineCommand<AppFlags, [session: string, app: string]>({
  brief: 'Make an app of a session reachable on this machine.',
  description: [
    'SESSION is a name or an id; its apps are told by "apps". The server starts the app with the first connection, and only then --arg and --env count. Ends with Ctrl-C, or with the session.',
    'Without --bind it is port 8080 of 127.0.0.1, or a free one where that is in use.',
  ].join('\n\n'),
  usage: 'SESSION APP',
  parameters: {
    flags: {
      bind: {
        kind: 'parsed',
        parse: parseBinding,
        optional: true,
        placeholder: '[HOST:]PORT',
        brief: 'Where it is reachable; port 0 is a free one.',
      },
      arg: {
        kind: 'parsed',
        parse: parseStartArgument,
        optional: true,
        variadic: true,
        placeholder: '"--option value"',
        brief: 'Argument that the app is started with. Repeatable.',
      },
      env: {
        kind: 'parsed',
        parse: parseVariable,
        optional: true,
        variadic: true,
        placeholder: 'NAME=VALUE',
        brief: 'Environment variable that it is started with. Repeatable.',
      },
      open: { kind: 'boolean', withNegated: false, brief: 'Show it in the browser.' },
    },
    aliases: { b: 'bind', e: 'env' },
    positional: {
      kind: 'tuple',
      parameters: [
        { brief: 'Name or id.', parse: String, placeholder: 'SESSION' },
        { brief: 'Name of the app.', parse: String, placeholder: 'APP' },
      ],
    },
  },
  load: () => import('./app.ts'),
})
