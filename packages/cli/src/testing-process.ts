/** The command as a process of its own. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { EmulatorOptions } from '@backend-ai-sdk/emulator'
import { serve, type ServedEmulator } from '@backend-ai-sdk/emulator/node'
import { vi } from 'vitest'

export const bin = join(import.meta.dirname, 'bin.ts')

/** A cluster on a socket, and the command as processes of one of its users. */
export class Workplace implements AsyncDisposable {
  readonly cluster: ServedEmulator
  readonly directory: string
  readonly env: Record<string, string>
  readonly #children = new Set<Child>()

  constructor(cluster: ServedEmulator, directory: string) {
    this.cluster = cluster
    this.directory = directory
    const user = cluster.emulator.users.find(({ role }) => role === 'user')!
    this.env = {
      PATH: process.env['PATH'] ?? '',
      HOME: directory,
      BACKEND_ENDPOINT: cluster.url,
      BACKEND_ACCESS_KEY: user.accessKey,
      BACKEND_SECRET_KEY: user.secretKey,
    }
  }

  start(args: readonly string[], env: Record<string, string> = {}): Child {
    const child = new Child(args, { ...this.env, ...env }, this.directory)
    this.#children.add(child)
    return child
  }

  command(...args: string[]): Promise<ProcessOutcome> {
    return this.start(args).outcome()
  }

  statusOf(name: string): string | undefined {
    return [...this.cluster.emulator.sessions.all()].findLast(({ spec }) => spec.name === name)?.status
  }

  endChildren(): void {
    for (const child of this.#children) child.process.kill('SIGKILL')
    this.#children.clear()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.endChildren()
    await this.cluster.close()
    await rm(this.directory, { recursive: true })
  }
}

export async function openWorkplace(options: EmulatorOptions = {}): Promise<Workplace> {
  return new Workplace(await serve(options), await mkdtemp(join(tmpdir(), 'backend-ai-cli-')))
}

export interface ProcessOutcome {
  readonly code: number | NodeJS.Signals
  readonly stdout: string
  readonly stderr: string
}

export class Child {
  readonly process: ChildProcessWithoutNullStreams
  readonly ended: Promise<number | NodeJS.Signals>
  stdout = ''
  stderr = ''

  constructor(args: readonly string[], env: Record<string, string>, cwd: string) {
    this.process = spawn(process.execPath, ['--conditions=backend-ai-source', bin, ...args], { env, cwd })
    this.process.stdout.on('data', (data: Buffer) => (this.stdout += data.toString()))
    this.process.stderr.on('data', (data: Buffer) => (this.stderr += data.toString()))
    this.ended = once(this.process, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals)
  }

  /** Waits until that was written to one of the two. */
  async wrote(text: RegExp, stream: 'stdout' | 'stderr' = 'stdout'): Promise<void> {
    await vi.waitFor(
      () => {
        if (this[stream].search(text) < 0) throw new Error(`It wrote: ${this.stdout}${this.stderr}`)
      },
      { timeout: 15_000 },
    )
  }

  async outcome(): Promise<ProcessOutcome> {
    const code = await this.ended
    return { code, stdout: this.stdout, stderr: this.stderr }
  }
}
