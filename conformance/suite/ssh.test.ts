/** Logins to a session through a tunnel, with the `ssh` and `scp` of this machine, where it has them. */
import { execFile } from 'node:child_process'
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import type { ComputeSession } from '@backend-ai-sdk/client'
import { listen } from '@backend-ai-sdk/client/node'
import { expect, test, type TestContext } from 'vitest'

import { clientOf } from '../targets.ts'
import { onEachTarget, sharedSession } from './harness.ts'

const execute = promisify(execFile)
const run = (program: string, args: readonly string[]) => execute(program, args, { timeout: 60_000 })

/** The emulator starts the server of this machine, in namespaces of its own. */
async function needsPrograms(context: TestContext, isEmulator: boolean): Promise<void> {
  const missing = await Promise.all([
    run('sh', ['-c', 'command -v ssh && command -v scp']),
    ...(isEmulator
      ? [access('/usr/sbin/sshd'), run('unshare', ['--user', '--map-root-user', '--mount', '--pid', '--fork', 'true'])]
      : []),
  ]).then(
    () => undefined,
    (error: unknown) => String(error),
  )
  context.skip(missing !== undefined, `no ssh here: ${missing}`)
}

/** Sessions of the recipes see the accounts of this machine, in a mount namespace of their own. */
const addAccount = `
import os, subprocess
with open('/etc/passwd') as file:
    accounts = file.read()
with open('/tmp/passwd', 'w') as file:
    file.write('work:*:1000:1000:work:/home/work:/bin/bash\\n' + accounts)
subprocess.run(['mount', '--bind', '/tmp/passwd', '/etc/passwd'], check=True)
for path in '', '/.ssh', '/.ssh/authorized_keys':
    os.chown('/home/work' + path, 1000, 1000)
`

onEachTarget('ssh', (target) => {
  const client = clientOf(target)
  const shared = sharedSession(target, client)

  test('logs in as work, and copies files there and back', async (context) => {
    context.skip(target.lacks?.includes('ssh') ?? false, 'its sshd lets nobody in')
    await needsPrograms(context, target.name.startsWith('emulator'))
    const session = await shared()
    if (target.name.startsWith('real-')) await session.run(addAccount, { check: true }).result()
    const directory = await mkdtemp(join(tmpdir(), 'conformance-ssh-'))
    try {
      const { sent, came, user } = await logIn(session, directory)
      expect(user).toBe('work\n')
      expect(came).toEqual(sent)
    } finally {
      await rm(directory, { recursive: true })
    }
  })

  async function logIn(session: ComputeSession, directory: string) {
    const [key, up, down] = ['key', 'up', 'down'].map((name) => join(directory, name)) as [string, string, string]
    await writeFile(key, await session.downloadFile('id_container'), { mode: 0o600 })
    const sent = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 31 + (at >> 8)) % 256))
    await writeFile(up, sent)
    await using listener = await listen(session, 'sshd')
    const settings = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'IdentitiesOnly=yes', 'BatchMode=yes']
    const common = ['-F', '/dev/null', '-i', key, ...settings.flatMap((setting) => ['-o', setting])]
    const port = String(listener.port)
    const { stdout } = await run('ssh', [...common, '-p', port, 'work@127.0.0.1', 'whoami'])
    await run('scp', [...common, '-P', port, up, 'work@127.0.0.1:copied'])
    await run('scp', [...common, '-P', port, 'work@127.0.0.1:copied', down])
    return { user: stdout, sent, came: await readFile(down) }
  }
})
