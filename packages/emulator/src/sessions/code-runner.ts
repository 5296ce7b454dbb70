/**
 * What the agent does between API and kernel (protocol 02 §3): run ids, one run at a time, and the results that a
 * client polls. Results wait until they are asked for; what released agents lose and cut is in `release-faults.ts`.
 */
import { AgentError, readHTML, shorten } from '../faults/record-faults.ts'
import { healthy, type ReleaseFaults } from '../faults/release-faults.ts'
import type { BatchCommands, CompletionRequest, ConsoleRecord, Kernel, KernelMessage } from '../kernel/kernel.ts'
import { newHex } from '../random.ts'
import type { Timers } from '../timers.ts'

type RunStatus = 'continued' | 'clean-finished' | 'build-finished' | 'waiting-input' | 'finished'

export interface RunResult {
  runId: string
  /** Of the run; dangling is one that was never given anything to run. */
  kind: 'query' | 'batch' | 'dangling'
  status: RunStatus
  exitCode: number | null
  options: { is_password?: boolean } | null
  console: ConsoleRecord[]
}

export interface RunRequest {
  mode: 'query' | 'batch' | 'input' | 'continue'
  code: string
  /** Null for a new one. */
  runId: string | null
  commands: BatchCommands
  /** The agent's own, of which no release loses anything. */
  isJob?: boolean
}

/** Characters of one run that nobody fetched: above the first the kernel pauses, below the second it goes on. */
const pauseAbove = 8 * 1024 * 1024
const resumeBelow = 1024 * 1024

/** Milliseconds from the manager to its agent: what a released agent is deaf between two steps, at the least. */
const agentTrip = 10

type Mark = Exclude<KernelMessage, { type: 'console' }>
type Entry = { record: ConsoleRecord } | { mark: Mark } | { error: AgentError }

interface Run {
  readonly id: string
  readonly kind: RunResult['kind']
  readonly entries: Entry[]
  /** How many entries end a result: marks and errors. */
  marks: number
  size: number
  /** Told when an entry came, when it is its turn, or when the run is gone. */
  wake: () => void
  /** One poll at a time. */
  polls: Promise<unknown>
  gone: boolean
  readonly isJob: boolean
  /** Whether the agent listens to it; see `losesBatchResults`. */
  isHeard: boolean
}

/** The run before it did not end in time. */
export class RunBlockedError extends Error {
  override readonly name = 'RunBlockedError'
}

const isText = (record: ConsoleRecord): record is readonly ['stdout' | 'stderr', string] =>
  record[0] === 'stdout' || record[0] === 'stderr'

const sizeOf = (record: ConsoleRecord): number =>
  typeof record[1] === 'string' ? record[1].length : record[1][0].length + record[1][1].length

export class CodeRunner {
  readonly #kernel: Kernel
  readonly #timers: Timers
  readonly #blockedAfter: number
  readonly #faults: ReleaseFaults
  /** The first is the one that runs. */
  readonly #runs: Run[] = []
  /** The run of each thing that the kernel was given and has not finished. */
  readonly #fed: Run[] = []
  #paused = false
  #stopped = false

  constructor(kernel: Kernel, timers: Timers, blockedAfter: number, faults: ReleaseFaults = healthy) {
    this.#kernel = kernel
    this.#timers = timers
    this.#blockedAfter = blockedAfter
    this.#faults = faults
  }

  /** To be called with every message of the kernel, in order. */
  receive(message: KernelMessage): void {
    const run = this.#fed[0]
    if (message.type === 'finished') this.#fed.shift()
    // Output that belongs to no run (of a process left behind) is in the logs only.
    if (!run || run.gone || !run.isHeard) return
    if (message.type === 'console') this.#hear(run, message.record)
    else {
      run.entries.push({ mark: message })
      run.marks += 1
    }
    run.wake()
  }

  /** The next result of a run: after a status change at once, else `continued` after the flush time. */
  async execute(request: RunRequest, flush: number): Promise<RunResult> {
    const known = this.#runs.find((run) => run.id === request.runId)
    const run = known ?? this.#enqueue(request)
    await this.#turn(run)
    if (!run.isHeard) await this.#timers.sleep(agentTrip)
    run.isHeard = true
    if (!run.gone) this.#feed(run, request, known === undefined)
    const poll = run.polls.then(() => this.#collect(run, flush))
    // An agent that failed in one poll answers the next.
    run.polls = poll.catch(() => {})
    return poll
  }

  /** Waits its turn as a run does, and runs nothing: the pseudo code of terminals. */
  async pass(): Promise<void> {
    const run = this.#enqueue({ mode: 'continue', code: '', runId: null, commands: noCommands })
    await this.#turn(run)
    this.#remove(run)
  }

  /** Lets a run go on without anybody who listens, until it ends. */
  async abandon(runId: string, flush: number): Promise<void> {
    this.interrupt()
    const go: RunRequest = { mode: 'continue', code: '', runId, commands: noCommands }
    while (this.#runs.some((run) => run.id === runId)) await this.execute(go, flush)
  }

  interrupt(): void {
    this.#kernel.interrupt()
  }

  complete(request: CompletionRequest): Promise<string[]> {
    return this.#kernel.complete(request)
  }

  logs(): string {
    return this.#kernel.logs()
  }

  /** Ends every run with the agent's 130, and the kernel. */
  async stop(): Promise<void> {
    this.vanish()
    await this.#kernel.stop()
  }

  /** The kernel is gone: what waits for it gets `finished` with 130 (protocol 02 §3.2). */
  vanish(): void {
    this.#stopped = true
    for (const run of this.#runs.splice(0)) {
      run.gone = true
      run.wake()
    }
    this.#fed.length = 0
  }

  /** An id that is not known makes a new run, also with `continue`: the dangling run of protocol 02 §3.4 rule 4. */
  #enqueue(request: RunRequest): Run {
    const run: Run = {
      id: request.runId ?? newHex(16),
      kind: request.mode === 'query' || request.mode === 'batch' ? request.mode : 'dangling',
      entries: [],
      marks: 0,
      size: 0,
      wake: () => {},
      polls: Promise.resolve(),
      gone: this.#stopped,
      isJob: request.isJob ?? false,
      isHeard: true,
    }
    if (!this.#stopped) this.#runs.push(run)
    return run
  }

  async #turn(run: Run): Promise<void> {
    const blocked = this.#deadline(run, this.#blockedAfter)
    while (!run.gone && !blocked.isDue && this.#runs[0] !== run) await this.#event(run)
    blocked.cancel()
    if (run.gone || this.#runs[0] === run) return
    this.#remove(run)
    throw new RunBlockedError()
  }

  #feed(run: Run, request: RunRequest, isNew: boolean): void {
    if (request.mode === 'input') this.#kernel.input(request.code)
    if (request.mode === 'query') {
      this.#fed.push(run)
      this.#kernel.runCode(request.code)
    }
    // A batch sends its commands once; the same id again only asks for the next result.
    if (request.mode === 'batch' && isNew) {
      this.#fed.push(run)
      this.#kernel.runBatch(request.commands)
    }
  }

  #hear(run: Run, record: ConsoleRecord): void {
    const { parsesHTML, recordLimit } = this.#faults
    try {
      this.#push(run, shorten(parsesHTML ? readHTML(record) : record, recordLimit))
    } catch (error) {
      if (!(error instanceof AgentError)) throw error
      run.entries.push({ error })
      run.marks += 1
    }
  }

  #push(run: Run, record: ConsoleRecord): void {
    run.size += sizeOf(record)
    const last = run.entries.at(-1)
    if (last && 'record' in last && isText(record) && isText(last.record) && last.record[0] === record[0]) {
      last.record = [record[0], last.record[1] + record[1]]
    } else {
      run.entries.push({ record })
    }
    if (run.size > pauseAbove && !this.#paused) {
      this.#paused = true
      this.#kernel.pause?.()
    }
  }

  async #collect(run: Run, flush: number): Promise<RunResult> {
    const due = this.#deadline(run, flush)
    // A flood is handed over early, so that no answer grows without limit.
    const isReady = (): boolean => due.isDue || run.gone || run.marks > 0 || run.size > pauseAbove
    while (!isReady()) await this.#event(run)
    due.cancel()
    return this.#take(run)
  }

  /** Wakes the run when the time is up, or when the emulator stops. */
  #deadline(run: Run, milliseconds: number): { isDue: boolean; cancel: () => void } {
    const deadline = { isDue: false, cancel: () => {} }
    const pass = (): void => {
      deadline.isDue = true
      run.wake()
    }
    deadline.cancel = this.#timers.after(milliseconds, pass, pass)
    return deadline
  }

  #take(run: Run): RunResult {
    const records: ConsoleRecord[] = []
    let mark: Mark | undefined
    while (run.entries.length > 0 && mark === undefined) {
      const entry = run.entries.shift()
      if (entry && 'error' in entry) {
        run.marks -= 1
        throw entry.error
      }
      if (entry && 'mark' in entry) {
        mark = entry.mark
        run.marks -= 1
      } else if (entry) {
        records.push(entry.record)
        run.size -= sizeOf(entry.record)
      }
    }
    const isStep = mark?.type === 'clean-finished' || mark?.type === 'build-finished'
    if (isStep && this.#faults.losesBatchResults && !run.isJob) {
      run.isHeard = false
      run.entries.length = run.marks = run.size = 0
    }
    if (this.#paused && run.size < resumeBelow) {
      this.#paused = false
      this.#kernel.resume?.()
    }
    const result = { runId: run.id, kind: run.kind, exitCode: null, options: null, console: records }
    if (mark?.type === 'waiting-input') {
      // Batch commands read from a terminal of their own: no word about passwords (099).
      const options = run.kind === 'batch' ? {} : { is_password: mark.isPassword }
      return { ...result, status: 'waiting-input', options }
    }
    if (mark) {
      if (mark.type === 'finished') this.#remove(run)
      return { ...result, status: mark.type, exitCode: mark.exitCode }
    }
    if (run.gone) return { ...result, status: 'finished', exitCode: 130, options: {} }
    return { ...result, status: 'continued' }
  }

  #remove(run: Run): void {
    const index = this.#runs.indexOf(run)
    if (index !== -1) this.#runs.splice(index, 1)
    run.gone = true
    this.#runs[0]?.wake()
  }

  #event(run: Run): Promise<void> {
    return new Promise((resolve) => {
      const before = run.wake
      run.wake = () => {
        run.wake = before
        resolve()
        before()
      }
    })
  }
}

export const noCommands: BatchCommands = { clean: null, build: null, exec: null, buildLog: false }
