/** `terminate`, `rm`, `kill` (protocol 05 §3.8). */
import { NotFoundError, path, type Client, type SessionStats } from '@backend-ai-sdk/client'

import { connect } from '../../connection.ts'
import type { Context } from '../../context.ts'
import { describeError, isNotFound } from '../../errors.ts'
import { exitCodes } from '../../failures.ts'
import { settleAll } from '../../parallel.ts'
import { formatStatistics } from '../../statistics.ts'
import type { TerminateFlags } from './command.ts'

/** Each one waits until its session has ended. */
const atOnce = 8

export default async function terminate(
  context: Context,
  flags: TerminateFlags,
  ...references: string[]
): Promise<number> {
  const { output, options, signal } = context
  if (references.length === 0) {
    output.status('warn', 'Specify at least one session ID. Check usage with "-h" option.')
    return exitCodes.invalidArgument
  }
  const { client } = connect(context)
  output.status('wait', 'Terminating the session(s)...')
  const outcomes = await settleAll(references, atOnce, (reference) => destroy(client, reference, flags, signal))
  signal.throwIfAborted()
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []))
  for (const failure of failures) {
    output.status('fail', describeError(failure))
    if (isNotFound(failure) && flags.owner === undefined)
      output.status('info', `If you are an admin, use "-o" / "--owner" option to terminate other user's session.`)
  }
  if (failures.length === 0) output.status('done', 'Done.')
  if (options.output === 'json') await output.json(asJSON(references, outcomes))
  else if (flags.stats)
    for (const outcome of outcomes) if (outcome.status === 'fulfilled') await output.print(statisticsOf(outcome.value))
  return failures.length === 0 ? 0 : exitCodes.failure
}

async function destroy(
  client: Client,
  reference: string,
  { forced, recursive, owner }: TerminateFlags,
  signal: AbortSignal,
): Promise<SessionStats> {
  if (owner === undefined) {
    const session = await client.sessions.get(reference, { signal })
    // The name of a session that has ended is found too, and servers let it be destroyed once more.
    if (ended.has(session.status)) throw noSuchSession(reference)
    return session.destroy({ forced, recursive, signal })
  }
  // Names of other users' sessions are known to this call only.
  const query = { forced: forced || undefined, recursive: recursive || undefined, owner_access_key: owner }
  const call = { method: 'DELETE', path: path`/session/${reference}`, query, signal }
  const { stats = {} } = await client.request<{ stats?: SessionStats }>(call)
  return stats
}

const ended = new Set<string>(['TERMINATED', 'CANCELLED'])

const noSuchSession = (reference: string): NotFoundError =>
  new NotFoundError({
    status: 404,
    method: 'DELETE',
    url: path`/session/${reference}`,
    body: { type: 'https://api.backend.ai/probs/session-not-found', title: 'No such session.' },
  })

const statisticsOf = (stats: SessionStats): string => formatStatistics(stats) ?? 'Statistics is not available.'

function asJSON(references: readonly string[], outcomes: readonly PromiseSettledResult<SessionStats>[]): object {
  const ok = outcomes.every(({ status }) => status === 'fulfilled')
  const sessions = outcomes.map((outcome, index) => ({
    session: references[index],
    ok: outcome.status === 'fulfilled',
    ...(outcome.status === 'fulfilled' ? { stats: outcome.value } : { error: describeError(outcome.reason) }),
  }))
  return { ok, msg: ok ? 'Done.' : 'Some sessions could not be terminated.', sessions }
}
