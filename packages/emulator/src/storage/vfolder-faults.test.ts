/** What released servers do wrong with folders, and that healthy ones do not. */
import { afterEach, describe, expect, test } from 'vitest'

import { createEmulator, type Emulator, type ProfileName } from '../index.ts'
import { type Answer, type Caller, callerOf } from '../testing.ts'

const owner = 'user@lablup.com'
const guest = 'user2@lablup.com'

let emulator: Emulator
afterEach(() => emulator.stop())

interface Folder {
  id: string
  owner: Caller
  guest: Caller
  admin: Caller
}

/** A folder `data` of the owner's. */
async function start(profile: ProfileName, asReleased: boolean): Promise<Folder> {
  emulator = createEmulator({ profile, asReleased })
  const callers = { owner: callerOf(emulator, owner), guest: callerOf(emulator, guest) }
  const { body } = await callers.owner('POST', '/folders', { name: 'data', cloneable: true })
  return { id: body['id'], ...callers, admin: callerOf(emulator, 'admin@lablup.com') }
}

const unknown = '11111111-1111-4111-8111-111111111111'

interface ListedFolder {
  id: string
  status: string
  permission: string
  ownership_type: string
}

const listed = async (call: Caller): Promise<ListedFolder[]> => (await call('GET', '/folders')).body

const msgOf = ({ body }: Answer): unknown => body['msg']

async function share({ id, owner: call, guest: other }: Folder, perm: string): Promise<void> {
  await call('POST', `/folders/${id}/invite`, { perm, emails: [guest] })
  const { body } = await other('GET', '/folders/invitations/list')
  const [invitation] = body['invitations'] as { id: string }[]
  expect((await other('POST', '/folders/invitations/accept', { inv_id: invitation?.id })).status).toBe(200)
}

describe('26.9', () => {
  test.each([false, true])('deletes by a path with an id, as released: %s', async (asReleased) => {
    const { id, owner: call } = await start('26.9', asReleased)
    const answer = await call('DELETE', `/folders/${id}`)
    expect([answer.status, answer.body['data']]).toEqual(asReleased ? [404, id] : [204, undefined])
    expect((await listed(call))[0]?.status).toBe(asReleased ? 'ready' : 'delete-pending')
  })

  test.each([false, true])("lists projects' folders, as released: %s", async (asReleased) => {
    const { owner: call, admin } = await start('26.9', asReleased)
    const [project] = emulator.state.projects.keys()
    await admin('POST', '/folders', { name: 'common', group: project })
    const kinds = (await listed(call)).map(({ ownership_type }) => ownership_type)
    expect(kinds).toEqual(asReleased ? ['user'] : ['user', 'group'])
    const { body } = await call('GET', `/folders?group_id=${project}`)
    expect(body).toHaveLength(2)
  })

  test.each([false, true])("lets members do all with a project's folder, as released: %s", async (asReleased) => {
    const { owner: call, admin } = await start('26.9', asReleased)
    const [project] = emulator.state.projects.keys()
    const { body } = await admin('POST', '/folders', { name: 'common', group: project, permission: 'ro' })
    const id = String(body['id'])
    expect((await call('GET', `/folders/${id}`)).body).toMatchObject({ is_owner: asReleased, permission: 'ro' })
    expect((await call('POST', `/folders/${id}/mkdir`, { path: 'a' })).status).toBe(asReleased ? 200 : 403)
    expect((await call('DELETE', '/folders', { id })).status).toBe(asReleased ? 204 : 403)
  })

  test.each([false, true])('deletes what is gone, as released: %s', async (asReleased) => {
    const { id, owner: call } = await start('26.9', asReleased)
    await call('DELETE', '/folders', { id })
    await call('POST', '/folders/delete-from-trash-bin', { id })
    expect(await listed(call)).toEqual([])
    expect((await call('DELETE', '/folders', { id })).status).toBe(asReleased ? 204 : 403)
    expect((await listed(call)).map(({ status }) => status)).toEqual(asReleased ? ['delete-pending'] : [])
    expect((await call('POST', '/folders/restore-from-trash-bin', { id })).status).toBe(asReleased ? 204 : 403)
    const answer = await call('GET', `/folders/${id}/files?path=`)
    expect(answer.status).toBe(asReleased ? 404 : 403)
  })

  test.each([false, true])('a share that lets write, as released: %s', async (asReleased) => {
    const folder = await start('26.9', asReleased)
    await share(folder, 'wd')
    const { id, owner: call, guest: other } = folder
    const may = async (method: string, path: string, body: object): Promise<boolean> =>
      (await other(method, `/folders/${id}${path}`, body)).status < 300
    await call('POST', `/folders/${id}/mkdir`, { path: ['a', 'b'] })
    expect([
      await may('POST', '/mkdir', { path: 'c' }),
      await may('POST', '/request-upload', { path: 'f', size: 1 }),
      await may('POST', '/rename-file', { target_path: 'a', new_name: 'd' }),
      await may('POST', '/delete-files', { files: ['b'], recursive: true }),
      await may('POST', '/update-options', { cloneable: true }),
      await may('POST', '/clone', { target_name: 'copy' }),
      await may('POST', '/leave', {}),
    ]).toEqual(
      asReleased ? [false, false, true, true, true, false, false] : [true, true, true, true, false, true, true],
    )
  })

  test.each([false, true])('a share whose permission is changed, as released: %s', async (asReleased) => {
    const folder = await start('26.9', asReleased)
    await share(folder, 'rw')
    const { id, owner: call, guest: other } = folder
    await call('POST', `/folders/${id}/mkdir`, { path: 'a' })
    const user = [...emulator.state.users.values()].find(({ email }) => email === guest)!.id
    await call('POST', '/folders/_/shared', { vfolder: id, user, perm: 'ro' })
    expect((await listed(other))[0]?.permission).toBe('ro')
    const renamed = await other('POST', `/folders/${id}/rename-file`, { target_path: 'a', new_name: 'b' })
    expect(renamed.status).toBe(asReleased ? 200 : 403)
    await call('DELETE', '/folders', { id })
    const { body } = await call('GET', `/folders/_/shared?vfolder_id=${id}`)
    expect(body['shared']).toHaveLength(asReleased ? 1 : 0)
  })

  test.each([false, true])('an owner who leaves, as released: %s', async (asReleased) => {
    const { id, owner: call } = await start('26.9', asReleased)
    expect((await call('POST', `/folders/${id}/leave`, {})).status).toBe(asReleased ? 200 : 400)
    expect(await listed(call)).toHaveLength(1)
  })

  test.each([false, true])('invites nobody, as released: %s', async (asReleased) => {
    const { id, owner: call } = await start('26.9', asReleased)
    const answer = await call('POST', `/folders/${id}/invite`, { emails: ['nobody@example.com'] })
    expect(answer.status).toBe(asReleased ? 201 : 404)
  })

  test.each([false, true])('tells owners the permission of their folder, as released: %s', async (asReleased) => {
    const { id, owner: call } = await start('26.9', asReleased)
    await call('POST', `/folders/${id}/update-options`, { permission: 'ro' })
    expect((await call('GET', `/folders/${id}`)).body['permission']).toBe(asReleased ? 'rw' : 'ro')
  })

  test.each([false, true])('says why, as released: %s', async (asReleased) => {
    const { id, owner: call } = await start('26.9', asReleased)
    const missing = await call('GET', `/folders/${id}/files?path=nothing`)
    expect(missing.status).toBe(400)
    expect(msgOf(missing)).toBe(asReleased ? 'Bad request to storage proxy' : 'No such file or directory')
    expect(missing.body['data']).toEqual(asReleased ? undefined : { errno: 2, paths: ['nothing'] })
    await call('POST', `/folders/${id}/mkdir`, { path: 'a' })
    const partly = await call('POST', `/folders/${id}/mkdir`, { path: ['a', 'b'] })
    expect(partly.status).toBe(asReleased ? 200 : 207)
    const failed = await call('POST', `/folders/${id}/mkdir`, { path: ['a', 'b'] })
    expect([failed.status, failed.body['data'] === undefined]).toEqual([400, asReleased])
  })
})

describe('older releases', () => {
  const cases = [
    ['20.09', false],
    ['20.09', true],
    ['23.09', false],
    ['23.09', true],
  ] as const

  test.each(cases)('%s, as released: %s: an invitation that is not there', async (profile, asReleased) => {
    const { owner: call } = await start(profile, asReleased)
    const { status } = await call('DELETE', '/folders/invitations/delete', { inv_id: unknown })
    expect(status).toBe(asReleased ? 500 : 404)
  })

  test.each(cases)('%s, as released: %s: a renaming of a directory', async (profile, asReleased) => {
    const { owner: call } = await start(profile, asReleased)
    await call('POST', '/folders/data/mkdir', { path: 'a' })
    const { status } = await call('POST', '/folders/data/rename-file', { target_path: 'a', new_name: 'b' })
    expect(status).toBe(asReleased && profile === '20.09' ? 400 : 200)
  })

  test.each(cases)('%s, as released: %s: a clone without a host', async (profile, asReleased) => {
    const { owner: call } = await start(profile, asReleased)
    const { status } = await call('POST', '/folders/data/clone', { target_name: 'copy' })
    expect(status).toBe(asReleased && profile === '23.09' ? 500 : 201)
  })
})

test.each([
  ['23.09', false, 400],
  ['23.09', true, 500],
  ['26.9', false, 400],
  ['26.9', true, 400],
] as const)('%s, as released: %s: the quota of a folder is refused with %i', async (profile, asReleased, status) => {
  const { id, owner: call } = await start(profile, asReleased)
  const answer = await call('GET', `/folders/_/quota?folder_host=local:volume1&id=${id}`)
  expect(answer.status).toBe(status)
  expect(String(answer.body['type'])).toMatch(asReleased ? /(?:internal-server|forwarded)-error$/ : /operation-failed$/)
})
