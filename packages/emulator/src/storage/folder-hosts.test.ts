/** What storage hosts let be done, by the releases: as the recorded clusters answered with the same permissions. */
import { afterEach, expect, test } from 'vitest'

import { createEmulator, type Emulator, type ProfileName } from '../index.ts'
import { callerOf } from '../testing.ts'
import { defaultHost, hostPermissions, type HostPermission } from './folder-hosts.ts'

let emulator: Emulator
afterEach(() => emulator.stop())

/** Names of calls that are refused because of the host. */
async function refused(profile: ProfileName, permissions: readonly HostPermission[]): Promise<string[]> {
  emulator = createEmulator({ profile })
  const { state } = emulator
  const call = callerOf(emulator)
  const admin = callerOf(emulator, 'admin@lablup.com')
  await call('POST', '/folders', { name: 'data', cloneable: true })
  await admin('POST', '/folders', { name: 'common', group: [...state.projects.keys()][0] })
  await call('POST', '/folders/data/mkdir', { path: 'd' })
  const hosts = permissions.length > 0 ? { [defaultHost]: permissions } : {}
  for (const holder of [...state.domains.values(), ...state.policies.values()]) holder.allowedFolderHosts = hosts
  const image = { image: 'shell', group: 'default', domain: 'default', enqueueOnly: true }
  const calls = {
    create: () => call('POST', '/folders', { name: 'more' }),
    clone: () => call('POST', '/folders/data/clone', { target_name: 'copy', target_host: 'local:volume1' }),
    list: () => call('GET', '/folders/data/files?path='),
    mkdir: () => call('POST', '/folders/data/mkdir', { path: 'e' }),
    upload: () => call('POST', '/folders/data/request-upload', { path: 'x', size: 1 }),
    download: () => call('POST', '/folders/data/request-download', { path: 'x' }),
    'rename-file': () => call('POST', '/folders/data/rename-file', { target_path: 'd', new_name: 'd2', is_dir: true }),
    update: () => call('POST', '/folders/data/update-options', { cloneable: true }),
    invite: () => call('POST', '/folders/data/invite', { emails: ['user2@lablup.com'] }),
    share: () => admin('POST', '/folders/common/share', { emails: ['user2@lablup.com'] }),
    mount: () =>
      call('POST', '/session', {
        ...image,
        name: 'mounting',
        config: { mounts: ['data'], resources: { cpu: 1, mem: '1g' } },
      }),
    delete: () => call('DELETE', '/folders/data'),
  }
  const found: string[] = []
  for (const [name, send] of Object.entries(calls)) {
    const { status, body } = await send()
    const msg = String((body as { msg?: unknown }).msg)
    if (status === 400 && /Not allowed in vfolder host|not allowed to use this vfolder host/.test(msg)) found.push(name)
  }
  return found
}

test('the option', async () => {
  emulator = createEmulator({ policy: { hostPermissions: [] } })
  const call = callerOf(emulator)
  expect((await call('GET', '/folders/_/hosts')).body).toMatchObject({ default: null, allowed: [] })
  expect(await call('POST', '/folders', { name: 'data' })).toMatchObject({
    status: 400,
    body: { msg: '`create-vfolder` Not allowed in vfolder host(`local:volume1`)' },
  })
})

test.each([
  ['23.09', ['create-vfolder'], 'upload download rename-file update invite share mount delete'],
  ['23.09', hostPermissions.filter((name) => name !== 'create-vfolder'), 'create clone'],
  ['23.09', hostPermissions, ''],
  ['26.9', ['create-vfolder'], 'upload download rename-file share mount'],
  ['26.9', ['mount-in-session', 'upload-file'], 'create clone download rename-file share'],
  ['26.9', hostPermissions, ''],
  // The host is allowed, and that is all there is to it.
  ['20.09', ['mount-in-session'], ''],
  ['20.09', [], 'create clone'],
] as const)('%s with %j refuses: %s', async (profile, permissions, expected) => {
  expect((await refused(profile, permissions)).join(' ')).toBe(expected)
})
