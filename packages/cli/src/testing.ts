/** What the tests of this package share: a process that is not one, and a cluster in the same process. */
import { EventEmitter } from 'node:events'
import { tmpdir } from 'node:os'
import { PassThrough } from 'node:stream'

import { createEmulator, type Emulator, type EmulatorOptions } from '@backend-ai-sdk/emulator'

import type { HostProcess, OutputStream, Platform } from './context.ts'
import { main } from './main.ts'

export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

class Collector extends EventEmitter implements OutputStream {
  text = ''
  readonly isTTY: boolean
  rows = 24
  columns = 80
  readonly #onText: (text: string) => void

  constructor(isTTY: boolean, onText: (text: string) => void = () => {}) {
    super()
    this.isTTY = isTTY
    this.#onText = onText
  }

  write(data: string | Uint8Array, done?: () => void): void {
    this.text += typeof data === 'string' ? data : Buffer.from(data).toString()
    this.#onText(this.text)
    done?.()
  }
}

export interface HostOptions {
  readonly env?: Record<string, string | undefined>
  readonly cwd?: string
  /** All of the standard input. Default: nothing. */
  readonly input?: string
  readonly terminal?: boolean
  /** Told of all that was written to stdout so far. */
  readonly onStdout?: (text: string, host: FakeHost) => void
  readonly onStderr?: (text: string, host: FakeHost) => void
  /** To send signals to. */
  readonly onHost?: (host: FakeHost) => void
}

export class FakeHost extends EventEmitter implements HostProcess {
  readonly argv: readonly string[]
  readonly env: Record<string, string | undefined>
  readonly stdin: NodeJS.ReadStream
  readonly stdout: Collector
  readonly stderr: Collector
  readonly exits: number[] = []
  readonly #raw = { on: false }
  readonly #cwd: string

  constructor(
    args: readonly string[],
    { env = {}, cwd = tmpdir(), input = '', terminal = false, onStdout, onStderr }: HostOptions,
  ) {
    super()
    this.argv = ['node', 'backend.ai', ...args]
    this.env = env
    this.#cwd = cwd
    this.stdout = new Collector(terminal, (text) => onStdout?.(text, this))
    this.stderr = new Collector(terminal, (text) => onStderr?.(text, this))
    this.stdin = fakeInput(input, terminal, this.#raw)
  }

  cwd(): string {
    return this.#cwd
  }

  exit(code: number): void {
    this.exits.push(code)
  }

  /** Whether a command has the terminal for itself. */
  get isRaw(): boolean {
    return this.#raw.on
  }

  /** As a window that is drawn to another size. */
  setSize(rows: number, columns: number): void {
    Object.assign(this.stdout, { rows, columns })
    this.stdout.emit('resize')
  }

  /** As a key of a terminal would. */
  type(text: string): void {
    ;(this.stdin as unknown as PassThrough).write(text)
  }
}

function fakeInput(input: string, isTTY: boolean, raw: { on: boolean }): NodeJS.ReadStream {
  const stream = new PassThrough()
  if (input) stream.write(input)
  // A terminal does not end.
  if (!isTTY) stream.end()
  const setRawMode = (on: boolean) => {
    raw.on = on
    return stream
  }
  return Object.assign(stream, { isTTY, setRawMode }) as unknown as NodeJS.ReadStream
}

/** Runs the command in this process. */
export async function runCommand(
  args: readonly string[],
  options: HostOptions = {},
  platform?: Platform,
): Promise<Outcome> {
  const host = new FakeHost(args, options)
  options.onHost?.(host)
  const code = await main(host, platform)
  return { code, stdout: host.stdout.text, stderr: host.stderr.text }
}

export interface Cluster extends AsyncDisposable {
  readonly emulator: Emulator
  readonly env: Record<string, string>
  run(args: readonly string[], options?: HostOptions): Promise<Outcome>
  /** Of the first session with this name. */
  idOf(name: string): string
  statusOf(name: string): string | undefined
}

/** For many sessions in which nothing runs. */
export const idleKernels: Pick<EmulatorOptions, 'kernels' | 'capacity'> = {
  capacity: { cpu: 64, mem: '512g' },
  kernels: () => (options) => {
    const finish = (): void => queueMicrotask(() => options.onMessage({ type: 'finished', exitCode: 0 }))
    return Promise.resolve({
      runCode: finish,
      // Of a bootstrap script, which the cluster waits for.
      runBatch: finish,
      input: () => {},
      interrupt: () => {},
      complete: () => Promise.resolve([]),
      logs: () => '',
      stop: () => Promise.resolve(),
    })
  },
}

/** A local cluster without sockets, and the command as one of its users. */
export function openCluster({ role = 'user', ...options }: EmulatorOptions & { role?: string } = {}): Cluster {
  const emulator = createEmulator(options)
  const user = emulator.users.find((candidate) => candidate.role === role)!
  const env = {
    BACKEND_ENDPOINT: 'http://cluster.test',
    BACKEND_ACCESS_KEY: user.accessKey,
    BACKEND_SECRET_KEY: user.secretKey,
  }
  const platform: Platform = {
    fetch: (input, init) => emulator.fetch(new Request(input, init)),
    webSocket: emulator.WebSocket,
  }
  const find = (name: string) => [...emulator.sessions.all()].find(({ spec }) => spec.name === name)
  return {
    emulator,
    env,
    run: (args, host) => runCommand(args, { ...host, env: { ...env, ...host?.env } }, platform),
    idOf: (name) => find(name)!.id,
    statusOf: (name) => find(name)?.status,
    [Symbol.asyncDispose]: () => emulator.stop(),
  }
}
