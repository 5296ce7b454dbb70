/** With the `ssh` and `sshd` of this machine, where it has them and lets us make namespaces. */
import { execFile } from 'node:child_process'
import { access, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { openWorkplace, type Workplace } from '../../testing-process.ts'

const run = promisify(execFile)
const mayNotLogIn = await Promise.all([
  run('sh', ['-c', 'command -v ssh && command -v scp']),
  access('/usr/sbin/sshd'),
  run('unshare', ['--user', '--map-root-user', '--mount', '--pid', '--fork', 'true']),
]).then(
  () => false,
  () => true,
)

describe.skipIf(mayNotLogIn)('logged in', () => {
  let place: Workplace
  let home: string
  beforeAll(async () => {
    place = await openWorkplace()
    await place.command('start', '-q', '-t', 'train-1', 'shell')
    home = [...place.cluster.emulator.sessions.all()][0]!.home
  })
  afterAll(() => place[Symbol.asyncDispose]())

  const command = (...args: string[]) => place.start(args, { PATH: process.env['PATH'] ?? '' }).outcome()

  test('as work, at home, with the exit code of the command', async () => {
    expect(await command('ssh', 'train-1', 'whoami; pwd; exit 7')).toMatchObject({
      code: 7,
      stdout: `work\n${home}\n`,
    })
  })

  test('files are copied there and back, byte for byte', async () => {
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 31 + (at >> 8)) % 256))
    await writeFile(join(place.directory, 'up'), bytes)
    await mkdir(join(home, 'data'), { recursive: true })
    expect(await command('scp', 'train-1', 'up', ':data/file')).toMatchObject({ code: 0 })
    expect(await readFile(join(home, 'data/file'))).toEqual(bytes)
    expect(await command('scp', '-r', 'train-1', ':data', '.')).toMatchObject({ code: 0 })
    expect(await readFile(join(place.directory, 'data/file'))).toEqual(bytes)
  })

  test('no key is left behind, and what a login has started ends with its session', async () => {
    await command('ssh', 'train-1', 'sleep 1000 >/dev/null 2>&1 & echo $!')
    expect(await readdir(place.directory)).not.toContain('id_container')
    expect((await stat(join(home, 'id_container'))).mode & 0o777).toBe(0o600)
    expect(await sleepers()).toHaveLength(1)
    await command('terminate', 'train-1')
    await expect.poll(sleepers).toEqual([])
  })

  /** Processes of this session's, which know its home. */
  async function sleepers(): Promise<string[]> {
    const found: string[] = []
    for (const pid of await readdir('/proc')) {
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
      const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
      if (environment.includes(`HOME=${home}`) && line.startsWith('sleep\0')) found.push(pid)
    }
    return found
  }
})
