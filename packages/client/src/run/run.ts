/** A run of code in a session, as one async iterable. */
import { ConfigError, randomHex, refuseUnknownKeys, type Transport } from '@backend-ai-sdk/core'

import type { BatchCommands } from './batch.ts'
import type { RunItem } from './run-items.ts'
import type { RunInput } from './run-reader.ts'

/** A run that any process can go on reading, as plain data. */
export interface RunHandle {
  sessionId: string
  runId: string
}

export interface RunResult {
  exitCode: number
  stdout: string
  stderr: string
  media: { mime: string; data: string }[]
  html: string[]
}

export interface RunOptions {
  /** Answers for code that reads input: one line after the other, or a function that is asked. */
  input?: RunInput
  /** Ends with an {@link ExecutionError} where the exit code is not 0, or the code raised. Default false. */
  check?: boolean
  /**
   * Makes {@link Run.handle} available, with which any process can go on reading. Results then come every 2 s, and
   * leaving the loop leaves the code running; a signal still interrupts it. Default false.
   */
  resumable?: boolean
  /**
   * Lets html and long outputs of Python code arrive where the server would break on the one and cut the other: runs a
   * small piece of Python first, once per session. Default true.
   */
  prelude?: boolean
  /** Interrupts the code; its reason is thrown. */
  signal?: AbortSignal
  /** Milliseconds until the code is interrupted. Default: none. */
  timeout?: number
}

const optionNames = [
  'input',
  'check',
  'resumable',
  'prelude',
  'signal',
  'timeout',
] as const satisfies (keyof RunOptions)[]

/** What is run: code, the commands of a batch, or a run that was started elsewhere. */
export type RunSource = { code: string } | { batch: BatchCommands } | { handle: RunHandle }

/** The session that a run belongs to. */
export interface RunSession {
  readonly transport: Transport
  readonly id: string
  /** Not needed to go on with a run. */
  readonly image?: string
}

/**
 * Starts when it is first read, and is read once.
 *
 * @example
 * for await (const item of session.run('print(1 + 1)')) if (item.type === 'stdout') console.log(item.text)
 * const { exitCode, stdout } = await session.run('print(1 + 1)').result()
 */
export class Run implements AsyncIterable<RunItem> {
  readonly #session: RunSession
  readonly #source: RunSource
  #options: RunOptions
  readonly #runId: string | undefined
  #started = false

  constructor(session: RunSession, source: RunSource, options: RunOptions = {}) {
    refuseUnknownKeys(options, optionNames, 'the options of a run')
    this.#session = session
    this.#source = source
    this.#options = options
    if ('handle' in source) this.#runId = source.handle.runId
    else if (options.resumable) this.#runId = randomHex(16)
  }

  /** @throws ConfigError unless the run was made `resumable`. */
  get handle(): RunHandle {
    if (!this.#runId) throw new ConfigError('Only runs with { resumable: true } have a handle.')
    return { sessionId: this.#session.id, runId: this.#runId }
  }

  [Symbol.asyncIterator](): AsyncGenerator<RunItem, void, undefined> {
    if (this.#started) throw new TypeError('A run is read once.')
    this.#started = true
    return this.#read()
  }

  // Loaded with the first run: pages that only list sessions do without.
  async *#read(): AsyncGenerator<RunItem, void, undefined> {
    const { readRun } = await import('./run-execution.ts')
    yield* readRun(this.#session, this.#source, this.#options, this.#runId)
  }

  /** Everything that the run brought, when it has ended. @throws ExecutionError where it reads input that is not given. */
  async result(): Promise<RunResult> {
    const { collect, refuseInput } = await import('./run-execution.ts')
    this.#options = { input: refuseInput, ...this.#options }
    return collect(this)
  }

  /** What the code printed to its standard output. */
  async text(): Promise<string> {
    return (await this.result()).stdout
  }
}
