/** The life of sessions, over HTTP. */
import { afterEach, describe, expect, test } from 'vitest'

import { createEmulator, type Emulator, type EmulatorOptions } from '../index.ts'
import {
  type Answer,
  type Caller,
  callerOf,
  endpoint,
  ManualKernel,
  playing,
  signedHeaders,
  simpleScript,
  userOf,
} from '../testing.ts'

let emulator: Emulator
afterEach(() => emulator.stop())

const image = 'cr.backend.ai/stable/python:3.9-ubuntu20.04'
const spec = (more: object = {}): object => ({ name: 'some-session', image, ...more })

function start(options: EmulatorOptions = {}): Caller {
  emulator = createEmulator({ ...playing(simpleScript), ...options })
  return callerOf(emulator)
}

const create = (call: Caller, more: object = {}): Promise<Answer> => call('POST', '/session', spec(more))
const statusOf = async (call: Caller, key = 'some-session'): Promise<string> =>
  ((await call('GET', `/session/${key}`)).body as { status: string }).status

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    if (await condition()) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error('It did not happen.')
}

const ended = (id: string) =>
  until(() => ['TERMINATED', 'CANCELLED', 'ERROR'].includes(emulator.sessions.get(id)?.status ?? ''))

describe('creating', () => {
  test.each([
    ['20.09', ['PENDING', 'SCHEDULED', 'PREPARING', 'RUNNING', 'TERMINATING', 'TERMINATED']],
    ['23.09', ['PENDING', 'SCHEDULED', 'PREPARING', 'RUNNING', 'TERMINATING', 'TERMINATED']],
    ['26.9', ['PENDING', 'SCHEDULED', 'PREPARING', 'PREPARED', 'CREATING', 'RUNNING', 'TERMINATING', 'TERMINATED']],
  ] as const)('walks the statuses of %s', async (profile, statuses) => {
    const call = start({ profile })
    const answer = await create(call)
    expect(answer.status).toBe(201)
    expect(answer.body).toMatchObject({ sessionName: 'some-session', status: 'RUNNING', created: true })
    const { sessionId } = answer.body as { sessionId: string }
    await call('DELETE', '/session/some-session')
    await ended(sessionId)
    expect([...(emulator.sessions.get(sessionId)?.history.keys() ?? [])]).toEqual(statuses)
  })

  test.each([
    ['20.09', 200, ['service_ports']],
    ['23.09', 201, ['service_ports']],
    ['26.9', 201, ['service_ports', 'servicePorts']],
  ] as const)('reuse on %s', async (profile, status, keys) => {
    const call = start({ profile })
    const first = await create(call)
    const second = await create(call)
    expect(second.status).toBe(status)
    expect(second.body).toMatchObject({ sessionId: (first.body as { sessionId: string }).sessionId, created: false })
    expect(Object.keys(second.body).filter((key) => /ports/i.test(key))).toEqual(keys)
    const refused = await create(call, { reuseIfExists: false })
    expect(refused.status).toBe(400)
    expect(refused.body).toMatchObject({ type: 'https://api.backend.ai/probs/session-already-exists' })
  })

  test('without waiting, with a limit, and too large', async () => {
    const call = start({ profile: '23.09' })
    expect((await create(call, { enqueueOnly: true })).body).toMatchObject({ status: 'PENDING', servicePorts: [] })
    const large = { name: 'too-large', maxWaitSeconds: 1, config: { resources: { cpu: 17, mem: '1g' } } }
    expect((await create(call, large)).body).toMatchObject({ status: 'TIMEOUT', created: true })
    const info = await call('GET', '/session/too-large')
    expect(info.body).toMatchObject({
      status: 'PENDING',
      statusInfo: 'no-available-instances',
      statusData: { scheduler: { failed_predicates: [] } },
    })
    expect((await call('DELETE', '/session/too-large')).body).toEqual({ stats: { status: 'terminated' } })
    expect((await call('GET', '/session/too-large')).status).toBe(404)
  })

  test('what does not fit starts when there is room', async () => {
    const call = start({ capacity: { cpu: 2, mem: '4g' } })
    const config = { resources: { cpu: 2, mem: '1g' } }
    await create(call, { config })
    const waiting = create(call, { name: 'another', config })
    await until(async () => (await call('GET', '/session/another')).status === 200)
    expect(await statusOf(call, 'another')).toBe('PENDING')
    await call('DELETE', '/session/some-session')
    expect((await waiting).body).toMatchObject({ status: 'RUNNING' })
  })

  test('limits: containers are refused, concurrency waits', async () => {
    const call = start({ profile: '23.09', policy: { concurrentSessions: 1 } })
    const cluster = await create(call, { clusterSize: 3 })
    expect(cluster.status).toBe(412)
    expect(cluster.body).toMatchObject({ type: 'https://api.backend.ai/probs/quota-exceeded' })
    await create(call)
    await create(call, { name: 'another', enqueueOnly: true })
    await until(
      async () => ((await call('GET', '/session/another')).body as { statusInfo: string }).statusInfo !== 'None',
    )
    expect((await call('GET', '/session/another')).body).toMatchObject({
      status: 'PENDING',
      statusInfo: 'predicate-checks-failed',
      statusData: {
        scheduler: {
          failed_predicates: [{ name: 'concurrency', msg: 'You cannot run more than 1 concurrent sessions' }],
        },
      },
    })
  })

  test('26.9 answers 400 to quotas, also of waiting sessions', async () => {
    const call = start({ policy: { containersPerSession: 1, pendingSessions: 0 } })
    expect((await create(call, { clusterSize: 2 })).status).toBe(400)
    expect((await create(call)).body).toMatchObject({ error_code: 'session_create_unavailable' })
  })

  test('dependencies are waited for', async () => {
    const call = start()
    const job = { name: 'the-job', type: 'batch', startupCommand: 'sleep 100', enqueueOnly: true }
    const { sessionId } = (await create(call, job)).body as { sessionId: string }
    const waiting = create(call, { dependencies: [sessionId] })
    await until(async () => (await call('GET', '/session/some-session')).status === 200)
    expect(await statusOf(call)).toBe('PENDING')
    const graph = await call('GET', '/session/some-session/dependency-graph')
    expect(graph.body).toMatchObject({ depends_on: [{ session_id: sessionId, session_name: 'the-job' }] })
    expect((await waiting).body).toMatchObject({ status: 'RUNNING' })
    expect(emulator.sessions.get(sessionId)).toMatchObject({ status: 'TERMINATED', result: 'SUCCESS' })
  })

  test('the environment and the bootstrap script are there before the first code', async () => {
    const seen: unknown[] = []
    const call = start({
      kernels: () => async (options) => {
        seen.push(options.environment['COLOUR'], options.environment['BACKENDAI_SESSION_NAME'])
        const kernel = new ManualKernel(options)
        kernel.runBatch = () => {
          seen.push('batch')
          queueMicrotask(() => {
            for (const type of ['clean-finished', 'build-finished', 'finished'] as const) {
              options.onMessage({ type, exitCode: 0 })
            }
          })
        }
        return kernel
      },
    })
    await create(call, { config: { environ: { COLOUR: 'blue' } }, bootstrap_script: 'echo hello' })
    expect(seen).toEqual(['blue', 'some-session', 'batch'])
  })

  test('a kernel that cannot start', async () => {
    const call = start({ kernels: () => () => Promise.reject(new Error('no such program')) })
    expect((await create(call)).body).toMatchObject({ status: 'ERROR', servicePorts: [], created: true })
    const [session] = [...emulator.sessions.all()]
    expect(session).toMatchObject({ statusInfo: 'failed-to-start', statusData: { error: { src: 'agent' } } })
  })

  test('opened ports are among the services', async () => {
    const call = start()
    await create(call, { config: { preopen_ports: [9000] } })
    const apps = (await call('GET', '/stream/session/some-session/apps')).body as unknown[]
    expect(apps.slice(0, 3)).toEqual([
      { name: 'sshd', protocol: 'tcp', ports: [2200] },
      { name: 'ttyd', protocol: 'http', ports: [7681] },
      { name: '9000', protocol: 'preopen', ports: [9000] },
    ])
  })

  test('config keys follow the version of the request', async () => {
    const call = start({ profile: '20.09', policy: { containersPerSession: 4 } })
    const config = { clusterSize: 2 }
    const user = userOf(emulator, 'user@lablup.com')
    expect((await create(call, { config })).status).toBe(500)
    const url = new URL(`${endpoint}/session`)
    const headers = await signedHeaders(user, 'POST', url, { version: 'v5.20191215' })
    const old = await call('POST', '/session', spec({ config }), headers)
    expect(old.body).toMatchObject({ status: 'RUNNING' })
    expect([...emulator.sessions.all()][0]?.kernels.map(({ hostname }) => hostname)).toEqual(['main1', 'sub1'])
    expect((await create(call, { name: 'another', dependencies: [] })).status).toBe(400)
  })
})

describe('batch sessions', () => {
  test.each([
    ['23.09', 'exit 3', 'FAILURE', 3, 'task-finished'],
    ['26.9', 'exit 3', 'FAILURE', 3, 'task-failed'],
    ['26.9', 'print done', 'SUCCESS', 0, 'task-finished'],
  ] as const)('%s: %s', async (profile, startupCommand, result, exitCode, statusInfo) => {
    const call = start({ profile })
    const answer = await create(call, { type: 'batch', startupCommand, enqueueOnly: true })
    const { sessionId } = answer.body as { sessionId: string }
    await ended(sessionId)
    expect(emulator.sessions.get(sessionId)).toMatchObject({ status: 'TERMINATED', result, exitCode, statusInfo })
    const logs = await call('GET', `/session/${sessionId}/logs`)
    expect(logs.body).toEqual({ result: { logs: startupCommand === 'print done' ? 'done\n' : '' } })
  })

  test('start at a time', async () => {
    let now = Date.UTC(2026, 0, 1)
    const call = start({ profile: '23.09', clock: () => now })
    const user = userOf(emulator, 'user@lablup.com')
    const signed = (method: string, path: string) =>
      signedHeaders(user, method, new URL(endpoint + path), { date: new Date(now).toISOString() })
    const job = spec({ type: 'batch', startupCommand: 'print late', starts_at: '2s', enqueueOnly: true })
    const { sessionId } = (await call('POST', '/session', job, await signed('POST', '/session'))).body as {
      sessionId: string
    }
    await until(() => emulator.sessions.get(sessionId)?.statusInfo === 'predicate-checks-failed')
    now += 3000
    await ended(sessionId)
    expect(emulator.sessions.get(sessionId)?.result).toBe('SUCCESS')
  })
})

describe('ending', () => {
  test('26.9 answers before the end, older ones after it', async () => {
    const call = start()
    await create(call)
    expect((await call('DELETE', '/session/some-session')).body).toEqual({ stats: { status: 'terminated' } })
    emulator.stop().catch(() => {})
    const old = start({ profile: '23.09' })
    const { sessionId } = (await create(old)).body as { sessionId: string }
    const answer = await old('DELETE', '/session/some-session')
    expect(answer.body).toMatchObject({ stats: { status: 'terminated', version: 2 } })
    expect(emulator.sessions.get(sessionId)?.status).toBe('TERMINATED')
  })

  test('forced is for admins on 20.09', async () => {
    const call = start({ profile: '20.09' })
    await create(call)
    expect((await call('DELETE', '/session/some-session?forced=true')).status).toBe(403)
    const admin = callerOf(emulator, 'admin@lablup.com')
    const { accessKey } = userOf(emulator, 'user@lablup.com')
    const answer = await admin('DELETE', `/session/some-session?forced=true&owner_access_key=${accessKey}`)
    expect(answer.status).toBe(200)
  })

  test.each([
    ['23.09', 'list'],
    ['26.9', 'object'],
  ] as const)('with its dependants on %s', async (profile, form) => {
    const call = start({ profile })
    const { sessionId } = (await create(call)).body as { sessionId: string }
    await create(call, { name: 'dependant', dependencies: [sessionId], enqueueOnly: true })
    const { body } = await call('DELETE', '/session/some-session?recursive=true')
    const expected = { status: profile === '23.09' ? 'terminated' : 'cancelled' }
    expect(body).toMatchObject(form === 'list' ? [expected, { status: 'terminated' }] : { stats: expected })
    await ended(sessionId)
    expect([...emulator.sessions.all()].map(({ status }) => status)).toEqual(['TERMINATED', 'CANCELLED'])
  })

  test('by itself, when its kernel dies', async () => {
    const kernels: ManualKernel[] = []
    const call = start({
      kernels: () => async (options) => {
        const kernel = new ManualKernel(options)
        kernels.push(kernel)
        return kernel
      },
    })
    const { sessionId } = (await create(call)).body as { sessionId: string }
    const run = call('POST', '/session/some-session', { mode: 'query', code: 'x', run_id: null })
    await until(() => kernels[0]?.fed.length === 1)
    kernels[0]?.options.onExit(137)
    expect((await run).body).toMatchObject({ result: { status: 'finished', exitCode: 130, options: {}, console: [] } })
    await ended(sessionId)
    expect(emulator.sessions.get(sessionId)?.statusInfo).toBe('self-terminated')
    expect((await call('GET', `/session/${sessionId}/logs`)).body).toEqual({ result: { logs: 'the logs\n' } })
  })
})

describe('finding', () => {
  test('prefixes name sessions on 20.09 only', async () => {
    const call = start({ profile: '20.09' })
    await create(call, { name: 'alpha-one' })
    await create(call, { name: 'alpha-two' })
    expect((await call('GET', '/session/alpha-o')).status).toBe(200)
    const many = await call('GET', '/session/alpha')
    expect(many.status).toBe(404)
    expect(many.body).toMatchObject({ type: 'https://api.backend.ai/probs/too-many-sessions-matched' })
    expect((await call('GET', '/session/_/match?id=alpha')).body).toMatchObject({ matches: [{}, {}] })
    expect((await call('GET', '/session/beta')).body).toMatchObject({
      type: 'https://api.backend.ai/probs/session-not-found',
    })
  })

  test('26.9 has three ways to say no', async () => {
    const call = start()
    const { sessionId } = (await create(call)).body as { sessionId: string }
    const other = callerOf(emulator, 'user2@lablup.com')
    expect((await other('GET', `/session/${sessionId}`)).status).toBe(403)
    expect((await other('GET', '/session/some-session')).body).toMatchObject({ title: 'Entity not found.' })
    await call('DELETE', `/session/${sessionId}`)
    await ended(sessionId)
    expect((await call('GET', `/session/${sessionId}`)).body).toMatchObject({ title: 'No such session.' })
  })

  test('renaming', async () => {
    const call = start()
    await create(call)
    await create(call, { name: 'another' })
    expect((await call('POST', '/session/some-session/rename', { name: 'another' })).status).toBe(400)
    expect((await call('POST', '/session/some-session/rename', { name: '다른 이름' })).status).toBe(204)
    expect((await call('GET', `/session/${encodeURIComponent('다른 이름')}`)).status).toBe(200)
    expect((await call('POST', '/session/another/rename?name=x')).body).toMatchObject({
      title: 'Malformed request body.',
    })
  })
})

describe('maintenance', () => {
  test('no new sessions, old ones go on', async () => {
    const call = start()
    const admin = callerOf(emulator, 'admin@lablup.com')
    await create(call)
    expect((await admin('PUT', '/manager/status', { status: 'frozen' })).status).toBe(204)
    const refused = await create(call, { name: 'another' })
    expect(refused.status).toBe(503)
    expect(refused.body).toMatchObject({ type: 'https://api.backend.ai/probs/server-frozen' })
    expect((await admin('GET', '/manager/status')).body).toMatchObject({ status: 'frozen', active_sessions: 1 })
    expect((await call('DELETE', '/session/some-session')).status).toBe(200)
    await admin('PUT', '/manager/status', { status: 'running' })
    expect((await create(call, { name: 'another' })).status).toBe(201)
  })
})

test('a cluster that was stopped refuses what could not come to its end', async () => {
  const call = start()
  await create(call)
  await emulator.stop()
  await expect(create(call)).rejects.toMatchObject({ name: 'TypeError', cause: { code: 'ECONNREFUSED' } })
  await expect(emulator.storageProxy.fetch(new Request('http://127.0.0.1/upload'))).rejects.toThrow(TypeError)
})
