import { ConfigError, createTransport, keypair } from '@backend-ai-sdk/core'
import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'

import { download, downloadArchive } from './download.ts'
import type { FolderAddress } from './folder-address.ts'

const date = 'Sat, 28 Nov 2026 12:00:00 GMT'

interface Plan {
  content: Uint8Array<ArrayBuffer>
  /** After how many bytes each answer breaks off; then none does. */
  cuts?: number[]
  /** From which request on it is another file. */
  changesAt?: number
  /** Serves all of it, whatever range is asked for. */
  isRangeless?: boolean
  expired?: number
  onRange?: (range: string | null) => void
}

function folderWith({ content, cuts = [], changesAt = Infinity, isRangeless = false, expired = 0, onRange }: Plan) {
  const left = [...cuts]
  let requests = 0
  let permits = 0
  const fetch = async (input: RequestInfo | URL): Promise<Response> => {
    const request = input as Request
    const url = new URL(request.url)
    if (url.origin !== 'http://storage') {
      if (url.pathname === '/') return Response.json({ version: 'v9.20250722', manager: '26.9.6' })
      return Response.json({ token: `token-${permits++}`, url: 'http://storage/download' })
    }
    if (permits <= expired) return Response.json({ title: 'x', data: { token: 'expired' } }, { status: 400 })
    onRange?.(request.headers.get('Range'))
    const lastModified = ++requests >= changesAt ? 'Sat, 28 Nov 2026 13:00:00 GMT' : date
    const condition = request.headers.get('If-Range')
    const isWhole = isRangeless || (condition !== null && condition !== lastModified)
    const { start, end = content.length } = isWhole ? {} : rangeOf(request)
    if (start !== undefined && start >= content.length)
      return new Response(null, { status: 416, headers: { 'Content-Range': `bytes */${content.length}` } })
    const headers: Record<string, string> = { 'Last-Modified': lastModified }
    if (start !== undefined)
      headers['Content-Range'] = `bytes ${start}-${Math.min(end, content.length) - 1}/${content.length}`
    else if (!url.searchParams.has('archive')) headers['Content-Length'] = String(content.length)
    return new Response(breaking(content.subarray(start ?? 0, end), left.shift()), {
      status: start === undefined ? 200 : 206,
      headers,
    })
  }
  const auth = keypair({ accessKey: 'AKIATEST', secretKey: 'secret' })
  const transport = createTransport({ endpoint: 'http://manager', auth, fetch })
  return { transport, segment: 'folder', id: 'id' } satisfies FolderAddress
}

/** The end is not in it. */
function rangeOf({ headers }: Request): { start?: number; end?: number } {
  const [, start, last] = /^bytes=(\d+)-(\d*)$/.exec(headers.get('Range') ?? '') ?? []
  return { ...(start && { start: Number(start) }), ...(last && { end: Number(last) + 1 }) }
}

function breaking(bytes: Uint8Array<ArrayBuffer>, cut = Infinity): ReadableStream<Uint8Array<ArrayBuffer>> {
  let sent = 0
  return new ReadableStream(
    {
      pull(controller) {
        if (sent >= cut) return controller.error(new TypeError('terminated'))
        if (sent >= bytes.length) return controller.close()
        const piece = bytes.subarray(sent, Math.min(sent + 5, cut))
        sent += piece.length
        controller.enqueue(piece)
      },
    },
    { highWaterMark: 0 },
  )
}

const content = fc.uint8Array({ maxLength: 40 }).map((bytes) => new Uint8Array(bytes))
const cuts = fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 2 })

const partSize = fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined })

test.prop([content, cuts, fc.boolean(), partSize], { numRuns: 40 })(
  'a file comes as it is, whatever breaks off',
  async (content, cuts, isRangeless, partSize) => {
    const { size, readable } = await download(folderWith({ content, cuts, isRangeless }), 'file', { partSize })
    expect(size).toBe(content.length)
    expect(new Uint8Array(await new Response(readable).arrayBuffer())).toEqual(content)
  },
)

test('parts are requests', async () => {
  const ranges: (string | null)[] = []
  const folder = folderWith({ content: new Uint8Array(10), onRange: (range) => ranges.push(range) })
  expect(await (await download(folder, 'file', { partSize: 4 })).bytes()).toHaveLength(10)
  expect(ranges).toEqual(['bytes=0-3', 'bytes=4-7', 'bytes=8-11'])
  await expect(download(folder, 'file', { partSize: 0 })).rejects.toThrow(ConfigError)
})

test('retries are of attempts without a byte', async () => {
  const ranges: (string | null)[] = []
  const cuts = [0, 3, 0, 0]
  const folder = folderWith({ content: new Uint8Array(10), cuts, onRange: (range) => ranges.push(range) })
  await expect((await download(folder, 'file', { retries: 1 })).bytes()).rejects.toMatchObject({
    code: 'ERR_DOWNLOAD',
    reason: 'unreachable',
    expected: 10,
    reported: 3,
  })
  expect(ranges).toEqual(['bytes=0-', 'bytes=0-', 'bytes=3-'])
})

test('a file that changed meanwhile ends the stream', async () => {
  const folder = folderWith({ content: new Uint8Array(30), cuts: [7], changesAt: 2 })
  const { readable } = await download(folder, 'file')
  await expect(new Response(readable).arrayBuffer()).rejects.toMatchObject({ reason: 'changed', retryable: true })
})

test.each([
  ['Node', Object.assign(new Error('x'), { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' })],
  ['Deno', new Error('invalid peer certificate: UnknownIssuer')],
])('a certificate that is not trusted, as %s tells it, is no reason to try again', async (_, cause) => {
  const folder = folderWith({
    content: new Uint8Array(3),
    onRange() {
      throw new TypeError('fetch failed', { cause })
    },
  })
  const failure = { code: 'ERR_DOWNLOAD', reason: 'untrusted', retryable: false }
  await expect(download(folder, 'file')).rejects.toMatchObject(failure)
})

test('an expired token is replaced', async () => {
  const folder = folderWith({ content: new Uint8Array([1, 2, 3]), expired: 2 })
  expect(await (await download(folder, 'file')).bytes()).toEqual(new Uint8Array([1, 2, 3]))
})

test('an archive without its end is truncated', async () => {
  const folder = folderWith({ content: new Uint8Array(100) })
  await expect((await downloadArchive(folder, 'directory')).bytes()).rejects.toMatchObject({
    code: 'ERR_DOWNLOAD',
    reason: 'truncated',
    reported: 100,
  })
})

test('an abort ends it with its reason', async () => {
  const controller = new AbortController()
  const folder = folderWith({ content: new Uint8Array(100) })
  const { readable } = await download(folder, 'file', { signal: controller.signal })
  const reason = new Error('enough')
  controller.abort(reason)
  await expect(new Response(readable).arrayBuffer()).rejects.toBe(reason)
})
