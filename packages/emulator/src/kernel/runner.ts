/** One runner process: commands in, messages out, and its output in order. What it runs is for `process-kernel.ts`. */
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import type { Readable, Writable } from 'node:stream'

import type { ConsoleRecord } from './kernel.ts'
import { OrderedOutput } from './ordered-output.ts'
import { type GroupProcess, type ProcessGroup, signalGroup } from './process-group.ts'

export type RunnerCommand =
  | { type: 'start'; mark: string }
  | { type: 'run'; code: string }
  | { type: 'answer'; id: number; text: string }
  /** The answer to `started`. */
  | { type: 'proceed' }
  | { type: 'interrupt' }
  /** `line` ends at the cursor. */
  | { type: 'complete'; id: number; line: string }

export type RunnerMessage =
  | { type: 'ready' | 'started' }
  /** User code knows of the interrupt. */
  | { type: 'interrupted' }
  | { type: 'display'; record: ConsoleRecord }
  | { type: 'input'; id: number; isPassword: boolean }
  | { type: 'finished'; exitCode: number }
  | { type: 'completions'; id: number; matches: string[] }

/** How the runner of a language is started and spoken to. */
export interface RunnerProgram {
  command: string
  parameters(directory: string): string[]
  stdin: 'ignore' | 'pipe'
  /** Whether a signal that met nothing may be sent again, until the runner says that it was noticed. */
  repeatsInterrupt: boolean
  completes: boolean
  /** How commands reach it. */
  speak(child: ChildProcess, directory: string): (command: RunnerCommand) => void
}

export interface RunnerHandlers {
  text: (stream: 'stdout' | 'stderr', text: string) => void
  message: (message: RunnerMessage) => void
  exit: (exitCode: number | null) => void
}

/** After these a signal is repeated: it may have come between two instructions, just before a call that blocks. */
const REPEAT_AFTER = [100, 200, 400]

export class Runner {
  readonly output: OrderedOutput
  readonly send: (command: RunnerCommand) => void
  readonly #program: RunnerProgram
  readonly #child: ChildProcess
  readonly #pipes: (Readable | Writable | null | undefined)[]
  #repeat: ReturnType<typeof setTimeout> | undefined
  /** A signal that comes before the code runs would end nothing. */
  #run: 'none' | 'sent' | 'started' | 'sent and interrupted' = 'none'

  static async start(program: RunnerProgram, group: ProcessGroup, handlers: RunnerHandlers): Promise<Runner> {
    const parameters = program.parameters(group.directory)
    const started = await group.spawn(program.command, parameters, { stdin: program.stdin, pipes: 2 })
    return new Runner(program, started, program.speak(started.child, group.directory), handlers)
  }

  private constructor(
    program: RunnerProgram,
    { child, stdout, stderr }: GroupProcess,
    send: (command: RunnerCommand) => void,
    handlers: RunnerHandlers,
  ) {
    this.#program = program
    this.#child = child
    this.#pipes = [stdout, stderr, ...child.stdio]
    this.send = send
    for (const pipe of this.#pipes) pipe?.on('error', () => {})
    child.once('exit', (code) => {
      clearTimeout(this.#repeat)
      handlers.exit(code)
    })
    const mark = randomBytes(16).toString('hex')
    this.output = new OrderedOutput(
      { stdout, stderr, messages: { stream: child.stdio[4] as Readable, mark } },
      { text: handlers.text, message: (line) => this.#receive(line, handlers) },
    )
    send({ type: 'start', mark })
  }

  run(code: string): void {
    this.#run = 'sent'
    this.send({ type: 'run', code })
  }

  interrupt(): void {
    if (this.#run === 'none') return
    this.send({ type: 'interrupt' })
    if (this.#run === 'started') this.#signal()
    else this.#run = 'sent and interrupted'
  }

  #signal(): void {
    clearTimeout(this.#repeat)
    this.#signalAndRepeat(this.#program.repeatsInterrupt ? REPEAT_AFTER : [])
  }

  #signalAndRepeat([after, ...later]: readonly number[]): void {
    signalGroup(this.#child, 'SIGINT')
    if (after !== undefined) this.#repeat = setTimeout(() => this.#signalAndRepeat(later), after)
  }

  /** Gives up what a process that got away still holds open. */
  close(): void {
    for (const pipe of this.#pipes) pipe?.destroy()
  }

  #receive(line: string, handlers: RunnerHandlers): void {
    let message: RunnerMessage
    try {
      message = JSON.parse(line) as RunnerMessage
    } catch {
      return
    }
    if (message.type === 'started') {
      const interrupted = this.#run === 'sent and interrupted'
      this.#run = 'started'
      this.send({ type: 'proceed' })
      if (interrupted) this.#signal()
    } else if (message.type === 'interrupted') {
      clearTimeout(this.#repeat)
    } else if (message.type === 'finished') {
      if (this.#run === 'none') return
      clearTimeout(this.#repeat)
      this.#run = 'none'
    }
    handlers.message(message)
  }
}

/** Speaks to a runner that reads JSON lines on descriptor 3. */
export function jsonLines(child: ChildProcess): (command: RunnerCommand) => void {
  const pipe = child.stdio[3] as Writable
  return (command) => pipe.write(`${JSON.stringify(command)}\n`)
}
