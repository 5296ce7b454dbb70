/** What the files of the suite share: the targets of this run, and sessions that are made once per file. */
import { randomHex, type Capability, type Client, type ComputeSession, type SessionSpec } from '@backend-ai-sdk/client'
import { afterAll, describe, type TestContext } from 'vitest'

import { clientOf, openTargets, targetNames, type Account, type Target, type TargetName } from '../targets.ts'

const name = (process.env['CONFORMANCE_TARGET'] ?? 'emulator') as TargetName
if (!targetNames.includes(name)) throw new Error(`CONFORMANCE_TARGET must be one of ${targetNames.join(', ')}.`)
// `pnpm test` takes the newest profile; `pnpm conformance` all of them.
const profiles = process.env['CONFORMANCE_TARGET'] ? undefined : ['26.9']
const targets = await openTargets(name, profiles)

/** Tests that take long by their nature run with `pnpm conformance`, not with `pnpm test`. */
export const thorough = process.env['CONFORMANCE_THOROUGH'] === '1'
/** Seconds between the signs of life of the tests' programs: longer than a poll of the target waits. */
export const beat = name === 'emulator' ? 0.2 : 1

/** The tests of a file, once per target. */
export function onEachTarget(title: string, tests: (target: Target) => void): void {
  describe.each(targets.map((target) => [target.name, target] as const))(`${title} · %s`, (_name, target) => {
    // Hooks of this kind run backwards: what the tests clean up comes before.
    if (target.close) afterAll(() => target.close?.())
    tests(target)
  })
}

/** Skips a test, and says so, where the release lacks what it is about. */
export async function needs(context: TestContext, client: Client, capability: Capability): Promise<void> {
  const { release } = await client.server()
  context.skip(!(await client.supports(capability)), `release ${release} has no '${capability}'`)
}

/** Skips a test of what goes by keys, at webservers. */
export function needsKeys(context: TestContext, { logins }: Target): void {
  context.skip(logins !== undefined, 'webservers take no keys')
}

export function needsAccount(context: TestContext, target: Target, account: Account): void {
  context.skip(!target.keys[account], `no keys of the account '${account}'`)
}

export const smallSlots = { cpu: 1, mem: '512m' }

/** A session for all tests of a file, made with the first that asks and destroyed after the last. */
export function sharedSession(
  target: Target,
  client: Client = clientOf(target),
  spec: Partial<SessionSpec> = {},
): () => Promise<ComputeSession> {
  let session: Promise<ComputeSession> | undefined
  afterAll(async () => {
    // If it could not be made, the tests have said so.
    const made = await session?.catch(() => undefined)
    await made?.destroy({ confirm: false }).catch(() => undefined)
  }, 60_000)
  return () =>
    (session ??= client.sessions.create({ image: target.pythonImage, slots: smallSlots, name: uniqueName(), ...spec }))
}

export const uniqueName = (prefix = 'conf'): string => `${prefix}-${randomHex(5)}`

export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('was expected to reject')
}
