/** What a session and its folders see of each other. */
import { afterEach, expect, test } from 'vitest'

import { bytesOf, closePlaces, namesIn, place } from './testing-storage.ts'

afterEach(closePlaces)

test.each(['23.09', '26.9'] as const)(
  '%s: both sides see the same files, which outlive the session',
  async (profile) => {
    const cluster = await place('in process', { profile })
    const { call, put, get } = cluster
    await put('in.txt', bytesOf('from outside'))
    await call('POST', '/folders', { name: '.hidden' })
    const config = { mounts: ['data'], mount_map: { data: '/home/work/sub/data' }, resources: { cpu: 1, mem: '1g' } }
    const made = await call('POST', '/session', {
      name: 'mounting',
      image: 'shell',
      group: 'default',
      domain: 'default',
      config,
    })
    expect([made.status, made.body]).toMatchObject([201, {}])
    const code = 'cat sub/data/in.txt; echo from inside > sub/data/out.txt; ls -d .hidden'
    const run = { mode: 'query', code, runId: 'r', run_id: 'r' }
    const { [profile === '26.9' ? 'runId' : 'run_id']: _, ...body } = run
    const answer = await call('POST', '/session/mounting', body)
    expect(JSON.stringify(answer.body)).toContain('from outside')
    expect(JSON.stringify(answer.body)).toContain('.hidden')
    expect(await (await get('out.txt')).text()).toBe('from inside\n')
    await call('DELETE', '/session/mounting')
    await expect.poll(async () => (await call('GET', '/session/mounting')).status).toBe(404)
    expect(await namesIn(cluster)).toEqual(['in.txt', 'out.txt'])
  },
)
