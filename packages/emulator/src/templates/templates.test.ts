import { afterEach, describe, expect, test } from 'vitest'

import { createEmulator, type Emulator, type ProfileName } from '../index.ts'
import { type Caller, callerOf, endpoint, playing, simpleScript, userOf } from '../testing.ts'

let emulator: Emulator
afterEach(() => emulator.stop())

function start(profile: ProfileName, asReleased = false): { user: Caller; admin: Caller } {
  emulator = createEmulator({ profile, asReleased, ...playing(simpleScript) })
  return { user: callerOf(emulator), admin: callerOf(emulator, 'admin@lablup.com', endpoint) }
}

const tasks = '/template/session'
const task = (name: string, more: object = {}) => ({
  api_version: '1',
  kind: 'task_template',
  metadata: { name },
  spec: { kernel: { image: 'python', environ: { A: 'b' } }, resources: { cpu: '1' }, ...more },
})
const nobody = '0'.repeat(32)

const post = (call: Caller, payload: unknown) =>
  call('POST', tasks, { payload: typeof payload === 'string' ? payload : JSON.stringify(payload) })

describe.each(['23.09', '26.9'] as const)('%s: lists of items', (profile) => {
  test('are made, read, replaced and deleted', async () => {
    const { user, admin } = start(profile)
    const { body } = await post(user, [{ template: task('one') }, { template: task('two'), name: 'other' }])
    const [{ id }, second] = body as [{ id: string }, { id: string }]
    expect(id).toMatch(/^[\da-f]{32}$/)
    expect(await user('GET', `${tasks}/${id}?format=yaml`)).toMatchObject({
      body: {
        name: 'one',
        template: {
          api_version: '1',
          kind: 'task_template',
          metadata: { name: 'one', tag: null },
          spec: {
            session_type: 'interactive',
            kernel: { image: 'python', architecture: 'x86_64', environ: { A: 'b' }, run: null, git: null },
            mounts: {},
            resources: { cpu: '1' },
            scaling_group: null,
            agent_list: null,
          },
        },
        domain_name: 'default',
      },
    })
    expect(await user('GET', `${tasks}/${second.id}`)).toMatchObject({ body: { name: 'other' } })
    // Of everybody.
    expect(await admin('GET', tasks)).toMatchObject({
      body: [
        { id, is_owner: false, type: 'task', group_name: 'default' },
        { id: second.id, user_email: 'user@lablup.com' },
      ],
    })
    const put = (payload: unknown) => user('PUT', `${tasks}/${id}`, { payload: JSON.stringify(payload) })
    expect(await put([{ template: task('new') }])).toMatchObject({ status: 200, body: { success: true } })
    expect(await put(task('new'))).toMatchObject({ status: 500 })
    expect(await user('DELETE', `${tasks}/${id}`)).toMatchObject({ body: { success: true } })
    expect(await user('DELETE', `${tasks}/${id}`)).toMatchObject({ status: 404 })
    expect(await user('GET', `${tasks}/${nobody}`)).toMatchObject(
      profile === '23.09' ? { status: 200, body: {} } : { status: 404 },
    )
  })

  test('of YAML are its documents', async () => {
    const { user } = start(profile)
    const yaml = (name: string) => `template: ${JSON.stringify(task(name))}\n`
    expect((await post(user, `${yaml('a')}---\n${yaml('b')}`)).body).toHaveLength(2)
    expect(await post(user, `- ${yaml('a')}`)).toMatchObject({ status: 500 })
  })

  test.each([
    ['a bare document', task('a')],
    ['no text of either', '{'],
    ['an alias of nothing', 'template: *x'],
    ['another kind', [{ template: { ...task('a'), kind: 'other' } }]],
    ['a key that is unknown', [{ template: task('a', { nokey: 1 }) }]],
    ['an empty variable', [{ template: task('a', { kernel: { image: 'a', environ: { A: '' } } }) }]],
  ])('%s is a 500', async (_what, payload) => {
    expect(await post(start(profile).user, payload)).toMatchObject({ status: 500 })
  })
})

test('20.09: bare documents, of one user, as YAML', async () => {
  const { user, admin } = start('20.09')
  const { body } = await post(
    user,
    'apiVersion: 1\nkind: taskTemplate\nmetadata: {name: a}\nspec: {kernel: {image: python}}',
  )
  const { id } = body as { id: string }
  const got = await user('GET', `${tasks}/${id}`)
  expect(got.headers.get('Content-Type')).toContain('text/yaml')
  expect(got.body).toContain('name: a')
  expect(await user('GET', `${tasks}/${id}?format=json`)).toMatchObject({ body: { api_version: '1' } })
  expect((await admin('GET', tasks)).body).toEqual([])
  expect((await admin('GET', `${tasks}?all=true`)).body).toHaveLength(1)
  expect(await post(user, task('a', { mounts: { data: '/elsewhere' } }))).toMatchObject({ status: 400 })
  expect(await post(user, '{')).toMatchObject({ status: 400 })
  expect(await user('GET', `${tasks}/${nobody}`)).toMatchObject({
    status: 404,
    body: { type: 'https://api.backend.ai/probs/task-template-not-found' },
  })
})

test.each(['20.09', '23.09', '26.9'] as const)('clusters: %s', async (profile) => {
  const { user } = start(profile)
  const main = { role: 'main', session_template: nobody, replicas: 1 }
  const cluster = (...nodes: object[]) => ({
    payload: JSON.stringify({
      api_version: '1',
      kind: 'cluster_template',
      mode: 'single-node',
      metadata: { name: 'a' },
      spec: { nodes },
    }),
  })
  const route = '/template/cluster'
  expect(await user('POST', route, cluster({ ...main, role: 'sub' }))).toMatchObject({ status: 400 })
  expect(await user('POST', route, cluster(main, main))).toMatchObject({ status: 400 })
  const { id } = (await user('POST', route, cluster(main))).body as { id: string }
  expect((await user('GET', `${route}/${id}?format=json`)).status).toBe(profile === '23.09' ? 500 : 200)
  expect((await user('PUT', `${route}/${id}`, cluster(main))).status).toBe(profile === '20.09' ? 500 : 200)
  expect((await user('GET', route)).body).toMatchObject([{ id, type: 'user' }])
  expect((await user('DELETE', `${route}/${id}`)).status).toBe(200)
})

describe('a session from one', () => {
  const from = '/session/_/create-from-template'
  const idOf = async (call: Caller, profile: ProfileName, more: object = {}): Promise<string> => {
    const document = task('a', more)
    const { body } = await post(call, profile === '20.09' ? document : [{ template: document }])
    const { id } = (Array.isArray(body) ? body[0] : body) as { id: string }
    return id.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  }
  const place = { group: 'default', domain: 'default' }
  const session = () => [...emulator.sessions.all()].at(-1)!

  test.each(['20.09', '23.09', '26.9'] as const)('has what the body does not say: %s', async (profile) => {
    const { user } = start(profile)
    const id = await idOf(user, profile, profile === '20.09' ? {} : { scaling_group: 'default', type: 'batch' })
    const body = { template_id: id, name: 'from-1', startup_command: 'print 1', enqueueOnly: true, ...place }
    expect(await user('POST', from, { ...body, config: { resources: { cpu: '2' } } })).toMatchObject({ status: 201 })
    expect(session().spec).toMatchObject({
      name: 'from-1',
      type: profile === '20.09' ? 'interactive' : 'batch',
      environ: { A: 'b' },
      slots: { cpu: 2 },
    })
  })

  test('on 23.09 needs a resource group, even of nothing', async () => {
    const { user } = start('23.09')
    const body = { template_id: await idOf(user, '23.09'), name: 'from-1', enqueueOnly: true }
    expect(await user('POST', from, { ...body, config: {} })).toMatchObject({ status: 500 })
    expect(await user('POST', from, { ...body, config: { scaling_group: null } })).toMatchObject({ status: 201 })
  })

  test('on 26.9 needs its project, and as released loses the answer', async () => {
    const { user } = start('26.9', true)
    const body = { template_id: await idOf(user, '26.9'), name: 'from-1', enqueueOnly: true }
    expect(await user('POST', from, body)).toMatchObject({ status: 404 })
    expect(await user('POST', from, { ...body, ...place })).toMatchObject({ status: 500 })
    expect(session().spec.name).toBe('from-1')
    expect(userOf(emulator, 'user@lablup.com').accessKey).toBe(session().spec.owner.keypair.accessKey)
  })
})
