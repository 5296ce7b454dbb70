/** `resume`: the rest of a run. */
import { connect } from '../../connection.ts'
import type { Context } from '../../context.ts'
import { LineReader } from '../../terminal.ts'
import { leaveAtHangUp, ownExitCode, readRun } from '../run/read-run.ts'
import { JSONReporter, TerminalReporter } from '../run/reporter.ts'
import type { RunReference } from './command.ts'

export default async function resume(context: Context, _flags: object, reference: RunReference): Promise<number> {
  const { options, output, signal } = context
  const { client } = connect(context)
  const reporting = { output, index: 0, quiet: false }
  const reporter =
    options.output === 'json' ? new JSONReporter(reporting, reference.sessionId) : new TerminalReporter(reporting)
  const input = new LineReader(context)
  const stay = leaveAtHangUp(context)
  try {
    return ownExitCode(await readRun(client.sessions.resume({ ...reference }, { signal }), reporter, input))
  } finally {
    input.close()
    stay()
  }
}
