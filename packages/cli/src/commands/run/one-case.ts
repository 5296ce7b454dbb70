/** The life of one case: a session, files, the program, and the end (protocol 05 §3.2). */
import type { Client, ComputeSession, SessionFile, SessionSpec } from '@backend-ai-sdk/client'

import { escapeOf } from '../../attachment/escape-flag.ts'
import type { Context } from '../../context.ts'
import { describeError } from '../../errors.ts'
import { exitCodes } from '../../failures.ts'
import { uploadBar } from '../../progress.ts'
import { throwIfEnded } from '../../running-session.ts'
import { endedOutcome, outcomeOf } from '../../session-outcome.ts'
import { formatStatistics } from '../../statistics.ts'
import type { LineReader } from '../../terminal.ts'
import { statusText } from '../../waiting-line.ts'
import type { RunFlags } from './command.ts'
import { leaveAtHangUp, NoInput, readRun } from './read-run.ts'
import { JSONReporter, type Reporter } from './reporter.ts'

export interface CaseJob {
  readonly index: number
  readonly name: string
  readonly spec: SessionSpec
  /** Code, or the commands of a batch. */
  readonly source: Parameters<ComputeSession['run']>[0]
  readonly files: readonly SessionFile[]
}

export interface CaseTools {
  readonly context: Context
  readonly client: Client
  readonly flags: RunFlags
  readonly reporter: Reporter
  readonly input: LineReader
}

export interface CaseResult {
  readonly exitCode: number
  /** The exit code is the program's own. */
  readonly ran: boolean
}

const failed: CaseResult = { exitCode: exitCodes.failure, ran: false }

/** @throws the signal's reason, after the session is cleaned up. */
export async function runCase(job: CaseJob, tools: CaseTools): Promise<CaseResult> {
  const { context, flags, reporter } = tools
  const { output, signal } = context
  signal.throwIfAborted()
  let session: ComputeSession | undefined
  let result: CaseResult = failed
  let keeps = !flags.rm
  try {
    session = await openSession(job, tools)
    const outcome = outcomeOf(session, job.name, !flags.enqueueOnly && flags.maxWait > 0)
    if (outcome) {
      output.status(outcome.kind, outcome.text)
      await event(reporter, { type: 'not-run', status: session.status, msg: outcome.text })
      // Who only enqueues means to keep it.
      keeps ||= flags.enqueueOnly
      result = { exitCode: outcome.exitCode, ran: false }
    } else {
      await tellReady(job, tools, session)
      await uploadFiles(job, tools, session)
      result = { exitCode: await runProgram(job, tools, session), ran: true }
    }
  } catch (error) {
    if (!signal.aborted) result = await tellFailure(job, tools, error, session !== undefined)
  }
  if (session && !keeps && !(await cleanUp(job, tools, session)) && result.exitCode === 0) result = failed
  signal.throwIfAborted()
  return result
}

async function openSession(
  { name, spec }: CaseJob,
  { client, context, flags, reporter }: CaseTools,
): Promise<ComputeSession> {
  using waiting = reporter.wait(`Session ${name} is asked for...`)
  return await client.sessions.getOrCreate(spec, {
    reuseIfExists: !flags.noReuse,
    enqueueOnly: flags.enqueueOnly,
    maxWait: flags.maxWait * 1000,
    signal: context.signal,
    onProgress: (report) => waiting?.update(statusText(name, report)),
  })
}

async function tellReady(
  { name, spec }: CaseJob,
  { client, reporter }: CaseTools,
  session: ComputeSession,
): Promise<void> {
  const { domain, project } = client.transport.config
  reporter.say(
    'done',
    session.created
      ? `Session ${name} is ready (domain=${spec.domain ?? domain}, group=${spec.project ?? project}).`
      : `Reusing session ${name}...`,
  )
  await event(reporter, { type: 'ready', session_id: session.id, created: session.created })
}

async function uploadFiles(
  { files }: CaseJob,
  { context, reporter }: CaseTools,
  session: ComputeSession,
): Promise<void> {
  if (files.length === 0) return
  const { output, signal } = context
  reporter.say('wait', 'Uploading source files...')
  const start = performance.now()
  const file = files.at(-1)!.path
  try {
    await session.upload(files, {
      signal,
      onProgress(progress) {
        if (reporter.showsOutput) output.bar(uploadBar({ ...progress, elapsed: performance.now() - start, file }))
      },
    })
  } catch (error) {
    if (!signal.aborted) reporter.say('fail', 'Uploading source files failed!')
    throw error
  }
  if (reporter.showsOutput) output.keepLine()
  reporter.say('done', 'Uploading done.')
}

async function runProgram(job: CaseJob, tools: CaseTools, session: ComputeSession): Promise<number> {
  return tools.flags.terminal ? await runTerminal(job, tools, session) : await runSource(job, tools, session)
}

/** A terminal has no exit code. */
async function runTerminal(
  { name }: CaseJob,
  { context, flags, reporter }: CaseTools,
  session: ComputeSession,
): Promise<number> {
  const { attach, departureText } = await import('../../attachment/attachment.ts')
  const departure = await attach(context, {
    label: name,
    escape: escapeOf(flags),
    open: (options) => session.terminal(options),
  })
  if (departure === 'ended') await throwIfEnded(session, name)
  reporter.say('done', departureText(departure))
  return 0
}

async function runSource({ source }: CaseJob, tools: CaseTools, session: ComputeSession): Promise<number> {
  const { context, flags, reporter, input } = tools
  const { signal } = context
  if (!flags.resumable) return await readRun(session.run(source, { signal }), reporter, input)
  const run = session.run(source, { signal, resumable: true })
  const { sessionId, runId } = run.handle
  reporter.say('info', `Read on from anywhere: backend.ai resume ${sessionId}/${runId}`)
  await event(reporter, { type: 'resumable', session_id: sessionId, run_id: runId })
  const stay = leaveAtHangUp(context)
  return await readRun(run, reporter, input).finally(stay)
}

async function tellFailure(
  { name }: CaseJob,
  { context, reporter }: CaseTools,
  error: unknown,
  hasSession: boolean,
): Promise<CaseResult> {
  // One that ends while the program runs has started well.
  const outcome = hasSession ? undefined : endedOutcome(error, name)
  const message = error instanceof NoInput ? `Execution failed!\n${error.message}` : describeError(error)
  if (outcome) context.output.status(outcome.kind, outcome.text)
  else reporter.say('fail', message)
  await event(reporter, { type: 'failed', error: outcome?.text ?? message })
  return failed
}

/** @returns whether it could be done. */
async function cleanUp(
  { index }: CaseJob,
  { context, flags, reporter }: CaseTools,
  session: ComputeSession,
): Promise<boolean> {
  const { output, options, signal } = context
  reporter.say('wait', 'Cleaning up the session...')
  try {
    // Whoever interrupts does not want to wait for the end as well.
    const stats = await session.destroy({ confirm: !signal.aborted })
    reporter.say('done', 'Cleaned up the session.')
    await event(reporter, { type: 'cleaned-up', stats })
    if (!flags.stats || options.output === 'json') return true
    const table = formatStatistics(stats)
    if (table === undefined) reporter.say('warn', 'Statistics: unavailable.')
    else {
      await output.heading('info', `[${index}] Statistics:`)
      await output.print(table)
    }
    return true
  } catch (error) {
    reporter.say('fail', describeError(error))
    return false
  }
}

async function event(reporter: Reporter, facts: object): Promise<void> {
  if (reporter instanceof JSONReporter) await reporter.event(facts)
}
