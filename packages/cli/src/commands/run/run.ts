/** `run`: code or files in one session, or in one for each combination of the ranges (protocol 05 §3.1–3.3). */
import { requireTerminal } from '../../attachment/require-terminal.ts'
import { connect } from '../../connection.ts'
import type { Context } from '../../context.ts'
import { exitCodes, InvalidArgument } from '../../failures.ts'
import { settleAll } from '../../parallel.ts'
import { repr } from '../../python-text.ts'
import { checkName, randomName, specOf } from '../../session-spec.ts'
import { LineReader } from '../../terminal.ts'
import { type Case, casesOf } from './cases.ts'
import type { RunFlags } from './command.ts'
import { type CaseJob, type CaseResult, runCase } from './one-case.ts'
import { ownExitCode } from './read-run.ts'
import { JSONReporter, logDirectory, LogReporter, type Reporter, shortPath, TerminalReporter } from './reporter.ts'
import { readUploads } from './uploads.ts'

export default async function run(
  context: Context,
  flags: RunFlags,
  image: string,
  ...files: string[]
): Promise<number> {
  const { host, options, output, signal } = context
  checkArguments(context, flags, files)
  const { cases, unknownNames } = casesOf(flags)
  if (flags.terminal && cases.length > 1) throw new InvalidArgument('You cannot run multiple cases with terminal.')
  if (cases.length > 1 && flags.maxParallel <= 0)
    throw new InvalidArgument('The number maximum parallel sessions must be a positive integer.')
  const prefix = flags.name ?? randomName()
  const names = cases.map((_, index) => (cases.length > 1 ? `${prefix}-${index}` : prefix))
  for (const name of names) checkName(name)
  const uploads = await readUploads(files, flags.basedir, host.cwd())
  const spec = await specOf(image, flags, host)
  const { client } = connect(context)

  if (unknownNames.length > 0)
    output.status('warn', `No range defines ${unknownNames.join(', ')}: left as it is. Write $$ for a dollar sign.`)
  if (flags.rm && flags.enqueueOnly) output.status('warn', 'With --enqueue-only the session is kept, in spite of --rm.')
  const directory =
    cases.length > 1 ? await announce(context, flags, prefix, cases) : await announceOne(context, flags, prefix)

  const input = new LineReader(context)
  const outcomes = await settleAll(cases, flags.maxParallel, async (combination, index) => {
    const name = names[index]!
    const job: CaseJob = {
      index,
      name,
      spec: { ...spec, name, environment: Object.fromEntries(combination.environment) },
      source: flags.code ?? { clean: flags.clean, build: combination.build, exec: combination.exec },
      files: uploads,
    }
    const reporting = { output, index, quiet: flags.quiet }
    const reporter: Reporter =
      options.output === 'json'
        ? new JSONReporter(reporting, name)
        : directory === undefined
          ? new TerminalReporter(reporting)
          : new LogReporter(reporting, directory, name)
    try {
      return await runCase(job, { context, client, flags, reporter, input })
    } finally {
      await reporter.close()
    }
  }).finally(() => input.close())
  signal.throwIfAborted()
  return exitCodeOf(context, flags, outcomes)
}

function checkArguments(context: Context, flags: RunFlags, files: readonly string[]): void {
  const { code } = flags
  if (flags.terminal) return checkTerminal(context, flags)
  if (code !== undefined && files.length > 0)
    throw new InvalidArgument('You can run only either source files or command-line code snippet.')
  if (code === undefined && files.length === 0)
    throw new InvalidArgument(
      'You should provide the command-line code snippet using "-c" option if run without files.',
    )
}

/** Before anything is created. */
function checkTerminal(context: Context, { code, enqueueOnly }: RunFlags): void {
  requireTerminal(context)
  if (code !== undefined) throw new InvalidArgument('A terminal runs no code: leave out either -c or --terminal.')
  if (enqueueOnly) throw new InvalidArgument('A terminal needs a session that runs: leave out --enqueue-only.')
  if (context.options.output === 'json') throw new InvalidArgument('A terminal has no form in JSON.')
}

async function announceOne({ output }: Context, { quiet }: RunFlags, prefix: string): Promise<undefined> {
  if (!quiet) output.status('info', `Session name prefix: ${prefix}`)
}

/** @returns the directory of the logs. */
async function announce(
  { host, options, output }: Context,
  { quiet }: RunFlags,
  prefix: string,
  cases: readonly Case[],
): Promise<string> {
  if (!quiet) output.status('info', 'Running multiple sessions for the following combinations:')
  if (options.output === 'console')
    for (const { environment, build, exec } of cases) {
      const variables = environment.map(([key, value]) => `${key}=${value}`).join(' ')
      await output.print(`env = ${repr(variables)}, build = ${repr(build)}, exec = ${repr(exec)}`)
    }
  if (!quiet) output.status('info', `Session name prefix: ${prefix}`)
  const directory = await logDirectory(host.env, process.platform)
  if (options.output === 'console')
    output.status('info', `Check out the stdout/stderr logs stored in ${shortPath(directory, host.env)} directory.`)
  return directory
}

function exitCodeOf(
  { output }: Context,
  { ignoreExitCode }: RunFlags,
  outcomes: readonly PromiseSettledResult<CaseResult>[],
): number {
  const codes = outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason
    const { exitCode, ran } = outcome.value
    return ran && ignoreExitCode ? 0 : ownExitCode(exitCode)
  })
  if (codes.length === 1) return codes[0]!
  if (codes.every((code) => code === 0)) return 0
  output.status('fail', 'There were failed cases!')
  return exitCodes.failure
}
