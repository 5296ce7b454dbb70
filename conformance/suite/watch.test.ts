/** Sessions as a list that stays true, and waits that are told when to look. */
import {
  NotFoundError,
  PermissionDeniedError,
  type SessionChange,
  type SessionWatchOptions,
} from '@backend-ai-sdk/client'
import { expect, test } from 'vitest'

import { clientOf } from '../targets.ts'
import { needs, needsAccount, onEachTarget, rejection, smallSlots, uniqueName } from './harness.ts'

onEachTarget('watching', (target) => {
  const client = clientOf(target)

  /** What is told of one session, from before it is until it is gone; others may be about. */
  async function lifeOf(
    name: string,
    options: SessionWatchOptions,
    live: (told: readonly string[]) => Promise<void>,
  ): Promise<string[]> {
    const told: string[] = []
    let living: Promise<void> | undefined
    for await (const change of client.sessions.watch(options)) {
      if (change.type === 'synced') living = live(told)
      if (!('session' in change) || change.session.name !== name) continue
      told.push(textOf(change))
      if (change.type === 'removed') break
    }
    await living
    return told
  }

  const textOf = (change: SessionChange): string =>
    'session' in change ? `${change.type} ${change.session.status}` : change.type

  test('the life of a session, each status once', async () => {
    const name = uniqueName()
    const told = await lifeOf(name, {}, async () => {
      const session = await client.sessions.create({ image: target.pythonImage, slots: smallSlots, name })
      await session.destroy()
    })
    expect(told[0]).toMatch(/^added /)
    expect(told.at(-1)).toBe('removed TERMINATED')
    expect(told.slice(0, -1).every((text) => /^(added|changed) /.test(text))).toBe(true)
    expect(new Set(told).size).toBe(told.length)
  }, 90_000)

  test('sessions that run, of one project', async () => {
    const name = uniqueName()
    const told = await lifeOf(name, { project: 'default', status: ['RUNNING'] }, async (told) => {
      const session = await client.sessions.create({ image: target.pythonImage, slots: smallSlots, name })
      // Some clusters are quick.
      await expect.poll(() => told, { timeout: 20_000 }).toEqual(['added RUNNING'])
      await session.destroy()
    })
    expect(told[0]).toBe('added RUNNING')
    expect(told.at(-1)).toMatch(/^removed TERMINAT/)
    expect(told).toHaveLength(2)
  }, 90_000)

  test('what was there before is listed first', async () => {
    const name = uniqueName()
    const session = await client.sessions.create({ image: target.pythonImage, slots: smallSlots, name })
    const seen: SessionChange[] = []
    for await (const change of client.sessions.watch()) {
      seen.push(change)
      if (change.type === 'synced') break
    }
    const listed = seen.find((change) => 'session' in change && change.session.id === session.id)
    expect(listed).toMatchObject({ type: 'listed', session: { name, status: 'RUNNING', project: 'default' } })
    expect(seen.filter(({ type }) => type !== 'listed').map(({ type }) => type)).toEqual(['synced'])
    await session.destroy()
  }, 90_000)

  test('a project that does not exist', async (context) => {
    await needs(context, client, 'session-events-project')
    const watching = client.sessions.watch({ project: 'nobody-knows-it' }).next()
    expect(await rejection(watching)).toBeInstanceOf(NotFoundError)
  })

  test('of somebody else: only for administrators', async (context) => {
    needsAccount(context, target, 'otherUser')
    const { accessKey } = target.keys.otherUser!
    expect(await rejection(client.sessions.watch({ accessKey }).next())).toBeInstanceOf(PermissionDeniedError)
  })

  test('leaving by the signal', async () => {
    const controller = new AbortController()
    const watch = client.sessions.watch({ signal: controller.signal })
    for (let step = await watch.next(); step.value?.type !== 'synced';) step = await watch.next()
    const waiting = rejection(watch.next())
    const reason = new Error('left')
    controller.abort(reason)
    expect(await waiting).toBe(reason)
  })

  test('a wait tells the live status on its way', async () => {
    const told: string[] = []
    const session = await client.sessions.create(
      { image: target.pythonImage, slots: smallSlots },
      { onProgress: ({ status }) => told.push(status) },
    )
    expect(told[0]).toBeOneOf(['PENDING', 'SCHEDULED', 'PREPARING', 'PREPARED', 'CREATING', 'RUNNING'])
    expect(told.at(-1)).toBe('RUNNING')
    const ended = session.waitFor(['TERMINATED', 'CANCELLED'], { timeout: 60_000 })
    await session.destroy({ confirm: false })
    expect(await ended).toMatchObject({ status: 'TERMINATED' })
  }, 90_000)
})
