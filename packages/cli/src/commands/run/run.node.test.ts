/** `run` against a cluster that really runs code. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { type Cluster, openCluster, type Outcome } from '../../testing.ts'

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

describe('code', () => {
  test('runs in a new session, which stays', async () => {
    const { code, stdout, stderr } = await run('-c', 'echo hello; echo careful >&2', 'shell')
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'hello\n' })
    const [, name = ''] = /^∙ Session name prefix: (pysdk-[\da-f]{10})\n/.exec(stderr) ?? []
    expect(linesOf(stderr)).toEqual([
      `∙ Session name prefix: ${name}`,
      `✔ [0] Session ${name} is ready (domain=default, group=default).`,
      'careful',
      '✔ [0] Execution finished. (exit code = 0)',
    ])
    expect(cluster.statusOf(name)).toBe('RUNNING')
  })

  test('runs in a living session of the name', async () => {
    await run('-t', 'train-1', '-c', 'x=5', 'shell')
    const { stdout, stderr } = await run('-t', 'train-1', '-c', 'echo $x', 'shell')
    expect(stdout).toBe('5\n')
    expect(stderr).toContain('✔ [0] Reusing session train-1...\n')
    const refused = await run('-t', 'train-1', '--no-reuse', '-c', 'echo', 'shell')
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain(
      '✘ [0] BackendAPIError: 400 Bad Request\n  The session already exists but you requested not to reuse existing one.\n  - Existing session ID: ',
    )
  })

  test('gives its exit code to the command', async () => {
    expect((await run('--rm', '-c', 'exit 7', 'shell')).code).toBe(7)
    const ignored = await run('--rm', '--ignore-exit-code', '-c', 'exit 7', 'shell')
    expect(ignored.code).toBe(0)
    expect(ignored.stderr).toContain('✔ [0] Execution finished. (exit code = 7)\n')
  })

  test('leaves nothing with --rm', async () => {
    const { code, stderr } = await run('--rm', '-c', 'echo', 'shell')
    expect(code).toBe(0)
    expect(stderr).toMatch(/⋯ \[0\] Cleaning up the session\.\.\.\n✔ \[0\] Cleaned up the session\.\n$/)
    expect(sessions().map(({ status }) => status)).toEqual(['TERMINATED'])
  })

  test('says nothing of itself with --quiet', async () => {
    expect(await run('--rm', '-q', '-c', 'echo hello', 'shell')).toEqual({ code: 0, stdout: 'hello\n', stderr: '' })
    expect((await run('-q', '-c', 'echo', 'nosuchimage')).stderr).toMatch(/^✘ \[0\] BackendAPIError: 404 Not Found\n/)
  })

  test('has the environment', async () => {
    expect((await run('--rm', '-q', '-e', 'A=1=2', '-e', 'B=$HOME $$X', '-c', 'echo "$A,$B"', 'shell')).stdout).toBe(
      '1=2,$HOME $X\n',
    )
  })

  test('without an image that is known is a failure', async () => {
    const { code, stdout, stderr } = await run('-t', 'train-1', '-c', 'echo', 'nosuchimage')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(linesOf(stderr)).toEqual([
      '∙ Session name prefix: train-1',
      '✘ [0] BackendAPIError: 404 Not Found',
      '  No such environment image.',
      '  ➜ Error details: Unknown image reference: nosuchimage (x86_64)',
    ])
  })
})

describe('files', () => {
  test('are uploaded and executed', async () => {
    await writeFile(join(directory, 'main.sh'), 'echo this is my code; cat data/한글.txt\n')
    await mkdir(join(directory, 'data'))
    await writeFile(join(directory, 'data', '한글.txt'), 'and data\n')
    const { code, stdout, stderr } = await run(
      '--rm',
      '-t',
      'train-1',
      '--build',
      'echo built >&2',
      '--exec',
      'sh main.sh',
      'shell',
      './main.sh',
      'data/한글.txt',
    )
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'this is my code\nand data\n' })
    expect(linesOf(stderr)).toEqual([
      '∙ Session name prefix: train-1',
      '✔ [0] Session train-1 is ready (domain=default, group=default).',
      '⋯ [0] Uploading source files...',
      '✔ [0] Uploading done.',
      '✔ [0] Clean finished. (exit code = 0)',
      'built',
      '✔ [0] Build finished. (exit code = 0)',
      '✔ [0] Execution finished. (exit code = 0)',
      '⋯ [0] Cleaning up the session...',
      '✔ [0] Cleaned up the session.',
    ])
  })

  test('have a bar on terminals', async () => {
    await writeFile(join(directory, 'main.sh'), 'echo\n')
    const { stderr } = await cluster.run(['run', '--rm', '--exec', 'sh main.sh', 'shell', 'main.sh'], {
      cwd: directory,
      terminal: true,
    })
    expect(stderr).toMatch(
      /\u001B\[2KUploading files: 100%\|█{10}\| 5\.00\/5\.00 \[00:00<00:00, \S+bytes\/s, file=main\.sh\]\r\r\n/,
    )
  })

  test.each([
    [['shell', 'missing.sh'], 4, /^✘ File ".*missing\.sh" does not exist\.\n$/],
    [
      ['--basedir', 'data', 'shell', 'main.sh'],
      4,
      /^✘ File ".*main\.sh" is outside of the base directory ".*data"\.\n$/,
    ],
    [['shell', '../x'], 4, /^✘ File ".*x" is outside of the base directory ".*"\.\n$/],
    [['shell', 'data'], 4, /^✘ ".*data" is a directory: name the files in it\.\n$/],
    [
      ['shell', 'large'],
      4,
      /^✘ File ".*large" has 1048576 bytes, and a session takes files below 1048576: use a folder/,
    ],
    [['-c', 'x', 'shell', 'main.sh'], 4, /^✘ You can run only either source files or command-line code snippet\.\n$/],
    [['shell'], 4, /^✘ You should provide the command-line code snippet using "-c" option if run without files\.\n$/],
    [['--terminal', 'shell'], 2, /^✘ The standard input is not a terminal, which a terminal of a session needs\./],
    [['-t', 'abc', '-c', 'x', 'shell'], 4, /^✘ Client session token should be 4 to 64 characters long\.\n$/],
    [
      ['-c', 'x', '--env-range', 'X=foo:1', 'shell'],
      2,
      /Error: Invalid value for '--env-range': Unrecognized range expression type\n$/,
    ],
    [
      ['-c', 'x', '--exec-range', 'X', 'shell'],
      2,
      /Error: Invalid value for '--exec-range': 'X' is not written as NAME=TYPE:VALUES\.\n$/,
    ],
    [[], 2, /^Usage: backend\.ai run \[OPTIONS\] IMAGE \[FILES\]\.\.\.\n.*\n\nError: Missing argument 'IMAGE'\.\n$/],
    [
      ['-e', 'X=$A', '--env-range', 'A=range:3', '--max-parallel', '0', '-c', 'x', 'shell'],
      4,
      /^✘ The number maximum parallel sessions must be a positive integer\.\n$/,
    ],
  ])('and arguments are checked before anything is created: %j', async (args, code, message) => {
    await writeFile(join(directory, 'main.sh'), '')
    await writeFile(join(directory, 'large'), Buffer.alloc(1024 * 1024))
    await mkdir(join(directory, 'data'))
    expect(await run(...args)).toEqual({ code, stdout: '', stderr: expect.stringMatching(message) })
    expect(sessions()).toEqual([])
  })
})

test.each([
  [['--terminal', '-c', 'x', 'shell'], '✘ A terminal runs no code: leave out either -c or --terminal.\n'],
  [['--terminal', '--enqueue-only', 'shell'], '✘ A terminal needs a session that runs: leave out --enqueue-only.\n'],
  [
    ['--terminal', '-e', 'X=$A', '--env-range', 'A=range:3', 'shell'],
    '✘ You cannot run multiple cases with terminal.\n',
  ],
  [['--terminal', '--escape', '~~', 'shell'], `Error: Invalid value for '--escape': '~~' is neither`],
])('nor is anything created for a terminal that cannot be: %j', async (args, message) => {
  const env = { NO_COLOR: '1' }
  const { code, stderr } = await cluster.run(['run', ...args], { terminal: true, env })
  expect(code).toBe(message.startsWith('Error') ? 2 : 4)
  expect(stderr.replaceAll(/\u001B\[2K|\r/g, '')).toContain(message)
  expect(sessions()).toEqual([])
})

describe('input', () => {
  const program = 'a = input("a? "); b = input("b? "); print(a + b)'

  test('comes from the standard input', async () => {
    const { code, stdout } = await cluster.run(['run', '-q', '--rm', '-c', program, 'python'], {
      input: 'one\r\ntwo\nrest',
    })
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'a? b? onetwo\n' })
  })

  test('may end too early', async () => {
    const { code, stdout, stderr } = await cluster.run(['run', '-q', '--rm', '-c', program, 'python'], {
      input: 'one\n',
    })
    expect({ code, stdout }).toEqual({ code: 1, stdout: 'a? b? ' })
    expect(stderr).toBe('✘ [0] Execution failed!\n  The program reads input, but the standard input has ended.\n')
    expect(sessions()[0]!.status).toBe('TERMINATED')
  })

  test('is hidden where it is a password', async () => {
    const secret = 'import getpass; print(len(getpass.getpass("secret: ")))'
    const { code, stdout, stderr } = await cluster.run(['run', '-q', '--rm', '-c', secret, 'python'], {
      terminal: true,
      input: 'hush\r',
    })
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'secret: 4\n' })
    expect(stderr).toBe('Password: \n')
  })
})

test('as JSON, what happens is one line each', async () => {
  const { code, stdout } = await cluster.run([
    '--output',
    'json',
    'run',
    '-q',
    '--rm',
    '-t',
    'train-1',
    '-c',
    'echo hello; exit 3',
    'shell',
  ])
  expect(code).toBe(3)
  const facts = { case: 0, session: 'train-1' }
  expect(linesOf(stdout).map((line) => JSON.parse(line) as unknown)).toEqual([
    { ...facts, type: 'ready', session_id: cluster.idOf('train-1'), created: true },
    { ...facts, type: 'stdout', text: 'hello\n' },
    { ...facts, type: 'finished', exit_code: 3 },
    { ...facts, type: 'cleaned-up', stats: {} },
  ])
  const failed = await cluster.run(['--output', 'json', 'run', '-q', '-t', 'train-1', '-c', 'echo', 'nosuchimage'])
  expect(failed.code).toBe(1)
  expect(JSON.parse(failed.stdout)).toMatchObject({
    ...facts,
    type: 'failed',
    error: expect.stringContaining('404 Not Found'),
  })
})
