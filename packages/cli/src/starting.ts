/** Starting a session, and telling what became of it (protocol 05 §3.6, §3.7). */
import type { Client, ComputeSession, SessionCreateOptions } from '@backend-ai-sdk/client'

import { connect } from './connection.ts'
import type { Context } from './context.ts'
import { endedOutcome, outcomeOf, type Outcome } from './session-outcome.ts'
import { statusText, WaitingLine } from './waiting-line.ts'

interface StartingFlags {
  readonly quiet: boolean
  readonly enqueueOnly: boolean
  readonly maxWait: number
  readonly noReuse: boolean
}

type Open = (client: Client, options: SessionCreateOptions) => Promise<ComputeSession>

/** @returns the exit code. */
export async function startSession(context: Context, flags: StartingFlags, name: string, open: Open): Promise<number> {
  const { options, output } = context
  const { client } = connect(context)
  const { quiet } = flags
  let session: ComputeSession
  try {
    session = await openSession(context, client, flags, name, open)
  } catch (error) {
    const outcome = endedOutcome(error)
    if (!outcome) throw error
    output.status(outcome.kind, outcome.text)
    if (options.output === 'json') await output.json({ ok: false, msg: outcome.text })
    return outcome.exitCode
  }
  const outcome = outcomeOf(session, session.id, !flags.enqueueOnly && flags.maxWait > 0) ?? readyOutcome(session)
  if (options.output === 'json') await output.json(asJSON(session, outcome))
  else if (quiet) await output.print(session.id)
  if (!quiet) tell(context, session, outcome)
  return outcome.exitCode
}

async function openSession(
  { output, signal }: Context,
  client: Client,
  flags: StartingFlags,
  name: string,
  open: Open,
): Promise<ComputeSession> {
  using waiting = flags.quiet ? undefined : new WaitingLine(output, `Session ${name} is asked for...`)
  return await open(client, {
    reuseIfExists: !flags.noReuse,
    enqueueOnly: flags.enqueueOnly,
    maxWait: flags.maxWait * 1000,
    signal,
    onProgress: (report) => waiting?.update(statusText(name, report)),
  })
}

const readyOutcome = ({ id, created }: ComputeSession): Outcome => ({
  kind: 'info',
  text: `Session ID ${id} is ${created ? 'created and ready' : 'already running and ready'}.`,
  exitCode: 0,
})

function tell({ output }: Context, { status, servicePorts }: ComputeSession, { kind, text }: Outcome): void {
  output.status(kind, text)
  const services = servicePorts.map(({ name }) => name).join(', ')
  if (services && status.startsWith('RUNNING'))
    output.status('info', `This session provides the following app services: ${services}`)
}

function asJSON(session: ComputeSession, { text, exitCode }: Outcome): object {
  return {
    ok: exitCode === 0,
    msg: text,
    session: {
      session_id: session.id,
      name: session.name,
      image: session.image,
      status: session.status,
      created: session.created,
      service_ports: session.servicePorts.map(({ name, protocol, ports }) => ({ name, protocol, ports })),
    },
  }
}
