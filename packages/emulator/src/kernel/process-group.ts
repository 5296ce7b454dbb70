/**
 * Everything that one kernel starts: where it runs, what it sees of the environment, and that nothing of it is left
 * afterwards, whether the kernel is stopped or the emulator itself dies.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { constants, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import type { Readable } from 'node:stream'

import { inNamespace } from './mount-namespace.ts'
import { openOutputs } from './output-pipes.ts'
import { guard } from './process-guard.ts'
import { shellQuote } from './shell-quote.ts'

/** Inherited by all that a kernel starts, so that it is found even after it has left its session. */
const MARKER = 'BACKENDAI_EMULATOR_KERNEL'

export interface ProcessGroupOptions {
  /** Working directory and HOME of all processes. */
  home: string
  environment: Readonly<Record<string, string>>
  /** Put before all of PATH: name → the program that it calls. */
  commands?: Readonly<Record<string, string>>
  /** Written to the group's own directory: path → text. */
  files?: Readonly<Record<string, string>>
}

export interface GroupProcess {
  child: ChildProcess
  stdout: Readable
  stderr: Readable
}

/** Of a session, as the process that leads it. */
interface Leader {
  pid: number
  exited: Promise<void>
}

/** The processes of one kernel. Each that it starts here leads its own session. */
export class ProcessGroup {
  /** Temporary, removed with the group. */
  readonly directory: string
  readonly environment: Record<string, string>
  readonly #home: string
  readonly #marker: string
  readonly #leaders = new Set<Leader>()
  #guard: { process: ChildProcess; exited: Promise<number | null> }
  #stopped: Promise<void> | undefined

  static async create(options: ProcessGroupOptions): Promise<ProcessGroup> {
    const directory = await mkdtemp(join(tmpdir(), 'backendai-kernel-'))
    const write = async (path: string, text: string) => {
      await mkdir(dirname(join(directory, path)), { recursive: true })
      await writeFile(join(directory, path), text)
    }
    for (const [path, text] of Object.entries(options.files ?? {})) await write(path, text)
    for (const [name, target] of Object.entries(options.commands ?? {})) {
      // Not a link: Python looks for its virtual environment beside the name by which it is called.
      await write(`bin/${name}`, `#!/bin/sh\nexec ${shellQuote(target)} "$@"\n`)
      await chmod(join(directory, 'bin', name), 0o755)
    }
    return new ProcessGroup(directory, options)
  }

  private constructor(directory: string, { home, environment }: ProcessGroupOptions) {
    const id = randomUUID()
    this.directory = directory
    this.#home = home
    this.#marker = `${MARKER}=${id}`
    this.environment = {
      LANG: 'C.UTF-8',
      TERM: 'xterm-256color',
      SHELL: '/bin/sh',
      USER: 'work',
      LOGNAME: 'work',
      PYTHONUNBUFFERED: '1',
      ...environment,
      PATH: [join(directory, 'bin'), environment['PATH'] ?? systemPath()].join(':'),
      HOME: home,
      [MARKER]: id,
    }
    this.#guard = this.#watch()
  }

  /** Starts a program, with two-way pipes as its further descriptors; resolves when it runs. */
  async spawn(
    command: string,
    parameters: readonly string[],
    { stdin = 'ignore', pipes = 0 }: { stdin?: 'ignore' | 'pipe'; pipes?: number } = {},
  ): Promise<GroupProcess> {
    const [file, ...within] = await this.within(command, ...parameters)
    const outputs = await openOutputs(this.directory, systemPath())
    if (this.#stopped) {
      outputs.close()
      throw new Error('The kernel was stopped.')
    }
    const stdio = [stdin, ...outputs.stdio, ...Array.from({ length: pipes }, () => 'pipe' as const)]
    const child = spawn(file, within, { cwd: this.#home, env: this.environment, stdio, detached: true })
    outputs.handedOver()
    if (child.pid !== undefined) this.adopt(child.pid, new Promise((resolve) => child.once('exit', () => resolve())))
    try {
      await new Promise((resolve, reject) => {
        child.once('spawn', resolve)
        child.on('error', reject)
      })
    } catch (error) {
      outputs.close()
      throw error
    }
    return { child, ...outputs.streams(child) }
  }

  /** A command that sees what is mounted for the session. */
  within(...command: readonly [string, ...string[]]): Promise<[string, ...string[]]> {
    return inNamespace(this.#home, this.directory, command)
  }

  /** Takes in a process that leads a session of its own and was started elsewhere, with this group's environment. */
  adopt(pid: number, exited: Promise<void>): void {
    const leader = { pid, exited }
    this.#leaders.add(leader)
    this.#tellGuard(`+ ${pid}`)
    void exited.then(() => {
      this.#leaders.delete(leader)
      // Without /proc the guard could not find later what the leader leaves behind.
      if (process.platform !== 'linux') signalGroup(leader, 'SIGKILL')
      this.#tellGuard(`- ${pid}`)
    })
  }

  /** Kills the processes of this group, and no others; resolves when they are gone. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async #stop(): Promise<void> {
    const gone = [...this.#leaders].map(({ exited }) => exited)
    this.#guard.process.stdin?.end()
    if ((await this.#guard.exited) !== 0) {
      const second = this.#watch()
      second.process.stdin?.end()
      await second.exited
    }
    await Promise.all(gone)
    await rm(this.directory, { recursive: true, force: true })
  }

  #watch(): { process: ChildProcess; exited: Promise<number | null> } {
    const parameters = ['-c', guard, 'backendai-kernel-guard', this.#marker, this.directory]
    const environment = { PATH: systemPath() }
    const child = spawn('/bin/sh', parameters, {
      stdio: ['pipe', 'ignore', 'ignore'],
      env: environment,
      detached: true,
    })
    child.stdin.on('error', () => {})
    child.unref()
    ;(child.stdin as { unref?(): void }).unref?.()
    for (const { pid } of this.#leaders) child.stdin.write(`+ ${pid}\n`)
    const exited = new Promise<number | null>((resolve) => {
      child.once('error', () => resolve(null))
      child.once('exit', (code) => {
        // Killed by user code, for instance.
        if (!this.#stopped) this.#guard = this.#watch()
        resolve(code)
      })
    })
    return { process: child, exited }
  }

  #tellGuard(line: string): void {
    this.#guard.process.stdin?.write(`${line}\n`)
  }
}

/** Where the programs are that this module itself needs, whatever the PATH of the session is. */
function systemPath(): string {
  return [process.env['PATH'], '/usr/bin', '/bin'].filter(Boolean).join(':')
}

/** Sends a signal to a session leader and its process group; without effect if they are gone. */
export function signalGroup(leader: { readonly pid?: number | undefined }, signal: NodeJS.Signals): void {
  if (leader.pid === undefined) return
  try {
    process.kill(-leader.pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** The exit code as Python counts it: a signal is a negative number. */
export function exitCode(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? -constants.signals[signal as NodeJS.Signals]
}
