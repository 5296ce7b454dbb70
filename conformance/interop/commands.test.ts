import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import type { Account } from '../targets.ts'
import { commands, type Given } from './commands.ts'
import { note, onEachClient } from './harness.ts'
import { outcomeOf } from './outcomes.ts'
import { Driver, environmentOf, runCommand } from './python-process.ts'

onEachClient((version, place) => {
  let driver: Driver
  beforeAll(async () => {
    const { directory, home, target } = place()
    driver = new Driver(directory, 'async', { env: environmentOf(target, 'user', home), cwd: home })
    await copyFile(join(import.meta.dirname, 'main.py'), join(home, 'main.py'))
  })
  afterAll(() => driver[Symbol.asyncDispose]())

  /** A session for the time of `use`, or only a name for one. */
  async function withSession(
    isCreated: boolean,
    use: (id: string, name: string) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const name = `interop-${crypto.randomUUID().slice(0, 8)}`
    const created = isCreated ? await driver.do({ code: creation(name), session: false }, signal) : { value: name }
    const { value: key } = created as { value: string }
    try {
      await use(key, name)
    } finally {
      await driver.do({ code: removal(key), session: false }, signal)
    }
  }

  for (const { command, when, args, sessionless, account = 'user', input, outcome, note: text } of commands) {
    const { cell, expected } = outcomeOf(outcome, version)
    const suffix = when ? ` ${when}` : ''
    if (expected === undefined) continue
    // Starting Python is most of their time.
    test.concurrent(`\`backend.ai ${command}\`${suffix}`, async (context) => {
      const { signal } = context
      const perform = async (id: string, name: string): Promise<void> => {
        const given = { id, name, image: place().target.pythonImage }
        const result = await run(args?.(given) ?? wordsOf(command, given), account, input, signal)
        // The names of sessions are as random as they are long.
        expect(JSON.parse(JSON.stringify(result).replaceAll(name, 'NAME'))).toEqual(expected)
      }
      await withSession(!sessionless, perform, signal)
      note(context, { table: 'commands', note: text ?? '', version, cell })
    })
  }

  function run(args: string[], account: Account, input: string | undefined, signal: AbortSignal) {
    const { directory, home, target } = place()
    const options = { env: environmentOf(target, account, home), cwd: home, signal }
    return runCommand(directory, args, input === undefined ? options : { ...options, input })
  }
})

const creation = (name: string): string => `
session = await api.ComputeSession.get_or_create(image, name="${name}", resources=resources)
return str(session.id)`

const removal = (key: string): string => `
try:
    await api.ComputeSession("${key}").destroy(forced=True)
except BackendAPIError:
    pass`

const wordsOf = (command: string, { id, name, image }: Given): string[] =>
  command.split(' ').map((word) => ({ ID: id, NAME: name, IMAGE: image })[word] ?? word)
