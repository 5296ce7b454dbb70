/** Commands that never outlive us. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'

const interrupted = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupted.abort(new Error(name)))

export interface CommandOptions {
  cwd?: string
  /** Added to our own. */
  env?: Readonly<Record<string, string>>
  /** Milliseconds. */
  limit: number
  /** Ends the command. */
  signal?: AbortSignal
}

/** @returns what the command printed. @throws Error with its error output, unless it ends with 0. */
export async function run(
  [command, ...args]: readonly [string, ...string[]],
  { cwd, env, limit, signal }: CommandOptions,
): Promise<string> {
  const ends = AbortSignal.any([interrupted.signal, AbortSignal.timeout(limit), ...(signal ? [signal] : [])])
  ends.throwIfAborted()
  const child = spawn(command, args, {
    ...(cwd !== undefined && { cwd }),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Leads a group, which is ended whole: npx starts the runtime, a browser many processes.
    detached: true,
  })
  const stop = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // They have ended by themselves.
    }
  }
  let output = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  ends.addEventListener('abort', stop)
  try {
    const [code] = (await once(child, 'close')) as [number | null]
    if (code === 0) return output
    const why = ends.aborted ? String(ends.reason) : `exit code ${code}`
    throw new Error(`${[command, ...args].join(' ')}: ${why}\n${(errors || output).slice(-2000)}`)
  } finally {
    ends.removeEventListener('abort', stop)
    stop()
  }
}
