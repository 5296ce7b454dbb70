/** What happens to sessions, as it happens. */
import { PermissionDeniedError, type SessionEvent, type SessionEventsOptions } from '@backend-ai-sdk/client'
import { expect, test } from 'vitest'

import { clientOf } from '../targets.ts'
import { needsAccount, onEachTarget, rejection, smallSlots, uniqueName } from './harness.ts'

onEachTarget('events', (target) => {
  const client = clientOf(target)

  /** Listens until an event of that name, from before `begin` starts. @returns all that was told. */
  async function listen(options: SessionEventsOptions, until: string, begin: () => Promise<unknown>) {
    const seen: SessionEvent[] = []
    let begun: Promise<unknown> | undefined
    for await (const event of client.events.sessions(options)) {
      if (event.type === 'opened') begun = begin()
      else if (event.type !== 'unreadable') {
        seen.push(event)
        if (event.name === until) break
      }
    }
    await begun
    return seen
  }

  const names = (events: SessionEvent[]): string[] => events.map((event) => event.name)

  test('of one session by its name, from its start to its end', async () => {
    const name = uniqueName()
    const seen = await listen({ name, scope: undefined }, 'session_terminated', async () => {
      const session = await client.sessions.create({ image: target.pythonImage, slots: smallSlots, name })
      await session.destroy({ confirm: false })
    })
    expect(new Set(seen.map(({ sessionName }) => sessionName))).toEqual(new Set([name]))
    expect(new Set(seen.map(({ sessionId }) => sessionId)).size).toBe(1)
    expect(names(seen)).toEqual(expect.arrayContaining(['kernel_creating', 'kernel_started', 'session_terminated']))
    const started = seen.find((event) => event.name === 'kernel_started')!
    expect(started).toMatchObject({ type: 'kernel', clusterRole: 'main', kernelId: expect.any(String) as string })
    expect(started.ownerAccessKey).toBe(target.keys.user!.accessKey)
  }, 90_000)

  test('of one session by its id, and of the session alone', async () => {
    const session = await client.sessions.create({ image: target.pythonImage, slots: smallSlots })
    const other = await client.sessions.create({ image: target.pythonImage, slots: smallSlots })
    const seen = await listen({ session, scope: 'session' }, 'session_terminated', async () => {
      await other.destroy({ confirm: false })
      await session.destroy({ confirm: false })
    })
    expect(new Set(seen.map(({ sessionId }) => sessionId))).toEqual(new Set([session.id]))
    expect(new Set(seen.map(({ type }) => type))).toEqual(new Set(['session']))
  }, 90_000)

  test('the result of a batch session', async () => {
    const name = uniqueName()
    const seen = await listen({ name }, 'session_terminated', async () => {
      const spec = {
        image: target.pythonImage,
        slots: smallSlots,
        name,
        type: 'batch',
        startupCommand: 'exit 4',
      } as const
      await client.sessions.create(spec, { wait: false })
    })
    expect(names(seen)).toContain('session_failure')
    const { exitCode } = seen.find((event) => event.name === 'session_failure')!
    // Not told since 25.13.
    expect(exitCode).toBeOneOf([4, undefined])
  }, 90_000)

  test('of somebody else: only for administrators', async (context) => {
    needsAccount(context, target, 'otherUser')
    const { accessKey } = target.keys.otherUser!
    expect(await rejection(client.events.sessions({ accessKey }).next())).toBeInstanceOf(PermissionDeniedError)
  })

  test('leaving ends it, whether something was told or not', async () => {
    for await (const event of client.events.sessions({ name: uniqueName() })) {
      expect(event).toEqual({ type: 'opened', lost: undefined })
      break
    }
    const controller = new AbortController()
    const events = client.events.sessions({ name: uniqueName(), signal: controller.signal })
    await events.next()
    const waiting = rejection(events.next())
    const reason = new Error('left')
    controller.abort(reason)
    expect(await waiting).toBe(reason)
  })
})
