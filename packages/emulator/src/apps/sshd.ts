/**
 * `sshd`: the dropbear or OpenSSH server of this machine, where it has one. It greets and exchanges keys; to log in, the
 * machine must have an account `work`.
 */
import { execFile } from 'node:child_process'
import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { type AppPlace, LaunchError, noSSH, type RunningApp } from './app.ts'

export async function launchSshd({ host, home, environment }: AppPlace): Promise<RunningApp> {
  const start = (command: (port: number) => readonly string[]): Promise<RunningApp> =>
    host.run({ command, environment, home })
  const isMissing = (error: unknown): boolean => error instanceof LaunchError && error.message.includes('not found')
  const hostKey = join(home, '.ssh', 'ssh_host_ed25519_key')
  try {
    return await start((port) => ['dropbear', '-F', '-E', '-R', '-s', '-p', `127.0.0.1:${port}`])
  } catch (error) {
    if (!isMissing(error)) throw error
  }
  try {
    await mkdir(join(home, '.ssh'), { recursive: true, mode: 0o700 })
    await promisify(execFile)('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', hostKey]).catch(
      (error: unknown) => {
        throw new LaunchError(noSSH, { cause: error })
      },
    )
    await chmod(hostKey, 0o600)
    return await start((port) => [
      'sshd',
      '-D',
      '-e',
      '-f',
      '/dev/null',
      '-h',
      hostKey,
      '-o',
      `ListenAddress=127.0.0.1:${port}`,
      '-o',
      'PasswordAuthentication=no',
      '-o',
      'PidFile=none',
    ])
  } catch (error) {
    throw isMissing(error) ? new LaunchError(noSSH, { cause: error }) : error
  }
}
