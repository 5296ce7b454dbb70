/** Dotfiles and bootstrap scripts. */
import {
  APIError,
  ConfigError,
  InvalidRequestError,
  NotFoundError,
  UnsupportedError,
  type Dotfile,
  type DotfileOptions,
} from '@backend-ai-sdk/client'
import { afterAll, describe, expect, test } from 'vitest'

import { clientOf } from '../targets.ts'
import { needsAccount, onEachTarget, rejection, smallSlots, uniqueName } from './harness.ts'

const lines = 'one\r\ntwo\n\n  셋 "quoted" \\ end'

onEachTarget('dotfiles', (target) => {
  const client = clientOf(target)
  const made: [
    path: string,
    options: DotfileOptions,
    remove: (path: string, options: DotfileOptions) => Promise<void>,
  ][] = []
  afterAll(async () => {
    for (const [path, options, remove] of made) await remove(path, options).catch(() => undefined)
  }, 60_000)

  async function create(dotfile: Dotfile, options: DotfileOptions = {}, by = client): Promise<void> {
    made.push([dotfile.path, options, (path, where) => by.dotfiles.delete(path, where)])
    await by.dotfiles.create(dotfile, options)
  }

  describe('of a key pair', () => {
    const path = `.${uniqueName()}/a b`

    test('come back byte by byte', async () => {
      await create({ path, data: lines, permission: '640' })
      expect(await client.dotfiles.get(path)).toEqual({ path, data: lines, permission: '640' })
      expect(await client.dotfiles.list().all()).toContainEqual({ path, data: lines, permission: '640' })
      await client.dotfiles.update({ path, data: 'other' })
      expect(await client.dotfiles.get(path)).toEqual({ path, data: 'other', permission: '755' })
      expect(await rejection(client.dotfiles.create({ path, data: 'again' }))).toBeInstanceOf(InvalidRequestError)
      await client.dotfiles.delete(path)
      expect(await rejection(client.dotfiles.get(path))).toBeInstanceOf(NotFoundError)
      expect(await rejection(client.dotfiles.delete(path))).toBeInstanceOf(NotFoundError)
      expect(await rejection(client.dotfiles.update({ path, data: 'x' }))).toBeInstanceOf(NotFoundError)
    })

    test('have limits', async () => {
      const refused: Dotfile[] = [
        { path: '', data: 'x' },
        { path: '../x', data: 'x' },
        { path: '.ssh', data: 'x' },
        { path, data: '가'.repeat(65_537) },
        { path, data: 'x', permission: '0644' },
        { path, data: 'x', permission: '899' },
      ]
      for (const dotfile of refused) expect(await rejection(create(dotfile))).toBeInstanceOf(ConfigError)
      // Packed with its names it is too much.
      expect(await rejection(create({ path, data: 'x'.repeat(65_536) }))).toBeInstanceOf(InvalidRequestError)
    })

    test('of another, for administrators', async (context) => {
      needsAccount(context, target, 'admin')
      const { accessKey: ownerAccessKey } = target.keys.user!
      const admin = clientOf(target, 'admin')
      await create({ path, data: 'theirs' }, { ownerAccessKey }, admin)
      expect((await client.dotfiles.get(path)).data).toBe('theirs')
      expect((await admin.dotfiles.get(path, { ownerAccessKey })).data).toBe('theirs')
      const listed = await admin.dotfiles
        .list({ ownerAccessKey })
        .all()
        .catch((error: unknown) => error)
      expect(listed instanceof UnsupportedError).toBe(!(await admin.supports('dotfile-list-owner')))
      const paths = Array.isArray(listed) ? listed.map((dotfile: Dotfile) => dotfile.path) : [path]
      expect(paths).toContain(path)
      expect(
        await rejection(client.dotfiles.get(path, { ownerAccessKey: target.keys.admin!.accessKey })),
      ).toMatchObject({
        name: 'PermissionDeniedError',
      })
      await admin.dotfiles.delete(path, { ownerAccessKey })
    })
  })

  test.each([
    ['a project', { project: 'default' }],
    ['a domain', { domain: 'default' }],
  ])('of %s are for administrators to write and for all to read', async (_of, options) => {
    const path = `.${uniqueName()}`
    const refusal = await rejection(client.dotfiles.create({ path, data: 'x' }, options))
    // 401 on 23.09, 403 since 26.3.
    expect(refusal).toBeInstanceOf(APIError)
    expect([401, 403]).toContain((refusal as APIError).status)
    if (!target.keys.admin) return
    const admin = clientOf(target, 'admin')
    await create({ path, data: lines }, options, admin)
    expect((await client.dotfiles.get(path, options)).data).toBe(lines)
    expect(await client.dotfiles.list(options).all()).toContainEqual({ path, data: lines, permission: '755' })
    expect(await rejection(client.dotfiles.list({ ...options, domain: 'no-such-domain' }).all())).toBeInstanceOf(
      APIError,
    )
    await admin.dotfiles.delete(path, options)
  })

  test('a new session has them, and runs the bootstrap script', async () => {
    const folder = `.${uniqueName()}`
    const before = await client.dotfiles.bootstrapScript()
    const isExact = await client.supports('dotfile-bytes')
    const inSession = (data: string): string => (isExact ? data : `${data.replaceAll('\r\n', '\n')}\n`)
    await create({ path: `${folder}/app/settings`, data: lines, permission: '755' })
    await create({ path: `${folder}-plain`, data: 'secret', permission: '600' })
    const admin = target.keys.admin && clientOf(target, 'admin')
    if (admin) {
      await create({ path: `${folder}-plain`, data: 'of the domain' }, { domain: 'default' }, admin)
      await create({ path: `${folder}-project`, data: 'of the project' }, { project: 'default' }, admin)
    }
    await client.dotfiles.setBootstrapScript(`\n  echo "한글" > ${folder}-booted \n\n`)
    expect(await client.dotfiles.bootstrapScript()).toBe(`echo "한글" > ${folder}-booted`)
    try {
      await using session = await client.sessions.create({ image: target.pythonImage, slots: smallSlots })
      expect(new TextDecoder().decode(await session.downloadFile(`${folder}/app/settings`))).toBe(inSession(lines))
      const code = `import json, os, stat
paths = ["${folder}", "${folder}/app", "${folder}/app/settings", "${folder}-plain"]
print(json.dumps([[stat.S_IMODE(os.stat(path).st_mode) for path in paths]] + [
  open(path, newline="").read() if os.path.exists(path) else None
  for path in ["${folder}-plain", "${folder}-project", "${folder}-booted"]]))`
      expect(JSON.parse(await session.run(code).text())).toEqual([
        [0o755, 0o755, 0o755, 0o600],
        inSession('secret'),
        admin ? inSession('of the project') : null,
        '한글\n',
      ])
    } finally {
      await client.dotfiles.setBootstrapScript(before)
    }
    expect(await rejection(client.dotfiles.setBootstrapScript('x'.repeat(65_537)))).toBeInstanceOf(ConfigError)
  })
})
