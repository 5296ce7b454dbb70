/* oxlint-disable vitest/no-conditional-expect -- what is compared depends on the kind of recording */
/**
 * Exchanges that were recorded from the storage proxies of real clusters, replayed as they are: with the tokens that the
 * managers issued, which hold because the secret and the time are those of the recordings.
 */
import { beforeAll, describe, expect, test } from 'vitest'

import { readRecording } from '../../../../conformance/recordings.ts'
import { healthy } from '../faults/release-faults.ts'
import { parseJson } from '../formats/json.ts'
import { profiles } from '../profiles.ts'
import { MemoryFileSystem } from '../storage/memory.ts'
import { Storage } from '../storage/storage.ts'
import { StorageProxy } from './storage-proxy.ts'

interface Recorded {
  folder: '23.9' | '26.9'
  profile: '23.09' | '26.9'
  /** In the configuration of the recipe. */
  secret: string
  /** The staged file of the recorded upload. */
  session: string
  id: string
  /** What was in the folder. */
  files: Readonly<Record<string, Uint8Array<ArrayBuffer>>>
  directories: readonly string[]
  exchanges: readonly string[]
}

const releases: readonly Recorded[] = [
  {
    folder: '23.9',
    profile: '23.09',
    secret: 'storage-private-secret-for-tests',
    session: '27f283e530802d890df7d973ccdf4adc',
    id: '6ee5178c45d24cda87432e0be746ba51',
    files: { 'up.txt': Uint8Array.from({ length: 10_000 }, (_, index) => 48 + (index % 10)) },
    directories: ['d1'],
    exchanges: [
      '227-st-root',
      '228-st-upload-options',
      '229-st-upload-head',
      '230-st-upload-patch-bad-offset',
      '231-st-upload-patch-1',
      '232-st-upload-head-2',
      '233-st-upload-patch-2',
      '234-st-upload-head-after',
      '235-st-upload-bad-token',
      '236-st-upload-no-token',
      '237-st-download',
      '238-st-download-head',
      '239-st-download-range',
      '240-st-download-range-tail',
      '241-st-download-range-bad',
      '242-st-download-archive',
      '243-st-download-archive-dst',
      '244-st-download-archive-zip-flag-off',
      '245-st-download-missing',
      '246-st-download-bad-token',
      '247-st-download-upload-token',
      '248-st-cors',
      '249-st-cors-preflight',
    ],
  },
  {
    folder: '26.9',
    profile: '26.9',
    secret: 'local-storage-upload-secret',
    session: 'aec6b0740a13c0107cf542b311eeb9b6',
    id: '01a2110c9f777b4fb6a7e376078de4ab',
    files: { 'b.bin': Uint8Array.from({ length: 16_384 }, (_, index) => index % 256) },
    directories: ['sub/dir'],
    exchanges: [
      '078-storage-index',
      '079-storage-download',
      '080-storage-download-head',
      '081-storage-download-range',
      '082-storage-download-range-bad',
      '083-storage-download-archive',
      '084-storage-download-bad-token',
      '085-storage-tus-options',
      '086-storage-tus-head',
      '087-storage-tus-patch-1',
      '088-storage-tus-head-mid',
      '089-storage-tus-patch-wrong-offset',
      '090-storage-tus-patch-2',
      '091-storage-tus-head-done',
    ],
  },
]

/** Headers that are about the exchange; the others are about the machine and the moment. */
const telling =
  /^(content-(type|length|disposition|range)|accept-ranges|allow|cache-control|upload-.*|tus-(resumable|version)|x-content-type-options|access-control-.*)$/

/** What the sockets of a server add to an answer without a body. */
const added = new Set(['content-length: 0', 'content-type: application/octet-stream'])

function told(headers: Headers): string[] {
  const lines = [...headers].filter(([name]) => telling.test(name)).map(([name, value]) => `${name}: ${inOrder(value)}`)
  return Number(headers.get('Content-Length')) === 0 ? lines.filter((line) => !added.has(line)) : lines
}

/** Names of headers have the order of a Python set. */
const inOrder = (value: string): string => (/^[\w-]+(,[\w-]+)+$/.test(value) ? value.split(',').sort().join() : value)

describe.each(releases)('recordings of the storage proxy of $folder', (recorded) => {
  let now = 0
  const storage = new Storage(async () => new MemoryFileSystem(() => now))
  const proxy = new StorageProxy(
    { profile: profiles[recorded.profile], storage, clock: () => now, faults: { ...healthy, hidesUploadErrors: true } },
    { secret: recorded.secret },
  )

  beforeAll(async () => {
    const folder = await storage.volume('volume1').folder(recorded.id)
    await folder.create()
    await folder.makeDirectory('.upload')
    await folder.write(`.upload/${recorded.session}`, 'end', [])
    for (const directory of recorded.directories) await folder.makeDirectory(directory, { parents: true })
    for (const [name, bytes] of Object.entries(recorded.files)) await folder.write(name, 'end', [bytes])
  })

  test.each(recorded.exchanges)('%s', async (file) => {
    const { method, target, headers, bytes, status, answer, answerHeaders, answerBytes } = readRecording(
      recorded.folder,
      file,
    )[0]!
    now = Date.parse(answerHeaders.get('Date') ?? '')
    const request = new Request(`http://storage.example${target}`, { method, headers, body: bytes })
    const response = proxy.finish(request, await proxy.fetch(request))
    expect([response.status, ...told(response.headers)]).toEqual([status, ...told(answerHeaders)])
    const body = new Uint8Array(await response.arrayBuffer())
    if (method === 'HEAD') return
    // Of what is longer only the beginning was recorded; archives hold dates.
    const isArchive = answerHeaders.get('Content-Type') === 'application/zip'
    if (answerBytes && !isArchive) expect(body.subarray(0, answerBytes.length)).toEqual(answerBytes)
    if (answer !== null) expect(parseJson(new TextDecoder().decode(body))?.value).toEqual(answer)
  })
})
