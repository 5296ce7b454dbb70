/** Archives of directories in which a link leads nowhere. */
import { afterEach, expect, test } from 'vitest'

import { chunksOf } from '../formats/byte-streams.ts'
import type { Bytes } from '../storage/file-system.ts'
import { bytesOf, closePlaces, place, type Place } from '../testing-storage.ts'

afterEach(closePlaces)

/** With the files `a` and `z`, and between them a link, as a session makes it. */
async function placeWithLink(asReleased: boolean): Promise<Place> {
  const cluster = await place('in process', { asReleased })
  const { call, put } = cluster
  for (const name of ['a', 'z']) await put(name, bytesOf(`file ${name}`))
  const config = { mounts: ['data'], resources: { cpu: 1, mem: '1g' } }
  await call('POST', '/session', { name: 'linking', image: 'shell', group: 'default', domain: 'default', config })
  await call('POST', '/session/linking', { mode: 'query', code: 'ln -s nowhere data/m', run_id: 'r' })
  expect((await cluster.files()).map(({ name }) => name).toSorted()).toEqual(['a', 'm', 'z'])
  return cluster
}

const archive = ({ get }: Place): Promise<Response> => get('.', {}, '&archive=true')

const textOf = (chunks: readonly Bytes[]): string =>
  chunks.map((chunk) => new TextDecoder('latin1').decode(chunk)).join('')

async function whole(cluster: Place): Promise<string> {
  const chunks: Bytes[] = []
  for await (const chunk of chunksOf((await archive(cluster)).body)) chunks.push(chunk)
  return textOf(chunks)
}

test('are without it', async () => {
  expect(await whole(await placeWithLink(false))).toMatch(
    /PK\u0003\u0004[^]*a[^]*PK\u0003\u0004[^]*z[^]*PK\u0005\u0006/,
  )
})

test('never end as released, but for who leaves', async () => {
  const [cluster, healthy] = [await placeWithLink(true), await placeWithLink(false)]
  const response = await archive(cluster)
  expect(response.status).toBe(200)
  const reader = response.body!.getReader()
  const came: Bytes[] = []
  // Header, name, contents and what describes them, of `a` alone.
  while (!textOf(came).includes('PK\u0007\u0008')) came.push((await reader.read()).value as Bytes)
  const next = reader.read()
  // Long enough for all that there is.
  await whole(healthy)
  expect(await Promise.race([next, Promise.resolve('silence')])).toBe('silence')
  await reader.cancel()
  expect(await next).toEqual({ done: true, value: undefined })
})
