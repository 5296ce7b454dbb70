/** What the tests of this directory share: a client and its target, and what the table is made from. */
import { afterAll, beforeAll, describe, inject, type TestContext } from 'vitest'

import { openTargets, type Target } from '../targets.ts'
import type { Outcome } from './outcomes.ts'
import { releases, versions, type Version } from './python-clients.ts'
import { scratchDirectory } from './python-process.ts'

/** One cell of the table, left at its test for the reporter in table.ts. */
export interface Cell {
  table: 'commands' | 'calls'
  call: string
  note: string
  version: Version
  cell: Outcome['cell']
}

declare module 'vitest' {
  interface TaskMeta {
    interop?: Cell
  }
}

export interface Place {
  version: Version
  /** Of the client. */
  directory: string
  target: Target
  /** Home and working directory of the client's processes. */
  home: string
}

/** `INTEROP_TARGET=real` takes the real clusters, where they are up, with the keys of their second user. */
const isReal = process.env['INTEROP_TARGET'] === 'real'

const open = async (version: Version): Promise<Target> => {
  const { profile } = releases[version]
  const [target] = isReal
    ? await openTargets(profile === '26.9' ? 'real-26.9' : 'real-23.09')
    : await openTargets('emulator-socket', [profile])
  const { otherUser } = target!.keys
  return isReal && otherUser ? { ...target!, keys: { ...target!.keys, user: otherUser } } : target!
}

/** Describes the same for each client that can be had; `place` is filled when the tests run. */
export function onEachClient(define: (version: Version, place: () => Place) => void): void {
  for (const version of versions) {
    const client = inject('pythonClients')[version]
    const reason = 'missing' in client ? ` (skipped: ${client.missing})` : ''
    describe.skipIf(reason !== '')(`client ${version}${reason}`, () => {
      let place: Place | undefined
      let clean = async (): Promise<void> => {}
      beforeAll(async () => {
        const target = await open(version)
        const home = await scratchDirectory()
        clean = async () => {
          await target.close?.()
          await home.remove()
        }
        place = { version, directory: 'directory' in client ? client.directory : '', target, home: home.path }
      })
      afterAll(() => clean())
      define(version, () => place!)
    })
  }
}

export function note({ task }: TestContext, cell: Omit<Cell, 'call'>): void {
  task.meta.interop = { ...cell, call: task.name }
}
