/** `POST /session/{s}`: running code by polling (protocol 02 §3), and completion. */
import { type Context, json } from '../context.ts'
import { AgentError } from '../faults/record-faults.ts'
import { isObject, type JsonObject, parseJson } from '../formats/json.ts'
import type { BatchCommands } from '../kernel/kernel.ts'
import { agentFailure, agentTimeout, Problem } from '../problems.ts'
import type { Profile } from '../profiles.ts'
import { RunBlockedError, type RunRequest, type RunResult } from '../sessions/code-runner.ts'
import { findSession } from '../sessions/session-lookup.ts'
import type { Session } from '../sessions/session.ts'

export async function execute(context: Context): Promise<Response> {
  const { profile } = context
  const body = await readBody(context)
  const session = findSession(context, context.part('session'), { permission: 'UPDATE: 2' })
  const { mode, code, runId } = profile.execution.runIdKey === 'runId' ? readOld(body) : readNew(body)
  if (!session.runner) throw notRunning(profile, session)
  if (mode === 'complete') return json({ result: await completion(session, profile, code, body['options']) })
  const request: RunRequest = { mode, code, runId, commands: batchCommands(body['options']) }
  const result = adjust(await guard(session.runner.execute(request, context.cluster.pollTime), profile), profile)
  return json({
    result: {
      status: result.status,
      runId: result.runId,
      exitCode: result.exitCode,
      options: result.options,
      files: [],
      console: result.console,
    },
  })
}

export async function complete(context: Context): Promise<Response> {
  const { profile } = context
  const body = await readBody(context)
  const session = findSession(context, context.part('session'), { permission: 'UPDATE: 2' })
  if (!session.runner) throw notRunning(profile, session)
  const code = typeof body['code'] === 'string' ? body['code'] : ''
  return json({ result: await completion(session, profile, code, body['options']) })
}

/** Exit code of code that raised is 0 up to 23.09, since the runner of that time says nothing else (073). */
export function adjust(result: RunResult, profile: Profile): RunResult {
  const isQueryEnd = result.kind === 'query' && result.status === 'finished' && result.options === null
  return isQueryEnd && profile.execution.raisedExitCode === 'zero' ? { ...result, exitCode: 0 } : result
}

/** A run that waited too long for the one before it is the agent's silence; else the agent fails as the release says. */
export async function guard<T>(running: Promise<T>, profile: Profile): Promise<T> {
  try {
    return await running
  } catch (error) {
    if (error instanceof RunBlockedError) throw agentTimeout()
    if (!(error instanceof AgentError)) throw error
    const isTold = profile.execution.agentFailure === 'told'
    throw isTold ? agentFailure(error.message) : new Problem('internal-server-error')
  }
}

export function batchCommands(options: unknown): BatchCommands {
  const given = isObject(options) ? options : {}
  const command = (name: string): string | null => {
    const value = given[name]
    return typeof value === 'string' && value !== '' ? value : null
  }
  return {
    clean: command('clean'),
    build: command('build'),
    exec: command('exec'),
    buildLog: given['buildLog'] === true,
  }
}

/** Not checked as other bodies are: unknown keys pass, and 23.9.10 complains about a bad one without a word. */
async function readBody(context: Context): Promise<JsonObject> {
  if (context.profile.parameters === 'typed') return context.body()
  const parsed = parseJson(await context.text())
  if (parsed && isObject(parsed.value)) return parsed.value
  throw new Problem('invalid-params')
}

type Mode = RunRequest['mode'] | 'complete'

const isMode = (mode: unknown): mode is Mode =>
  mode === 'query' || mode === 'batch' || mode === 'input' || mode === 'continue' || mode === 'complete'

interface Asked {
  mode: Mode
  code: string
  runId: string | null
}

/** Servers up to 25.5: the key `runId` must be there, null or not (101–104). */
function readOld(body: JsonObject): Asked {
  const refuse = (msg: string): Problem => new Problem('invalid-params', { msg })
  if (body['runId'] === undefined) throw refuse('runId is missing!')
  const { mode } = body as { mode?: unknown }
  if (!mode) throw refuse('mode is missing or empty!')
  if (!isMode(mode)) throw refuse('mode has an invalid value.')
  const runId = typeof body['runId'] === 'string' ? body['runId'] : null
  if (runId === null && (mode === 'continue' || mode === 'input')) {
    throw refuse('continuation requires explicit run ID')
  }
  const code = body['code'] ?? ''
  if (typeof code !== 'string') {
    throw agentFailure(`TypeError("object of type '${typeof code === 'number' ? 'int' : 'dict'}' has no len()")`)
  }
  return { mode, code, runId }
}

/** Servers since 25.6 read `run_id` only, and answer 500 to what they cannot use (observed 26.9.6). */
function readNew(body: JsonObject): Asked {
  const refuse = (msg: string): Problem => new Problem('invalid-session-data', { msg })
  const code = body['code'] ?? ''
  if (typeof code !== 'string') {
    const text =
      'Schema validation failed. (1 validation error for ExecuteRequest\ncode\n  Input should be a valid string'
    throw new Problem('typed-params', {
      msg: `<BackendAISchemaValidationFailed(400): ${text} [type=string_type])>`,
    })
  }
  const { mode } = body as { mode?: unknown }
  if (!mode) throw refuse('runId or mode is missing')
  if (!isMode(mode)) throw refuse(`mode has an invalid value: ${JSON.stringify(mode).replaceAll('"', '')}`)
  const runId = typeof body['run_id'] === 'string' ? body['run_id'] : null
  if (runId === null && (mode === 'continue' || mode === 'input')) {
    throw refuse('continuation requires explicit run ID')
  }
  return { mode, code, runId }
}

async function completion(
  session: Session,
  profile: Profile,
  code: string,
  options: unknown,
): Promise<Record<string, unknown>> {
  const given = isObject(options) ? options : {}
  const number = (name: string): number => (typeof given[name] === 'number' ? given[name] : 0)
  const text = (name: string): string => (typeof given[name] === 'string' ? given[name] : '')
  const found =
    (await session.runner?.complete({
      code,
      row: number('row'),
      col: number('col'),
      line: text('line'),
      post: text('post'),
    })) ?? []
  return profile.execution.completion === 'completions'
    ? { status: 'finished', completions: found }
    : { status: 'finished', error: null, suggestions: found }
}

/** Of a session without a kernel there is nothing to run or interrupt; the manager does not say it well. */
export function notRunning(profile: Profile, session: Session): Problem {
  const msg = `Session ${session.id} main kernel has no agent allocated`
  return profile.sessions.entityErrors
    ? new Problem('agent-not-allocated', { msg })
    : new Problem('internal-server-error')
}
