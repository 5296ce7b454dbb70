/** A kernel with a process of its own: what runs when, who is asked for input, and how it ends. */
import type { ChildProcess } from 'node:child_process'
import { access } from 'node:fs/promises'
import { join } from 'node:path'

import { type BatchDefaults, type BatchSteps, runBatch } from './batch.ts'
import { ConsoleLog } from './console-log.ts'
import { listenForQuestions, type ProgramQuestion } from './input-socket.ts'
import type { BatchCommands, CompletionRequest, Kernel, KernelMessage, KernelOptions } from './kernel.ts'
import { OrderedOutput } from './ordered-output.ts'
import { exitCode, ProcessGroup, signalGroup } from './process-group.ts'
import { pythonSite } from './python-site.ts'
import { Questions } from './questions.ts'
import { Runner, type RunnerMessage, type RunnerProgram } from './runner.ts'

export interface ProcessLanguage {
  runner: RunnerProgram
  /** Of the runner: path in the kernel's temporary directory → text. */
  files: Readonly<Record<string, string>>
  /** Names by which programs find the language: `python` → the interpreter of this kernel. */
  commands: Readonly<Record<string, string>>
  batch: BatchDefaults
}

/** A process that got away from the kernel may hold its pipes: they are given up after this. */
const LAST_OUTPUT_LIMIT = 1000
const START_LIMIT = 30_000

/** Starts a kernel; resolves when its runner is ready. */
export async function startProcessKernel(language: ProcessLanguage, options: KernelOptions): Promise<Kernel> {
  const group = await ProcessGroup.create({
    home: options.home,
    environment: options.environment,
    commands: language.commands,
    files: { ...language.files, 'site/sitecustomize.py': pythonSite },
  })
  const { environment, directory } = group
  environment['BACKENDAI_INPUT_SOCKET'] = join(directory, 'input')
  environment['PYTHONPATH'] = [join(directory, 'site'), environment['PYTHONPATH']].filter(Boolean).join(':')
  const kernel = new ProcessKernel(language, options, group)
  await kernel.start()
  return kernel
}

type Job = { code: string } | { commands: BatchCommands }

class ProcessKernel implements Kernel {
  readonly #language: ProcessLanguage
  readonly #options: KernelOptions
  readonly #group: ProcessGroup
  readonly #log = new ConsoleLog()
  readonly #jobs: Job[] = []
  readonly #questions = new Questions((isPassword) => this.#emit({ type: 'waiting-input', isPassword }))
  readonly #completions = new Map<number, (matches: string[]) => void>()
  #runner!: Runner
  #running: Job | undefined
  #state: 'starting' | 'alive' | 'ending' | 'ended' = 'starting'
  #step: { child?: ChildProcess; output?: OrderedOutput; interrupted: boolean } = { interrupted: false }
  #stopListening = () => {}
  #completionCount = 0
  #paused = false
  #whenReady!: { resolve(): void; reject(reason: Error): void }
  readonly #ended: Promise<void>
  #resolveEnded!: () => void

  constructor(language: ProcessLanguage, options: KernelOptions, group: ProcessGroup) {
    this.#language = language
    this.#options = options
    this.#group = group
    this.#ended = new Promise((resolve) => (this.#resolveEnded = resolve))
  }

  async start(): Promise<void> {
    const path = this.#group.environment['BACKENDAI_INPUT_SOCKET'] as string
    const ready = new Promise<void>((resolve, reject) => (this.#whenReady = { resolve, reject }))
    ready.catch(() => {})
    const limit = new Error(`The kernel was not ready after ${START_LIMIT} ms.`)
    const tooLong = setTimeout(() => this.#whenReady.reject(limit), START_LIMIT)
    try {
      this.#stopListening = await listenForQuestions(path, (question) => void this.#programAsks(question))
      this.#runner = await Runner.start(this.#language.runner, this.#group, {
        text: (stream, text) => this.#print(stream, text),
        message: (message) => this.#receive(message),
        exit: (code) => void this.#end(code),
      })
      await ready
    } catch (error) {
      this.#stopListening()
      await this.#group.stop()
      throw error
    } finally {
      clearTimeout(tooLong)
    }
  }

  runCode(code: string): void {
    this.#jobs.push({ code })
    this.#runNext()
  }

  runBatch(commands: BatchCommands): void {
    this.#jobs.push({ commands })
    this.#runNext()
  }

  input(text: string): void {
    this.#questions.input(text)
  }

  interrupt(): void {
    if (!this.#running) return
    if ('code' in this.#running) this.#runner.interrupt()
    else if (this.#step.child) signalGroup(this.#step.child, 'SIGINT')
    else this.#step.interrupted = true
  }

  complete(request: CompletionRequest): Promise<string[]> {
    // A runner that is busy cannot answer, and may never be free again.
    const canAnswer = this.#language.runner.completes && this.#state === 'alive' && !this.#running
    if (!canAnswer) return Promise.resolve([])
    const id = ++this.#completionCount
    return new Promise((resolve) => {
      this.#completions.set(id, resolve)
      this.#runner.send({ type: 'complete', id, line: textBeforeCursor(request) })
    })
  }

  pause(): void {
    this.#paused = true
    this.#runner.output.hold()
    this.#step.output?.hold()
  }

  resume(): void {
    this.#paused = false
    this.#runner.output.release()
    this.#step.output?.release()
  }

  logs(): string {
    return this.#log.text()
  }

  async stop(): Promise<void> {
    await this.#group.stop()
    await this.#ended
  }

  #runNext(): void {
    if (this.#running || this.#state !== 'alive') return
    this.#running = this.#jobs.shift()
    if (!this.#running) return
    if ('code' in this.#running) this.#runner.run(this.#running.code)
    else void this.#runBatch(this.#running.commands)
  }

  async #runBatch(commands: BatchCommands): Promise<void> {
    // Nothing is said before the method that began it has returned.
    await Promise.resolve()
    const steps: BatchSteps = {
      defaults: this.#language.batch,
      exists: (file) =>
        access(join(this.#options.home, file)).then(
          () => true,
          () => false,
        ),
      run: (command) => this.#runStep(command),
      emit: (message) => this.#emit(message),
    }
    this.#finish(await runBatch(commands, steps).catch(() => -1))
  }

  async #runStep(command: string): Promise<number> {
    const { child, ...pipes } = await this.#group.spawn('/bin/sh', ['-c', command])
    const exited = new Promise<number>((resolve) => {
      child.once('exit', (code, signal) => resolve(exitCode(code, signal)))
    })
    const output = new OrderedOutput(pipes, { text: (stream, text) => this.#print(stream, text), message: () => {} })
    if (this.#paused) output.hold()
    if (this.#step.interrupted) signalGroup(child, 'SIGINT')
    this.#step = { child, output, interrupted: false }
    const code = await exited
    // What the step left in the background may keep the pipes open for long.
    await Promise.race([output.ended, output.drained()])
    output.flush()
    this.#step = { interrupted: false }
    return code
  }

  #receive(message: RunnerMessage): void {
    switch (message.type) {
      case 'ready':
        if (this.#state === 'starting') this.#state = 'alive'
        return this.#whenReady.resolve()
      case 'display':
        return this.#emit({ type: 'console', record: message.record })
      case 'input': {
        const { id, isPassword } = message
        return this.#questions.ask({ isPassword, answer: (text) => this.#runner.send({ type: 'answer', id, text }) })
      }
      case 'finished':
        this.#runner.output.flush()
        return this.#finish(message.exitCode)
      case 'completions':
        this.#completions.get(message.id)?.(message.matches)
        this.#completions.delete(message.id)
        return
      case 'started':
      case 'interrupted':
    }
  }

  #finish(code: number): void {
    this.#questions.clear()
    this.#step = { interrupted: false }
    this.#emit({ type: 'finished', exitCode: code })
    this.#running = undefined
    this.#runNext()
  }

  /** A program that a kernel started reads a line; what it printed before is somewhere in the pipes. */
  async #programAsks(question: ProgramQuestion): Promise<void> {
    let isWithdrawn = false
    void question.withdrawn.then(() => (isWithdrawn = true))
    await Promise.all([this.#runner.output.drained(), this.#step.output?.drained()])
    if (!this.#running || isWithdrawn) return
    this.#questions.ask(question)
    await question.withdrawn
    this.#questions.withdraw(question)
  }

  #print(stream: 'stdout' | 'stderr', text: string): void {
    this.#log.append(text)
    if (this.#state !== 'starting') this.#emit({ type: 'console', record: [stream, text] })
  }

  #emit(message: KernelMessage): void {
    if (this.#state !== 'ended') this.#options.onMessage(message)
  }

  async #end(code: number | null): Promise<void> {
    const { output } = this.#runner
    const wasStarting = this.#state === 'starting'
    if (!wasStarting) this.#state = 'ending'
    await this.#group.stop()
    this.#stopListening()
    await Promise.race([output.ended, new Promise((resolve) => setTimeout(resolve, LAST_OUTPUT_LIMIT).unref())])
    this.#runner.close()
    this.#state = 'ended'
    for (const resolve of this.#completions.values()) resolve([])
    if (wasStarting) this.#whenReady.reject(new Error(`The kernel ended before it was ready: ${this.logs() || code}`))
    else this.#options.onExit(code)
    this.#resolveEnded()
  }
}

function textBeforeCursor({ code, row, col, line }: CompletionRequest): string {
  return (line || (code.split('\n')[row] ?? '')).slice(0, col)
}
