import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterEach, describe, expect, test } from 'vitest'

import { checkLanguage } from './index.ts'
import { KernelHarness } from './testing.ts'

const python = await checkLanguage('python')

let harness: KernelHarness
const start = async (language: string, files: Record<string, string> = {}) => {
  harness = await KernelHarness.start(language, { FOO: 'bar' })
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(harness.home, path, '..'), { recursive: true })
    await writeFile(join(harness.home, path), text)
  }
}
afterEach(() => harness.stop())

const main = "import sys\nprint('batch err', file=sys.stderr)\nprint('batch out', sys.argv[1:])\nsys.exit(3)\n"
const steps = (...codes: [number, number, number]) => [
  { type: 'clean-finished', exitCode: codes[0] },
  { type: 'build-finished', exitCode: codes[1] },
  { type: 'finished', exitCode: codes[2] },
]

describe.skipIf(!python.available)('python, as recorded', () => {
  test('three commands', async () => {
    await start('python', { 'main.py': main, 'old.log': '' })
    const outcome = await harness.batch({
      clean: 'rm old.log; ls *.log',
      build: 'echo building',
      exec: 'python main.py a b',
      buildLog: true,
    })
    expect(outcome.steps).toEqual(steps(2, 0, 3))
    expect(outcome.stdout).toBe("building\nbatch out ['a', 'b']\n")
    expect(outcome.stderr).toContain('batch err\n')
  })

  test('defaults', async () => {
    await start('python', { 'main.py': main })
    const outcome = await harness.batch({ clean: '*', build: '*', exec: '*' })
    expect(outcome.steps).toEqual(steps(0, 0, 3))
    expect(outcome.stdout).toBe('batch out []\n')
  })

  test('input() of a program, its prompt before', async () => {
    await start('python', { 'sub/dir/ask.py': "print('before')\nname = input('your name? ')\nprint('dear', name)\n" })
    const waiting = harness.next('waiting-input')
    const outcome = harness.batch({ exec: 'python sub/dir/ask.py' })
    expect(await waiting).toEqual({ type: 'waiting-input', isPassword: false })
    expect(harness.messages.slice(-2)).toMatchObject([
      { record: ['stdout', expect.stringMatching(/your name\? $/)] },
      { type: 'waiting-input' },
    ])
    harness.kernel.input('알리스')
    expect((await outcome).stdout).toBe('before\nyour name? dear 알리스\n')
  })

  test('getpass() of a program that a program starts', async () => {
    await start('python', {
      Makefile: 'all:\n\t@python ask.py\n',
      'ask.py': "import getpass\nprint(len(getpass.getpass('pw? ')))",
    })
    const waiting = harness.next('waiting-input')
    const outcome = harness.batch({ build: '*' })
    expect(await waiting).toEqual({ type: 'waiting-input', isPassword: true })
    harness.kernel.input('secret')
    expect((await outcome).stdout).toBe('pw? 6\n')
  })

  test('a program keeps the input that it was given, and others have none', async () => {
    await start('python', { 'ask.py': 'print(input())' })
    expect((await harness.batch({ exec: 'echo given | python ask.py; cat; echo end' })).stdout).toBe('given\nend\n')
  })

  test('an answer that comes too late does not reach the next program', async () => {
    await start('python', { 'ask.py': "input('? ')" })
    const waiting = harness.next('waiting-input')
    const outcome = harness.batch({ exec: 'python ask.py' })
    await waiting
    harness.kernel.interrupt()
    expect((await outcome).stderr).toContain('KeyboardInterrupt')
  })

  test('the sitecustomize of the session is found behind ours', async () => {
    await start('python', {
      'lib/sitecustomize.py': "import builtins; builtins.customized = 'yes'",
      'main.py': 'print(customized)',
    })
    expect((await harness.batch({ exec: `PYTHONPATH=$PYTHONPATH:lib python main.py` })).stdout).toBe('yes\n')
  })

  test('queries and batches take turns', async () => {
    await start('python')
    const from = harness.messages.length
    harness.kernel.runCode("open('file', 'w').write('from the query');")
    harness.kernel.runBatch({ clean: null, build: null, exec: 'cat file', buildLog: false })
    harness.kernel.runCode('1')
    await harness.finishedCount(3)
    expect(
      harness.messages.slice(from).map((message) => (message.type === 'console' ? message.record[1] : message.type)),
    ).toEqual(['finished', 'clean-finished', 'build-finished', 'from the query', 'finished', '1', 'finished'])
  })
})

describe('any language', () => {
  test('skipped steps', async () => {
    await start('shell')
    expect(await harness.batch({ clean: null, build: '', exec: null })).toMatchObject({
      steps: steps(0, 0, 0),
      console: [],
    })
  })

  test('a build that fails', async () => {
    await start('shell')
    expect(await harness.batch({ build: 'exit 9', exec: 'echo never' })).toMatchObject({
      steps: steps(0, 9, 127),
      console: [],
    })
  })

  test('no main program', async () => {
    await start('shell')
    const outcome = await harness.batch({ clean: '*', build: '*', exec: '*' })
    expect(outcome.steps).toEqual(steps(0, 0, 127))
    expect(outcome.stderr).toContain('main.sh')
  })

  test('main.sh and main.js', async () => {
    await start('shell', { 'main.sh': 'echo $FOO; pwd' })
    expect((await harness.batch({ exec: '*' })).stdout).toBe(`bar\n${harness.home}\n`)
    await harness.stop()
    await start('node', { 'main.js': 'console.log(process.argv.length, process.env.FOO)' })
    expect((await harness.batch({ exec: '*' })).stdout).toBe('2 bar\n')
  })

  test('the state of queries is not that of batches', async () => {
    await start('shell')
    await harness.run('x=5; cd /')
    expect((await harness.batch({ exec: 'echo "<$x>"; pwd' })).stdout).toBe(`<>\n${harness.home}\n`)
  })

  test('a signal is a negative exit code', async () => {
    await start('shell')
    expect((await harness.batch({ exec: 'kill -9 $$' })).exitCode).toBe(-9)
  })

  test('an interrupt ends the step that runs, with all its processes', async () => {
    await start('shell')
    const outcome = harness.batch({
      build: `sh -c 'echo begun; exec sleep 1000'; echo after $?; exit 4`,
      exec: 'echo never',
    })
    await harness.printed('begun\n')
    harness.kernel.interrupt()
    expect((await outcome).steps).toMatchObject([
      { exitCode: 0 },
      { type: 'build-finished', exitCode: -2 },
      { exitCode: 127 },
    ])
  })

  test('a process in the background does not hold up the end; nothing that was printed is lost', async () => {
    await start('shell')
    const outcome = await harness.batch({ exec: 'sleep 1000 & head -c 1000000 /dev/zero | tr "\\0" x; echo end' })
    expect(outcome.stdout.length).toBe(1_000_004)
    expect(outcome.stdout.endsWith('xend\n')).toBe(true)
  })

  test('nor does one that prints without end', async () => {
    await start('shell')
    harness.keeps = ({ type }) => type !== 'console'
    harness.kernel.runBatch({ clean: null, build: null, exec: 'yes & sleep 0.1', buildLog: false })
    await harness.finishedCount(1)
    expect(harness.messages.at(-1)).toEqual({ type: 'finished', exitCode: 0 })
  })

  test('messages do not come before the method has returned', async () => {
    await start('shell')
    const from = harness.messages.length
    harness.kernel.runBatch({ clean: null, build: null, exec: null, buildLog: false })
    expect(harness.messages.length).toBe(from)
    await harness.next('finished', from)
  })
})
