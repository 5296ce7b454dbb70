import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'

import { checkLanguage } from './index.ts'
import { KernelHarness } from './testing.ts'

const python = await checkLanguage('python')

let harness: KernelHarness
const run = (code: string) => harness.run(code)
beforeAll(async () => void (harness = await KernelHarness.start('shell', { FOO: 'bar' })))
afterAll(() => harness.stop())

test('variables, functions and the directory stay from run to run', async () => {
  await run('x=5; f() { echo "f $1"; }; mkdir inner; cd inner')
  expect(await run('f $x; pwd; echo $FOO')).toMatchObject({ stdout: `f 5\n${harness.home}/inner\nbar\n`, exitCode: 0 })
})

test.each([
  ['true', 0],
  ['false', 1],
  ['sh -c "exit 7"', 7],
  ['nowhere-to-be-found', 127],
  ['if then', 2],
  ['false || true', 0],
])('the exit code of %s is %i', async (code, exitCode) => {
  expect((await run(code)).exitCode).toBe(exitCode)
  expect((await run('echo $x')).stdout).toBe('5\n')
})

test('errors that end a script do not end the kernel', async () => {
  expect((await run('echo ${nowhere:?is missing}; echo never')).stderr).toContain('is missing')
  expect(await run('readonly fixed=1; fixed=2; echo never')).toMatchObject({ stdout: '' })
  expect((await run('echo $x')).stdout).toBe('5\n')
})

test('exit ends the run; exported variables and the directory go on', async () => {
  await run('export kept=1; lost=2; cd "$HOME"')
  expect(await run('echo before; exit 3; echo never')).toMatchObject({ stdout: 'before\n', exitCode: 3 })
  expect((await run('echo "$kept|$lost|"; pwd')).stdout).toBe(`1||\n${harness.home}\n`)
  expect((await run('set -e; false; echo never')).exitCode).toBe(1)
  expect(await run('false; echo goes on; x=5')).toMatchObject({ stdout: 'goes on\n', exitCode: 0 })
})

test('output of both streams, also to /dev/stderr, also with tracing', async () => {
  expect(await run('echo a; echo b > /dev/stderr')).toMatchObject({ stdout: 'a\n', stderr: 'b\n' })
  expect((await run('set -x; echo a; set +x')).stderr).toBe('+ echo a\n+ set +x\n')
  expect((await run('printf 한글')).stdout).toBe('한글')
  expect((await run('exec 3>&1; echo three >&3; exec 3>&-')).stdout).toBe('three\n')
})

test('standard output may be redirected for good', async () => {
  await run('exec >out')
  expect(await run('echo there')).toMatchObject({ console: [], exitCode: 0 })
  await run('exec >/dev/stderr')
  expect((await run('cat out')).stderr).toBe('there\n')
  await run('exit')
  expect((await run('echo back; x=5')).stdout).toBe('back\n')
})

describe('input', () => {
  test('read asks, with its prompt and as a password', async () => {
    const from = harness.messages.length
    const outcome = run("read -r -p 'who? ' first second; read -s -p 'pw? ' secret; echo \"$first|$second|$secret\"")
    expect(await harness.next('waiting-input', from)).toEqual({ type: 'waiting-input', isPassword: false })
    await harness.printed('who? ', from)
    harness.kernel.input('a b\\ c')
    expect(await harness.next((message) => message.type === 'waiting-input' && message.isPassword, from)).toBeDefined()
    harness.kernel.input('x')
    expect((await outcome).stdout).toBe('who? pw? a|b\\ c|x\n')
  })

  test('also in a subshell', async () => {
    harness.kernel.input('one')
    harness.kernel.input('two')
    const { stdout, steps } = await run('(read x; echo "sub $x"); read x; echo "main $x"')
    expect(stdout).toBe('sub one\nmain two\n')
    expect(steps.map(({ type }) => type)).toEqual(['waiting-input', 'waiting-input', 'finished'])
  })

  test('where input comes from a pipe or a file, read reads it; other programs find the end', async () => {
    expect((await run('printf "a\\nb\\n" | while read line; do echo "<$line>"; done; cat; echo end')).stdout).toBe(
      '<a>\n<b>\nend\n',
    )
  })

  test.skipIf(!python.available)('Python programs ask too', async () => {
    await writeFile(join(harness.home, 'ask.py'), "print('dear', input('who? '))")
    const waiting = harness.next('waiting-input')
    const outcome = run('python3 ask.py')
    await waiting
    harness.kernel.input('alice')
    expect((await outcome).stdout).toBe('who? dear alice\n')
  })
})

describe('interrupt', () => {
  test.each([
    ['a program', 'sleep 1000; echo never'],
    ['a busy loop', 'while :; do :; done'],
    ['a function', 'g() { while :; do :; done; }; g; echo never'],
    ['read', 'read y; echo never'],
  ])('%s', async (_, code) => {
    await run('x=5')
    const from = harness.messages.length
    const outcome = run(`echo begun; ${code}`)
    await harness.printed('begun\n', from)
    harness.kernel.interrupt()
    expect(await outcome).toMatchObject({ stdout: 'begun\n', exitCode: 130 })
    expect((await run('echo $x')).stdout).toBe('5\n')
  })

  test('at once after the run was given', async () => {
    for (let count = 0; count < 10; count++) {
      const outcome = run('while :; do :; done')
      harness.kernel.interrupt()
      expect((await outcome).exitCode).toBe(130)
    }
  })

  test('is for the code to catch', async () => {
    const from = harness.messages.length
    const outcome = run("trap 'echo caught' INT; sh -c 'echo begun; exec sleep 1000'; echo after; trap - INT")
    await harness.printed('begun\n', from)
    harness.kernel.interrupt()
    expect((await outcome).stdout).toBe('begun\ncaught\nafter\n')
  })
})

test('completion is not known', async () => {
  expect(await harness.complete('ec')).toEqual([])
})

test('what ends the process ends the kernel', async () => {
  const other = await KernelHarness.start('shell')
  onTestFinished(() => other.stop())
  other.kernel.runCode('echo last words; kill -9 $$')
  expect(await other.exited).toBe(null)
  await other.printed('last words\n')
})
