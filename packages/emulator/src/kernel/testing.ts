/** For tests: a kernel in a directory of its own, and what it said so far. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { startKernel } from './index.ts'
import type { BatchCommands, ConsoleRecord, Kernel, KernelMessage, StartKernel } from './kernel.ts'

export interface RunOutcome {
  /** Neighbours of the same stream joined, as the server does it. */
  console: ConsoleRecord[]
  stdout: string
  stderr: string
  exitCode: number
  /** All but the console. */
  steps: KernelMessage[]
}

export class KernelHarness {
  readonly home: string
  readonly messages: KernelMessage[] = []
  readonly exited: Promise<number | null>
  kernel!: Kernel
  /** Which messages are kept. */
  keeps: (message: KernelMessage) => boolean = () => true
  #resolveExited!: (code: number | null) => void
  #checks = new Set<() => void>()

  static async start(language: string | StartKernel, environment: Record<string, string> = {}): Promise<KernelHarness> {
    const harness = new KernelHarness(await mkdtemp(join(tmpdir(), 'kernel-test-')))
    const options = {
      home: harness.home,
      environment,
      onMessage: (message: KernelMessage) => harness.#receive(message),
      onExit: (code: number | null) => harness.#resolveExited(code),
    }
    harness.kernel = await (typeof language === 'string' ? startKernel(language, options) : language(options))
    return harness
  }

  private constructor(home: string) {
    this.home = home
    this.exited = new Promise((resolve) => (this.#resolveExited = resolve))
  }

  /** The first message from now on that fits, or of the given type. */
  next(wanted: KernelMessage['type'] | ((message: KernelMessage) => boolean), from = this.messages.length) {
    const fits = typeof wanted === 'function' ? wanted : (message: KernelMessage) => message.type === wanted
    return new Promise<KernelMessage>((resolve) => {
      const check = () => {
        const found = this.messages.slice(from).find(fits)
        if (!found) return
        this.#checks.delete(check)
        resolve(found)
      }
      this.#checks.add(check)
      check()
    })
  }

  /** Resolves when this was printed, in one piece or several. */
  async printed(text: string, from = 0): Promise<void> {
    await this.next(() => joined(this.messages.slice(from)).some((record) => String(record[1]).includes(text)), from)
  }

  run(code: string): Promise<RunOutcome> {
    return this.outcome(() => this.kernel.runCode(code))
  }

  batch(commands: Partial<BatchCommands>): Promise<RunOutcome> {
    return this.outcome(() =>
      this.kernel.runBatch({ clean: null, build: null, exec: null, buildLog: false, ...commands }),
    )
  }

  async outcome(begin: () => void): Promise<RunOutcome> {
    const from = this.messages.length
    const finished = this.next('finished')
    begin()
    const { exitCode } = (await finished) as { exitCode: number }
    const messages = this.messages.slice(from)
    const console = joined(messages)
    const text = (name: string) =>
      console
        .filter(([kind]) => kind === name)
        .map((record) => record[1])
        .join('')
    const steps = messages.filter(({ type }) => type !== 'console')
    return { console, stdout: text('stdout'), stderr: text('stderr'), exitCode, steps }
  }

  /** Resolves when so many runs were finished since the start. */
  async finishedCount(count: number): Promise<void> {
    await until(() => this.messages.filter(({ type }) => type === 'finished').length >= count)
  }

  complete(line: string): Promise<string[]> {
    return this.kernel.complete({ code: line, row: 0, col: line.length, line, post: '' })
  }

  async stop(): Promise<void> {
    await this.kernel.stop()
    await rm(this.home, { recursive: true, force: true })
  }

  #receive(message: KernelMessage): void {
    if (!this.keeps(message)) return
    this.messages.push(message)
    for (const check of this.#checks) check()
  }
}

function joined(messages: readonly KernelMessage[]): ConsoleRecord[] {
  const records: ConsoleRecord[] = []
  for (const message of messages) {
    if (message.type !== 'console') continue
    const { record } = message
    const last = records.at(-1)
    if (last && last[0] === record[0] && (record[0] === 'stdout' || record[0] === 'stderr')) {
      records[records.length - 1] = [record[0], `${String(last[1])}${record[1]}`]
    } else {
      records.push(record)
    }
  }
  return records
}

/** Whether a process runs; one that is dead but that nobody has asked about does not. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    return !/\) [ZX] /.test(stat)
  } catch {
    return false
  }
}

/** Resolves when the condition holds; the test's own limit ends a wait in vain. */
export async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10))
}

/** Keeps this whole process from doing anything, as a consumer does that computes. */
export function blockUntil(condition: () => boolean): void {
  while (!condition()) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
}
