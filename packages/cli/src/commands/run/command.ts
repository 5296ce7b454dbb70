import { escapeFlag } from '../../attachment/escape-flag.ts'
import { defineCommand } from '../../command.ts'
import { integer } from '../../values.ts'
import { sessionAliases, type SessionFlags, sessionFlags, sessionSynonyms } from '../session-flags.ts'
import { parseRange, type Range } from './ranges.ts'

export type RunFlags = SessionFlags & {
  readonly code?: string
  readonly terminal: boolean
  readonly escape: string
  readonly clean: string
  readonly build: string
  readonly exec: string
  readonly basedir?: string
  readonly rm: boolean
  readonly stats: boolean
  readonly quiet: boolean
  readonly envRange?: readonly Range[]
  readonly buildRange?: readonly Range[]
  readonly execRange?: readonly Range[]
  readonly maxParallel: number
  readonly ignoreExitCode: boolean
  readonly resumable: boolean
}

const command = { kind: 'parsed', parse: String, default: '*', placeholder: 'COMMAND' } as const
const range = { kind: 'parsed', parse: parseRange, optional: true, variadic: true, placeholder: 'RANGE' } as const

export const runCommand = defineCommand<RunFlags, [image: string, ...files: string[]]>({
  brief: 'Run a piece of code, or files, in a session.',
  description: [
    'Takes a living session of the name, or starts one, which stays unless --rm is given. IMAGE is a reference, or an alias of one: python, cr.backend.ai/stable/python:3.9-ubuntu20.04. FILES are uploaded; then the commands of --clean, --build and --exec run, where * is what the image does by itself.',
    'Ends with the exit code of the program.',
    'A RANGE is NAME=case:A,B,.. or NAME=linspace:START,STOP,NUMBER or NAME=range:[START,]STOP[,STEP]. Each combination runs in a session of its own, with $NAME and ${NAME} replaced; $$ is a dollar sign. The exit code is then 1 if any failed.',
  ].join('\n\n'),
  usage: 'IMAGE [FILES]...',
  parameters: {
    flags: {
      code: {
        kind: 'parsed',
        parse: String,
        optional: true,
        placeholder: 'CODE',
        brief: 'The code itself, in place of files.',
      },
      terminal: {
        kind: 'boolean',
        withNegated: false,
        brief: 'A terminal in the session, in place of code; after FILES are uploaded.',
      },
      escape: escapeFlag,
      clean: { ...command, brief: 'Command that cleans up before the build.' },
      build: { ...command, brief: 'Command that builds.' },
      exec: { ...command, brief: 'Command that executes.' },
      basedir: {
        kind: 'parsed',
        parse: String,
        optional: true,
        placeholder: 'PATH',
        brief: 'What the names of FILES are relative to. Without it, the working directory.',
      },
      rm: { kind: 'boolean', withNegated: false, brief: 'End the session afterwards, whatever happened.' },
      stats: { kind: 'boolean', withNegated: false, brief: 'With --rm, show what the session has used.' },
      quiet: { kind: 'boolean', withNegated: false, brief: 'Show the output of the program and failures only.' },
      envRange: { ...range, brief: 'Values for $NAME in --env. Repeatable.' },
      buildRange: { ...range, brief: 'Values for $NAME in --build. Repeatable.' },
      execRange: { ...range, brief: 'Values for $NAME in --exec. Repeatable.' },
      maxParallel: {
        kind: 'parsed',
        parse: integer,
        default: '2',
        placeholder: 'NUMBER',
        brief: 'Sessions at a time.',
      },
      ignoreExitCode: {
        kind: 'boolean',
        withNegated: false,
        brief: 'End with 0 when the program ran, whatever its exit code.',
      },
      resumable: {
        kind: 'boolean',
        withNegated: false,
        brief: 'Tell how "resume" reads on, and leave the program running when the terminal goes (SIGHUP).',
      },
      ...sessionFlags,
    },
    aliases: { ...sessionAliases, c: 'code', s: 'stats', q: 'quiet' },
    positional: {
      kind: 'array',
      minimum: 1,
      parameter: { brief: 'Image, then files.', parse: String, placeholder: 'IMAGE' },
    },
  },
  synonyms: sessionSynonyms,
  load: () => import('./run.ts'),
})
