/** The three regimes of offsets, and what goes wrong with uploads. */
import { connect, type Socket } from 'node:net'

import { array, assert as assertProperty, asyncProperty, constantFrom, nat, record } from 'fast-check'
import { afterEach, expect, test } from 'vitest'

import { bytesOf, closePlaces, offsetOf, patch, place } from '../testing-storage.ts'

afterEach(closePlaces)

test.each([
  ['ignored', 8],
  ['kept', 3],
  ['committed', 3],
] as const)('%s offsets: a PATCH that comes twice', async (offsets, end) => {
  const { ask, send } = await place('in process', { storageProxy: { offsets } })
  const url = await ask('upload', { path: 'f', size: 10 })
  await send(url, patch('abc'))
  const again = await send(url, patch('abc'))
  const wrong = await send(url, patch('ZZ', 1))
  expect([again.status, wrong.status]).toEqual(offsets === 'ignored' ? [204, 204] : [409, 409])
  expect(offsetOf(await send(url, { method: 'HEAD' }))).toBe(end)
  const missing = await send(url, { method: 'PATCH', body: '' })
  expect(missing.status).toBe(offsets === 'ignored' ? 204 : 400)
})

test.each(['ignored', 'kept', 'committed'] as const)('%s offsets: HEAD is right after any cuts', async (offsets) => {
  const cluster = await place('in process', { storageProxy: { offsets } })
  const { emulator, ask, send, get } = cluster
  await assertProperty(
    asyncProperty(
      nat({ max: 400 }),
      array(record({ chunk: nat({ max: 100 }), cut: constantFrom(null, 0, 1, 7, 50) }), { maxLength: 12 }),
      async (size, steps) => {
        const data = Uint8Array.from({ length: size }, (_, index) => (index * 31 + size) % 256)
        const url = await ask('upload', { path: 'f', size })
        let offset = 0
        for (const { chunk, cut } of [...steps, { chunk: size, cut: null }, { chunk: size, cut: null }]) {
          const part = data.slice(offset, offset + chunk)
          using fault =
            cut === null
              ? null
              : emulator.faults.inject({ kind: 'cut', afterReceived: cut, match: { path: '/upload' } })
          const end = offset + part.length
          await send(url, patch(part, offset)).catch(() => {})
          fault?.remove()
          const head = await send(url, { method: 'HEAD' })
          if (head.status === 404) break
          expect([offset, offset + (cut ?? 0), end]).toContain(offsetOf(head))
          offset = offsetOf(head)
        }
        expect(new Uint8Array(await (await get('f')).arrayBuffer())).toEqual(data)
      },
    ),
    { numRuns: 30 },
  )
})

/** A PATCH of a million bytes of which a hundred thousand come. */
function begin(url: URL): Socket {
  const socket = connect(Number(url.port), url.hostname)
  const head = `PATCH ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\nUpload-Offset: 0\r\n`
  socket.write(`${head}Content-Length: 1000000\r\n\r\n`)
  socket.write(new Uint8Array(100_000))
  // Read, or nobody notices that it is answered.
  socket.resume()
  return socket
}

test('a connection that breaks: what has come stays', async () => {
  const { ask, send } = await place('on a socket', { profile: '23.09' })
  const url = new URL(await ask('upload', { path: 'f', size: 1_000_000 }))
  const offset = async () => offsetOf(await send(url.href, { method: 'HEAD' }))
  const socket = begin(url)
  await expect.poll(offset).toBe(100_000)
  socket.destroy()
  expect(await offset()).toBe(100_000)
})

test('a connection that breaks: only what was whole counts, and nobody else writes before', async () => {
  const { ask, send } = await place('on a socket')
  const url = new URL(await ask('upload', { path: 'f', size: 1_000_000 }))
  let socket = begin(url)
  const answered = async (): Promise<number> => {
    const { status } = await send(url.href, patch(''))
    // One of these may have been in the way of the first.
    if (socket.bytesRead > 0) socket = begin(url)
    return status
  }
  await expect.poll(answered).toBe(409)
  const held = await send(url.href, patch('x'))
  expect(((await held.json()) as { type: string }).type).toMatch(/tus-lease-held$/)
  socket.destroy()
  await expect.poll(async () => (await send(url.href, patch(''))).status).toBe(204)
  expect(offsetOf(await send(url.href, { method: 'HEAD' }))).toBe(0)
})

test('a directory in its place, a way out, and no directory above', async () => {
  for (const profile of ['20.09', '26.9'] as const) {
    const cluster = await place('in process', { profile })
    await cluster.call('POST', '/folders/data/mkdir', { path: 'd' })
    const url = await cluster.ask('upload', { path: 'd', size: 1 })
    expect((await cluster.send(url, patch('x'))).status).toBe(500)
    expect(offsetOf(await cluster.send(url, { method: 'HEAD' }))).toBe(1)
    expect((await cluster.put('../x', bytesOf('x'))).status).toBe(500)
    expect((await cluster.put('a/b/c', bytesOf('x'))).status).toBe(profile === '20.09' ? 500 : 204)
  }
})

test('tokens: over, of the other kind, changed', async () => {
  let now = Date.now()
  const cluster = await place('in process', { clock: () => now, storageProxy: { tokenLifetime: 60_000 } })
  const { emulator, ask, send } = cluster
  const complaint = async (url: string): Promise<unknown> => {
    const response = await send(url, patch(''))
    expect(response.status).toBe(400)
    return ((await response.json()) as { data: unknown }).data
  }
  const url = await ask('upload', { path: 'f', size: 1 })
  const [, token] = url.split('token=')
  expect(await complaint(`${url}&x=1`)).toEqual({ x: 'x is not allowed key' })
  expect(await complaint(url.replace(/\?.*/, ''))).toEqual({ token: 'is required' })
  expect(await complaint(`${emulator.storageProxy.url}/upload?token=x`)).toMatchObject({
    token: expect.stringMatching(/Not enough segments$/) as string,
  })
  expect(await complaint(`${url.slice(0, -5)}aaaaa`)).toMatchObject({
    token: expect.stringMatching(/failed$/) as string,
  })
  const download = (await ask('download', { path: 'f' })).replace('/download', '/upload')
  expect(await complaint(download)).toEqual({
    token: { op: "value is not exactly 'upload'", session: 'is required', size: 'is required' },
  })
  emulator.storageProxy.expireTokens()
  const expired = { token: 'cannot decode the given value as JWT: Signature has expired' }
  expect(await complaint(url)).toEqual(expired)
  const next = await ask('upload', { path: 'f', size: 1 })
  expect((await send(next, { method: 'HEAD' })).status).toBe(200)
  now += 61_000
  expect(await complaint(next)).toEqual(expired)
  expect(token).toMatch(/^eyJ/)
})

test('another storage proxy takes over', async () => {
  const cluster = await place('in process')
  const { emulator, ask, send, get } = cluster
  const url = await ask('upload', { path: 'f', size: 6 })
  await send(url, patch('abc'))
  using fault = emulator.faults.inject({ kind: 'lease-lost', times: 1 })
  // Only parts meet it.
  expect(offsetOf(await send(url, { method: 'HEAD' }))).toBe(3)
  const lost = await send(url, patch('def', 3))
  expect([fault.hits, lost.status, await lost.json()]).toMatchObject([
    1,
    409,
    { type: 'https://api.backend.ai/probs/storage/tus-lease-lost', error_code: 'storage-proxy_update_conflict' },
  ])
  expect(offsetOf(await send(url, { method: 'HEAD' }))).toBe(3)
  expect((await send(url, patch('DEF', 3))).status).toBe(204)
  expect(await (await get('f')).text()).toBe('abcDEF')
})

test.each(['kept', 'ignored'] as const)('%s offsets have no leases', async (offsets) => {
  const { emulator, ask, send } = await place('in process', { storageProxy: { offsets } })
  const url = await ask('upload', { path: 'f', size: 3 })
  using fault = emulator.faults.inject({ kind: 'lease-lost' })
  expect([(await send(url, patch('abc'))).status, fault.hits]).toEqual([204, 1])
})
