import { expect, test } from 'vitest'

import { runBatch } from './batch.ts'
import type { BatchCommands, KernelMessage } from './kernel.ts'

const defaults = {
  build: { file: 'setup.py', command: 'build it' },
  exec: { file: 'main.py', command: 'python main.py' },
}

async function play(commands: Partial<BatchCommands>, files: string[] = [], codes: Record<string, number> = {}) {
  const ran: string[] = []
  const said: KernelMessage[] = []
  const exitCode = await runBatch(
    { clean: null, build: null, exec: null, buildLog: false, ...commands },
    {
      defaults,
      exists: async (file) => files.includes(file),
      run: async (command) => {
        ran.push(command)
        return codes[command] ?? 0
      },
      emit: (message) => said.push(message),
    },
  )
  const steps = said.map((message) =>
    'exitCode' in message ? `${message.type} ${message.exitCode}` : 'record' in message && message.record,
  )
  return { ran, steps, exitCode }
}

test('runs three commands, each with its exit code', async () => {
  const { ran, steps, exitCode } = await play({ clean: 'a', build: 'b', exec: 'c' }, [], { a: 4, c: 3 })
  expect(ran).toEqual(['a', 'b', 'c'])
  expect(steps).toEqual(['clean-finished 4', 'build-finished 0'])
  expect(exitCode).toBe(3)
})

test('skipped steps succeed', async () => {
  for (const nothing of [null, '']) {
    const { ran, steps, exitCode } = await play({ clean: nothing, build: nothing, exec: nothing })
    expect(ran).toEqual([])
    expect(steps).toEqual(['clean-finished 0', 'build-finished 0'])
    expect(exitCode).toBe(0)
  }
})

test('a build that fails skips exec', async () => {
  const { ran, steps, exitCode } = await play({ build: 'b', exec: 'c' }, [], { b: 9 })
  expect(ran).toEqual(['b'])
  expect(steps).toEqual(['clean-finished 0', 'build-finished 9'])
  expect(exitCode).toBe(127)
})

test('* cleans nothing, builds with make first, and executes the main program', async () => {
  const all = { clean: '*', build: '*', exec: '*' }
  expect((await play(all, ['Makefile', 'setup.py', 'main.py'])).ran).toEqual(['make', 'python main.py'])
  expect((await play(all, ['setup.py', 'main.py'])).ran).toEqual(['build it', 'python main.py'])
  expect((await play(all, ['main.py'])).ran).toEqual(['python main.py'])
})

test('* without a main program is 127 and says so', async () => {
  const { steps, exitCode } = await play({ exec: '*' })
  expect(steps.at(-1)).toEqual(['stderr', 'There is no main.py to execute.\n'])
  expect(exitCode).toBe(127)
})
