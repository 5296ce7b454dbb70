import { defineCommand } from '../../command.ts'

export interface RunReference {
  readonly sessionId: string
  readonly runId: string
}

function parseRun(text: string): RunReference {
  const [sessionId, runId, ...more] = text.split('/')
  if (!sessionId || !runId || more.length > 0) throw new Error(`'${text}' is not written as SESSION_ID/RUN_ID.`)
  return { sessionId, runId }
}

export const resumeCommand = defineCommand<object, [run: RunReference]>({
  brief: 'Read on in a run that was started with --resumable.',
  description:
    'What has been read is not told again. Ends with the exit code of the program; Ctrl-C interrupts it, and a terminal that goes (SIGHUP) leaves it running.',
  usage: 'SESSION_ID/RUN_ID',
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [{ brief: 'As "run --resumable" told it.', parse: parseRun, placeholder: 'SESSION_ID/RUN_ID' }],
    },
  },
  load: () => import('./resume.ts'),
})
