/** Answers that were recorded from real clusters, read by the client. */
import {
  AuthenticationError,
  ConflictError,
  InvalidRequestError,
  keypair,
  NotFoundError,
  PermissionDeniedError,
} from '@backend-ai-sdk/core'
import { describe, expect, test } from 'vitest'

import { readRecording, type Exchange } from '../../../conformance/recordings.ts'
import { createClient, type Client } from './client.ts'
import { ComputeSession } from './sessions/compute-session.ts'
import { download, downloadArchive } from './storage/download.ts'
import type { FolderAddress } from './storage/folder-address.ts'
import { startUpload } from './storage/upload.ts'

const versions = { '23.9': 'v7.20230615', '26.9': 'v9.20250722' } as const
type Folder = keyof typeof versions

/** A client that is given the recorded answers in their order, and what it sent for them. */
function playback(folder: Folder, files: readonly string[]) {
  const exchanges = files.flatMap((file) => readRecording(folder, file))
  const sent: { exchange: Exchange; part: string; json: unknown }[] = []
  async function fetch(input: RequestInfo | URL): Promise<Response> {
    const request = input as Request
    const exchange = exchanges.shift()
    if (!exchange) throw new Error(`Nothing was recorded any more for ${request.method} ${request.url}`)
    const text = await request.text()
    const isJSON = /json/.test(request.headers.get('Content-Type') ?? '')
    sent.push({
      exchange,
      part: [
        request.method,
        ...(request.headers.has('Upload-Offset') ? [request.headers.get('Upload-Offset'), text] : []),
      ].join(' '),
      json: isJSON ? (JSON.parse(text) as unknown) : undefined,
    })
    // Statuses of answers that have no body.
    const body = [204, 304].includes(exchange.status) ? null : (exchange.answerBytes ?? JSON.stringify(exchange.answer))
    const headers = new Headers(exchange.answerHeaders)
    if (!exchange.answerBytes) headers.delete('Content-Length')
    return new Response(body, { status: exchange.status, headers })
  }
  const client = createClient({
    endpoint: 'http://manager.example',
    auth: keypair({ accessKey: 'AKIAIOSFODNN7EXAMPLE', secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }),
    apiVersion: versions[folder],
    fetch,
  })
  return { client, sent }
}

const sessionOf = (client: Client): ComputeSession =>
  new ComputeSession(client.transport, {
    id: 'wire-main',
    name: 'wire-main',
    image: 'cr.backend.ai/stable/python:3.9-ubuntu20.04',
    status: 'RUNNING',
    created: false,
    servicePorts: [],
  })

describe('runs', () => {
  test.each<[Folder, string[], { stdout: string; stderr?: string; exitCode?: number; media?: string }]>([
    ['23.9', ['071-exec-hello'], { stdout: 'hello\n' }],
    ['23.9', ['072-exec-value'], { stdout: '3' }],
    ['23.9', ['074-exec-continued', '075-exec-continued-next1'], { stdout: '0\n1\n2\n' }],
    ['23.9', ['076-exec-input', '077-exec-input-next1'], { stdout: 'name? hi bob\n' }],
    ['23.9', ['078-exec-password', '079-exec-password-next1'], { stdout: 'pw? 6\n' }],
    ['23.9', ['080-exec-svg'], { stdout: '', media: 'image/svg+xml' }],
    ['23.9', ['081-exec-png'], { stdout: '', media: 'image/png' }],
    ['26.9', ['011-exec-query-hello'], { stdout: 'hello world\n' }],
    ['26.9', ['012-exec-query-error'], { stdout: '', stderr: 'boom', exitCode: 1 }],
    ['26.9', ['013-exec-query-png'], { stdout: '', media: 'image/png' }],
    ['26.9', ['014-exec-query-input'], { stdout: 'your name? hi Lablup\n' }],
    ['26.9', ['016-exec-query-long'], { stdout: '0\n1\n2\n' }],
  ])('%s %j', async (folder, files, { stdout, stderr = '', exitCode = 0, media }) => {
    const { client, sent } = playback(folder, files)
    const result = await sessionOf(client).run('print()', { resumable: true, prelude: false, input: 'bob' }).result()
    expect(result.stdout).toBe(stdout)
    expect(result.stderr).toContain(stderr)
    expect(result.exitCode).toBe(exitCode)
    expect(result.media.map(({ mime }) => mime)).toEqual(media ? [media] : [])
    expect(sent.map(({ json }) => (json as { mode: string }).mode)).toEqual(
      sent.map(({ exchange }) => (JSON.parse(exchange.body!) as { mode: string }).mode),
    )
  })
})

describe('refusals', () => {
  const create = (client: Client) => client.sessions.create({ image: 'python' })
  const ask = (client: Client) => client.request({ path: '/x' })
  test.each<[Folder, string, (client: Client) => Promise<unknown>, new (...args: never) => Error, string]>([
    ['23.9', '047-session-create-noreuse', create, ConflictError, 'already exists'],
    ['23.9', '049-session-create-unknown-image', create, NotFoundError, 'Unknown image reference'],
    ['23.9', '053-session-create-bad-name', create, InvalidRequestError, 'Missing or invalid API parameters'],
    ['23.9', '055-session-create-below-min', create, InvalidRequestError, ''],
    ['23.9', '064-session-info-missing', ask, NotFoundError, 'No such session'],
    ['23.9', '020-unknown-url', ask, NotFoundError, ''],
    ['23.9', '022-unauthenticated', ask, AuthenticationError, ''],
    ['23.9', '032-signature-mismatch', ask, AuthenticationError, ''],
    // Later releases tell a role that does not suffice from a key that is wrong.
    ['23.9', '031-superadmin-only-by-user', ask, AuthenticationError, 'Unauthorized access'],
    ['26.9', '057-session-not-found', ask, NotFoundError, ''],
    ['26.9', '058-image-not-found', create, NotFoundError, ''],
    ['26.9', '059-mem-too-big', create, InvalidRequestError, ''],
    ['26.9', '149-auth-unknown-key', ask, AuthenticationError, ''],
    ['26.9', '150-auth-bad-signature', ask, AuthenticationError, ''],
    ['26.9', '151-auth-forbidden-user', ask, PermissionDeniedError, ''],
  ])('%s %s', async (folder, file, call, errorClass, reason) => {
    const { client, sent } = playback(folder, [file])
    const error = await call(client).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(errorClass)
    expect((error as Error).message).toContain(reason)
    const { title } = sent[0]!.exchange.answer as { title: string }
    expect(error).toMatchObject({ status: sent[0]!.exchange.status, title })
  })
})

test.each<[Folder, string]>([
  ['23.9', '184-resource-check-presets'],
  ['26.9', '133-resource-check-presets'],
])('%s: what is left of resources', async (folder, file) => {
  const { client, sent } = playback(folder, [file])
  const check = await client.resourcePresets.check()
  const answer = sent[0]!.exchange.answer as { presets: { name: string; allocatable: boolean }[] }
  expect(check.presets.map(({ name, allocatable }) => ({ name, allocatable }))).toEqual(
    answer.presets.map(({ name, allocatable }) => ({ name, allocatable })),
  )
  expect(check.keypair).toMatchObject({ limits: { cpu: 'Infinity' }, using: { cpu: expect.any(String) as string } })
})

test('sessions of a name, living and ended', async () => {
  const matches = await playback('26.9', ['010-session-match']).client.sessions.match('wire-main')
  expect(matches).toMatchObject([
    { name: 'wire-main', status: 'RUNNING' },
    { name: 'wire-main', status: 'TERMINATED' },
  ])
})

test.each<[Folder, string]>([
  ['23.9', '131-logs'],
  ['26.9', '033-logs'],
])('%s: logs', async (folder, file) => {
  const { client } = playback(folder, [file])
  expect(await sessionOf(client).logs()).toEqual(expect.any(String))
})

describe('transfers', () => {
  const folderOf = ({ transport }: Client): FolderAddress => ({ transport, id: 'wire', segment: 'wire' })

  test.each<[Folder, string, string[], { path: string; source: string; verify: boolean; requests: string[] }]>([
    [
      '26.9',
      'a part that is refused is sent from where the server is',
      [
        '077-vfolder-request-upload',
        '089-storage-tus-patch-wrong-offset',
        '088-storage-tus-head-mid',
        '088-storage-tus-head-mid',
        '090-storage-tus-patch-2',
        '092-vfolder-ls-after-tus',
      ],
      {
        path: 'tus.txt',
        source: 'hello world',
        verify: true,
        requests: ['POST', 'PATCH 0 hello world', 'HEAD', 'HEAD', 'PATCH 5  world', 'GET'],
      },
    ],
    [
      '23.9',
      'a token that is refused is replaced',
      ['223-vf-request-upload', '246-st-download-bad-token', '223-vf-request-upload', '231-st-upload-patch-1'],
      {
        path: 'raw.bin',
        source: '0123456789',
        verify: false,
        requests: ['POST', 'PATCH 0 0123456789', 'POST', 'PATCH 0 0123456789'],
      },
    ],
    [
      '23.9',
      'a number that cannot be begins the file anew',
      ['223-vf-request-upload', '230-st-upload-patch-bad-offset', '223-vf-request-upload', '231-st-upload-patch-1'],
      {
        path: 'raw.bin',
        source: '0123456789',
        verify: false,
        requests: ['POST', 'PATCH 0 0123456789', 'POST', 'PATCH 0 0123456789'],
      },
    ],
  ])('%s: %s', async (folder, _, files, { path, source, verify, requests }) => {
    const { client, sent } = playback(folder, files)
    const upload = startUpload(folderOf(client), [{ path, source }], { verify })
    expect(await upload.done).toEqual([{ path, size: source.length, resumedAt: 0 }])
    expect(sent.map(({ part }) => part)).toEqual(requests)
  })

  test.each<[Folder, string, string, number]>([
    ['23.9', '224-vf-request-download', '237-st-download', 10_000],
    ['26.9', '075-vfolder-request-download', '081-storage-download-range', 16_384],
  ])('%s: a file', async (folder, permit, answer, size) => {
    const { client } = playback(folder, [permit, answer])
    const start = answer.endsWith('range') ? 10 : 0
    const file = await download(folderOf(client), 'file', { start })
    expect([file.size, file.modified?.getUTCFullYear()]).toEqual([size, 2026])
    const reader = file.readable.getReader()
    const { value } = await reader.read()
    await reader.cancel()
    expect(value?.[0]).toBe(start === 10 ? 10 : 48)
  })

  test.each<[Folder, string, string]>([
    ['23.9', '225-vf-request-download-archive', '242-st-download-archive'],
    ['26.9', '076-vfolder-request-download-dir', '083-storage-download-archive'],
  ])('%s: an archive', async (folder, permit, answer) => {
    const { client, sent } = playback(folder, [permit, answer])
    const archive = await downloadArchive(folderOf(client), 'directory')
    expect(await archive.bytes()).toEqual(sent[1]?.exchange.answerBytes)
  })

  test.each<[Folder, string, string, object]>([
    ['23.9', '226-vf-request-download-missing', '245-st-download-missing', { code: 'ERR_NOT_FOUND' }],
    ['23.9', '224-vf-request-download', '241-st-download-range-bad', { code: 'ERR_DOWNLOAD', reason: 'changed' }],
    ['23.9', '224-vf-request-download', '244-st-download-archive-zip-flag-off', { code: 'ERR_INVALID_REQUEST' }],
    [
      '26.9',
      '075-vfolder-request-download',
      '082-storage-download-range-bad',
      { code: 'ERR_DOWNLOAD', reason: 'changed' },
    ],
  ])('%s: %s, %s', async (folder, permit, answer, error) => {
    const { client } = playback(folder, [permit, answer])
    await expect(download(folderOf(client), 'file', { start: 999_999 })).rejects.toMatchObject(error)
  })
})
