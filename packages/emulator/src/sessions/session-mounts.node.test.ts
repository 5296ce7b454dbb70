/** What a session and its folders see of each other. */
import { existsSync } from 'node:fs'

import { afterEach, describe, expect, test } from 'vitest'

import type { ProfileName } from '../index.ts'
import { namespaceFlags } from '../kernel/mount-namespace.ts'
import { bytesOf, closePlaces, namesIn, place, type Place } from '../testing-storage.ts'

afterEach(closePlaces)

const config = (more: object): object => ({ resources: { cpu: 1, mem: '1g' }, ...more })

const start = ({ call }: Pick<Place, 'call'>, wishes: object) =>
  call('POST', '/session', {
    name: 'mounting',
    image: 'shell',
    group: 'default',
    domain: 'default',
    config: config(wishes),
  })

async function run({ call, emulator }: Place, code: string): Promise<string> {
  const id = emulator.profile.name === '26.9' ? { run_id: 'r' } : { runId: 'r' }
  return JSON.stringify((await call('POST', '/session/mounting', { mode: 'query', code, ...id })).body)
}

test.each(['23.09', '26.9'] as const)(
  '%s: both sides see the same files, which outlive the session',
  async (profile) => {
    const cluster = await place('in process', { profile })
    const { call, put, get } = cluster
    await put('in.txt', bytesOf('from outside'))
    await call('POST', '/folders', { name: '.hidden' })
    expect(await start(cluster, { mounts: ['data'], mount_map: { data: '/home/work/sub/data' } })).toMatchObject({
      status: 201,
    })
    const said = await run(cluster, 'cat sub/data/in.txt; echo from inside > sub/data/out.txt; ls -d .hidden')
    expect(said).toContain('from outside')
    expect(said).toContain('.hidden')
    expect(await (await get('out.txt')).text()).toBe('from inside\n')
    await call('DELETE', '/session/mounting')
    await expect.poll(async () => (await call('GET', '/session/mounting')).status).toBe(404)
    expect(await namesIn(cluster)).toEqual(['in.txt', 'out.txt'])
  },
)

describe.skipIf((await namespaceFlags()) === null)('where there are namespaces', () => {
  test.each(['23.09', '26.9'] as const)('%s: what is shared to be read cannot be written to', async (profile) => {
    const cluster = await place('in process', { profile })
    const { call } = cluster
    // Their own folder is one that owners of 26.9 can write to all the same.
    await call('POST', '/folders/data/update-options', { permission: 'ro' })
    await call('POST', '/folders', { name: 'open' })
    const asked = profile === '26.9' ? { mount_options: { open: { permission: 'ro' } } } : {}
    expect((await start(cluster, { mounts: ['data', 'open'], ...asked })).status).toBe(201)
    const [closed, open] = profile === '26.9' ? ['open', 'data'] : ['data', 'open']
    const said = await run(cluster, `echo 1 > ${closed}/a; mkdir ${closed}/b; echo 2 > ${open}/c; cat ${open}/c; id -u`)
    expect(said).toMatch(/Read-only file system.*Read-only file system/)
    expect((await call('GET', `/folders/${closed}/files?path=`)).body).toMatchObject({ items: [] })
    expect((await call('GET', `/folders/${open}/files?path=`)).body).toMatchObject({ items: [{ name: 'c' }] })
  })

  test('a part of a folder, named by its id', async () => {
    const cluster = await place('in process')
    const { call } = cluster
    await call('POST', '/folders/data/mkdir', { path: 'part/deep' })
    const { id } = [...cluster.emulator.state.folders.values()][0]!
    const wishes = { mount_ids: [id], mount_options: { [id]: { permission: 'ro', subpath: 'part' } } }
    expect((await start(cluster, { ...wishes, mount_id_map: { [id]: '/home/work/here' } })).status).toBe(201)
    const said = await run(cluster, 'ls here; echo 1 > here/x')
    expect(said).toMatch(/deep.*Read-only file system/)
    const outside = { ...wishes, mount_options: { [id]: { subpath: '../x' } } }
    const refused = await call('POST', '/session', { name: 'other', image: 'shell', config: config(outside) })
    expect(refused.body['msg']).toBe("The subpath '../x' must not escape the vfolder root.")
  })

  test('places outside of the home, beside what the machine has', async () => {
    const cluster = await place('in process')
    await cluster.call('POST', '/folders/data/mkdir', { path: 'deep', parents: true, exist_ok: true })
    await cluster.call('POST', '/folders', { name: 'second' })
    const mount_map = { 'data/deep': '/emulated-place/a', second: '/opt/emulated/b' }
    expect((await start(cluster, { mounts: Object.keys(mount_map), mount_map })).status).toBe(201)
    const said = await run(
      cluster,
      'pwd; ls; echo 1 > /emulated-place/a/x; echo 2 > /opt/emulated/b/y; ls /opt /usr/bin/env',
    )
    expect(said).not.toMatch(/No such|Permission/)
    expect(said).toContain('/usr/bin/env')
    expect(await namesIn(cluster, 'deep')).toEqual(['x'])
    expect([existsSync('/emulated-place'), existsSync('/opt/emulated')]).toEqual([false, false])
    await cluster.call('DELETE', '/session/mounting')
    await expect.poll(async () => (await cluster.call('GET', '/session/mounting')).status).toBe(404)
  })
})

describe('what is refused', () => {
  const refusals = {
    '23.09': [
      [{ data: '/home/work/' }, ['data'], 400, 'Alias name cannot be empty.'],
      [{ data: '/home/work/.ssh' }, ['data'], 400, '.ssh is reserved for internal path.'],
      [{ data: '/etc' }, ['data'], 400, '/etc is reserved for internal path.'],
      [
        { data: '/home/work/x', second: '/home/work/x' },
        ['data', 'second'],
        400,
        'Duplicate alias folder name exists.',
      ],
      [
        { data: '/home/work/x', second: '/home/work/x/y' },
        ['data', 'second'],
        400,
        'VFolder mount path /home/work/x/y overlaps with /home/work/x',
      ],
      [{}, ['data', 'data/sub'], 400, "VFolder source path 'data/sub' overlaps with 'data'"],
      [{}, ['data/../x'], 400, "The subpath '../x' should designate a subdirectory of the vfolder 'data'."],
      [{}, ['nothing'], 404, 'There is no accessible vfolders at all.'],
      [{}, ['data', 'nothing'], 404, 'VFolder nothing is not found or accessible.'],
    ],
    '26.9': [
      [{ data: '/home/work' }, ['data'], 400, '/home/work is reserved for internal path.'],
      [{ data: '/home/work/' }, ['data'], 400, 'Alias name cannot be empty.'],
      [
        { data: '/home/work/x', second: '/home/work/x/y' },
        ['data', 'second'],
        400,
        "VFolder path '/home/work/x/y' overlaps with '/home/work/x'",
      ],
      [
        { data: '/home/work/second' },
        ['data', 'second'],
        400,
        "kernel_specs[0].vfolder_mounts has duplicate kernel_path '/home/work/second'.",
      ],
      [{}, ['data/../x'], 400, "The subpath '../x' must not escape the vfolder root."],
      [{ data: '' }, ['data'], 201, undefined],
      [{}, ['data', 'data/sub'], 201, undefined],
    ],
  } as const satisfies Partial<Record<ProfileName, readonly unknown[]>>

  test.each(['23.09', '26.9'] as const)('%s', async (profile) => {
    const cluster = await place('in process', { profile })
    await cluster.call('POST', '/folders', { name: 'second' })
    for (const [mount_map, mounts, status, msg] of refusals[profile]) {
      const answer = await start(cluster, { mounts, mount_map })
      expect([answer.status, answer.body['msg'] as unknown]).toEqual([status, msg])
      if (status !== 201) continue
      await cluster.call('DELETE', '/session/mounting')
      await expect.poll(async () => (await cluster.call('GET', '/session/mounting')).status).toBe(404)
    }
  })

  test('more than is allowed, a dotfile in its place, a host that lets nobody mount', async () => {
    const cluster = await place('in process')
    const dotfile = { path: 'data', data: 'x', permission: '644' }
    await cluster.call('POST', '/user-config/dotfiles', dotfile)
    expect(await start(cluster, { mounts: ['data'] })).toMatchObject({
      status: 400,
      body: { error_code: 'dotfile_create_conflict' },
    })
    const closed = await place('in process', { policy: { hostPermissions: ['create-vfolder'] } })
    expect((await start(closed, { mounts: ['data'] })).body['msg']).toBe(
      "Permission denied to mount VFolder 'data' on host 'local:volume1'. " +
        '`mount-in-session` Not allowed in vfolder host(`local:volume1`)',
    )
    await closed.call('POST', '/folders', { name: '.hidden' })
    expect((await start(closed, {})).status).toBe(201)
  })
})
