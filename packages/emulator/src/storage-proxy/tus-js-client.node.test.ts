/** The usual TUS client, given the address of an upload: it asks where to go on, and goes on. */
import { createHash, randomBytes } from 'node:crypto'

import { Upload } from 'tus-js-client'
import { afterEach, expect, test } from 'vitest'

import { closePlaces, namesIn, place } from '../testing-storage.ts'

afterEach(closePlaces)

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

test.each(['20.09', '23.09', '26.9'] as const)('%s: in parts, over a connection that breaks', async (profile) => {
  const cluster = await place('on a socket', { profile })
  const bytes = randomBytes(3_000_000)
  using cut = cluster.emulator.faults.inject({
    kind: 'cut',
    afterReceived: 400_000,
    times: 2,
    match: { path: '/upload', method: 'PATCH' },
  })
  const uploadUrl = await cluster.ask('upload', { path: 'f', size: bytes.length })
  await new Promise<void>((onSuccess, onError) => {
    new Upload(bytes, {
      uploadUrl,
      chunkSize: 1_000_000,
      retryDelays: [1, 1, 1],
      onSuccess: () => onSuccess(),
      onError,
    }).start()
  })
  expect(cut.hits).toBe(2)
  expect(await namesIn(cluster)).toEqual(['f'])
  expect(hashOf(new Uint8Array(await (await cluster.get('f')).arrayBuffer()))).toBe(hashOf(bytes))
})
