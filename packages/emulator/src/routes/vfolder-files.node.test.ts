import { afterEach, describe, expect, test } from 'vitest'

import { closePlaces, namesIn, place } from '../testing-storage.ts'
import type { Answer } from '../testing.ts'

afterEach(closePlaces)

const outcome = ({ status, body }: Answer): unknown => [status, body]

describe('file operations', () => {
  test('23.09', async () => {
    const { call } = await place('in process', { profile: '23.09' })
    const at = async (method: string, path: string, body?: unknown) =>
      outcome(await call(method, `/folders/data${path}`, body))
    const failure = (errno: number, path: string, msg: string) => [
      400,
      expect.objectContaining({ msg, data: { errno, paths: [path] } }) as unknown,
    ]
    expect(await at('POST', '/mkdir', { path: 'd', parents: true, exist_ok: false })).toEqual([201, ''])
    expect(await at('POST', '/mkdir', { path: 'd' })).toEqual(failure(17, 'd', 'File exists'))
    expect(await at('GET', '/files?path=no')).toEqual(failure(2, 'no', 'No such file or directory'))
    expect(await at('POST', '/rename-file', { target_path: 'd', new_name: 'e' })).toEqual([200, {}])
    expect(await at('POST', '/move-file', { src: 'e', dst: 'no/such' })).toEqual([200, {}])
    expect(await at('DELETE', '/delete-files', { files: ['no'] })).toEqual(failure(21, 'no', 'Is a directory'))
    expect(await at('DELETE', '/delete-files', { files: ['no'], recursive: true })).toEqual([200, {}])
    expect(await at('POST', '/mkdir', { path: '/x' })).toEqual([
      400,
      expect.objectContaining({ data: expect.objectContaining({ title: 'Invalid API parameters' }) as unknown }),
    ])
    expect(await at('GET', '/files')).toEqual([200, { items: [], files: '[]' }])
  })

  test('26.9, as released', async () => {
    const cluster = await place('in process', { asReleased: true })
    const { call, emulator } = cluster
    const at = async (method: string, path: string, body?: unknown) =>
      outcome(await call(method, `/folders/data${path}`, body))
    const refused = [400, expect.objectContaining({ msg: 'Bad request to storage proxy' }) as unknown]
    expect(await at('POST', '/mkdir', { path: ['d', 'e/f'] })).toMatchObject([200, { results: { failed: [] } }])
    expect(await at('POST', '/mkdir', { path: ['d', 'x'] })).toEqual([
      200,
      {
        results: {
          success: [{ msg: null, item: 'x' }],
          failed: [{ msg: "FileExistsError(17, 'File exists')", item: 'd' }],
        },
      },
    ])
    expect(await at('POST', '/mkdir', { path: 'd' })).toMatchObject([
      400,
      { msg: 'Unexpected error 422 from storage proxy' },
    ])
    expect(await at('GET', '/files?path=no')).toEqual(refused)
    expect(await at('GET', '/files?path=../')).toEqual(refused)
    expect(await at('POST', '/rename-file', { target_path: 'd', new_name: 'e' })).toEqual([200, { msg: '' }])
    expect(await namesIn(cluster, 'e')).toEqual(['d', 'f'])
    expect(await at('POST', '/delete-files', { files: ['no', 'e'] })).toEqual([200, { msg: '' }])
    const later = await call('POST', '/folders/data/delete-files-async', { files: ['e'], recursive: true })
    expect(later.status).toBe(202)
    await expect.poll(() => emulator.tasks.get(later.body['bgtask_id'])?.status).toBe('done')
    expect(await namesIn(cluster)).toEqual(['x'])
    expect(await at('DELETE', '/delete-files', { files: ['.'], recursive: true })).toEqual([200, { msg: '' }])
    expect(await at('GET', '/files')).toMatchObject([404, { msg: 'Requested resource not found' }])
  })
})
