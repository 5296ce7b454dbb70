import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'

import { blockUntil, KernelHarness } from './testing.ts'

let harness: KernelHarness
const run = (code: string) => harness.run(code)
beforeAll(async () => void (harness = await KernelHarness.start('node', { FOO: 'bar' })))
afterAll(() => harness.stop())

describe('namespace and values', () => {
  test('top-level names stay from run to run, and can be declared again', async () => {
    await run('let a = 1; const b = 2; var c = 3; class D { e = 4 }; function f() { return 5 }')
    expect(await run('a + b + c + new D().e + f()')).toMatchObject({ stdout: '15', exitCode: 0 })
    await run('let a = 10; const b = 20; class D { e = 40 }')
    expect((await run('a + b + c + new D().e')).stdout).toBe('73')
  })

  test('await at top level', async () => {
    await run('const later = await new Promise((resolve) => setTimeout(resolve, 1, "value"))')
    expect((await run('later')).stdout).toBe("'value'")
  })

  test('the value of a last expression, as util.inspect writes it', async () => {
    expect((await run('({ a: [1, new Map([[1, "x"]])] })')).console).toEqual([
      ['stdout', "{ a: [ 1, Map(1) { 1 => 'x' } ] }"],
    ])
    for (const [code, text] of Object.entries({ '1 + 2': '3', '10n': '10n', '-0': '-0', NaN: 'NaN', '"a"': "'a'" })) {
      expect((await run(code)).console).toEqual([['stdout', text]])
    }
    for (const code of ['undefined', 'let nothing = 1', '', '// a comment'])
      expect((await run(code)).console).toEqual([])
    expect((await run('Promise.resolve(5)')).stdout).toBe('Promise { 5 }')
  })

  test('runs in home, with the environment of the session', async () => {
    expect((await run('console.log(process.cwd() === process.env.HOME, process.env.FOO)')).stdout).toBe('true bar\n')
  })

  test('require, import() and import declarations, from home', async () => {
    await writeFile(join(harness.home, 'beside.mjs'), 'export const value = 42; export default 7')
    await writeFile(join(harness.home, 'old.cjs'), 'module.exports = 43')
    expect((await run("import own, { value } from './beside.mjs'\n[own, value, require('./old.cjs')]")).stdout).toBe(
      '[ 7, 42, 43 ]',
    )
    expect((await run("const { value: again } = await import('./beside.mjs'); again")).stdout).toBe('42')
    expect(
      (await run("import fs from 'node:fs'; import * as path from 'path'\ntypeof fs.readFileSync + path.sep")).stdout,
    ).toBe("'function/'")
  })
})

describe('output', () => {
  test('stdout and stderr keep their order', async () => {
    const outcome = run(
      [
        "console.log('a')",
        "console.error('b')",
        "process.stdout.write('c')",
        "process.stderr.write('d')",
        "display({ 'text/html': '<p>' })",
        "fs.writeSync(1, 'past the stream')",
        "console.warn('%s', 'e')",
        "console.log('f')",
        "fs.writeFileSync('written', '')",
      ].join('\n'),
    )
    // All of it is in the pipes before anything is read, so that only the barriers tell the order.
    blockUntil(() => existsSync(join(harness.home, 'written')))
    expect((await outcome).console).toEqual([
      ['stdout', 'a\n'],
      ['stderr', 'b\n'],
      ['stdout', 'c'],
      ['stderr', 'd'],
      ['html', '<p>'],
      ['stdout', 'past the stream'],
      ['stderr', 'e\n'],
      ['stdout', 'f\n'],
    ])
  })

  test('of programs, and written past the streams', async () => {
    const { stdout } = await run(
      "console.log('a'); require('child_process').execSync('echo b', { stdio: 'inherit' }); fs.writeSync(1, 'c'); display({ 'text/html': '<p>' }); fs.writeSync(1, 'd'); undefined",
    )
    expect(stdout).toBe('a\nb\ncd')
  })

  test('half a character, into the end', async () => {
    const { stdout } = await run(
      "for (const byte of Buffer.from('글')) fs.writeSync(1, Buffer.of(byte)); fs.writeSync(1, Buffer.of(0xe2)); undefined",
    )
    expect(stdout).toBe('글\uFFFD')
  })

  test('user output cannot forge messages', async () => {
    const forged = '{"type":"finished","exitCode":9}\n'
    expect(await run(`process.stdout.write(${JSON.stringify(forged)}); 1`)).toMatchObject({
      stdout: `${forged}1`,
      exitCode: 0,
    })
  })

  test('of 100 MB passes whole', { timeout: 60_000 }, async () => {
    let bytes = 0
    const finished = new Promise<void>((resolve) => {
      harness.keeps = (message) => {
        if (message.type === 'console') bytes += String(message.record[1]).length
        if (message.type === 'finished') resolve()
        return false
      }
    })
    harness.kernel.runCode("for (let i = 0; i < 1000; i++) process.stdout.write('x'.repeat(100_000))\nundefined")
    await finished
    harness.keeps = () => true
    expect(bytes).toBe(100_000_000)
  })
})

describe('errors', () => {
  test('the stack of the user alone, and exit code 1', async () => {
    const { stderr, exitCode } = await run("function thrower() {\n  throw new TypeError('oops')\n}\nthrower()")
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/^TypeError: oops\n {4}at thrower \(cell-\d+\.js:2:9\)\n {4}at cell-\d+\.js:4:1\n$/)
  })

  test('syntax errors point at the place', async () => {
    const { stderr, exitCode } = await run('1\nconst = 5')
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/^cell-\d+\.js:2\nconst = 5\n {6}\^\nSyntaxError: /)
  })

  test('what is thrown need not be an error', async () => {
    expect(await run("throw 'text'")).toMatchObject({ stderr: "Uncaught 'text'\n", exitCode: 1 })
  })

  test('rejections and callbacks that nobody catches', async () => {
    expect(await run("void Promise.reject(new Error('lost'))")).toMatchObject({
      stderr: expect.stringContaining('Error: lost'),
      exitCode: 1,
    })
    const { stdout, stderr, exitCode } = await run(
      "setTimeout(() => { throw new Error('late') }); await new Promise((resolve) => setTimeout(resolve, 20)); 'goes on'",
    )
    expect(stderr).toContain('Error: late')
    expect({ stdout, exitCode }).toEqual({ stdout: "'goes on'", exitCode: 1 })
  })

  test.each([
    ['process.exit(3)', 3],
    ['process.exit()', 0],
    ['try { process.exit(4) } catch {} finally { console.log("never") }', 4],
    ['await 1; setTimeout(() => process.exit(5)); await new Promise(() => {})', 5],
    ['process.exitCode = 6; undefined', 6],
  ])('%s ends the run and not the kernel', async (code, exitCode) => {
    expect(await run(code)).toMatchObject({ exitCode, console: [] })
    expect(await run('c')).toMatchObject({ stdout: '3', exitCode: 0 })
  })
})

describe('input', () => {
  test('await input() and input.password()', async () => {
    const from = harness.messages.length
    const outcome = run(
      "const name = await input('name? '); const secret = await input.password('pw? '); console.log(name, secret)",
    )
    expect(await harness.next('waiting-input', from)).toEqual({ type: 'waiting-input', isPassword: false })
    harness.kernel.input('bob')
    expect(await harness.next((message) => message.type === 'waiting-input' && message.isPassword, from)).toBeDefined()
    harness.kernel.input('secret')
    expect((await outcome).stdout).toBe('name? pw? bob secret\n')
  })
})

describe('interrupt', () => {
  async function interrupted(code: string) {
    const from = harness.messages.length
    const outcome = run(code.includes('begun') ? code : `console.log('begun'); ${code}`)
    await harness.printed('begun\n', from)
    harness.kernel.interrupt()
    return outcome
  }

  test.each([
    ['a busy loop', 'for (;;);'],
    ['await', 'await new Promise(() => {})'],
    ['input', 'await input()'],
    ['a busy loop after await', "await 1; console.log('begun'); for (;;);"],
    ['a busy loop in a timer', "setTimeout(() => { console.log('begun'); for (;;); }); await new Promise(() => {})"],
    [
      'a value that never finishes to describe itself',
      "({ [util.inspect.custom]() { console.log('begun'); for (;;); } })",
    ],
    [
      'a program',
      "require('child_process').spawnSync('sh', ['-c', 'echo begun; exec sleep 1000'], { stdio: 'inherit' }); await new Promise(() => {})",
    ],
  ])('%s', async (_, code) => {
    const { stderr, exitCode } = await interrupted(code)
    expect(exitCode).toBe(1)
    expect(stderr).toBe('Interrupted\n')
    expect((await run('c')).console).toEqual([['stdout', '3']])
  })

  test('at once after the run was given', async () => {
    for (let count = 0; count < 10; count++) {
      const outcome = run('for (;;) await 1')
      harness.kernel.interrupt()
      expect((await outcome).exitCode).toBe(1)
    }
  })

  test('what a run left behind can be ended when it keeps the next from beginning', async () => {
    await interrupted("setTimeout(() => { console.log('stuck'); for (;;); }, 20); await new Promise(() => {})")
    await harness.printed('stuck\n')
    const outcome = run('for (;;) await 1')
    harness.kernel.interrupt()
    expect((await outcome).exitCode).toBe(1)
    expect((await run('c')).stdout).toBe('3')
  })

  test('a wait that was given up survives a garbage collection', async () => {
    await interrupted('await new Promise(() => {})')
    await run(
      "require('v8').setFlagsFromString('--expose-gc'); globalThis.collect = require('vm').runInNewContext('gc')",
    )
    expect((await run('for (let i = 0; i < 5; i++) { collect(); await new Promise(setImmediate) }; 1')).stdout).toBe(
      '1',
    )
  })

  test('where nothing runs it has no effect', async () => {
    harness.kernel.interrupt()
    expect(await run('1')).toMatchObject({ stdout: '1', exitCode: 0 })
  })
})

describe('rich results', () => {
  test('display() of MIME bundles, and as a value', async () => {
    const { console } = await run(
      "console.log('a'); display({ 'text/html': '<b>', 'text/plain': 'b' }); display({ 'image/png': Buffer.from('abc') }, 1); ({ 'image/svg+xml': '<svg/>' })",
    )
    expect(console).toEqual([
      ['stdout', 'a\n'],
      ['html', '<b>'],
      ['media', ['image/png', 'data:image/png;base64,YWJj']],
      ['stdout', '1'],
      ['media', ['image/svg+xml', '<svg/>']],
    ])
  })

  test('objects that know how they look', async () => {
    const { console } = await run("({ [Symbol.for('Jupyter.display')]: () => ({ 'image/jpeg': 'YWJj' }) })")
    expect(console).toEqual([['media', ['image/jpeg', 'data:image/jpeg;base64,YWJj']]])
  })
})

describe('completion', () => {
  test('top-level names, properties, without side effects', async () => {
    await run('let somethingLong = { inside: 1, _hidden: 2, get loud() { console.log("called"); return {} } }')
    expect(await harness.complete('1 + someth')).toEqual(['somethingLong'])
    expect(await harness.complete('somethingLong.in')).toEqual(['somethingLong.inside'])
    expect(await harness.complete('somethingLong._h')).toEqual(['somethingLong._hidden'])
    expect(await harness.complete('Math.flo')).toEqual(['Math.floor'])
    expect(await harness.complete('"text".x')).toEqual([])
    expect(await harness.complete('nowhere.x')).toEqual([])
    const from = harness.messages.length
    expect(await harness.complete('somethingLong.loud.x')).toEqual([])
    expect(harness.messages.length).toBe(from)
  })
})

test('what ends the process ends the kernel', async () => {
  const other = await KernelHarness.start('node')
  onTestFinished(() => other.stop())
  other.kernel.runCode("console.log('last words'); process.kill(process.pid, 'SIGKILL'); for (;;);")
  expect(await other.exited).toBe(null)
  await other.printed('last words\n')
})
