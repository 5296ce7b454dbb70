import { expect, test } from 'vitest'

import type { Kernel, KernelMessage } from './kernel.ts'
import { type Script, scripted, start } from './scripted.ts'

/** No harness: this kernel also runs where there are no files. */
async function open(script?: Script) {
  const messages: KernelMessage[] = []
  const exits: (number | null)[] = []
  let check = () => {}
  const kernel: Kernel = await (script ? scripted(script) : start)({
    home: '',
    environment: {},
    onMessage(message) {
      messages.push(message)
      check()
    },
    onExit: (code) => void exits.push(code),
  })
  const said = () => messages.map((message) => (message.type === 'console' ? message.record : { ...message }))
  const next = (type: KernelMessage['type'], from = messages.length) =>
    new Promise<void>((resolve) => {
      check = () => {
        if (messages.slice(from).some((message) => message.type === type)) resolve()
      }
      check()
    })
  const run = async (code: string) => {
    const from = messages.length
    kernel.runCode(code)
    await next('finished', from)
    return said().slice(from)
  }
  return { kernel, messages, exits, said, next, run }
}
const finished = (exitCode: number) => ({ type: 'finished', exitCode })

test('a function plays the language', async () => {
  const { run } = await open(async (code, io) => {
    io.stdout(code)
    io.stderr('e')
    io.html('<b>')
    io.media('image/svg+xml', '<svg/>')
    return code === 'fail' ? 3 : undefined
  })
  expect(await run('ok')).toEqual([
    ['stdout', 'ok'],
    ['stderr', 'e'],
    ['html', '<b>'],
    ['media', ['image/svg+xml', '<svg/>']],
    finished(0),
  ])
  expect((await run('fail')).at(-1)).toEqual(finished(3))
})

test('what it throws is an error of the program', async () => {
  const { run } = await open(() => {
    throw new TypeError('no')
  })
  expect(await run('')).toEqual([['stderr', 'TypeError: no\n'], finished(1)])
})

test('asks for input', async () => {
  const { kernel, next, said } = await open(async (_, io) => {
    io.stdout(`hi ${await io.input('name? ')}${await io.input('pw? ', { isPassword: true })}`)
  })
  kernel.runCode('')
  await next('waiting-input', 0)
  kernel.input('a')
  await next('waiting-input')
  kernel.input('b')
  await next('finished', 0)
  expect(said()).toEqual([
    ['stdout', 'name? '],
    { type: 'waiting-input', isPassword: false },
    ['stdout', 'pw? '],
    { type: 'waiting-input', isPassword: true },
    ['stdout', 'hi ab'],
    finished(0),
  ])
})

test('runs wait for their turn, and nothing is said before the method has returned', async () => {
  const { kernel, next, said } = await open((code, io) => io.stdout(code))
  kernel.runCode('1')
  kernel.runBatch({ clean: '*', build: 'make', exec: 'main', buildLog: false })
  kernel.runCode('2')
  expect(said()).toEqual([])
  await next('clean-finished')
  await next('finished')
  await next('finished')
  expect(said()).toEqual([
    ['stdout', '1'],
    finished(0),
    { type: 'clean-finished', exitCode: 0 },
    ['stdout', 'make'],
    { type: 'build-finished', exitCode: 0 },
    ['stdout', 'main'],
    finished(0),
    ['stdout', '2'],
    finished(0),
  ])
})

test('an interrupt ends the run, whether the script looks or not', async () => {
  let signal: AbortSignal | undefined
  const { kernel, next, said } = await open((_, io) => {
    signal = io.signal
    io.stdout('begun')
    return new Promise(() => {})
  })
  kernel.interrupt()
  kernel.runCode('')
  await next('console')
  kernel.interrupt()
  await next('finished')
  expect(said()).toEqual([['stdout', 'begun'], ['stderr', 'Error: Interrupted\n'], finished(1)])
  expect(signal?.aborted).toBe(true)
})

test('stop() ends it once, and it says nothing more', async () => {
  const { kernel, exits, said, next } = await open(async (_, io) => {
    await io.input('? ')
  })
  kernel.runCode('')
  await next('waiting-input')
  await kernel.stop()
  await kernel.stop()
  kernel.runCode('')
  const before = said().length
  await new Promise((resolve) => setTimeout(resolve))
  expect(said().length).toBe(before)
  expect(exits).toEqual([null])
})

test('logs hold what was printed', async () => {
  const { kernel, run } = await open((code, io) => io.stdout(code))
  await run('a')
  await run('b')
  expect(kernel.logs()).toBe('ab')
})

test.each<[code: string, stdout: string]>([
  ["print('hi', 1 + 2)", 'hi 3\n'],
  ['1 + 2 * 3 ** 2', '19'],
  ['(1 + 2) * -3 // 2', '-5'],
  ["'it\\'s' + ' ' * 2", "'it\\'s  '"],
  ['x = 7 % 4\nx / 2  # a comment', '1.5'],
  ["print('#', \"'\")\n\n", "# '\n"],
  ['', ''],
])('the demonstration understands %j', async (code, stdout) => {
  const { run } = await open()
  const said = await run(code)
  expect(said.at(-1)).toEqual(finished(0))
  expect(
    said
      .slice(0, -1)
      .map((record) => (Array.isArray(record) ? record[1] : '?'))
      .join(''),
  ).toBe(stdout)
})

test('the demonstration keeps names, asks, and shows HTML', async () => {
  const { kernel, run, said } = await open()
  await run("name = 'a'")
  kernel.input('b')
  expect(await run("print(name + input('? '))\nHTML('<i>')")).toEqual([
    ['stdout', '? '],
    { type: 'waiting-input', isPassword: false },
    ['stdout', 'ab\n'],
    ['html', '<i>'],
    finished(0),
  ])
  expect(said().length).toBeGreaterThan(0)
})

test.each(['import os', 'x', '1 +', '1/0', "'a' - 1", 'f(1)', '(1', 'print(1'])(
  'the demonstration refuses %j',
  async (code) => {
    const { run } = await open()
    expect(await run(`print('first')\n${code}`)).toEqual([
      ['stdout', 'first\n'],
      ['stderr', expect.stringMatching(/line 2\n[^]*(Syntax|Name|Type|ZeroDivision)Error: /)],
      finished(1),
    ])
  },
)
