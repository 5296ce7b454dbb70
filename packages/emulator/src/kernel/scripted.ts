/** A kernel without any process, for pages and for tests: a function plays the language. */
import { type BatchSteps, runBatch } from './batch.ts'
import { ConsoleLog } from './console-log.ts'
import { demoScript } from './demo-script.ts'
import type { BatchCommands, ConsoleRecord, Kernel, KernelMessage, KernelOptions, StartKernel } from './kernel.ts'
import { Questions } from './questions.ts'

export interface ScriptIO {
  stdout(text: string): void
  stderr(text: string): void
  html(text: string): void
  /** As it travels: a `data:` URI for PNG and JPEG, the text itself for SVG. */
  media(mime: string, data: string): void
  /** Prints the prompt and waits for a line; rejects when the run is interrupted. */
  input(prompt?: string, options?: { isPassword?: boolean }): Promise<string>
  /** Aborted by an interrupt and by the end of the kernel. */
  signal: AbortSignal
}

/** Plays one run and says its exit code, 0 without saying. */
export type Script = (code: string, io: ScriptIO) => number | void | Promise<number | void>

/** Kernels that run this script; batch commands are given to it as code. */
export const scripted =
  (script: Script): StartKernel =>
  async (options) =>
    new ScriptedKernel(script, options)

/** Kernels that understand a few lines of Python, see `demo-script.ts`. */
export const start: StartKernel = (options) => scripted(demoScript())(options)

/** Always available. */
export const check = async () => ({ available: true, version: '1.0', path: '' }) as const

type Job = { code: string } | { commands: BatchCommands }

class ScriptedKernel implements Kernel {
  readonly #script: Script
  readonly #options: KernelOptions
  readonly #log = new ConsoleLog()
  readonly #questions = new Questions((isPassword) => this.#emit({ type: 'waiting-input', isPassword }))
  readonly #jobs: Job[] = []
  #running: AbortController | undefined
  #ended = false

  constructor(script: Script, options: KernelOptions) {
    this.#script = script
    this.#options = options
  }

  runCode(code: string): void {
    this.#jobs.push({ code })
    if (!this.#running) void this.#runNext()
  }

  runBatch(commands: BatchCommands): void {
    this.#jobs.push({ commands })
    if (!this.#running) void this.#runNext()
  }

  input(text: string): void {
    this.#questions.input(text)
  }

  interrupt(): void {
    this.#running?.abort(new Error('Interrupted'))
  }

  complete(): Promise<string[]> {
    return Promise.resolve([])
  }

  logs(): string {
    return this.#log.text()
  }

  async stop(): Promise<void> {
    // Nothing is said before the method that changes it has returned.
    await Promise.resolve()
    if (this.#ended) return
    this.#ended = true
    this.interrupt()
    this.#options.onExit(null)
  }

  async #runNext(): Promise<void> {
    const job = this.#jobs.shift()
    if (!job || this.#ended) return
    const run = (this.#running = new AbortController())
    await Promise.resolve()
    const steps: BatchSteps = {
      defaults: { exec: { file: 'main', command: '' } },
      exists: () => Promise.resolve(false),
      run: (command) => this.#play(command, run.signal),
      emit: (message) => this.#emit(message),
    }
    const exitCode = 'code' in job ? await this.#play(job.code, run.signal) : await runBatch(job.commands, steps)
    this.#questions.clear()
    this.#emit({ type: 'finished', exitCode })
    this.#running = undefined
    void this.#runNext()
  }

  /** One call of the script, which an interrupt ends even if the script does not look at its signal. */
  async #play(code: string, signal: AbortSignal): Promise<number> {
    let over = false
    const print = (record: ConsoleRecord) => {
      if (!over) this.#print(record)
    }
    const interrupted = new Promise<never>((_, reject) => {
      const abort = () => reject(signal.reason as Error)
      if (signal.aborted) abort()
      else signal.addEventListener('abort', abort, { once: true })
    })
    const io: ScriptIO = {
      stdout: (text) => print(['stdout', text]),
      stderr: (text) => print(['stderr', text]),
      html: (text) => print(['html', text]),
      media: (mime, data) => print(['media', [mime, data]]),
      input: (prompt = '', { isPassword = false } = {}) => {
        if (prompt !== '') print(['stdout', prompt])
        const line = new Promise<string>((answer) => {
          if (!over) this.#questions.ask({ isPassword, answer })
        })
        return Promise.race([line, interrupted])
      },
      signal,
    }
    try {
      return (await Promise.race([this.#script(code, io), interrupted])) ?? 0
    } catch (error) {
      print(['stderr', `${String(error)}\n`])
      return 1
    } finally {
      over = true
    }
  }

  #print(record: ConsoleRecord): void {
    if (record[0] === 'stdout' || record[0] === 'stderr') this.#log.append(record[1])
    this.#emit({ type: 'console', record })
  }

  #emit(message: KernelMessage): void {
    if (!this.#ended) this.#options.onMessage(message)
  }
}
