/** Running code: the items are the same over the execute socket and by polling. */
import {
  ExecutionError,
  SessionEndedError,
  TimeoutError,
  type RunHandle,
  type RunItem,
  type RunOptions,
} from '@backend-ai-sdk/client'
import { expect, test } from 'vitest'

import { authOf, clientOf, type Target } from '../targets.ts'
import { beat, rejection, sharedSession, smallSlots, thorough } from './harness.ts'

/** @param way the options that choose how the items come. */
export function testRuns(target: Target, way: RunOptions): void {
  const client = clientOf(target)
  const session = sharedSession(target, client)
  const run = async (code: string, options: RunOptions = {}) => (await session()).run(code, { ...way, ...options })
  const result = async (code: string, options?: RunOptions) => (await run(code, options)).result()

  test('what is printed', async () => {
    expect(await result('print("hello 한글 😀")')).toEqual({
      exitCode: 0,
      stdout: 'hello 한글 😀\n',
      stderr: '',
      media: [],
      html: [],
    })
  })

  test('the value of the last expression', async () => {
    expect((await result('6 * 7')).stdout.trim()).toBe('42')
  })

  test('variables stay between runs', async () => {
    await result('kept = 41')
    expect((await result('print(kept + 1)')).stdout).toBe('42\n')
  })

  test('standard output and error, in order', async () => {
    const { stdout, stderr } = await result('import sys\nprint("out")\nprint("err", file=sys.stderr)')
    expect([stdout, stderr]).toEqual(['out\n', 'err\n'])
  })

  test('output comes while the code runs', async () => {
    const times: number[] = []
    for await (const item of await run(
      `import time\nfor i in range(4):\n  print(i, flush=True); time.sleep(${1.5 * beat})`,
    ))
      if (item.type === 'stdout') times.push(Date.now())
    expect(times.length).toBeGreaterThan(1)
    expect(times.at(-1)! - times[0]!).toBeGreaterThan(1500 * beat)
  })

  test('an error in the code', async () => {
    const { stderr } = await result('1 / 0')
    expect(stderr).toContain('ZeroDivisionError')
    const error = (await rejection(result('1 / 0', { check: true }))) as ExecutionError
    expect(error).toBeInstanceOf(ExecutionError)
    expect(error.message).toContain('division by zero')
    expect(error.stderr).toContain('ZeroDivisionError')
    await expect(result('print(1)', { check: true })).resolves.toMatchObject({ exitCode: 0 })
  })

  test('input from a list, from a function, and from the loop', async () => {
    const code = 'name = input("name? ")\nprint("Hi", name)'
    expect((await result(code, { input: ['A b', 'unused'] })).stdout).toBe('name? Hi A b\n')
    expect((await result(code, { input: async ({ isPassword }) => `fn ${isPassword}` })).stdout).toBe(
      'name? Hi fn false\n',
    )
    const items: RunItem[] = []
    for await (const item of await run(code)) {
      items.push(item)
      if (item.type === 'input') item.reply('loop')
    }
    expect(items.map(({ type }) => type).filter((type, index, all) => type !== all[index - 1])).toEqual([
      'stdout',
      'input',
      'stdout',
      'finished',
    ])
  })

  test('a password', async () => {
    const asked: boolean[] = []
    const input = ({ isPassword }: { isPassword: boolean }): string => {
      asked.push(isPassword)
      return 'hunter2'
    }
    expect((await result('import getpass\nprint(len(getpass.getpass()))', { input })).stdout).toContain('7')
    expect(asked).toEqual([true])
  })

  test('input that is not given ends the run, and the session goes on', async () => {
    expect(await rejection(result('input("? ")'))).toMatchObject({
      message: expect.stringContaining("option 'input'") as string,
    })
    expect(await rejection(result('input(); input()', { input: 'one' }))).toMatchObject({
      message: expect.stringContaining('more input than was given') as string,
    })
    expect((await result('print("on")')).stdout).toBe('on\n')
  })

  const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

  test('an image', async () => {
    const code = `import base64\nfrom IPython.display import Image, display\ndisplay(Image(base64.b64decode("${png}")))`
    const { media } = await result(code)
    expect(media).toHaveLength(1)
    expect(media[0]!.mime).toBe('image/png')
    expect(media[0]!.data.replace(/\s/g, '')).toBe(`data:image/png;base64,${png}`)
  })

  test('an svg image', async () => {
    const { media } = await result(
      'from IPython.display import SVG, display\ndisplay(SVG(\'<svg xmlns="http://www.w3.org/2000/svg"></svg>\'))',
    )
    expect(media).toMatchObject([{ mime: 'image/svg+xml', data: expect.stringContaining('<svg') as string }])
  })

  test('html, displayed and as a value', async () => {
    expect(
      await result(
        'from IPython.display import HTML, display\nprint("before")\ndisplay(HTML("<b>한글</b>"))\nprint("after")',
      ),
    ).toMatchObject({
      stdout: 'before\nafter\n',
      html: ['<b>한글</b>'],
    })
    expect((await result('HTML("<i>x</i>")')).html).toEqual(['<i>x</i>'])
    expect((await result('print("on")')).stdout).toBe('on\n')
  })

  test('a batch whose steps take no time', async () => {
    const items: RunItem[] = []
    for await (const item of (await session()).run(
      { clean: 'echo c', build: 'echo b; echo "e" >&2', exec: "echo 'x''y'; exit 3" },
      way,
    ))
      items.push(item)
    const texts = items.map((item) =>
      item.type === 'stdout' || item.type === 'stderr'
        ? `${item.type} ${item.text.trim()}`
        : `${item.type} ${'exitCode' in item ? item.exitCode : ''}`,
    )
    expect(texts.filter((text) => !text.startsWith('stderr'))).toEqual([
      'stdout c',
      'clean-finished 0',
      'stdout b',
      'build-finished 0',
      'stdout xy',
      'finished 3',
    ])
    expect(texts).toContain('stderr e')
  })

  test.each([
    ['only an exec step', { exec: 'echo x' }, 'x\n', 0],
    ['nothing', {}, '', 0],
    ['a build that fails', { build: 'exit 2', exec: 'echo never' }, '', 127],
    ['a command with a syntax error', { exec: 'echo "unterminated' }, '', 2],
    ['the defaults, with nothing there', { clean: '*', build: '*', exec: '*' }, '', 127],
  ])('a batch with %s', async (_name, commands, stdout, exitCode) => {
    expect(await (await session()).run(commands, way).result()).toMatchObject({ stdout, exitCode })
  })

  test('files are uploaded, also into folders and with names of all scripts', async () => {
    await (
      await session()
    ).upload([
      { path: 'main.py', data: 'print(open("data/한글 a.txt").read())' },
      { path: 'data/한글 a.txt', data: new Uint8Array([111, 107]) },
    ])
    const { stdout, exitCode } = await (await session()).run({ clean: '*', build: '*', exec: '*' }, way).result()
    expect({ stdout, exitCode }).toEqual({ stdout: 'ok\n', exitCode: 0 })
  })

  test('a batch that reads input', async () => {
    const commands = { exec: `python -c 'print("got", input("? "))'` }
    expect((await (await session()).run(commands, { ...way, input: 'abc' }).result()).stdout).toContain('got abc')
  })

  test('a time limit interrupts the code', async () => {
    const error = await rejection(result('import time\ntime.sleep(100)', { timeout: 1500 * beat }))
    expect(error).toBeInstanceOf(TimeoutError)
    expect((await result('print("on")')).stdout).toBe('on\n')
  })

  test('an abort interrupts the code, and its reason is thrown', async () => {
    const controller = new AbortController()
    const reason = new Error('stop')
    const items: RunItem[] = []
    const reading = (async () => {
      for await (const item of await run('import time\nprint("started", flush=True)\nwhile True: time.sleep(0.1)', {
        signal: controller.signal,
      })) {
        items.push(item)
        controller.abort(reason)
      }
    })()
    expect(await rejection(reading)).toBe(reason)
    expect(items).toMatchObject([{ type: 'stdout', text: 'started\n' }])
    expect((await result('print("on")')).stdout).toBe('on\n')
  })

  test('an interrupt from elsewhere', async () => {
    const { stderr } = await (async () => {
      let text = ''
      for await (const item of await run('import time\nprint("started", flush=True)\ntime.sleep(100)')) {
        if (item.type === 'stdout') await (await session()).interrupt()
        if (item.type === 'stderr') text += item.text
      }
      return { stderr: text }
    })()
    expect(stderr).toContain('KeyboardInterrupt')
  })

  test('runs that are started at once take turns', async () => {
    const outputs = await Promise.all(
      [1, 2, 3, 4].map((n) => result(`import time\nprint("begin ${n}")\ntime.sleep(0.2)\nprint("end ${n}")`)),
    )
    expect(outputs.map(({ stdout }) => stdout)).toEqual([1, 2, 3, 4].map((n) => `begin ${n}\nend ${n}\n`))
  })

  test('50 runs in a row', async () => {
    for (let n = 0; n < 50; n++) expect((await result(`print(${n})`)).stdout).toBe(`${n}\n`)
  })

  test('half a character, completed later', async () => {
    const exec = String.raw`printf 'a\355\225'; sleep 0.4; printf '\234b'`
    expect((await (await session()).run({ exec }, way).result()).stdout).toBe('a한b')
  })

  test('output of a child that outlives the run does not disturb the next', async () => {
    await result('import subprocess\nsubprocess.Popen(["sleep", "3"])')
    expect((await result('print("on")')).stdout).toBe('on\n')
  })

  test('a large output arrives whole', async () => {
    // Printed at once this is one record of IPython's, and agents cut records at 10 MiB.
    const megabytes = thorough ? 100 : 12
    let count = 0
    // Webservers pass on no more than 4 MiB at a time, and sockets bring what is printed within 0.2 s at once.
    const pause = target.logins && !way.resumable ? 0.25 : 0
    const code = `import time\nfor i in range(${megabytes}): print("x" * (1024 * 1024 - 1)); time.sleep(${pause})`
    for await (const item of await run(code)) if (item.type === 'stdout') count += item.text.length
    expect(count).toBe(megabytes * 1024 * 1024)
  }, 300_000)

  test.runIf(thorough && target.logins && !way.resumable)(
    'an output that is too large for a webserver is missed, which is said',
    async () => {
      const error = await rejection(result('print("x" * (8 * 1024 * 1024))'))
      expect(error).toMatchObject({ message: expect.stringContaining('4 MiB of output at a time') as string })
      expect((await result('print("on")')).stdout).toBe('on\n')
    },
    120_000,
  )

  test.runIf(thorough)('code that prints for 10 s', async () => {
    const { stdout } = await result('import time\nfor i in range(20):\n  print(i, flush=True); time.sleep(0.5)')
    expect(stdout).toBe(Array.from({ length: 20 }, (_, i) => `${i}\n`).join(''))
  })

  test.runIf(thorough)(
    'code that is silent for a minute',
    async () => {
      expect((await result('import time\ntime.sleep(65)\nprint("awake")')).stdout).toBe('awake\n')
    },
    120_000,
  )

  test('a session that ends while its code runs', async () => {
    const doomed = await client.sessions.create({ image: target.pythonImage, slots: smallSlots })
    const items: RunItem[] = []
    const reading = (async () => {
      for await (const item of doomed.run('import time\nprint("started", flush=True)\ntime.sleep(300)', way)) {
        items.push(item)
        await clientOf(target)
          .sessions.get(doomed.id)
          .then((same) => same.destroy({ confirm: false }))
      }
    })()
    expect(await rejection(reading)).toBeInstanceOf(SessionEndedError)
    expect(items[0]).toMatchObject({ type: 'stdout' })
  }, 90_000)

  if (!way.resumable) return

  test('a run that is left goes on, and another process reads the rest', async () => {
    const first = await run(`import time\nfor i in range(6):\n  print(i, flush=True); time.sleep(${beat})`)
    const handle = JSON.parse(JSON.stringify(first.handle)) as RunHandle
    let stdout = ''
    for await (const item of first)
      if (item.type === 'stdout') {
        stdout += item.text
        break
      }
    expect(await rejection(result('1'))).toMatchObject({
      message: expect.stringContaining('resume that run first') as string,
    })
    // Another client with keys of its own knows nothing of this one.
    const other = clientOf(target, 'user', { auth: authOf(target) })
    stdout += (await other.sessions.resume(handle).result()).stdout
    expect(stdout).toBe('0\n1\n2\n3\n4\n5\n')
    const again = await rejection(other.sessions.resume(handle).result())
    expect(again).toMatchObject({ message: expect.stringContaining('is not active') as string })
    expect((await other.sessions.get(handle.sessionId)).id).toBe(handle.sessionId)
    expect(
      (await client.sessions
        .resume(handle)
        .result()
        .catch((error: unknown) => error)) instanceof ExecutionError,
    ).toBe(true)
    expect((await result('print("on")')).stdout).toBe('on\n')
  }, 60_000)

  test('html without the prelude: that run fails, the session goes on', async (context) => {
    context.skip(await client.supports('execute-html'), 'this release delivers html')
    await using fresh = await client.sessions.create({ image: target.pythonImage, slots: smallSlots })
    const code = 'from IPython.display import HTML, display\ndisplay(HTML("<b>x</b>"))'
    const outcome = await fresh
      .run(code, { ...way, prelude: false })
      .result()
      .then(({ html }) => html[0])
      .catch((error: unknown) => (error as Error).name)
    // Healthy servers, such as the emulator, deliver it all the same.
    expect(outcome).toBeOneOf(['ExecutionError', '<b>x</b>'])
    expect((await fresh.run('print("on")', way).result()).stdout).toBe('on\n')
  }, 90_000)
}
