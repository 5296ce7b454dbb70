/** Folders: their life, their names, who else uses them, and their files but for the bytes. */
import {
  ConfigError,
  ConflictError,
  InvalidRequestError,
  isAtLeast,
  NotFoundError,
  PermissionDeniedError,
  UnsupportedError,
  type Client,
  VFolder,
  type VFolderSpec,
} from '@backend-ai-sdk/client'
import { afterAll, expect, test, vi } from 'vitest'

import { clientOf } from '../targets.ts'
import { needs, needsAccount, onEachTarget, rejection, smallSlots, uniqueName } from './harness.ts'

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/

onEachTarget('folders', (target) => {
  const client = clientOf(target)
  const other = target.keys.otherUser ? clientOf(target, 'otherUser') : client
  const admin = target.keys.admin ? clientOf(target, 'admin') : client
  const made: VFolder[] = []

  /** One that is removed after the last test. */
  async function create(spec: Partial<VFolderSpec> = {}, by: Client = client): Promise<VFolder> {
    const folder = await by.vfolders.create({ name: uniqueName('conf-folder'), ...spec })
    made.push(folder)
    return folder
  }

  afterAll(async () => {
    // Those that a test has removed are gone.
    await Promise.all(made.map((folder) => folder.deleteForever().catch(() => undefined)))
  }, 60_000)

  const names = async (by: Client = client): Promise<string[]> =>
    (await by.vfolders.list().all()).map(({ name }) => name)

  test('creates, lists, finds by name and by id', async () => {
    const folder = await create({ isCloneable: true, usageMode: 'data' })
    expect(folder.id).toMatch(uuid)
    const listed = (await client.vfolders.list().all()).find(({ id }) => id === folder.id)
    expect(listed).toMatchObject({
      name: folder.name,
      host: folder.host,
      ownership: 'user',
      projectId: undefined,
      isOwner: true,
      permission: 'rw',
      usageMode: 'data',
      isCloneable: true,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+\+00:00$/) as string,
    })
    for (const reference of [folder.name, folder.id, folder.id.replaceAll('-', '')]) {
      const found = await client.vfolders.get(reference)
      expect([found.id, found.name, found.host]).toEqual([folder.id, folder.name, folder.host])
    }
    expect(await folder.info()).toMatchObject({ id: folder.id, name: folder.name, fileCount: 0, isOwner: true })
    const { items, totalCount } = await client.vfolders.list().page()
    expect(totalCount).toBe(items.length)
  })

  test('hosts and types', async () => {
    const { default: host, allowed, volumes } = await client.vfolders.hosts()
    expect(allowed).toContain(host)
    for (const { backend, capabilities } of Object.values(volumes)) {
      expect(backend).toEqual(expect.any(String))
      expect(capabilities).toContain('vfolder')
    }
    expect((await client.vfolders.types()).toSorted()).toEqual(['project', 'user'])
  })

  test('renames and changes', async () => {
    const folder = await create()
    const taken = await create()
    const name = uniqueName('conf-renamed')
    await folder.rename(name)
    expect(folder.name).toBe(name)
    await folder.update({ isCloneable: true, permission: 'ro' })
    await folder.update({})
    expect(await folder.info()).toMatchObject({ id: folder.id, name, isCloneable: true })
    // 26.9.6 tells owners what they may do themselves.
    const changed = (await client.vfolders.list({ all: true }).all()).find(({ id }) => id === folder.id)
    expect(isAtLeast(await client.server(), '26.9') ? ['ro', 'rw'] : ['ro']).toContain(changed?.permission)
    expect(await rejection(folder.rename(taken.name))).toBeInstanceOf(ConflictError)
  })

  test('deletes into the trash, and takes it back', async (context) => {
    await needs(context, client, 'vfolder-trash')
    const folder = await create()
    await folder.delete()
    expect(await names()).not.toContain(folder.name)
    expect((await client.vfolders.list({ status: 'trash' }).all()).map(({ id }) => id)).toContain(folder.id)
    expect(await rejection(client.vfolders.create({ name: folder.name }))).toBeInstanceOf(ConflictError)
    await folder.restore()
    expect(await names()).toContain(folder.name)
  })

  test('deletes at once', async (context) => {
    context.skip(await client.supports('vfolder-trash'), 'this release has a trash')
    const folder = await create()
    expect(await rejection(folder.restore())).toBeInstanceOf(UnsupportedError)
    await folder.delete()
    expect(await names()).not.toContain(folder.name)
    expect(await rejection(folder.info())).toBeInstanceOf(NotFoundError)
  })

  test('the name of what is deleted for good is free', async () => {
    const folder = await create()
    await folder.deleteForever()
    const again = await vi.waitFor(() => create({ name: folder.name }), { timeout: 20_000, interval: 500 })
    expect(again.id).not.toBe(folder.id)
  })

  test('deletes for good what is in the trash, and what is not', async (context) => {
    await needs(context, client, 'vfolder-trash')
    const [first, second] = [await create(), await create()]
    await first.delete()
    for (const folder of [first, second]) await folder.deleteForever()
    const all = async () =>
      (await client.vfolders.list({ status: ['ready', 'delete-pending'] }).all()).map(({ id }) => id)
    expect(await all()).not.toContain(first.id)
    expect(await all()).not.toContain(second.id)
  })

  test('deletes in one step', async (context) => {
    await needs(context, client, 'vfolder-force-delete')
    const folder = await create()
    await folder.forceDelete()
    expect(await names()).not.toContain(folder.name)
  })

  test('purges, for administrators', async (context) => {
    await needs(context, client, 'vfolder-trash')
    needsAccount(context, target, 'admin')
    const folder = await create()
    await folder.delete()
    expect(await rejection(folder.purge())).toBeInstanceOf(PermissionDeniedError)
    await (await admin.vfolders.get(folder.id)).purge()
    expect(await rejection(client.vfolders.get(folder.id))).toBeInstanceOf(NotFoundError)
  })

  test('a clone, by a task or not', async () => {
    const folder = await create()
    const name = `${folder.name}-copy`
    expect(await rejection(folder.clone({ name }))).toBeInstanceOf(PermissionDeniedError)
    await folder.update({ isCloneable: true })
    expect(await rejection(folder.clone({ name: folder.name }))).toBeInstanceOf(ConflictError)
    const { folder: copy, task } = await folder.clone({ name })
    made.push(copy)
    expect(task !== undefined).toBe(await client.supports('vfolder-clone-task'))
    if (task) await task.wait({ timeout: 30_000 })
    expect(await client.vfolders.get(name)).toMatchObject({ id: copy.id, name, host: folder.host })
  })

  test('what is not there', async () => {
    for (const reference of [uniqueName('nothing'), '11111111-1111-4111-8111-111111111111'])
      expect(await rejection(client.vfolders.get(reference))).toBeInstanceOf(NotFoundError)
    expect(await rejection(client.vfolders.list({ project: 'no-such-project' }).all())).toBeInstanceOf(NotFoundError)
  })

  test('names that exist, that are reserved, that lead elsewhere', async () => {
    const folder = await create()
    const refused = (name: string) => rejection(client.vfolders.create({ name }))
    expect(await refused(folder.name)).toBeInstanceOf(ConflictError)
    for (const name of ['.ssh', '.bashrc']) expect(await refused(name)).toBeInstanceOf(InvalidRequestError)
    for (const name of ['', '.', '..', 'a/b', '../a', 'a\nb', 'x'.repeat(65)])
      expect(await refused(name)).toBeInstanceOf(ConfigError)
    expect(await rejection(folder.rename('..'))).toBeInstanceOf(ConfigError)
    expect(await rejection(client.vfolders.create({ name: 'a', host: 'local:nowhere' }))).toBeInstanceOf(
      InvalidRequestError,
    )
    expect(await rejection(client.vfolders.create({ name: 'a', isClonable: true } as never))).toBeInstanceOf(
      ConfigError,
    )
  })

  const odd = ['데이터', 'a%2Fb', String.raw`a\b`, 'with space', '#?&=+', '_']

  test.for(odd)('the name %j', async (beginning, context) => {
    await needs(context, client, 'vfolder-any-name')
    const name = `${beginning}${uniqueName('')}`
    const folder = await create({ name })
    expect((await client.vfolders.get(name)).id).toBe(folder.id)
    expect((await folder.info()).name).toBe(name)
    await folder.rename(`${name}2`)
    expect((await folder.info()).name).toBe(`${name}2`)
    await folder.deleteForever()
    expect(await names()).not.toContain(`${name}2`)
  })

  test.for(odd)('the name %j is refused', async (name, context) => {
    context.skip(await client.supports('vfolder-any-name'), 'this release takes any name')
    expect(await rejection(create({ name }))).toBeInstanceOf(InvalidRequestError)
  })

  test("another's folder", async (context) => {
    needsAccount(context, target, 'otherUser')
    const folder = await create()
    for (const reference of [folder.name, folder.id])
      expect(await rejection(other.vfolders.get(reference))).toBeInstanceOf(NotFoundError)
  })

  test('an invitation: changed, accepted, used, and left', async (context) => {
    needsAccount(context, target, 'otherUser')
    const folder = await create()
    const email = await emailOf(other)
    expect(await folder.invite(email, { permission: 'rw' })).toEqual([email])
    expect(await folder.invite(email)).toEqual([])
    const sent = (await client.vfolders.invitations.list({ sent: true })).find(({ folderId }) => folderId === folder.id)
    expect(sent).toMatchObject({ invitee: email, permission: 'rw', state: 'pending', folderName: folder.name })
    await client.vfolders.invitations.update(sent!.id, { permission: 'ro' })
    const received = (await other.vfolders.invitations.list()).find(({ id }) => id === sent!.id)
    expect(received).toMatchObject({ permission: 'ro', state: 'pending', inviter: await emailOf(client) })

    const ofSameName = await create({ name: folder.name }, other)
    expect(await rejection(other.vfolders.invitations.accept(sent!.id))).toBeInstanceOf(ConflictError)
    await ofSameName.deleteForever()
    await vi.waitFor(async () => other.vfolders.invitations.accept(sent!.id), { timeout: 20_000, interval: 500 })
    expect(await rejection(other.vfolders.invitations.accept(sent!.id))).toBeInstanceOf(NotFoundError)

    const shared = await other.vfolders.get(folder.name)
    expect(await shared.info()).toMatchObject({ id: folder.id, isOwner: false, permission: 'ro' })
    const [share] = await folder.shares()
    expect(share).toMatchObject({ folderId: folder.id, folderName: folder.name, userEmail: email, permission: 'ro' })
    // What is said of it depends on the release.
    expect(await rejection(shared.rename(uniqueName()))).toBeInstanceOf(Error)
    expect(await rejection(shared.delete())).toBeInstanceOf(Error)
    expect(await rejection(folder.leave())).toBeInstanceOf(InvalidRequestError)
    if (await client.supports('vfolder-leave')) await shared.leave()
    else await folder.setShare(email, null)
    expect(await names(other)).not.toContain(folder.name)
    expect(await folder.shares()).toEqual([])
  }, 60_000)

  test('invitations that are rejected, cancelled, or unknown', async (context) => {
    needsAccount(context, target, 'otherUser')
    const folder = await create()
    const email = await emailOf(other)
    const idOfSent = async () =>
      (await client.vfolders.invitations.list({ sent: true })).find(({ folderId }) => folderId === folder.id)?.id
    await folder.invite([email])
    await other.vfolders.invitations.reject((await idOfSent())!)
    expect(await idOfSent()).toBeUndefined()
    const unknown = '11111111-1111-4111-8111-111111111111'
    expect(await rejection(other.vfolders.invitations.reject(unknown))).toBeInstanceOf(NotFoundError)
    expect(await rejection(other.vfolders.invitations.accept(unknown))).toBeInstanceOf(NotFoundError)
    expect(await rejection(client.vfolders.invitations.update(unknown, { permission: 'ro' }))).toBeInstanceOf(
      NotFoundError,
    )
    const another = await create()
    await another.invite(email)
    const sent = (await client.vfolders.invitations.list({ sent: true })).find(
      ({ folderId }) => folderId === another.id,
    )
    await client.vfolders.invitations.cancel(sent!.id)
    const received = await other.vfolders.invitations.list()
    expect(received.filter(({ folderId }) => folderId === another.id)).toEqual([])
    expect(await rejection(folder.setShare('nobody@example.com', 'ro'))).toBeInstanceOf(NotFoundError)
  })

  test('two folders of one name: told with their ids', async (context) => {
    needsAccount(context, target, 'otherUser')
    const name = uniqueName('conf-twice')
    const theirs = await create({ name }, other)
    const folder = await create()
    const email = await emailOf(client)
    await theirs.invite(email)
    const invitation = (await client.vfolders.invitations.list()).find(({ folderId }) => folderId === theirs.id)
    await client.vfolders.invitations.accept(invitation!.id)
    // Renaming looks at what the other one sees, which the first does not.
    const outcome = await folder.rename(name).catch((error: unknown) => error)
    expect(outcome).toBeInstanceOf(ConflictError)
    await theirs.setShare(email, null)
    expect(await names()).not.toContain(name)
  })

  test('what is shared to be read, mounted beside a part of another folder', async (context) => {
    needsAccount(context, target, 'otherUser')
    const [own, theirs] = [await create(), await create({}, other)]
    await own.mkdir('part')
    const email = await emailOf(client)
    await theirs.invite(email, { permission: 'ro' })
    const invitation = (await client.vfolders.invitations.list()).find(({ folderId }) => folderId === theirs.id)
    await client.vfolders.invitations.accept(invitation!.id)
    const mounts = [{ name: `${own.name}/part`, target: '/home/work/place/own' }, theirs.name]
    await using session = await client.sessions.create({ image: target.pythonImage, slots: smallSlots, mounts })
    const code = `
for path in ['place/own/a', '${theirs.name}/a']:
    try:
        with open(path, 'w') as file: file.write('x')
        print('written')
    except OSError as error: print(error.errno)`
    const said = await session.run(code).text()
    // The emulator needs namespaces for that, which not every machine gives it.
    expect(said).toMatch(target.name.startsWith('emulator') ? /^written\n(?:30|written)\n$/ : /^written\n30\n$/)
    expect((await own.listFiles('part')).map(({ name }) => name)).toEqual(['a'])
  }, 120_000)

  test("a project's folder", async (context) => {
    needsAccount(context, target, 'admin')
    const folder = await create({ project: 'default' }, admin)
    const listed = await client.vfolders.list({ project: 'default' }).all()
    const seen = listed.find(({ id }) => id === folder.id)
    expect(seen).toMatchObject({
      ownership: 'project',
      userId: undefined,
      projectId: expect.stringMatching(uuid) as string,
    })
    expect(listed.every(({ ownership }) => ownership === 'project')).toBe(true)
    expect(await rejection((await client.vfolders.get(folder.id)).leave())).toBeInstanceOf(InvalidRequestError)
  })

  test("a project's folder that is shared with a member", async (context) => {
    needsAccount(context, target, 'admin')
    needsAccount(context, target, 'otherUser')
    await needs(context, admin, 'vfolder-share')
    const folder = await create({ project: 'default' }, admin)
    const email = await emailOf(other)
    expect(await folder.share(email, { permission: 'ro' })).toEqual([email])
    expect(await folder.shares()).toMatchObject([{ userEmail: email, permission: 'ro', ownership: 'project' }])
    expect(await folder.unshare([email])).toEqual([email])
    expect(await folder.shares()).toEqual([])
    expect(await rejection(folder.share('nobody@example.com'))).toBeInstanceOf(NotFoundError)
  })

  test('what administrators see', async (context) => {
    needsAccount(context, target, 'admin')
    expect((await admin.vfolders.allHosts()).allowed).toContain((await client.vfolders.hosts()).default)
    expect(await rejection(client.vfolders.allHosts())).toBeInstanceOf(Error)
    expect(await admin.vfolders.mounts.list()).toMatchObject({ manager: { success: true }, storageProxy: {} })
    expect(await admin.vfolders.mounts.fstab()).toMatchObject({ node: 'manager' })
    const { default: host } = await admin.vfolders.hosts()
    expect(await rejection(admin.vfolders.performanceMetric(host!))).toBeInstanceOf(InvalidRequestError)
    const folder = await create()
    const all = await admin.vfolders.list({ all: true, limit: 5 }).all()
    expect(all.map(({ id }) => id)).toContain(folder.id)
  })

  test('a list with a filter, for administrators', async (context) => {
    needsAccount(context, target, 'admin')
    await needs(context, admin, 'graphql-filter')
    const folder = await create()
    const filter = `name == "${folder.name}"`
    const found = await admin.vfolders.list({ all: true, filter, order: '-created_at' }).all()
    expect(found).toMatchObject([{ id: folder.id, ownership: 'user', isOwner: undefined }])
  })

  test('another owner', async (context) => {
    needsAccount(context, target, 'admin')
    needsAccount(context, target, 'otherUser')
    await needs(context, admin, 'vfolder-change-owner')
    const folder = await create()
    await new VFolder(admin.transport, folder, true).changeOwner(await emailOf(other))
    expect(await names()).not.toContain(folder.name)
    const theirs = await other.vfolders.get(folder.id)
    made.push(theirs)
    expect(await theirs.info()).toMatchObject({ isOwner: true })
  })

  test('quotas', async (context) => {
    const folder = await create()
    expect(await rejection(folder.quota())).toBeInstanceOf(UnsupportedError)
    expect(await rejection(folder.setQuota(1))).toBeInstanceOf(UnsupportedError)
    await needs(context, client, 'quota-scopes')
    const { quotaScopeId } = await folder.info()
    expect(await client.vfolders.quotas.get(folder.host, quotaScopeId!)).toMatchObject({
      id: quotaScopeId,
      host: folder.host,
    })
    needsAccount(context, target, 'admin')
    await admin.vfolders.quotas.set(folder.host, quotaScopeId!, 1024 ** 3)
    await admin.vfolders.quotas.unset(folder.host, quotaScopeId!)
  })

  test('directories', async () => {
    const folder = await create()
    await folder.mkdir('a/b/c')
    await folder.mkdir('a/b/c', { existOk: true })
    expect(await rejection(folder.mkdir('a/b/c'))).toBeInstanceOf(ConflictError)
    await folder.mkdir(['x', 'y', '한글 이름'])
    const listing = await folder.listFiles()
    expect(listing.map(({ name }) => name).toSorted()).toEqual(['a', 'x', 'y', '한글 이름'])
    expect(listing.isTruncated).toBe(false)
    expect(listing[0]).toMatchObject({
      type: 'directory',
      size: expect.any(Number) as number,
      mode: expect.stringMatching(/^7[057][057]$/) as string,
      modified: expect.any(Date) as Date,
    })
    expect(Math.abs(listing[0]!.modified.getTime() - Date.now())).toBeLessThan(3_600_000)
    const error = await rejection(folder.mkdir(['x', 'z']))
    expect(error).toMatchObject({ data: { created: ['z'], failed: [{ path: 'x' }] } })
    expect((await folder.listFiles('a')).map(({ name }) => name)).toEqual(['b'])
  })

  test('files that are deleted by a task, or not', async () => {
    const folder = await create()
    await folder.mkdir(['one/two', 'three'])
    await folder.upload('one/file', 'text')
    const task = await folder.startDeletingFiles(['one'], { recursive: true })
    expect(task !== undefined).toBe(await client.supports('vfolder-delete-files-task'))
    await task?.wait()
    expect((await folder.listFiles()).map(({ name }) => name)).toEqual(['three'])
    expect(await rejection(folder.startDeletingFiles('../x'))).toBeInstanceOf(ConfigError)
  })

  test('files that are renamed, moved and deleted', async (context) => {
    const folder = await create()
    await folder.mkdir(['one/two', 'three'])
    await folder.renameFile('one/two', 'zwei')
    expect((await folder.listFiles('one')).map(({ name }) => name)).toEqual(['zwei'])
    expect(await rejection(folder.renameFile('nothing', 'else'))).toBeInstanceOf(NotFoundError)
    expect(await rejection(folder.listFiles('nothing/at/all'))).toBeInstanceOf(NotFoundError)
    await folder.deleteFiles('three', { recursive: true })
    expect((await folder.listFiles()).map(({ name }) => name)).toEqual(['one'])
    const missing = await folder.deleteFiles('nothing').catch((error: unknown) => error)
    expect(missing instanceof NotFoundError).toBe(!(await client.supports('vfolder-lenient-file-deletion')))
    for (const path of ['..', 'one/../..', '/etc']) {
      expect(await rejection(folder.listFiles(path))).toBeInstanceOf(ConfigError)
      expect(await rejection(folder.mkdir(path))).toBeInstanceOf(ConfigError)
      expect(await rejection(folder.deleteFiles(path))).toBeInstanceOf(ConfigError)
    }
    expect((await folder.listFiles('one/../one/.')).map(({ name }) => name)).toEqual(['zwei'])
    await needs(context, client, 'vfolder-move-file')
    await folder.moveFile('one/zwei', 'deux')
    expect((await folder.listFiles()).map(({ name }) => name).toSorted()).toEqual(['deux', 'one'])
    await folder.moveFile('deux', 'one')
    expect((await folder.listFiles('one')).map(({ name }) => name)).toEqual(['deux'])
    expect(await rejection(folder.moveFile('nothing', 'else'))).toBeInstanceOf(NotFoundError)
    await folder.moveFile('one', 'nowhere/else')
    expect((await folder.listFiles('nowhere')).map(({ name }) => name)).toEqual(['else'])
  })
})

/** Of the account, as its folders tell. */
async function emailOf(client: Client): Promise<string> {
  const { user } = await client.graphql<{ user: { email: string } }>('query { user { email } }')
  return user.email
}
