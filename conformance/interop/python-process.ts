/** Processes of a Python client. */
import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'

import type { Account, Target } from '../targets.ts'

/** A directory of its own, where a client finds no configuration and writes what it likes. */
export async function scratchDirectory(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'interop-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

export function environmentOf(target: Target, account: Account, home: string): NodeJS.ProcessEnv {
  const { accessKey, secretKey } = target.keys[account]!
  return {
    PATH: process.env['PATH'],
    HOME: home,
    LANG: 'C.UTF-8',
    COLUMNS: '400',
    // Click warns of options that the client declares twice.
    PYTHONWARNINGS: 'ignore',
    BACKEND_ENDPOINT: target.endpoint,
    BACKEND_ENDPOINT_TYPE: 'api',
    BACKEND_ACCESS_KEY: accessKey,
    BACKEND_SECRET_KEY: secretKey,
    INTEROP_IMAGE: target.pythonImage,
  }
}

export interface CommandResult {
  status: number | null
  stdout: string
  stderr: string
}

/** Runs `backend.ai` until it ends. */
export async function runCommand(
  directory: string,
  args: readonly string[],
  options: { env: NodeJS.ProcessEnv; cwd: string; input?: string; signal: AbortSignal },
): Promise<CommandResult> {
  const { env, cwd, input = '', signal } = options
  const child = spawn(join(directory, 'bin/backend.ai'), args, { env, cwd, signal, killSignal: 'SIGKILL' })
  const ended = endOf(child)
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { status, stdout: plain(stdout), stderr: plain(stderr) }
}

/** Without what moves the cursor and colours. */
const plain = (output: string): string => output.replaceAll(/\u001B\[[\d;]*[A-Za-z]|\r/g, '')

function endOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
}

export interface DriverRequest {
  code: string
  /** Whether the code has a fresh session. */
  session: boolean
}

/** Asks driver.py, in a process that is started when it is needed, and again after a call was given up. */
export class Driver implements AsyncDisposable {
  readonly #start: () => DriverProcess
  #process: DriverProcess | undefined

  constructor(directory: string, mode: 'sync' | 'async', options: { env: NodeJS.ProcessEnv; cwd: string }) {
    this.#start = () => startDriver(directory, mode, options)
  }

  /** `{ value }` or `{ error }`. A call that is given up ends the process. */
  async do(request: DriverRequest, signal: AbortSignal): Promise<unknown> {
    const process = (this.#process ??= this.#start())
    const giveUp = (): void => {
      process.child.kill('SIGKILL')
      if (this.#process === process) this.#process = undefined
    }
    signal.addEventListener('abort', giveUp)
    try {
      process.child.stdin.write(`${JSON.stringify(request)}\n`)
      const { value, done } = await process.lines.next()
      if (done) throw new Error(`The Python process ended. ${process.errors}`)
      return JSON.parse(value)
    } finally {
      signal.removeEventListener('abort', giveUp)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process?.child.stdin.end()
    await this.#process?.ended
  }
}

interface DriverProcess {
  child: ChildProcessWithoutNullStreams
  lines: AsyncIterator<string>
  ended: Promise<number | null>
  errors: string
}

function startDriver(
  directory: string,
  mode: 'sync' | 'async',
  options: { env: NodeJS.ProcessEnv; cwd: string },
): DriverProcess {
  const child = spawn(join(directory, 'bin/python'), [join(import.meta.dirname, 'driver.py'), mode], options)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const process: DriverProcess = { child, lines, ended: endOf(child), errors: '' }
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    process.errors += text
  })
  child.stdin.on('error', () => {})
  return process
}
