import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { nearest } from './nearest.ts'

test.each([
  ['bad', ['dead', 'detail', 'plain'], ['dead']],
  ['foo', ['ps', 'info', 'run'], []],
  ['sta', ['status', 'start', 'stats', 'plain'], ['status', 'start', 'stats']],
  ['resourecs', ['resources', 'resource-opts'], ['resources']],
  ['anything', [], []],
])('%s among %j', (name, known, meant) => expect(nearest(name, known)).toEqual(meant))

test('a known name is meant itself', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z]{3,12}$/), { minLength: 1 }), (known) => {
      for (const name of known) expect(nearest(`${name}x`, known)).not.toEqual([])
    }),
  )
})
