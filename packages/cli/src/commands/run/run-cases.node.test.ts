/** `run` with ranges. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { type Cluster, type FakeHost, openCluster, type Outcome } from '../../testing.ts'

let cluster: Cluster
let directory: string

beforeEach(async () => {
  cluster = openCluster({ pollTime: 100 })
  directory = await mkdtemp(join(tmpdir(), 'backend-ai-cli-'))
})

afterEach(async () => {
  await cluster[Symbol.asyncDispose]()
  await rm(directory, { recursive: true })
})

const run = (...args: string[]): Promise<Outcome> =>
  cluster.run(['run', ...args], { cwd: directory, env: { XDG_CACHE_HOME: directory } })

const sessions = () => [...cluster.emulator.sessions.all()]
const linesOf = (text: string): string[] => text.split('\n').filter(Boolean)

describe('several cases', () => {
  const ranges = ['-e', 'CASENO=$X', '--env-range', 'X=case:a,b,c']

  test('run in sessions of their own, and write into log files', async () => {
    const { code, stdout, stderr } = await run(
      '-t',
      'train',
      '--rm',
      ...ranges,
      '-c',
      'echo "$CASENO"; echo careful >&2',
      'shell',
    )
    expect(code).toBe(0)
    expect(linesOf(stdout)).toEqual([
      "env = 'CASENO=a', build = '*', exec = '*'",
      "env = 'CASENO=b', build = '*', exec = '*'",
      "env = 'CASENO=c', build = '*', exec = '*'",
    ])
    const logs = join(directory, 'backend.ai', 'client-logs')
    expect(linesOf(stderr).slice(0, 3)).toEqual([
      '∙ Running multiple sessions for the following combinations:',
      '∙ Session name prefix: train',
      `∙ Check out the stdout/stderr logs stored in ${logs} directory.`,
    ])
    expect(linesOf(stderr).slice(3).toSorted()).toEqual(
      [0, 1, 2].flatMap((index) => [
        `✔ [${index}] Cleaned up the session.`,
        `✔ [${index}] Execution finished. (exit code = 0)`,
        `✔ [${index}] Session train-${index} is ready (domain=default, group=default).`,
      ]),
    )
    expect((await readdir(logs)).toSorted()).toEqual(
      [0, 1, 2].flatMap((index) => [`train-${index}.stderr.log`, `train-${index}.stdout.log`]),
    )
    const read = (name: string) => readFile(join(logs, name), 'utf8')
    expect(await read('train-1.stdout.log')).toBe('b\n')
    expect(await read('train-1.stderr.log')).toBe('careful\nExecution finished. (exit code = 0)\n')
  })

  test('are so many at a time', async () => {
    let most = 0
    const sample = setInterval(() => {
      most = Math.max(most, sessions().filter(({ status }) => !['TERMINATED', 'CANCELLED'].includes(status)).length)
    }, 2)
    const args = ['-e', 'A=$X', '--env-range', 'X=range:5', '-c', 'sleep 0.1']
    const { code } = await run('-q', '--rm', '--max-parallel', '2', ...args, 'shell').finally(() =>
      clearInterval(sample),
    )
    expect(code).toBe(0)
    expect(sessions()).toHaveLength(5)
    expect(most).toBe(2)
  })

  test('fail together', async () => {
    const { code, stderr } = await run('-q', '--rm', ...ranges, '-c', '[ "$CASENO" != b ]', 'shell')
    expect(code).toBe(1)
    expect(linesOf(stderr).at(-1)).toBe('✘ There were failed cases!')
    expect((await run('-q', '--rm', '--ignore-exit-code', ...ranges, '-c', '[ "$CASENO" != b ]', 'shell')).code).toBe(0)
  })

  test('end together', async () => {
    const onStderr = (text: string, host: FakeHost) => void (text.includes('[0] Session') && host.emit('SIGINT'))
    const args = ['run', '--rm', '-t', 'train', ...ranges, '-c', 'sleep 100', 'shell']
    const { code } = await cluster.run(args, { onStderr, env: { XDG_CACHE_HOME: directory } })
    expect(code).toBe(130)
    await expect
      .poll(() => sessions().every(({ status }) => status === 'TERMINATED' || status === 'CANCELLED'))
      .toBe(true)
    expect(sessions().length).toBeLessThan(3)
  })

  test('have commands of their own', async () => {
    await writeFile(join(directory, 'main.sh'), 'echo "$1"\n')
    const { stdout } = await run(
      '-q',
      '--rm',
      '--max-parallel',
      '6',
      '--build',
      'true $Y',
      '--build-range',
      'Y=range:1,6,4',
      '--exec',
      'sh main.sh $A',
      '--exec-range',
      'A=linspace:1,2,3',
      'shell',
      'main.sh',
    )
    expect(linesOf(stdout)).toEqual(
      ['1', '5'].flatMap((build) =>
        ['1', '1.5', '2'].map((exec) => `env = '', build = 'true ${build}', exec = 'sh main.sh ${exec}'`),
      ),
    )
  })

  test('name what looks like a range and is none', async () => {
    const { stderr } = await run('--rm', '-e', 'A=$X$Y', '--env-range', 'X=range:1', '-c', 'echo', 'shell')
    expect(linesOf(stderr)[0]).toBe('∙ No range defines $Y: left as it is. Write $$ for a dollar sign.')
  })
})
