/** Programs of OpenSSH, through a tunnel to the session's `sshd` (protocol 02 §7.1). */
import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'

import { APIError, type ComputeSession } from '@backend-ai-sdk/client'
import { listen } from '@backend-ai-sdk/client/node'

import type { SSHFlags } from './commands/ssh/command.ts'
import { connect } from './connection.ts'
import type { Context, HostProcess } from './context.ts'
import { describeError } from './errors.ts'
import { exitCodes, Failure, InvalidArgument, Interruption } from './failures.ts'
import { requireApp, runningSession } from './running-session.ts'
import { WaitingLine } from './waiting-line.ts'

/** The user that all sessions have, at the near end of the tunnel. */
export const destination = 'work@localhost'

export interface SSHTunnel {
  readonly port: number
  /** For the session's key, and for a host that is another one each time. */
  readonly options: readonly string[]
  /** @returns the program's exit code. */
  readonly run: (program: string, args: readonly string[]) => Promise<number>
}

/** Tunnel and key are there while the work lasts, and gone after it, however it ends. */
export async function withTunnel(
  context: Context,
  reference: string,
  { port, identity }: SSHFlags,
  work: (tunnel: SSHTunnel) => Promise<number>,
): Promise<number> {
  const { host, output, signal } = context
  if (port < 0 || port > 65_535) throw new InvalidArgument(`Port ${port} is not between 0 and 65535.`)
  const { client } = connect(context)
  const session = await runningSession(context, client, reference)
  await requireApp(session, 'sshd', signal)
  using key = identity === undefined ? await downloadKey(context, session) : undefined
  const report = (error: unknown): void => output.status('fail', describeError(error))
  await using listener = await listen(session, 'sshd', { port, onError: report })
  output.status('info', `running a temporary sshd proxy at localhost:${listener.port} ...`)
  const exitCode = await work({
    port: listener.port,
    options: optionsOf(key?.path ?? identity!),
    run: (program, args) => runProgram(host, program, args, signal),
  })
  signal.throwIfAborted()
  return exitCode
}

const optionsOf = (key: string): string[] => {
  const nothing = process.platform === 'win32' ? 'NUL' : '/dev/null'
  const settings = [
    'StrictHostKeyChecking=no',
    `UserKnownHostsFile=${nothing}`,
    'NoHostAuthenticationForLocalhost=yes',
    // Nobody else may listen on the same port of ::1.
    'HostName=127.0.0.1',
    // Servers give up after a few keys, which those of an agent would be.
    'IdentitiesOnly=yes',
    // Sessions have no passwords to be asked for.
    'PreferredAuthentications=publickey',
  ]
  return [...settings.flatMap((setting) => ['-o', setting]), '-i', key]
}

interface KeyFile extends Disposable {
  readonly path: string
}

/** Made with the session, unless the user has brought keys of their own. */
async function downloadKey({ host, output, signal }: Context, session: ComputeSession): Promise<KeyFile> {
  const line = new WaitingLine(output, 'Downloading the SSH key of the session...')
  try {
    return await privateFile(host, await session.downloadFile('id_container', { signal }))
  } catch (error) {
    if (!(error instanceof APIError)) throw error
    throw new Failure(
      `Failed to download the SSH key from the session:\n${describeError(error)}\nA session that was given keys (a folder .ssh, or one that is registered with the server) makes none of its own: give yours with -i PATH.`,
    )
  } finally {
    line[Symbol.dispose]()
  }
}

/** Nobody else can read it, and it goes with the process. */
async function privateFile(host: HostProcess, bytes: Uint8Array): Promise<KeyFile> {
  const directory = await mkdtemp(join(tmpdir(), 'backend-ai-ssh-'))
  const remove = (): void => rmSync(directory, { recursive: true, force: true })
  host.on('exit', remove)
  const file = {
    path: join(directory, 'id_container'),
    [Symbol.dispose]() {
      remove()
      host.off('exit', remove)
    },
  }
  try {
    await writeFile(file.path, bytes, { mode: 0o600, flag: 'wx' })
    return file
  } catch (error) {
    file[Symbol.dispose]()
    throw error
  }
}

async function runProgram(
  host: HostProcess,
  program: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  signal.throwIfAborted()
  const child = spawn(program, args, { stdio: 'inherit', env: host.env, cwd: host.cwd() })
  // Ctrl-C reaches both; whoever ends this process alone means both, too.
  const pass = (): void => void child.kill(signal.reason instanceof Interruption ? signal.reason.signal : 'SIGTERM')
  const end = (): void => void child.kill()
  signal.addEventListener('abort', pass, { once: true })
  host.on('exit', end)
  try {
    return await new Promise((resolve, reject) => {
      child.on('error', (error: NodeJS.ErrnoException) =>
        reject(
          error.code === 'ENOENT'
            ? new Failure(`The program ${program} is not there: it comes with OpenSSH.`, exitCodes.failure)
            : error,
        ),
      )
      child.on('close', (code, name) => resolve(code ?? 128 + (name ? constants.signals[name] : 0)))
    })
  } finally {
    signal.removeEventListener('abort', pass)
    host.off('exit', end)
  }
}
