import { createEmulator } from '@backend-ai-sdk/emulator'
import { serve } from '@backend-ai-sdk/emulator/node'
import { afterEach, expect, test } from 'vitest'

import { createClient, keypair, type Client } from '../index.ts'
import { octalOf } from './session-listing.ts'

let stop: () => Promise<void>
afterEach(() => stop())

function clientOf(profile: '20.09' | '23.09' | '26.9'): Client {
  const emulator = createEmulator({ profile })
  stop = () => emulator.stop()
  const user = emulator.users.find(({ role }) => role === 'user')!
  return createClient({
    endpoint: 'http://cluster.test',
    auth: keypair(user),
    fetch: (input, init) => emulator.fetch(new Request(input, init)),
  })
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

test.each(['20.09', '23.09', '26.9'] as const)('a file of a session comes as it is: %s', async (profile) => {
  const session = await clientOf(profile).sessions.create({ image: 'python' })
  const data = Uint8Array.from({ length: 1000 }, (_, at) => at % 256)
  await session.upload([{ path: '자료/a b.bin', data }])
  expect(await session.downloadFile('자료/a b.bin')).toEqual(data)
  const failure = await session.downloadFile('nothing').catch((error: unknown) => error)
  expect(failure).toMatchObject({ name: 'ServerError', status: 500 })
})

test.each(['20.09', '23.09', '26.9'] as const)('folders and more files than fit into one call: %s', async (profile) => {
  const session = await clientOf(profile).sessions.create({ image: 'python' })
  const names = Array.from({ length: 25 }, (_, index) => `dir/${'deep/'.repeat(30)}${index} "한글".txt`)
  const told: number[] = []
  await session.upload(
    names.map((path) => ({ path, data: path })),
    { onProgress: ({ sent }) => told.push(sent) },
  )
  expect(told).toHaveLength(2)
  const downloads = await session.download(['dir', ...names.slice(0, 6)])
  expect(downloads.map(({ path }) => path)).toEqual(['dir', ...names.slice(0, 6)])
  const files = downloads[0]!.entries.filter(({ type }) => type === 'file')
  expect(Object.fromEntries(files.map(({ name, data }) => [name, text(data)]))).toEqual(
    Object.fromEntries(names.map((name) => [name, name])),
  )
  expect(text(downloads[6]!.entries[0]!.data)).toBe(names[5])
})

test.each(['', '..', '../a', 'a/../../b', '/abs', 'nul\0'])('%j is refused before anything is sent', async (path) => {
  const session = await clientOf('26.9').sessions.create({ image: 'python' })
  await expect(session.upload([{ path, data: '' }])).rejects.toMatchObject({ name: 'ConfigError' })
  if (path === '/abs') return
  await expect(session.download(['.', path])).rejects.toMatchObject({ name: 'ConfigError' })
  await expect(session.listFiles(path)).rejects.toMatchObject({ name: 'ConfigError' })
})

test.each(['20.09', '23.09', '26.9'] as const)('a folder is listed over a socket: %s', async (profile) => {
  const served = await serve({ profile })
  stop = () => served.close()
  const client = createClient({ endpoint: served.url, auth: keypair(served.emulator.users[0]!) })
  const session = await client.sessions.create({ image: 'python' })
  await session.upload([
    { path: 'dir/b', data: 'twelve bytes' },
    { path: 'dir/a/c', data: '' },
  ])
  expect(await session.listFiles('dir')).toMatchObject([
    { name: 'a', type: 'directory' },
    { name: 'b', type: 'file', size: 12, mode: expect.stringMatching(/^6\d\d$/) as string },
  ])
  await expect(session.listFiles('none')).rejects.toMatchObject({ name: 'NotFoundError' })
  await expect(session.listFiles('dir/b')).rejects.toMatchObject({ name: 'InvalidRequestError' })
  await expect(session.listFiles('/etc')).rejects.toMatchObject({ name: 'ServerError' })
  const reason = new Error('mine')
  await expect(session.listFiles('.', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
})

test('where only a fetch is had, old releases list nothing', async () => {
  const session = await clientOf('23.09').sessions.create({ image: 'python' })
  await expect(session.listFiles()).rejects.toMatchObject({ name: 'UnsupportedError', serverRelease: '23.09.10' })
})

test.each([
  ['-rw-r--r--', '644'],
  ['drwxrwxrwt', '1777'],
  ['-rwsr-Sr-x', '6745'],
  ['lrwxrwxrwx', '777'],
  ['----------', '000'],
])('%s is %s', (mode, octal) => expect(octalOf(mode)).toBe(octal))
