import { spawnSync } from 'node:child_process'

import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'

import { holdBack, MarkFilter, toWireBatch } from './batch.ts'

const mark = '0123456789abcdef'
const held = (commands: object, runtime?: string) => holdBack(toWireBatch(commands), runtime, mark, 0, '26.9.6')

test('commands become the wire’s, and unknown ones are refused', () => {
  expect(toWireBatch({ exec: 'ls' })).toEqual({ clean: null, build: null, exec: 'ls', buildLog: false })
  expect(() => toWireBatch({ exce: 'ls' } as never)).toThrow("did you mean 'exec'?")
})

describe('held-back steps', () => {
  // As the runner does: one shell after the other, exec only after a build that ended well.
  function runSteps(commands: object, runtime?: string) {
    const { build, exec } = held(commands, runtime)
    const filter = new MarkFilter(mark)
    return [build, exec].map((command) => {
      const { stdout, stderr, status } = spawnSync('sh', ['-c', command!], { encoding: 'utf8' })
      const own = filter.feed(stdout)
      const result = { own, stderr, exitCode: filter.exitCode ?? status, begun: filter.seen, status }
      filter.reset()
      return result
    })
  }

  test('do what the commands do', () => {
    const [build, exec] = runSteps({ build: "echo 'b'", exec: `echo "it's" $((1+2)) >&2; exit 3` })
    expect(build).toMatchObject({ own: 'b\n', exitCode: 0, begun: true, status: 0 })
    expect(exec).toMatchObject({ own: '', stderr: "it's 3\n", exitCode: 3, begun: true })
  })

  test('begin also where a step is skipped', () => {
    for (const step of runSteps({})) expect(step).toMatchObject({ own: '', exitCode: 0, begun: true })
  })

  test('a failed build ends well for the runner, tells its code, and skips exec with 127', () => {
    const [build, exec] = runSteps({ build: 'echo x; exit 2', exec: 'echo never' })
    expect(build).toMatchObject({ own: 'x\n', exitCode: 2, status: 0 })
    expect(exec).toMatchObject({ own: '', exitCode: 127, begun: true })
    expect(runSteps({ exec: 'echo again' })[1]).toMatchObject({ own: 'again\n', exitCode: 0 })
  })

  test('a syntax error is held back like any other failure', () => {
    expect(runSteps({ exec: 'echo "x' })[1]).toMatchObject({ begun: true, exitCode: 2 })
  })

  test('defaults are known for Python only', () => {
    expect(runSteps({ build: '*', exec: '*' }, 'python')[1]).toMatchObject({ exitCode: 127, begun: true })
    expect(() => held({ exec: '*' }, 'c')).toThrow(/give the exec command/)
    expect(() => held({ build: '*' })).toThrow(/give the build command/)
  })
})

describe('the filter', () => {
  const start = `\u001E${mark}\u001E`
  const end = `\u001E${mark}:7\u001E`
  const text = fc.string({ unit: fc.constantFrom('a', '\n', '\u001E', '0', ':', '한') })

  test.prop([text, text, text, fc.array(fc.nat(60))])(
    'hands on everything but the marks, however it is cut',
    (a, b, c, cuts) => {
      const whole = a + start + b + end + c
      const filter = new MarkFilter(mark)
      let own = ''
      let at = 0
      for (const cut of cuts) {
        own += filter.feed(whole.slice(at, at + cut))
        at += cut
      }
      own += filter.feed(whole.slice(at))
      expect([filter.seen, filter.exitCode]).toEqual([true, 7])
      expect(own + filter.reset()).toBe(a + b + c)
    },
  )

  test('keeps back only what can become a mark', () => {
    const filter = new MarkFilter(mark)
    expect(filter.feed('abc')).toBe('abc')
    expect(filter.feed('x\u001E01')).toBe('x')
    expect(filter.feed('9')).toBe('\u001E019')
    expect(filter.seen).toBe(false)
  })
})
