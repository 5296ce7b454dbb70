/** The life of compute sessions. */
import {
  ConflictError,
  InvalidRequestError,
  NotFoundError,
  QuotaExceededError,
  SessionEndedError,
  TimeoutError,
  type SessionStatus,
} from '@backend-ai-sdk/client'
import { expect, test } from 'vitest'

import { clientOf } from '../targets.ts'
import { needs, needsAccount, onEachTarget, rejection, sharedSession, smallSlots, uniqueName } from './harness.ts'

onEachTarget('sessions', (target) => {
  const client = clientOf(target)
  const image = target.pythonImage
  const shared = sharedSession(target, client, { environment: { CONFORMANCE: 'a=b c' }, tag: 'conformance' })

  test('create waits until the session runs, and tells how far it is', async () => {
    const seen: SessionStatus[] = []
    await using session = await client.sessions.create(
      { image, slots: smallSlots },
      { onProgress: ({ status }) => seen.push(status) },
    )
    expect(session.status).toBe('RUNNING')
    expect(session.created).toBe(true)
    expect(session.id).toMatch(/^[\da-f-]{36}$/)
    expect(session.name).toMatch(/^sdk-[\da-f]{10}$/)
    expect(session.servicePorts.map(({ name }) => name)).toContain('sshd')
    expect(seen.at(-1)).toBe('RUNNING')
  })

  test('info', async () => {
    const session = await shared()
    expect(await session.info()).toMatchObject({
      id: session.id,
      name: session.name,
      status: 'RUNNING',
      type: 'interactive',
      image,
      tag: 'conformance',
      domain: 'default',
      project: 'default',
      resourceGroup: 'default',
      clusterSize: 1,
      accessKey: target.keys.user!.accessKey,
      occupiedSlots: { cpu: '1', mem: String(512 * 1024 * 1024) },
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
    })
  })

  test('the environment arrives', async () => {
    const session = await shared()
    expect(await session.run('import os; print(os.environ["CONFORMANCE"])').text()).toBe('a=b c\n')
  })

  test('get by name and by id', async () => {
    const session = await shared()
    expect((await client.sessions.get(session.name)).id).toBe(session.id)
    expect((await client.sessions.get(session.id)).name).toBe(session.name)
  })

  test('get of what does not exist', async () => {
    expect(await rejection(client.sessions.get('no-such-session'))).toBeInstanceOf(NotFoundError)
    expect(await rejection(client.sessions.get('00000000-0000-0000-0000-000000000000'))).toBeInstanceOf(NotFoundError)
  })

  test('match', async () => {
    const session = await shared()
    expect(await client.sessions.match(session.name)).toContainEqual({
      id: session.id,
      name: session.name,
      status: 'RUNNING',
    })
    expect(await client.sessions.match('no-such-session')).toEqual([])
  })

  test('match by the beginning', async (context) => {
    await needs(context, client, 'session-prefix-match')
    const session = await shared()
    expect(await client.sessions.match(session.name.slice(0, -2))).toContainEqual(
      expect.objectContaining({ id: session.id }),
    )
  })

  test('list: living sessions, page by page, in order', async () => {
    const session = await shared()
    await using second = await client.sessions.create({ image, slots: smallSlots }, { enqueueOnly: true })
    const names: string[] = []
    for await (const { name } of client.sessions.list({ limit: 1, order: 'name' })) names.push(name)
    expect(names).toContain(session.name)
    expect(names).toContain(second.name)
    expect(names).toEqual(names.toSorted())
    const { items, totalCount } = await client.sessions.list({ limit: 1 }).page()
    expect(items).toHaveLength(1)
    expect(totalCount).toBeGreaterThanOrEqual(2)
    expect(
      (await client.sessions.list({ status: ['RUNNING'] }).all()).every(({ status }) => status === 'RUNNING'),
    ).toBe(true)
  })

  test('list with a filter', async (context) => {
    await needs(context, client, 'graphql-filter')
    const session = await shared()
    const found = await client.sessions.list({ filter: `name == "${session.name}"` }).all()
    expect(found.map(({ id }) => id)).toEqual([session.id])
  })

  test('a name that is in use', async () => {
    const { name, id } = await shared()
    const error = await rejection(client.sessions.create({ image, name }))
    expect(error).toBeInstanceOf(ConflictError)
    expect(error).toMatchObject({ data: { existingSessionId: id } })
  })

  test('getOrCreate takes the session that exists', async () => {
    const session = await shared()
    const { id, created, servicePorts } = await client.sessions.getOrCreate({ image, name: session.name })
    expect({ id, created }).toEqual({ id: session.id, created: false })
    expect(servicePorts.find(({ name }) => name === 'sshd')?.ports).toEqual([2200])
  })

  test('a session that existed is not destroyed with its handle', async () => {
    const session = await shared()
    {
      await using same = await client.sessions.getOrCreate({ image, name: session.name })
      expect(same.id).toBe(session.id)
    }
    expect((await session.info()).status).toBe('RUNNING')
  })

  test('logs, of living and ended sessions', async () => {
    const session = await client.sessions.create({
      image,
      slots: smallSlots,
      bootstrapScript: 'echo bootstrap-was-here',
    })
    expect(typeof (await session.logs())).toBe('string')
    await session.destroy()
    expect(typeof (await session.logs())).toBe('string')
  })

  test('a bootstrap script runs before any code', async () => {
    await using session = await client.sessions.create({
      image,
      slots: smallSlots,
      bootstrapScript: 'echo yes > "$HOME/bootstrapped"',
    })
    expect(await session.run('print(open("bootstrapped").read())').text()).toContain('yes')
  })

  test('rename', async (context) => {
    await needs(context, client, 'session-rename')
    await using session = await client.sessions.create({ image, slots: smallSlots })
    const name = uniqueName('renamed')
    await session.rename(name)
    expect(session.name).toBe(name)
    expect((await client.sessions.get(name)).id).toBe(session.id)
  })

  test('restart keeps files and forgets variables', async (context) => {
    await needs(context, client, 'session-restart')
    await using session = await client.sessions.create({ image, slots: smallSlots })
    await session.run('kept = 1; open("kept.txt", "w").write("file")').result()
    await session.restart()
    expect(await session.run('print(open("kept.txt").read(), "kept" in dir())').text()).toContain('file False')
  })

  test('completion', async (context) => {
    await needs(context, client, 'session-completion')
    const session = await shared()
    expect(Array.isArray(await session.complete('impor', { row: 0, col: 5, line: 'impor' }))).toBe(true)
  })

  test('destroy is confirmed by the status', async () => {
    const session = await client.sessions.create({ image, slots: smallSlots })
    await session.destroy()
    expect(session.status).toBe('TERMINATED')
    expect((await session.info()).status).toBe('TERMINATED')
    expect(await rejection(session.run('1').result())).toMatchObject({
      name: expect.stringMatching(/NotFound|SessionEnded/) as string,
    })
  })

  test('destroy right after it was enqueued', async () => {
    const session = await client.sessions.create({ image, slots: smallSlots }, { enqueueOnly: true })
    await session.destroy()
    expect(['TERMINATED', 'CANCELLED']).toContain((await session.info()).status)
  })

  test('destroy, forced', async (context) => {
    needsAccount(context, target, 'admin')
    const admin = clientOf(target, 'admin')
    const session = await admin.sessions.create({ image, slots: smallSlots })
    await session.destroy({ forced: true })
    expect(session.status).toBe('TERMINATED')
  })

  test('destroy with the sessions that depend on it', async (context) => {
    await needs(context, client, 'session-recursive-destroy')
    await needs(context, client, 'session-dependencies')
    const first = await client.sessions.create({ image, slots: smallSlots })
    const second = await client.sessions.create(
      { image, slots: smallSlots, dependencies: [first.id] },
      { enqueueOnly: true },
    )
    await first.destroy({ recursive: true })
    const ended = await second.waitFor(['TERMINATED', 'CANCELLED'], { timeout: 60_000 })
    expect(['TERMINATED', 'CANCELLED']).toContain(ended.status)
  })

  test('another user sees nothing of it', async (context) => {
    needsAccount(context, target, 'otherUser')
    const other = clientOf(target, 'otherUser')
    const session = await shared()
    expect((await other.sessions.list().all()).map(({ id }) => id)).not.toContain(session.id)
    expect(await rejection(other.sessions.get(session.name))).toBeInstanceOf(NotFoundError)
  })

  test('an unknown image', async () => {
    const error = await rejection(client.sessions.create({ image: 'cr.backend.ai/stable/no-such-image:1.0' }))
    expect(error).toBeInstanceOf(NotFoundError)
    expect(error).toMatchObject({ message: expect.stringMatching(/image/i) as string })
  })

  test('more containers than the policy allows', async () => {
    const error = await rejection(
      client.sessions.create({ image, slots: smallSlots, clusterSize: 100, clusterMode: 'single-node' }),
    )
    expect(error).toBeInstanceOf(QuotaExceededError)
  })

  test('less memory than the image needs', async () => {
    expect(await rejection(client.sessions.create({ image, slots: { cpu: 1, mem: '1m' } }))).toBeInstanceOf(
      InvalidRequestError,
    )
  })

  test('more than there is: stays enqueued', async () => {
    const session = await client.sessions.create({ image, slots: { cpu: 999, mem: '512m' } }, { maxWait: 3000 })
    expect(session.status).toBe('PENDING')
    expect(await rejection(session.waitFor('RUNNING', { timeout: 500 }))).toBeInstanceOf(TimeoutError)
    await session.destroy()
    expect(await rejection(session.waitFor('RUNNING'))).toBeInstanceOf(SessionEndedError)
  })

  test('a creation that is aborted leaves nothing behind', async () => {
    const name = uniqueName('aborted')
    const controller = new AbortController()
    const reason = new Error('changed my mind')
    const creation = client.sessions.create(
      { image, name, slots: { cpu: 999, mem: '512m' } },
      { signal: controller.signal, onProgress: () => controller.abort(reason) },
    )
    expect(await rejection(creation)).toBe(reason)
    const ended = ['CANCELLED', 'TERMINATED'] as const
    for (const { id } of await client.sessions.match(name))
      await (await client.sessions.get(id)).waitFor([...ended], { timeout: 30_000 })
  })

  test.each([
    ['print("done")', 'SUCCESS'],
    ['import sys; sys.exit(3)', 'FAILURE'],
  ])('a batch session: %s', async (code, result) => {
    const session = await client.sessions.create({
      image,
      slots: smallSlots,
      type: 'batch',
      startupCommand: `python -c '${code}'`,
    })
    const report = await session.waitFor('TERMINATED', { timeout: 120_000 })
    expect(report.result).toBe(result)
  })

  test('sessions that depend on each other', async (context) => {
    await needs(context, client, 'session-dependencies')
    const first = await client.sessions.create(
      { image, slots: smallSlots, type: 'batch', startupCommand: 'sleep 1' },
      { enqueueOnly: true },
    )
    const second = await client.sessions.create(
      { image, slots: smallSlots, type: 'batch', startupCommand: 'true', dependencies: [first.id] },
      { enqueueOnly: true },
    )
    await second.waitFor('TERMINATED', { timeout: 120_000 })
    expect((await first.info()).status).toBe('TERMINATED')
  })

  test('a key that the release does not know is refused before anything is sent', async (context) => {
    context.skip(await client.supports('session-mount-ids'), 'this release knows all keys')
    const error = await rejection(
      client.sessions.create({ image, mounts: [{ id: '00000000-0000-0000-0000-000000000000' }] }),
    )
    expect(error).toMatchObject({ code: 'ERR_UNSUPPORTED', capability: 'session-mount-ids' })
  })

  test('a folder that does not exist', async () => {
    const error = await rejection(client.sessions.create({ image, slots: smallSlots, mounts: ['no-such-folder'] }))
    expect(error).toMatchObject({ status: expect.toBeOneOf([400, 404]) as number })
  })
})
