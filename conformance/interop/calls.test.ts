import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { Account } from '../targets.ts'
import { calls } from './calls.ts'
import { note, onEachClient } from './harness.ts'
import { outcomeOf } from './outcomes.ts'
import { Driver, environmentOf } from './python-process.ts'

onEachClient((version, place) => {
  describe.each(['async', 'sync'] as const)('%s', (mode) => {
    const drivers: Partial<Record<Account, Driver>> = {}
    beforeAll(() => {
      const { directory, home, target } = place()
      for (const account of ['user', 'admin'] as const) {
        drivers[account] = new Driver(directory, mode, { env: environmentOf(target, account, home), cwd: home })
      }
    })
    afterAll(async () => {
      await Promise.all(Object.values(drivers).map((driver) => driver[Symbol.asyncDispose]()))
    })

    for (const { call, when, asyncOnly, sessionless, python, account = 'user', outcome, note: text } of calls) {
      const { cell, expected } = outcomeOf(outcome, version)
      const suffix = when ? ` ${when}` : ''
      if (expected === undefined || (asyncOnly && mode === 'sync')) continue
      test(`\`${call}\`${suffix}`, async (context) => {
        const answer = await drivers[account]!.do({ code: python, session: !sessionless }, context.signal)
        expect(answer).toEqual(expected)
        note(context, { table: 'calls', note: text ?? '', version, cell })
      })
    }
  })
})
