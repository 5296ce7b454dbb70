/** `start`: a session without running anything in it (protocol 05 §3.6). */
import type { Client, ComputeSession, SessionSpec } from '@backend-ai-sdk/client'

import { connect } from '../../connection.ts'
import type { Context } from '../../context.ts'
import { endedOutcome, outcomeOf, type Outcome } from '../../session-outcome.ts'
import { checkName, randomName, specOf } from '../../session-spec.ts'
import { statusText, WaitingLine } from '../../waiting-line.ts'
import type { StartFlags } from './command.ts'

export default async function start(context: Context, flags: StartFlags, image: string): Promise<number> {
  const { host, options, output } = context
  const name = flags.name ?? randomName()
  checkName(name)
  const spec: SessionSpec & { name: string } = {
    ...(await specOf(image, flags, host)),
    name,
    environment: Object.fromEntries(flags.env ?? []),
    ...(flags.owner !== undefined && { ownerAccessKey: flags.owner }),
    ...(flags.startupCommand !== undefined && { startupCommand: flags.startupCommand }),
    ...(flags.timeout !== undefined && { batchTimeout: flags.timeout }),
    ...(flags.depends && { dependencies: flags.depends }),
  }
  const { client } = connect(context)
  const { quiet } = flags
  let session: ComputeSession
  try {
    session = await openSession(context, client, flags, spec)
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
  flags: StartFlags,
  spec: SessionSpec & { name: string },
): Promise<ComputeSession> {
  using waiting = flags.quiet ? undefined : new WaitingLine(output, `Session ${spec.name} is asked for...`)
  return await client.sessions.getOrCreate(spec, {
    reuseIfExists: !flags.noReuse,
    enqueueOnly: flags.enqueueOnly,
    maxWait: flags.maxWait * 1000,
    signal,
    onProgress: (report) => waiting?.update(statusText(spec.name, report)),
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
