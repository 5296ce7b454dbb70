import { afterEach, describe, expect, test } from 'vitest'

import { createEmulator, type Emulator, type ProfileName } from '../index.ts'
import { callerOf, endpoint, playing, simpleScript, userOf } from '../testing.ts'
import { dotfileText, packedSize } from './dotfiles.ts'

let emulator: Emulator
afterEach(() => emulator?.stop())

const start = (profile: ProfileName) => {
  emulator = createEmulator({ profile, ...playing(simpleScript) })
  return { user: callerOf(emulator), admin: callerOf(emulator, 'admin@lablup.com', endpoint) }
}

const path = '/user-config/dotfiles'
const dotfile = { path: '.a', data: 'one\r\n한글\n', permission: '644' }

describe.each(['20.09', '23.09', '26.9'] as const)('%s', (profile) => {
  test('of a key pair', async () => {
    const { user, admin } = start(profile)
    expect(await user('POST', path, dotfile)).toMatchObject({ status: 200, body: {} })
    expect(await user('GET', `${path}?path=.a`)).toMatchObject({
      body: { path: '.a', perm: '644', data: dotfile.data },
    })
    expect(await user('GET', path)).toMatchObject({ body: [dotfile] })
    expect(await user('POST', path, dotfile)).toMatchObject({
      status: 400,
      body: { type: 'https://api.backend.ai/probs/generic-bad-request', title: 'Dotfile already exists.' },
    })
    expect(await user('PATCH', path, { ...dotfile, path: '.b' })).toMatchObject({
      status: 404,
      body: { title: 'No such dotfile.' },
    })
    const { accessKey } = userOf(emulator, 'user@lablup.com')
    // Up to 26.2 the list is the requester's own.
    const { body } = await admin('GET', `${path}?owner_access_key=${accessKey}`)
    expect(body).toEqual(profile === '26.9' ? [dotfile] : [])
    expect(await admin('GET', `${path}?path=.a&owner_access_key=${accessKey}`)).toMatchObject({ status: 200 })
    expect(await user('DELETE', `${path}?path=.a`)).toMatchObject({ status: 200, body: { success: true } })
    expect(await user('DELETE', `${path}?path=.a`)).toMatchObject({ status: 404 })
  })

  test('and a folder of its name', async () => {
    const { user } = start(profile)
    await user('POST', '/folders', { name: '.a', cloneable: true })
    expect((await user('POST', path, dotfile)).status).toBe(profile === '26.9' ? 200 : 400)
    expect((await user('POST', path, { ...dotfile, path: '.b' })).status).toBe(200)
    expect((await user('POST', '/folders', { name: '.b' })).status).toBe(profile === '20.09' ? 400 : 201)
    await user('POST', path, { ...dotfile, path: '.c' })
    const copy = { target_name: '.c', target_host: 'local:volume1' }
    expect((await user('POST', '/folders/.a/clone', copy)).status).toBe(profile === '26.9' ? 201 : 400)
  })

  test('limits', async () => {
    const { user } = start(profile)
    const refused = [
      { ...dotfile, path: '.ssh' },
      { ...dotfile, permission: '899' },
      { ...dotfile, data: 'x'.repeat(65_537) },
      { ...dotfile, data: 'x'.repeat(65_536) },
    ]
    for (const given of refused) expect(await user('POST', path, given)).toMatchObject({ status: 400 })
    expect(await user('POST', path, { ...dotfile, data: '' })).toMatchObject({ status: profile === '26.9' ? 200 : 400 })
    for (let index = 0; index < 100; index += 1) await user('POST', path, { ...dotfile, path: `.${index}` })
    expect(await user('POST', path, { ...dotfile, path: '.more' })).toMatchObject({ status: 400 })
  })

  test('of a project and of a domain', async () => {
    const { user, admin } = start(profile)
    const refusal = profile === '26.9' ? 403 : 401
    expect(await user('POST', '/domain-config/dotfiles', { ...dotfile, domain: 'default' })).toMatchObject({
      status: refusal,
    })
    await admin('POST', '/domain-config/dotfiles', { ...dotfile, domain: 'default' })
    expect(await user('GET', '/domain-config/dotfiles?domain=default')).toMatchObject({ body: [dotfile] })
    expect(await user('GET', '/domain-config/dotfiles?domain=nope')).toMatchObject({
      status: profile === '26.9' ? 404 : 403,
    })
    const group = '/group-config/dotfiles'
    await admin('POST', group, { ...dotfile, group: 'default', domain: 'default' })
    expect(await user('GET', `${group}?group=default&domain=default`)).toMatchObject({ body: [dotfile] })
    expect(await user('GET', `${group}?group=nope&domain=default`)).toMatchObject({ status: 404 })
    // A name needs its domain up to 26.2.
    expect(await user('GET', `${group}?group=default`)).toMatchObject({ status: profile === '26.9' ? 200 : 400 })
  })

  test('a bootstrap script', async () => {
    const { user } = start(profile)
    const route = '/user-config/bootstrap-script'
    expect(await user('GET', route)).toMatchObject({ body: '' })
    await user('POST', route, { script: '\n echo 1\n\n' })
    expect(await user('GET', route)).toMatchObject({ body: 'echo 1' })
    expect(await user('POST', route, {})).toMatchObject({ status: 400 })
    expect(await user('POST', route, { script: '' })).toMatchObject({ status: 200 })
  })
})

test('as msgpack counts', () => {
  // 81 | 93 a4 path … : one list of one map of three texts.
  expect(packedSize([])).toBe(1)
  expect(packedSize([{ path: 'a', permission: '644', data: '' }])).toBe(2 + 5 + 2 + 11 + 4 + 5 + 1)
  expect(packedSize([{ path: 'a', permission: '644', data: 'x'.repeat(32) }])).toBe(2 + 5 + 2 + 11 + 4 + 5 + 34)
})

test('lines as agents write them', () => {
  expect(dotfileText('a\r\nb', 'kept')).toBe('a\r\nb')
  expect(dotfileText('a\r\nb', 'ended')).toBe('a\nb\n')
  expect(dotfileText('a\rb\n', 'ended')).toBe('a\nb\n')
  expect(dotfileText('', 'ended')).toBe('\n')
})
