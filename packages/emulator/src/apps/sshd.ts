/**
 * `sshd`: the OpenSSH or dropbear server of this machine, where it has one. On Linux it sees an account `work`, whose
 * home is the session's, in namespaces of its own, which end all that a login has started; where none may be made, the
 * machine itself must have that account to log in.
 */
import { execFile } from 'node:child_process'
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'

import { type AppPlace, LaunchError, noSSH, type RunningApp } from './app.ts'

type Command = (port: number) => readonly string[]
/** What is put before a command. */
type Wrapper = (command: readonly string[]) => readonly string[]

export async function launchSshd(place: AppPlace): Promise<RunningApp> {
  const folder = join(place.home, '.ssh')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const server = (await openssh(place, folder)) ?? ((await find('dropbear')) === undefined ? undefined : dropbear)
  if (!server) throw new LaunchError(noSSH)
  const start = (wrap: Wrapper): Promise<RunningApp> =>
    place.host.run({ ...place, command: (port) => wrap(server(port)) })
  try {
    return await start(await withAccount(place.home, folder))
  } catch (error) {
    if (!(error instanceof LaunchError)) throw error
    return await start(plain)
  }
}

const plain: Wrapper = (command) => command

const dropbear: Command = (port) => ['dropbear', '-F', '-E', '-R', '-s', '-p', `127.0.0.1:${port}`]

/** @returns undefined where the machine has none. */
async function openssh({ environment }: AppPlace, folder: string): Promise<Command | undefined> {
  const program = await find('sshd')
  if (program === undefined) return undefined
  const hostKey = join(folder, 'ssh_host_ed25519_key')
  const settings = join(folder, 'sshd_config')
  await rm(hostKey, { force: true })
  await promisify(execFile)('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', hostKey])
  await chmod(hostKey, 0o600)
  await writeFile(settings, settingsOf(hostKey, environment), { mode: 0o600 })
  return (port) => [program, '-D', '-e', '-f', settings, '-o', `ListenAddress=127.0.0.1:${port}`]
}

function settingsOf(hostKey: string, environment: AppPlace['environment']): string {
  const variables = Object.entries(environment).filter(([, value]) => !/["\n]/.test(value))
  return [
    `HostKey ${hostKey}`,
    'PasswordAuthentication no',
    'PidFile none',
    'UseDNS no',
    'AuthorizedKeysFile .ssh/authorized_keys',
    // What scp asks for.
    'Subsystem sftp internal-sftp',
    variables.length > 0 ? `SetEnv ${variables.map(([name, value]) => `"${name}=${value}"`).join(' ')}` : '',
  ].join('\n')
}

const find = (program: string): Promise<string | undefined> =>
  promisify(execFile)('sh', ['-c', 'command -v "$0"', program], {
    // Not always where users look.
    env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` },
  }).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  )

/** Without root they belong to a user namespace, within which that user is again who they are outside. */
async function withAccount(home: string, folder: string): Promise<Wrapper> {
  const [uid, gid] = [process.getuid?.(), process.getgid?.()]
  if (process.platform !== 'linux' || uid === undefined || gid === undefined) return plain
  const accounts = join(folder, 'passwd')
  const others = await readFile('/etc/passwd', 'utf8')
  // The first of a name, and of a number, counts.
  await writeFile(accounts, `work:*:${uid}:${gid}:work:${home}:/bin/sh\n${others}`)
  const mounts = `mount --bind ${quoted(accounts)} /etc/passwd && mount -t tmpfs tmpfs /run && mkdir -m 755 /run/sshd && exec "$@"`
  const namespaces = ['unshare', ...(uid === 0 ? [] : ['--user', '--map-root-user']), '--mount', '--pid', '--fork']
  const within = uid === 0 ? [] : ['unshare', '--user', `--map-user=${uid}`, `--map-group=${gid}`]
  return (command) => [...namespaces, '--kill-child', '--mount-proc', 'sh', '-c', mounts, 'sh', ...within, ...command]
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
