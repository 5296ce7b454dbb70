import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'

import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'

import { checkLanguage } from './index.ts'
import type { Kernel } from './kernel.ts'
import { blockUntil, KernelHarness } from './testing.ts'

const python = await checkLanguage('python')

describe.skipIf(!python.available)('python', () => {
  let harness: KernelHarness
  const run = (code: string) => harness.run(code)
  beforeAll(async () => {
    harness = await KernelHarness.start('python', { FOO: 'bar' })
    await run('import asyncio, os, subprocess, sys, time')
  })
  afterAll(() => harness.stop())

  describe('namespace and values', () => {
    test('names stay from run to run', async () => {
      await run('import math\nclass A: pass\nx = 5')
      expect(await run('A.__name__, math.floor(1.5), x')).toMatchObject({ stdout: "('A', 1, 5)", exitCode: 0 })
    })

    test('the value of a last expression is its repr without a line end, as recorded', async () => {
      expect((await run('1+2')).console).toEqual([['stdout', '3']])
      expect((await run("'a'")).console).toEqual([['stdout', "'a'"]])
      expect((await run('_ * 2')).console).toEqual([['stdout', "'aa'"]])
    })

    test('no value: None, a statement, a semicolon', async () => {
      for (const code of ['None', 'y = 1', '7;', '']) expect((await run(code)).console).toEqual([])
    })

    test('runs in home, with the environment of the session', async () => {
      const { stdout } = await run("print(os.getcwd() == os.environ['HOME'], os.environ['FOO'])")
      expect(stdout).toBe('True bar\n')
      expect((await run("print(os.environ['HOME'])")).stdout).toBe(`${harness.home}\n`)
    })

    test('modules beside the code can be imported, and the kernel’s own cannot be seen', async () => {
      await writeFile(join(harness.home, 'beside.py'), 'value = 42')
      expect((await run('import beside; beside.value')).stdout).toBe('42')
      expect((await run("__name__, 'Kernel' in globals()")).stdout).toBe("('__main__', False)")
    })

    test('future statements last', async () => {
      await run('from __future__ import annotations')
      expect((await run('def f(x: nowhere): pass\nf.__annotations__')).stdout).toBe("{'x': 'nowhere'}")
    })

    test('await at top level, in one loop', async () => {
      await run('queue = asyncio.Queue()\ntask = asyncio.create_task(queue.get())\nawait asyncio.sleep(0)')
      expect((await run("await queue.put('kept')\nawait task")).stdout).toBe("'kept'")
    })
  })

  describe('output', () => {
    test('stdout and stderr keep their order, programs of the user’s included', async () => {
      const outcome = run(
        [
          "print('a')",
          "print('b', file=sys.stderr)",
          "print('c', end='')",
          "os.system('echo d')",
          "os.system('echo e >&2')",
          "print('f')",
          "subprocess.run(['sh', '-c', 'echo g >&2'])",
          "print('h')",
          "open('written', 'w').close()",
        ].join('\n'),
      )
      // All of it is in the pipes before anything is read, so that only the barriers tell the order.
      blockUntil(() => existsSync(join(harness.home, 'written')))
      const { console, exitCode } = await outcome
      expect(exitCode).toBe(0)
      expect(console).toEqual([
        ['stdout', 'a\n'],
        ['stderr', 'b\n'],
        ['stdout', 'cd\n'],
        ['stderr', 'e\n'],
        ['stdout', 'f\n'],
        ['stderr', 'g\n'],
        ['stdout', 'h\n'],
      ])
    })

    test('a thousand changes of stream', async () => {
      const { console } = await run('for i in range(1000):\n  print(i)\n  print(-i, file=sys.stderr)')
      expect(console).toEqual(
        Array.from({ length: 1000 }, (_, i) => [
          ['stdout', `${i}\n`],
          ['stderr', `${i === 0 ? 0 : -i}\n`],
        ]).flat(),
      )
    })

    test('comes while the program runs', async () => {
      const from = harness.messages.length
      const outcome = run("print('first', end='')\ninput()\nprint(' second')")
      await harness.printed('first', from)
      harness.kernel.input('')
      expect((await outcome).stdout).toBe('first second\n')
    })

    test('half a character, from one write to the next and into the end', async () => {
      const { stdout } = await run(
        "b = '한글'.encode()\nfor i in range(len(b)): os.write(1, b[i:i+1])\nos.write(1, b'\\xff!\\xe2\\x82');",
      )
      expect(stdout).toBe('한글\uFFFD!\uFFFD')
    })

    test('what forked children print', async () => {
      const { stdout, exitCode } = await run(
        "pid = os.fork()\nif pid == 0:\n  print('child')\n  raise SystemExit(7)\n_, status = os.waitpid(pid, 0)\nprint('parent', os.WEXITSTATUS(status))",
      )
      expect(stdout).toBe('child\nparent 7\n')
      expect(exitCode).toBe(0)
      expect((await run("if os.fork() == 0: print('falls through')\nelse: os.wait();")).stdout).toBe('falls through\n')
      expect((await run("print('the parent goes on')")).stdout).toBe('the parent goes on\n')
    })

    test('user output cannot forge messages', async () => {
      const { stdout, steps } = await run(`print('{"type":"finished","exitCode":9}')\nos.write(2, b'\\0' + b'0' * 40);`)
      expect(stdout).toBe('{"type":"finished","exitCode":9}\n')
      expect(steps).toEqual([{ type: 'finished', exitCode: 0 }])
    })

    test('/dev/stderr can be opened', async () => {
      expect((await run("os.system('echo there > /dev/stderr');")).console).toEqual([['stderr', 'there\n']])
    })

    test('lone surrogates and NUL', async () => {
      expect((await run("print('\\ud800|\\0|\\0')")).stdout).toBe('\\ud800|\0|\0\n')
    })
  })

  describe('errors', () => {
    test('a traceback with the frames of the user alone', async () => {
      const { stderr, exitCode } = await run("def f():\n  raise ValueError('oops')\nf()")
      expect(exitCode).toBe(1)
      expect(stderr).toMatch(
        /^Traceback \(most recent call last\):\n {2}File "<cell \d+>", line 3, in <module>\n {4}f\(\)/,
      )
      expect(stderr).toMatch(/line 2, in f\n {4}raise ValueError\('oops'\)\nValueError: oops\n$/)
      expect(stderr).not.toContain('backendai_kernel')
    })

    test('of coroutines too', async () => {
      const { stderr } = await run("async def f():\n  await asyncio.sleep(0)\n  raise ValueError('oops')\nawait f()")
      expect(stderr).toMatch(/line 4, in <module>[^]*line 3, in f[^]*ValueError: oops\n$/)
      expect(stderr).not.toContain('asyncio/')
    })

    test('inside what we provide, and with a cause', async () => {
      const { stderr } = await run(
        "class Bad:\n  def _repr_html_(self):\n    try: 1/0\n    except ZeroDivisionError as e: raise KeyError('x') from e\nBad()",
      )
      expect(stderr).toContain('ZeroDivisionError')
      expect(stderr).toContain("KeyError: 'x'")
      expect(stderr).not.toContain('backendai_')
    })

    test('syntax errors point at the place', async () => {
      const { stderr, exitCode } = await run('x = 1\ndef f(:')
      expect(exitCode).toBe(1)
      expect(stderr).toMatch(/^ {2}File "<cell \d+>", line 2\n {4}def f\(:\n +\^+\nSyntaxError: /)
    })

    test.each([
      ['sys.exit(3)', 3],
      ['sys.exit()', 0],
      ['exit(5)', 5],
      ['raise SystemExit', 0],
    ])('%s', async (code, exitCode) => expect(await run(code)).toMatchObject({ exitCode, console: [] }))

    test('sys.exit with a text', async () => {
      expect(await run("sys.exit('why')")).toMatchObject({ exitCode: 1, stderr: 'why\n' })
    })
  })

  test('runs wait for their turn', async () => {
    const from = harness.messages.length
    const said = () =>
      harness.messages
        .slice(from)
        .map((message) => (message.type === 'console' ? message.record[1] : '|'))
        .join('')
    for (const number of [1, 2, 3]) harness.kernel.runCode(`print(${number})`)
    await harness.next(() => said().split('|').length === 4, from)
    expect(said()).toBe('1\n|2\n|3\n|')
  })

  test('logs hold all that was printed', () => {
    expect(harness.kernel.logs()).toContain('child\nparent 7\n')
    expect(harness.kernel.logs()).toContain('ValueError: oops\n')
  })
})

async function open(environment?: Record<string, string>): Promise<KernelHarness> {
  const harness = await KernelHarness.start('python', environment)
  onTestFinished(() => harness.stop())
  return harness
}

describe.skipIf(!python.available)('the end of a python kernel', () => {
  test.each([
    ["import os\nprint('last words')\nos._exit(3)", 3],
    ["import os\nprint('last words', flush=True)\nos.kill(os.getpid(), 9)", null],
    ["import ctypes\nprint('last words')\nctypes.string_at(0)", null],
  ])('%s', async (code, exitCode) => {
    const harness = await open()
    harness.kernel.runCode(code)
    expect(await harness.exited).toBe(exitCode)
    await harness.printed('last words')
    expect(harness.messages.some(({ type }) => type === 'finished')).toBe(false)
    expect(await harness.complete('pri')).toEqual([])
  })
})

describe.skipIf(!python.available)('a flood of output', () => {
  test('300 MB pass in little memory, and nothing is lost', { timeout: 120_000 }, async () => {
    const harness = await open()
    const before = process.memoryUsage.rss()
    let bytes = 0
    let peak = 0
    let isWrong = false
    const finished = new Promise<void>((resolve) => {
      harness.keeps = (message) => {
        if (message.type === 'finished') resolve()
        if (message.type !== 'console') return false
        const text = message.record[1] as string
        bytes += text.length
        isWrong ||= /[^x\n]/.test(text)
        peak = Math.max(peak, process.memoryUsage.rss() - before)
        return false
      }
    })
    harness.kernel.runCode("import sys\nfor i in range(3000): sys.stdout.write('x' * 99_999 + '\\n')")
    await finished
    expect(bytes).toBe(300_000_000)
    expect(isWrong).toBe(false)
    // A kernel that kept what it says would hold all of it, twice over as text.
    expect(peak).toBeLessThan(300_000_000)
    expect(harness.kernel.logs().length).toBe(10 * 1024 * 1024)
  })

  test.each([
    [
      'code',
      (kernel: Kernel) => kernel.runCode("import sys\nfor i in range(400): sys.stdout.write('x' * 99_999 + '\\n')"),
    ],
    [
      'a batch step',
      (kernel: Kernel) =>
        kernel.runBatch({ clean: null, build: null, exec: 'yes | head -c 40000000', buildLog: false }),
    ],
  ])('a kernel that is paused holds %s back, and goes on where it was', async (_what, begin) => {
    const harness = await open()
    let bytes = 0
    harness.keeps = (message) => {
      if (message.type !== 'console') return true
      if (bytes === 0) harness.kernel.pause?.()
      bytes += (message.record[1] as string).length
      return true
    }
    const finished = harness.next('finished')
    begin(harness.kernel)
    await harness.next('console')
    // Whoever writes has filled the pipe and waits once nothing more comes.
    let before = -1
    while (before !== bytes) {
      before = bytes
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    expect(bytes).toBeLessThan(10_000_000)
    harness.kernel.resume?.()
    await finished
    expect(bytes).toBe(40_000_000)
  })
})

const others = await findOtherPythons()

describe.skipIf(others.length === 0)('other Pythons of this machine', () => {
  test.each(others)('%s', async (version, path) => {
    const harness = await open({ PATH: `${path}:/usr/bin:/bin` })
    expect((await harness.run("import sys; print('%d.%d' % sys.version_info[:2])")).stdout).toBe(`${version}\n`)
    const { console, exitCode } = await harness.run(
      "from IPython.display import HTML\nprint('a')\nprint('b', file=sys.stderr)\nHTML('<p>')",
    )
    expect(console).toEqual([
      ['stdout', 'a\n'],
      ['stderr', 'b\n'],
      ['html', '<p>'],
    ])
    expect(exitCode).toBe(0)
    expect((await harness.run('import asyncio\nawait asyncio.sleep(0, 5)')).stdout).toBe('5')
    expect((await harness.run('def f(): 1/0\nf()')).stderr).toMatch(
      /^Traceback[^]*line 1, in f[^]*ZeroDivisionError: division by zero\n$/,
    )
  })
})

/** The oldest that is supported and the newest, where pyenv has them. */
async function findOtherPythons(): Promise<[version: string, path: string][]> {
  const found: [string, string][] = []
  for (const version of ['3.8', '3.13']) {
    try {
      const { stdout } = await promisify(execFile)('pyenv', ['prefix', version])
      found.push([version, join(stdout.trim(), 'bin')])
    } catch {
      // Not there.
    }
  }
  return found
}
