import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { checkLanguage } from './index.ts'
import { KernelHarness } from './testing.ts'

const python = await checkLanguage('python')

describe.skipIf(!python.available)('python: input, interrupts, completion', () => {
  let harness: KernelHarness
  const run = (code: string) => harness.run(code)
  beforeAll(async () => {
    harness = await KernelHarness.start('python')
    await run('import asyncio, os, subprocess, sys, time')
  })
  afterAll(() => harness.stop())

  describe('input', () => {
    test('prompt, waiting, answer: as recorded', async () => {
      const from = harness.messages.length
      const outcome = run("name = input('name? ')\nprint('hi', name)")
      await harness.next('waiting-input', from)
      expect(harness.messages.slice(from)).toEqual([
        { type: 'console', record: ['stdout', 'name? '] },
        { type: 'waiting-input', isPassword: false },
      ])
      harness.kernel.input('밥')
      expect((await outcome).stdout).toBe('name? hi 밥\n')
    })

    test('getpass', async () => {
      const waiting = harness.next('waiting-input')
      const outcome = run("import getpass\nx = getpass.getpass('pw? ')\nprint(len(x))")
      expect(await waiting).toEqual({ type: 'waiting-input', isPassword: true })
      harness.kernel.input('secret')
      expect((await outcome).stdout).toBe('pw? 6\n')
    })

    test('what comes too early is kept, and everybody is told who waited', async () => {
      harness.kernel.input('one')
      harness.kernel.input('two')
      const { stdout, steps } = await run('input() + input()')
      expect(stdout).toBe("'onetwo'")
      expect(steps.map(({ type }) => type)).toEqual(['waiting-input', 'waiting-input', 'finished'])
    })

    test('programs that it starts ask too', async () => {
      await writeFile(join(harness.home, 'ask.py'), "print('dear', input('who? '))")
      const waiting = harness.next('waiting-input')
      const outcome = run("subprocess.run([sys.executable, 'ask.py']);")
      await waiting
      harness.kernel.input('alice')
      expect((await outcome).stdout).toBe('who? dear alice\n')
    })

    test('not in threads', async () => {
      const { stderr } = await run('import threading\nt = threading.Thread(target=input); t.start(); t.join()')
      expect(stderr).toContain('RuntimeError: only the main thread')
    })
  })

  describe('interrupt', () => {
    async function interrupted(code: string) {
      const from = harness.messages.length
      const outcome = run(code.includes('begun') ? code : `print('begun')\n${code}`)
      await harness.printed('begun\n', from)
      harness.kernel.interrupt()
      return outcome
    }

    test.each([
      ['sleep', 'time.sleep(1000)'],
      ['a busy loop', 'while True: pass'],
      [
        'a program, of which the kernel itself hears nothing',
        `os.system("sh -c 'echo begun; exec sleep 1000'"); time.sleep(1000)`,
      ],
      ['await', 'await asyncio.sleep(1000)'],
      ['output without end', "while True: print('x' * 1000)"],
      ['changes of stream without end', "while True: print('x'); print('y', file=sys.stderr)"],
    ])('%s', async (_, code) => {
      const { stderr, exitCode } = await interrupted(code)
      expect(exitCode).toBe(1)
      expect(stderr).toMatch(/Traceback[^]*File "<cell \d+>", line \d+[^]*KeyboardInterrupt\n$/)
      expect(stderr).not.toContain('backendai_kernel')
      expect((await run("print('alive')")).console).toEqual([['stdout', 'alive\n']])
    })

    test('while it waits for input', async () => {
      const waiting = harness.next('waiting-input')
      const outcome = run("input('? ')")
      await waiting
      harness.kernel.interrupt()
      expect(await outcome).toMatchObject({ exitCode: 1, stdout: '? ' })
      harness.kernel.input('for the next')
      expect((await run('input()')).stdout).toBe("'for the next'")
    })

    test('at once after the run was given', async () => {
      for (let count = 0; count < 20; count++) {
        const outcome = run('while True: pass')
        harness.kernel.interrupt()
        expect((await outcome).exitCode).toBe(1)
      }
    })

    test('is for the code to catch', async () => {
      const { stdout, exitCode } = await interrupted(
        "try:\n  print('begun')\n  time.sleep(1000)\nexcept KeyboardInterrupt: print('caught')\nfinally: print('cleaned')",
      )
      expect(stdout).toBe('begun\ncaught\ncleaned\n')
      expect(exitCode).toBe(0)
    })

    test('where nothing runs it has no effect', async () => {
      harness.kernel.interrupt()
      expect(await run("print('fine')")).toMatchObject({ exitCode: 0, stdout: 'fine\n' })
    })
  })

  describe('completion', () => {
    test('names of the namespace, of objects, of modules', async () => {
      await run('something_long = 1\nclass Box:\n  inside = 1\n  _hidden = 2\nbox = Box()')
      expect(await harness.complete('print(someth')).toEqual(['something_long'])
      expect(await harness.complete('os.path.joi')).toEqual(['os.path.join'])
      expect(await harness.complete('x = box.')).toEqual(['box.inside'])
      expect(await harness.complete('box._h')).toEqual(['box._hidden'])
      expect(await harness.complete('import jso')).toContain('json')
      expect(await harness.complete('whi')).toEqual(['while'])
      expect(await harness.complete('nowhere.x')).toEqual([])
      expect(await harness.complete('')).toEqual([])
    })

    test('up to the cursor; nothing while it is busy', async () => {
      expect(await harness.kernel.complete({ code: 'a\nbox.i + 1', row: 1, col: 5, line: '', post: '' })).toEqual([
        'box.inside',
      ])
      const waiting = harness.next('waiting-input')
      const outcome = run('input()')
      await waiting
      expect(await harness.complete('box.')).toEqual([])
      harness.kernel.input('')
      await outcome
    })
  })
})
