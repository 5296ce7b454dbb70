/** Where a case tells what happens in it: the terminal, its log files, or lines of JSON. */
import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

import type { RunItem } from '@backend-ai-sdk/client'

import type { HostProcess } from '../../context.ts'
import type { Output, StatusKind } from '../../output.ts'
import { WaitingLine } from '../../waiting-line.ts'

/** What the program of a case wrote, and how far it is; its questions are answered elsewhere. */
export type ProgramItem = Exclude<RunItem, { type: 'input' }>

type Waiting = Pick<WaitingLine, 'update' | typeof Symbol.dispose>

export interface Reporter {
  /** Of the steps of the case; `--quiet` hides them. */
  say(kind: StatusKind, text: string): void
  /** A line that lives until it is disposed of; undefined where there can be none. */
  wait(text: string): Waiting | undefined
  item(item: ProgramItem): Promise<void>
  /** A prompt of the command itself is shown where the program's own output is. */
  readonly showsOutput: boolean
  close(): Promise<void>
}

const stepNames = { 'clean-finished': 'Clean', 'build-finished': 'Build', finished: 'Execution' } as const

const isStep = (item: ProgramItem): item is Extract<ProgramItem, { exitCode: number }> => item.type in stepNames

const stepText = (item: Extract<ProgramItem, { exitCode: number }>): string =>
  `${stepNames[item.type]} finished. (exit code = ${item.exitCode})`

/** Neither text: framed, so that it can be found in what is text. */
function recordText(item: Extract<ProgramItem, { type: 'media' | 'html' | 'log' }>): string {
  const [type, data] =
    item.type === 'media'
      ? [item.mime, item.data]
      : item.type === 'html'
        ? ['html', item.html]
        : ['log', JSON.stringify(item.data)]
  return `----- output record (type: ${type}) -----\n${data}\n----- end of record -----\n`
}

/** The texts that an item puts on the two streams, the same on terminals and in logs. */
class ProgramText {
  #atLineStart = true

  of(item: ProgramItem): { stdout?: string; stderr?: string } {
    if (isStep(item)) return {}
    if ('text' in item) {
      if (item.type === 'stderr') return { stderr: item.text }
      if (item.text !== '') this.#atLineStart = item.text.endsWith('\n')
      return { stdout: item.text }
    }
    const text = this.#atLineStart ? recordText(item) : `\n${recordText(item)}`
    this.#atLineStart = true
    return { stdout: text }
  }
}

export interface StepReporterOptions {
  readonly output: Output
  readonly index: number
  readonly quiet: boolean
}

class StepReporter {
  readonly output: Output
  readonly #prefix: string
  readonly #quiet: boolean

  constructor({ output, index, quiet }: StepReporterOptions) {
    this.output = output
    this.#prefix = `[${index}] `
    this.#quiet = quiet
  }

  say(kind: StatusKind, text: string): void {
    if (this.#quiet && (kind === 'info' || kind === 'wait' || kind === 'done')) return
    this.output.status(kind, this.#prefix + text)
  }

  wait(text: string): Waiting | undefined {
    if (this.#quiet) return undefined
    const line = new WaitingLine(this.output, this.#prefix + text)
    return { update: (next) => line.update(this.#prefix + next), [Symbol.dispose]: () => line[Symbol.dispose]() }
  }
}

export class TerminalReporter extends StepReporter implements Reporter {
  readonly showsOutput = true
  readonly #text = new ProgramText()

  async item(item: ProgramItem): Promise<void> {
    if (isStep(item)) this.say('done', stepText(item))
    const { stdout, stderr } = this.#text.of(item)
    if (stdout) await this.output.write(stdout)
    if (stderr) await this.output.writeError(stderr)
  }

  async close(): Promise<void> {}
}

/** What the program writes goes to two files; the steps are told on the terminal as well. */
export class LogReporter extends StepReporter implements Reporter {
  readonly showsOutput = false
  readonly #text = new ProgramText()
  readonly #files: Readonly<Record<'stdout' | 'stderr', LogFile>>

  constructor(options: StepReporterOptions, directory: string, name: string) {
    super(options)
    const path = join(directory, name.replaceAll(/[^\w.-]/g, '_'))
    this.#files = { stdout: new LogFile(`${path}.stdout.log`), stderr: new LogFile(`${path}.stderr.log`) }
  }

  /** Waiting lines of several cases would overwrite each other. */
  override say(kind: StatusKind, text: string): void {
    if (kind !== 'wait') super.say(kind, text)
  }

  override wait(): undefined {}

  async item(item: ProgramItem): Promise<void> {
    if (isStep(item)) {
      this.say('done', stepText(item))
      await this.#files.stderr.write(`${stepText(item)}\n`)
    }
    const { stdout, stderr } = this.#text.of(item)
    if (stdout) await this.#files.stdout.write(stdout)
    if (stderr) await this.#files.stderr.write(stderr)
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.#files).map((file) => file.close()))
  }
}

class LogFile {
  readonly #stream: ReturnType<typeof createWriteStream>
  #failure: Error | undefined

  constructor(path: string) {
    this.#stream = createWriteStream(path, { mode: 0o600 })
    this.#stream.on('error', (error) => (this.#failure = error))
  }

  write(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure) reject(this.#failure)
      this.#stream.write(text, (error) => (error ? reject(error) : resolve()))
    })
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#failure) resolve()
      else this.#stream.end(() => resolve())
    })
  }
}

/** One JSON object per line, as it happens. */
export class JSONReporter extends StepReporter implements Reporter {
  readonly showsOutput = true
  readonly #facts: { case: number; session: string }

  constructor(options: StepReporterOptions, session: string) {
    super(options)
    this.#facts = { case: options.index, session }
  }

  async item(item: ProgramItem): Promise<void> {
    const { exitCode, ...rest } = item as ProgramItem & { exitCode?: number }
    await this.event({ ...rest, ...(exitCode !== undefined && { exit_code: exitCode }) })
  }

  async event(event: object): Promise<void> {
    await this.output.write(`${JSON.stringify({ ...this.#facts, ...event })}\n`)
  }

  async close(): Promise<void> {}
}

/** Where other programs of the user's put what they could make again. */
export async function logDirectory(env: HostProcess['env'], platform: NodeJS.Platform): Promise<string> {
  const directory = join(cacheDirectory(env, platform), 'client-logs')
  await mkdir(directory, { recursive: true })
  return directory
}

function cacheDirectory(env: HostProcess['env'], platform: NodeJS.Platform): string {
  const home = env['HOME'] ?? homedir()
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'backend.ai')
  if (platform === 'win32')
    return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'Lablup', 'backend.ai', 'Cache')
  return join(env['XDG_CACHE_HOME'] || join(home, '.cache'), 'backend.ai')
}

/** With `~` for the home directory. */
export function shortPath(path: string, env: HostProcess['env']): string {
  const home = env['HOME'] ?? homedir()
  return path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path
}
