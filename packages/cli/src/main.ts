/** The command tree, and how a command is run and its end told. */
import { buildApplication, buildRouteMap, run, text_en, version as versionFlag } from '@stricli/core'
import type { Application, RouteMap, StricliProcess } from '@stricli/core'

import { readArguments } from './arguments.ts'
import { adminCommand } from './commands/admin/command.ts'
import { appCommand } from './commands/app/command.ts'
import { appsCommand } from './commands/apps/command.ts'
import { attachCommand } from './commands/attach/command.ts'
import { configCommand } from './commands/config/command.ts'
import { devCommand } from './commands/dev/command.ts'
import { doctorCommand } from './commands/doctor/command.ts'
import { dotfileCommand } from './commands/dotfile/command.ts'
import { downloadCommand } from './commands/download/command.ts'
import { eventsCommand } from './commands/events/command.ts'
import { infoCommand } from './commands/info/command.ts'
import { loginCommand } from './commands/login/command.ts'
import { logoutCommand } from './commands/logout/command.ts'
import { logsCommand } from './commands/logs/command.ts'
import { lsCommand } from './commands/ls/command.ts'
import { psCommand } from './commands/ps/command.ts'
import { resumeCommand } from './commands/resume/command.ts'
import { runCommand } from './commands/run/command.ts'
import { scpCommand } from './commands/scp/command.ts'
import { sessionTemplateCommand } from './commands/session-template/command.ts'
import { sshCommand } from './commands/ssh/command.ts'
import { startTemplateCommand } from './commands/start-template/command.ts'
import { startCommand } from './commands/start/command.ts'
import { terminateCommand } from './commands/terminate/command.ts'
import { updatePasswordCommand } from './commands/update-password/command.ts'
import { uploadCommand } from './commands/upload/command.ts'
import { vfolderCommand } from './commands/vfolder/command.ts'
import type { Context, HostProcess, Platform } from './context.ts'
import { exitCodes, Interruption, type InterruptingSignal, UsageError } from './failures.ts'
import { Output } from './output.ts'
import { describeProblem, programName, targetOf, usageProblem, wordsOf } from './usage.ts'
import { version } from './version.ts'

const root: RouteMap<Context> = buildRouteMap({
  routes: {
    admin: adminCommand,
    app: appCommand,
    apps: appsCommand,
    attach: attachCommand,
    config: configCommand,
    dev: devCommand,
    doctor: doctorCommand,
    dotfile: dotfileCommand,
    download: downloadCommand,
    events: eventsCommand,
    info: infoCommand,
    login: loginCommand,
    logout: logoutCommand,
    logs: logsCommand,
    ls: lsCommand,
    ps: psCommand,
    resume: resumeCommand,
    run: runCommand,
    scp: scpCommand,
    'session-template': sessionTemplateCommand,
    ssh: sshCommand,
    start: startCommand,
    'start-template': startTemplateCommand,
    terminate: terminateCommand,
    'update-password': updatePasswordCommand,
    upload: uploadCommand,
    vfolder: vfolderCommand,
  },
  aliases: {
    create: 'start',
    'create-from-template': 'start-template',
    destroy: 'terminate',
    kill: 'terminate',
    rm: 'terminate',
    sesstpl: 'session-template',
    'start-from-template': 'start-template',
  },
  docs: { brief: 'Compute sessions of a Backend.AI cluster, and a cluster of your own to try things on.' },
})

/** Runs the command that the process was called with. @returns its exit code. */
export async function main(host: HostProcess, platform: Platform = {}): Promise<number> {
  const output = new Output(host)
  const interruption = new AbortController()
  const interrupt = (signal: InterruptingSignal): void => interruption.abort(new Interruption(signal))
  // Nobody reads any more: `backend.ai ps | head -1`.
  host.stdout.on?.('error', () => interrupt('SIGPIPE'))
  host.stderr.on?.('error', () => {})

  const process: StricliProcess = { stdout: host.stdout, stderr: host.stderr, env: host.env }
  try {
    const { options, inputs } = readArguments(root, host.argv.slice(2))
    const context: Context = {
      process,
      host,
      platform,
      options,
      output,
      signal: interruption.signal,
      interrupt: () => interrupt('SIGINT'),
      async conclude(work) {
        process.exitCode = await conclude(context, work, interrupt)
      },
    }
    await run(application(inputs), inputs, context)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    host.stderr.write(`${usageProblem(root, error.words, error.message)}\n`)
    return exitCodes.usage
  }
  return exitCodeOf(process)
}

async function conclude(
  context: Context,
  work: () => Promise<number | void>,
  interrupt: (signal: InterruptingSignal) => void,
): Promise<number> {
  const { host, output, signal } = context
  const listeners = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((name) => {
    const listener = (): void => {
      // The second time nobody wants to wait for the cleaning up.
      if (signal.aborted) host.exit(new Interruption(name).exitCode)
      else interrupt(name)
    }
    host.on(name, listener)
    return () => host.off(name, listener)
  })
  try {
    return (await work()) ?? 0
  } catch (error) {
    output.clear()
    if (signal.reason instanceof Interruption) return interrupted(context, signal.reason)
    if (error instanceof UsageError) {
      await output.writeError(`${usageProblem(root, error.words, error.message)}\n`)
      return exitCodes.usage
    }
    const { report } = await import('./errors.ts')
    return await report(context, error)
  } finally {
    output.clear()
    for (const remove of listeners) remove()
  }
}

async function interrupted({ output }: Context, reason: Interruption): Promise<number> {
  if (reason.signal !== 'SIGPIPE') await output.writeError('Interrupted!\n')
  return reason.exitCode
}

/** stricli tells of wrong arguments and of an unknown command by negative numbers. */
const exitCodeOf = ({ exitCode }: StricliProcess): number => {
  const code = Number(exitCode ?? 0)
  return code === -4 || code === -5 ? exitCodes.usage : code < 0 ? exitCodes.failure : code
}

function application(inputs: readonly string[]): Application<Context> {
  const words = wordsOf(root, inputs)
  let problems = 0
  return buildApplication(
    root,
    {
      name: programName,
      scanner: { caseStyle: 'allow-kebab-for-camel', allowArgumentEscapeSequence: true },
      documentation: { disableAnsiColor: true },
      localization: {
        text: {
          ...text_en,
          exceptionWhileParsingArguments(problem) {
            const message = describeProblem(problem, targetOf(root, words))
            return problems++ === 0 ? usageProblem(root, words, message) : `Error: ${message}`
          },
          exceptionWhileLoadingCommandFunction: failed,
          exceptionWhileRunningCommand: failed,
        },
      },
    },
    {
      help: {
        flag: {
          brief: '',
          global: true,
          defaultForRouteMap: true,
          aliases: ['h'],
          async run(_application, { result }) {
            const { helpText } = await import('./help.ts')
            this.process.stdout.write(helpText(result.target as RouteMap<Context>, result.prefix.slice(1)))
          },
        },
      },
      version: versionFlag({
        brief: '',
        info: { currentVersion: `${programName}, version ${version}` },
        alias: false,
      }),
    },
  )
}

/** Not the user's fault, and not foreseen: `conclude` deals with all others. */
const failed = (error: unknown): string =>
  `✘ ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
