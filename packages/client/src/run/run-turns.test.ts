import { ExecutionError, SessionBlockedError } from '@backend-ai-sdk/core'
import { expect, test } from 'vitest'

import { RunTurns } from './run-turns.ts'

test('runs of a session take turns in the order they came; others do not wait', async () => {
  const turns = new RunTurns()
  const order: string[] = []
  const run = async (session: string, name: string, work: Promise<void>) => {
    const end = await turns.take(session, undefined, undefined)
    order.push(`begin ${name}`)
    await work
    order.push(`end ${name}`)
    end(false)
  }
  const gate = Promise.withResolvers<void>()
  const runs = [run('s', 'a', gate.promise), run('s', 'b', Promise.resolve()), run('s', 'c', Promise.resolve())]
  await run('other', 'o', Promise.resolve())
  expect(order).toEqual(['begin a', 'begin o', 'end o'])
  gate.resolve()
  await Promise.all(runs)
  expect(order.slice(3)).toEqual(['end a', 'begin b', 'end b', 'begin c', 'end c'])
})

test('who gives up waiting does not let the next one overtake', async () => {
  const turns = new RunTurns()
  const endFirst = await turns.take('s', undefined, undefined)
  const controller = new AbortController()
  const second = turns.take('s', undefined, controller.signal)
  let thirdHasTurn = false
  const third = turns.take('s', undefined, undefined).then((end) => {
    thirdHasTurn = true
    return end
  })
  const reason = new Error('gave up')
  controller.abort(reason)
  await expect(second).rejects.toBe(reason)
  await new Promise((resolve) => setTimeout(resolve))
  expect(thirdHasTurn).toBe(false)
  endFirst(false)
  ;(await third)(false)
  expect(thirdHasTurn).toBe(true)
})

test('a blocked session refuses at once, also those that wait, until it is reset', async () => {
  const turns = new RunTurns()
  const end = await turns.take('s', undefined, undefined)
  const waiting = turns.take('s', undefined, undefined)
  turns.block('s')
  end(false)
  await expect(waiting).rejects.toThrow(SessionBlockedError)
  await expect(turns.take('s', undefined, undefined)).rejects.toThrow(SessionBlockedError)
  turns.reset('s')
  ;(await turns.take('s', undefined, undefined))(false)
})

test('a run that was left must be resumed first', async () => {
  const turns = new RunTurns()
  ;(await turns.take('s', 'run-1', undefined))(true)
  await expect(turns.take('s', undefined, undefined)).rejects.toThrow(ExecutionError)
  await expect(turns.take('s', 'run-2', undefined)).rejects.toThrow(/run-1.*resume that run first/)
  ;(await turns.take('s', 'run-1', undefined))(false)
  ;(await turns.take('s', undefined, undefined))(false)
})

test('are shared by all clients of the same keys', () => {
  const auth = { prepare() {} }
  expect(RunTurns.of(auth)).toBe(RunTurns.of(auth))
  expect(RunTurns.of(auth)).not.toBe(RunTurns.of({ prepare() {} }))
})

test('the runtime of an image is asked for once, and again after a failure', async () => {
  const turns = new RunTurns()
  let asked = 0
  const fetch = async () => {
    asked++
    if (asked === 1) throw new Error('down')
    return 'python'
  }
  await expect(turns.runtimeOf('i', fetch)).rejects.toThrow('down')
  expect(await Promise.all([turns.runtimeOf('i', fetch), turns.runtimeOf('i', fetch)])).toEqual(['python', 'python'])
  expect(asked).toBe(2)
})
