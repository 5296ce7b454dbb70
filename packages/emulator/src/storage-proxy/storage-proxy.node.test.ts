/** The storage proxy in process, in a page and on a socket; expectations are what 23.9.10 and 26.9.6 answered. */
import { inflateRawSync } from 'node:zlib'

import { afterEach, describe, expect, test } from 'vitest'

import { profiles } from '../index.ts'
import { bytesOf, closePlaces, namesIn, offsetOf, patch, place } from '../testing-storage.ts'

afterEach(closePlaces)

describe.each(['in process', 'in a page', 'on a socket'] as const)('%s', (where) => {
  test.each(['20.09', '23.09', '26.9'] as const)('%s: up in pieces, listed, down', async (profile) => {
    const cluster = await place(where, { profile })
    const url = await cluster.ask('upload', { path: 'f.txt', size: 10 })
    expect(await namesIn(cluster)).toEqual(['.upload'])
    expect(offsetOf(await cluster.send(url, { method: 'HEAD' }))).toBe(0)
    const first = await cluster.send(url, patch('hello'))
    expect([first.status, offsetOf(first), first.headers.get('Upload-Length')]).toEqual([204, 5, '10'])
    expect((await cluster.send(url, patch('world', 5))).status).toBe(204)
    expect((await cluster.send(url, { method: 'HEAD' })).status).toBe(404)
    expect(await namesIn(cluster)).toEqual(['f.txt'])
    const response = await cluster.get('f.txt')
    expect(response.headers.get('Content-Length')).toBe('10')
    expect(await response.text()).toBe('helloworld')
    const [entry] = await cluster.files()
    expect(entry).toMatchObject({ name: 'f.txt', type: 'FILE', size: 10, mode: profile === '26.9' ? 33_188 : '644' })
  })

  test('an empty file takes an empty PATCH', async () => {
    const cluster = await place(where)
    expect((await cluster.put('zero', bytesOf(''))).status).toBe(204)
    expect(await (await cluster.get('zero')).text()).toBe('')
    const range = await cluster.get('zero', { Range: 'bytes=0-0' })
    expect([range.status, range.headers.get('Content-Range')]).toEqual([416, 'bytes */0'])
  })

  test('ranges and conditions', async () => {
    const { put, get } = await place(where)
    await put('f', bytesOf('0123456789'))
    const whole = await get('f')
    const date = whole.headers.get('Last-Modified') ?? ''
    expect(whole.headers.get('Etag')).toMatch(/^"[\da-f]+-a"$/)
    const seen = async (headers: Record<string, string>) => {
      const response = await get('f', headers)
      return `${response.status} ${response.headers.get('Content-Range') ?? '-'} ${await response.text()}`
    }
    expect(await seen({ Range: 'bytes=2-4' })).toBe('206 bytes 2-4/10 234')
    expect(await seen({ Range: 'bytes=-3' })).toBe('206 bytes 7-9/10 789')
    expect(await seen({ Range: 'bytes=8-' })).toBe('206 bytes 8-9/10 89')
    expect(await seen({ Range: 'bytes=10-' })).toBe('416 bytes */10 ')
    expect(await seen({ Range: 'bytes=0-1,4-5' })).toBe('416 bytes */10 ')
    expect(await seen({ Range: 'bytes=0-1', 'If-Range': date })).toBe('206 bytes 0-1/10 01')
    expect(await seen({ Range: 'bytes=0-1', 'If-Range': '"no"' })).toBe('206 bytes 0-1/10 01')
    expect(await seen({ Range: 'bytes=0-1', 'If-Range': 'Mon, 01 Jan 2001 00:00:00 GMT' })).toBe('200 - 0123456789')
    expect(await seen({ 'If-Modified-Since': date })).toBe('304 - ')
    expect(await seen({ 'If-Match': '"no"' })).toBe('412 - ')
  })

  test('an archive of a directory', async () => {
    const cluster = await place(where)
    await cluster.put('d/a.txt', bytesOf('a'.repeat(100_000)))
    await cluster.put('d/e/한글.txt', bytesOf('b'))
    await cluster.call('POST', '/folders/data/mkdir', { path: 'd/empty' })
    const response = await cluster.get('d', {}, '&archive=true')
    expect(response.headers.get('Content-Disposition')).toBe(`attachment;filename="d.zip"; filename*=UTF-8''d.zip`)
    expect(response.headers.get('Content-Length')).toBeNull()
    expect(unzip(Buffer.from(await response.arrayBuffer()))).toEqual({
      'a.txt': 'a'.repeat(100_000),
      'e/한글.txt': 'b',
      'empty/': '',
    })
    const chosen = await cluster.send(await cluster.ask('download-archive', { files: ['d/a.txt', 'd/e'] }))
    expect(Object.keys(unzip(Buffer.from(await chosen.arrayBuffer())))).toEqual(['d/a.txt', 'd/e/한글.txt'])
  })

  test('cut in the request after so many bytes', async () => {
    for (const [profile, kept] of [
      ['23.09', 500_000],
      ['26.9', 0],
    ] as const) {
      const { emulator, ask, send } = await place(where, { profile })
      const url = await ask('upload', { path: 'f', size: 1_000_000 })
      const cut = emulator.faults.inject({ kind: 'cut', afterReceived: 500_000, match: { path: '/upload' } })
      await expect(send(url, patch(new Uint8Array(1_000_000)))).rejects.toThrow('fetch failed')
      cut.remove()
      expect(offsetOf(await send(url, { method: 'HEAD' }))).toBe(kept)
    }
  })

  test('the other side of a fault in the request: what is shorter, and silence', async () => {
    const { emulator, ask, send } = await place(where)
    const url = await ask('upload', { path: 'f', size: 10 })
    emulator.faults.inject({ kind: 'cut', afterReceived: 5, times: 1 })
    expect((await send(url, patch('01234'))).status).toBe(204)
    const stall = emulator.faults.inject({ kind: 'stall', afterReceived: 2 })
    const rest = send(url, patch('56789', 5))
    await stall.met()
    expect((await send(url, { method: 'HEAD' })).headers.get('Upload-Offset')).toBe('5')
    stall.remove()
    expect((await rest).status).toBe(204)
  })

  test('a download is cut, and one stalls', async () => {
    const { emulator, put, get } = await place(where)
    const size = 3_000_000
    await put('f', new Uint8Array(size))
    emulator.faults.inject({ kind: 'cut', afterBytes: 1_000_000, times: 1, match: { path: '/download' } })
    const reader = (await get('f')).body!.getReader()
    let received = 0
    await expect(
      (async () => {
        for (let part = await reader.read(); !part.done; part = await reader.read()) received += part.value.length
      })(),
    ).rejects.toThrow(/terminated|network/)
    expect(received).toBeLessThanOrEqual(1_000_000)
    const stall = emulator.faults.inject({ kind: 'stall', afterBytes: 1_000_000, match: { path: '/download' } })
    const response = await get('f')
    const arrived = response.arrayBuffer()
    await stall.met()
    stall.remove()
    expect((await arrived).byteLength).toBe(size)
  })
})

/** By the central directory. */
function unzip(archive: Buffer): Record<string, string> {
  const end = archive.lastIndexOf(Buffer.from('PK\u0005\u0006'))
  let at = archive.readUInt32LE(end + 16)
  const files: Record<string, string> = {}
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [packed, nameLength, extra, local] = [
      archive.readUInt32LE(at + 20),
      archive.readUInt16LE(at + 28),
      archive.readUInt16LE(at + 30),
      archive.readUInt32LE(at + 42),
    ]
    const name = archive.toString('utf8', at + 46, at + 46 + nameLength)
    const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28)
    files[name] = name.endsWith('/') ? '' : inflateRawSync(archive.subarray(start, start + packed)).toString('utf8')
    at += 46 + nameLength + extra
  }
  return files
}

describe('CORS', () => {
  const Origin = 'https://app.example.com'
  test('of uploads: a list of its own, on errors only where it is healthy', async () => {
    for (const asReleased of [false, true]) {
      const { ask, send } = await place('in process', { asReleased })
      const url = await ask('upload', { path: 'f', size: 1 })
      const asked = await send(url.replace(/\?.*/, ''), { method: 'OPTIONS', headers: { Origin } })
      expect(asked.headers.get('Access-Control-Allow-Methods')).toBe('*')
      expect(asked.headers.get('Access-Control-Allow-Origin')).toBe('*')
      const wrong = await send(`${url}x`, { method: 'HEAD', headers: { Origin } })
      expect(wrong.headers.get('Access-Control-Allow-Origin')).toBe(asReleased ? null : '*')
    }
  })

  test('of downloads: the origin said back, also on errors', async () => {
    const { put, get, ask, send } = await place('in process')
    await put('f', bytesOf('x'))
    const found = await get('f', { Origin })
    expect(found.headers.get('Access-Control-Allow-Origin')).toBe(Origin)
    expect(found.headers.get('Access-Control-Expose-Headers')).toContain('Content-Disposition')
    const missing = await get('nothing', { Origin })
    expect([missing.status, missing.headers.get('Access-Control-Allow-Origin')]).toEqual([404, Origin])
    const asked = await send(await ask('download', { path: 'f' }), {
      method: 'OPTIONS',
      headers: { Origin, 'Access-Control-Request-Method': 'GET', 'Access-Control-Request-Headers': 'range' },
    })
    expect(asked.headers.get('Access-Control-Allow-Headers')).toBe('RANGE')
  })
})

test('downloads: siblings, names, directories, other methods', async () => {
  const { put, get, ask, send } = await place('in process')
  await put('한 "a".txt', bytesOf('plain'))
  await put('한 "a".txt.gz', bytesOf('GZ'))
  const packed = await get('한 "a".txt', { 'Accept-Encoding': 'gzip' })
  expect([packed.headers.get('Content-Encoding'), packed.headers.get('Content-Length')]).toEqual(['gzip', '2'])
  expect(packed.headers.get('Content-Disposition')).toBe(
    String.raw`attachment;filename=" \"a\".txt"; filename*=UTF-8''%ED%95%9C%20%22a%22.txt`,
  )
  await put('d/f', bytesOf('x'))
  const directory = await get('d')
  expect([directory.status, await directory.json()]).toMatchObject([400, { msg: 'The file is not a regular file.' }])
  expect((await get('../x')).status).toBe(404)
  expect((await send(await ask('download', { path: 'd/f' }), { method: 'HEAD' })).status).toBe(405)
  expect(await (await get('f', {}, '&dst_dir=d')).text()).toBe('x')
})

test('what is there by release', async () => {
  for (const [name, status] of [
    ['20.09', 404],
    ['23.09', 200],
    ['26.9', 200],
  ] as const) {
    const { emulator, send } = await place('in process', { profile: name })
    const response = await send(`${emulator.storageProxy.url}/`)
    expect(response.status).toBe(status)
    const told = status === 200 ? await response.json() : undefined
    expect(told).toEqual(
      status === 200 ? { status: 'ok', type: 'client-facing', 'storage-proxy': profiles[name].manager } : undefined,
    )
  }
})
