import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

import { openWorkplace, type Workplace } from '../../testing-process.ts'

let place: Workplace
beforeAll(async () => void (place = await openWorkplace({ pollTime: 100 })))
afterAll(() => place[Symbol.asyncDispose]())
afterEach(() => place.endChildren())

const told = /^∙ \[0\] Read on from anywhere: backend\.ai resume (\S+)$/m
const program = 'import time; print("one", flush=True); time.sleep(2); print("two"); raise SystemExit(5)'

test('a terminal that goes leaves the program running, which another one reads on', async () => {
  const child = place.start(['run', '--rm', '--resumable', '-t', 'train-1', '-c', program, 'python'])
  await child.wrote(/one\n/)
  child.process.kill('SIGHUP')
  expect(await child.ended).toBe(129)
  expect(place.statusOf('train-1')).toBe('RUNNING')
  const [, reference = ''] = told.exec(child.stderr)!
  const { code, stdout, stderr } = await place.command('resume', reference)
  expect({ code, stdout }).toEqual({ code: 5, stdout: 'two\n' })
  expect(stderr).toBe('✔ [0] Execution finished. (exit code = 5)\n')
  // Its end was read.
  const again = await place.command('resume', reference)
  expect(again).toMatchObject({ code: 1, stderr: expect.stringMatching(/^✘ ExecutionError: /) })
})

test('Ctrl-C interrupts the program all the same', async () => {
  const child = place.start(['run', '--resumable', '-t', 'train-2', '-c', program, 'python'])
  await child.wrote(/one\n/)
  child.process.kill('SIGINT')
  expect(await child.ended).toBe(130)
  const next = await place.command('run', '-q', '-t', 'train-2', '-c', 'print(3)', 'python')
  expect(next.stdout).toBe('3\n')
})

test('what is no run', async () => {
  const { code, stderr } = await place.command('resume', 'train-1')
  expect(code).toBe(2)
  expect(stderr).toMatch(/Error: Invalid value for 'SESSION_ID\/RUN_ID': 'train-1' is not written as/)
})
