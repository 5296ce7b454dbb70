/** What is not seen on the clusters of the conformance suite: answers of other releases. */
import {
  ConfigError,
  ConflictError,
  InvalidRequestError,
  keypair,
  NotFoundError,
  QuotaExceededError,
  UnsupportedError,
  type APIVersion,
} from '@backend-ai-sdk/core'
import { describe, expect, test } from 'vitest'

import { createClient } from '../client.ts'
import { toVFolderInfo, type WireFolder } from './vfolder-info.ts'
import { VFolder } from './vfolder.ts'

const id = 'd8b6a0a4-8f5a-4c3e-9d53-0a1b2c3d4e5f'
const versions: Record<string, APIVersion> = {
  '20.9.20': 'v6.20200815',
  '21.9.0': 'v6.20200815',
  '22.3.0': 'v6.20220315',
  '23.9.10': 'v7.20230615',
  '24.3.8': 'v8.20240315',
  '25.6.0': 'v8.20240915',
  '26.9.6': 'v9.20250722',
}

interface Sent {
  method: string
  path: string
  json: unknown
}

type Answer = readonly [status: number, body?: unknown]

/** A client of a release, whose calls get these answers in their order. */
function clientOf(release: string, ...answers: Answer[]) {
  const sent: Sent[] = []
  const client = createClient({
    endpoint: 'http://manager.example',
    auth: keypair({ accessKey: 'AKIAIOSFODNN7EXAMPLE', secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }),
    apiVersion: versions[release]!,
    release,
    retry: false,
    async fetch(input) {
      const request = input as Request
      const { pathname, search } = new URL(request.url)
      const text = await request.text()
      sent.push({ method: request.method, path: pathname + search, json: text ? JSON.parse(text) : undefined })
      const [status, body] = answers.shift() ?? [500]
      const hasBody = body !== undefined && status !== 204
      return new Response(hasBody ? JSON.stringify(body) : null, {
        status,
        headers: { 'Content-Type': 'application/json' },
      })
    },
  })
  const facts = { id, name: 'data', host: 'local:volume1', usageMode: 'general' } as const
  const folder = (byId: boolean) => new VFolder(client.transport, facts, byId)
  return { client, folder, sent }
}

const wire: WireFolder = {
  id: id.replaceAll('-', ''),
  name: 'data',
  host: 'local:volume1',
  permission: 'rw',
  usage_mode: 'general',
  ownership_type: 'user',
  user: 'u',
  group: null,
}

const problem = (slug: string, more: object = {}): Answer => [
  400,
  { type: `https://api.backend.ai/probs/${slug}`, title: 'Refused.', ...more },
]

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'resolved',
    (error: unknown) => error,
  )

test('what servers write for nothing', () => {
  const info = toVFolderInfo({
    ...wire,
    group: 'None',
    user_email: '',
    created_at: '2020-09-01 10:20:30.123456+00:00',
    used_bytes: -1,
    numFiles: 3,
  })
  expect(info).toMatchObject({
    id,
    projectId: undefined,
    userEmail: undefined,
    createdAt: '2020-09-01T10:20:30.123456+00:00',
    usedBytes: undefined,
    fileCount: 3,
  })
})

test('names of several folders: their ids are told', async () => {
  const shared = { ...wire, id: id.replaceAll('-', '').replace('d8', 'aa'), is_owner: false }
  const { client } = clientOf('23.9.10', [200, [{ ...wire, is_owner: true }, shared]])
  const error = await rejection(client.vfolders.get('data'))
  expect(error).toBeInstanceOf(ConflictError)
  expect((error as Error).message).toContain(`${id} (your own, on local:volume1)`)
  expect((error as Error).message).toContain('(shared with you')
})

test('what is in the trash gives way to what is not', async () => {
  const trashed = { ...wire, status: 'delete-pending' }
  const living = { ...wire, id: id.replace('d8', 'aa'), status: 'ready' }
  const { client } = clientOf('24.3.8', [200, [trashed, living]])
  expect((await client.vfolders.get('data')).id).toBe(living.id)
})

describe('making directories', () => {
  const failed = { item: 'b', msg: "FileExistsError(17, 'File exists')" }
  const success = { item: 'a', msg: null }
  test.each<[string, string, Answer[]]>([
    ['one after the other', '23.9.10', [[201], problem('invalid-api-params', { msg: 'File exists' })]],
    ['207', '24.3.8', [[207, { results: { success: [success], failed: [failed] } }]]],
    ['207 without what is around the lists', '25.6.0', [[207, { success: [success], failed: [failed] }]]],
    ['200', '26.9.6', [[200, { results: { success: [success], failed: [failed] } }]]],
  ])('%s', async (_title, release, answers) => {
    const error = await rejection(
      clientOf(release, ...answers)
        .folder(false)
        .mkdir(['a', 'b']),
    )
    expect(error).toBeInstanceOf(ConflictError)
    expect(error).toMatchObject({ data: { created: ['a'], failed: [{ path: 'b' }] } })
  })

  test('all of many are tried, 50 at a time', async () => {
    const paths = Array.from({ length: 120 }, (_, index) => `d${index}`)
    const { folder, sent } = clientOf('26.9.6', [200, { results: { success: [], failed: [] } }], [201], [200])
    await folder(true).mkdir(paths)
    expect(sent.map(({ json }) => (json as { path: string[] }).path.length)).toEqual([50, 50, 20])
  })

  test('nothing but the refusal, where the storage says nothing', async () => {
    const answers: Answer[] = [problem('vfolder-operation-failed'), [200, { items: [] }]]
    expect(
      await rejection(
        clientOf('26.9.6', ...answers)
          .folder(true)
          .mkdir('a'),
      ),
    ).toBeInstanceOf(InvalidRequestError)
  })
})

test.each([
  ['"644"', '644', '644'],
  ['a number', 0o100_600, '600'],
  ['no rights at all', 0o100_000, '000'],
])('the mode of a file: %s', async (_title, mode, expected) => {
  const item = {
    name: 'a',
    type: 'FILE',
    size: 1,
    mode,
    created: '2026-01-01T00:00:00+00:00',
    modified: '2026-01-01T00:00:00+00:00',
  }
  const [entry] = await clientOf('26.9.6', [200, { items: [item] }])
    .folder(true)
    .listFiles()
  expect(entry).toEqual({
    name: 'a',
    type: 'file',
    size: 1,
    mode: expected,
    created: new Date('2026-01-01'),
    modified: new Date('2026-01-01'),
  })
})

test('a listing that may be cut off, without the place of uploads', async () => {
  const item = (name: string) => ({ name, type: 'FILE', size: 1, mode: '644', created: '', modified: '' })
  const items = ['.upload', ...Array.from({ length: 999 }, (_, index) => `f${index}`)].map((name) => item(name))
  const { folder } = clientOf('23.9.10', [200, { items }], [200, { items: items.slice(1) }])
  const whole = await folder(false).listFiles()
  expect(whole).toHaveLength(999)
  expect(whole.isTruncated).toBe(true)
  expect((await folder(false).listFiles()).isTruncated).toBe(false)
})

test.each([
  ['20.9.20', 'DELETE', '/folders/data', undefined],
  ['26.9.6', 'DELETE', '/folders', { id }],
])('%s deletes by %s %s', async (release, method, path, json) => {
  const { folder, sent } = clientOf(release, [204])
  await folder(release === '26.9.6').delete()
  expect(sent).toEqual([{ method, path, json }])
})

test.each([
  ['23.9.10', 'DELETE'],
  ['24.3.8', 'POST'],
])('%s: bodies of deletions by %s', async (release, method) => {
  const { client, folder, sent } = clientOf(release, [200, {}], [200, {}], [200, { unshared_emails: [] }])
  await folder(false).deleteFiles('a')
  await client.vfolders.invitations.reject(id)
  await folder(false).unshare('a@example.com')
  expect(sent.map((call) => call.method)).toEqual([method, method, method])
})

test('a renaming tells what it is of where it must', async () => {
  const items = [{ name: 'two', type: 'DIRECTORY', size: 1, mode: '755', created: '', modified: '' }]
  const { folder, sent } = clientOf(
    '21.9.0',
    [200, { items: [{ ...items[0], name: 'one' }] }],
    [200, { items }],
    [200, {}],
  )
  await folder(false).renameFile('one/two', 'zwei')
  expect(sent.at(-1)!.json).toEqual({ target_path: 'one/two', new_name: 'zwei', is_dir: true })
  const later = clientOf('22.3.0', [200, {}])
  await later.folder(false).renameFile('one/two', 'zwei')
  expect(later.sent[0]!.json).toEqual({ target_path: 'one/two', new_name: 'zwei' })
})

test('received invitations of 25.6', async () => {
  const invitation = {
    id,
    vfolder_id: id,
    vfolder_name: 'data',
    invitee_user_email: 'me@example.com',
    inviter_user_email: 'you@example.com',
    mount_permission: 'ro',
    status: 'pending',
    created_at: '2025-06-01T00:00:00+00:00',
    modified_at: null,
  }
  const { client } = clientOf('25.6.0', [200, { invitations: [invitation] }])
  expect(await client.vfolders.invitations.list()).toEqual([
    {
      id,
      folderId: id,
      folderName: 'data',
      invitee: 'me@example.com',
      inviter: 'you@example.com',
      permission: 'ro',
      state: 'pending',
      createdAt: '2025-06-01T00:00:00+00:00',
      modifiedAt: undefined,
    },
  ])
})

test('an invitation that is not there is a failure of the server up to 25.5', async () => {
  const none: Answer = [200, { invitations: [] }]
  const { client } = clientOf('23.9.10', [500, { title: 'Internal server error.' }], none, none)
  expect(await rejection(client.vfolders.invitations.reject(id))).toBeInstanceOf(NotFoundError)
})

test('one folder too many', async () => {
  const { client } = clientOf('23.9.10', problem('invalid-api-params', { msg: 'You cannot create more vfolders.' }))
  expect(await rejection(client.vfolders.create({ name: 'data' }))).toBeInstanceOf(QuotaExceededError)
})

test('shares of releases that tell them only folder by folder', async () => {
  const share = {
    vfolder_id: id,
    vfolder_name: 'data',
    shared_by: 'me@example.com',
    shared_to: { uuid: id, email: 'you@example.com' },
    perm: 'ro',
  }
  const { client, sent } = clientOf('20.9.20', [200, [{ ...wire, is_owner: true }]], [200, { shared: [share] }])
  expect(await client.vfolders.shares()).toMatchObject([{ owner: 'me@example.com', userEmail: 'you@example.com' }])
  expect(sent[1]!.path).toBe(`/folders/_/shared?vfolder_id=${id}`)
})

test('quotas of folders, where they still work', async () => {
  const { folder, sent } = clientOf('22.3.0', [200, { size_bytes: 5 }], [200, { size_bytes: 6 }])
  expect(await folder(false).quota()).toBe(5)
  await folder(false).setQuota(6)
  expect(sent[1]!.json).toEqual({ folder_host: 'local:volume1', id, input: { size_bytes: 6 } })
  expect(await rejection(clientOf('20.9.20').folder(false).quota())).toBeInstanceOf(UnsupportedError)
})

test('options that do not belong together, and that do not exist', async () => {
  const { client } = clientOf('26.9.6')
  expect(await rejection(client.vfolders.list({ filter: 'x' }).all())).toBeInstanceOf(ConfigError)
  expect(await rejection(client.vfolders.list({ stat: 'all' } as never).all())).toBeInstanceOf(ConfigError)
})
