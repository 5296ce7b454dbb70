import {
  anonymous,
  ConfigError,
  createTransport,
  UnsupportedError,
  type ClientOptions,
  type ServerInfo,
} from '@backend-ai-sdk/core'
import { describe, expect, test } from 'vitest'

import { toCreationBody, type SessionSpec } from './session-spec.ts'

const config = (options: Partial<ClientOptions> = {}) =>
  createTransport({ endpoint: 'http://h', auth: anonymous(), ...options }).config
const servers = {
  '20.09': { apiVersion: 'v6.20200815', release: '20.09.20' },
  '23.09': { apiVersion: 'v7.20230615', release: '23.09.10' },
  '26.9': { apiVersion: 'v9.20250722', release: '26.9.6' },
} as const satisfies Record<string, ServerInfo>

const enqueue = { maxWait: 0, reuseIfExists: false }
/** As it travels: what is undefined is not there. */
const sent = (spec: SessionSpec, release: keyof typeof servers = '26.9', options?: Partial<ClientOptions>) => {
  const { json, query } = toCreationBody(spec, servers[release], config(options), enqueue)
  return {
    json: JSON.parse(JSON.stringify(json)) as Record<string, unknown> & { config: Record<string, unknown> },
    query,
  }
}

describe('the least', () => {
  test.each(Object.keys(servers) as (keyof typeof servers)[])('holds only keys that %s knows', (release) => {
    const { json } = sent({ image: 'python', name: 'abcd' }, release)
    expect(json).toEqual({
      name: 'abcd',
      image: 'python',
      type: 'interactive',
      domain: 'default',
      group: 'default',
      clusterSize: 1,
      clusterMode: 'single-node',
      enqueueOnly: true,
      maxWaitSeconds: 0,
      reuseIfExists: false,
      config: { mounts: [], mount_map: {}, environ: {}, resources: {}, resource_opts: {} },
    })
  })

  test('names are made where none is given', () => {
    expect(sent({ image: 'python' }).json['name']).toMatch(/^sdk-[\da-f]{10}$/)
  })

  test('the client’s domain, project and mounts', () => {
    const { json } = sent({ image: 'python', mounts: ['b'] }, '26.9', { domain: 'd', project: 'p', mounts: ['a'] })
    expect(json).toMatchObject({ domain: 'd', group: 'p', config: { mounts: ['a', 'b'] } })
  })
})

test('every key on the newest release', () => {
  const { json } = sent({
    image: 'python',
    name: 'abcd',
    architecture: 'aarch64',
    type: 'batch',
    domain: 'd',
    project: 'p',
    resourceGroup: 'gpu',
    slots: { cpu: 2, mem: '4g', 'cuda.shares': 0.5 },
    sharedMemory: '64m',
    allowFractionalResourceFragmentation: true,
    environment: { A_b: '1' },
    mounts: [
      'plain',
      { name: 'data', target: '/home/work/d', permission: 'ro' },
      { id: '11111111-2222-3333-4444-555555555555', target: '/x', type: 'volume', subpath: 's' },
    ],
    ports: [8000],
    clusterSize: 2,
    clusterMode: 'multi-node',
    tag: 't',
    startupCommand: 'true',
    bootstrapScript: 'echo',
    startsAt: '30min',
    batchTimeout: '1d',
    dependencies: ['x'],
    callbackURL: 'http://c',
    priority: 5,
    jobPriority: 1,
    isPreemptible: false,
    agents: ['i-1'],
    network: 'n',
    ownerAccessKey: 'AKIA',
  })
  expect(json).toEqual({
    name: 'abcd',
    image: 'python',
    architecture: 'aarch64',
    type: 'batch',
    domain: 'd',
    group: 'p',
    clusterSize: 2,
    clusterMode: 'multi-node',
    tag: 't',
    enqueueOnly: true,
    maxWaitSeconds: 0,
    reuseIfExists: false,
    startupCommand: 'true',
    bootstrap_script: 'echo',
    starts_at: '30min',
    batch_timeout: '1d',
    dependencies: ['x'],
    callback_url: 'http://c',
    priority: 5,
    job_priority: 1,
    is_preemptible: false,
    owner_access_key: 'AKIA',
    config: {
      mounts: ['plain', 'data'],
      mount_map: { data: '/home/work/d' },
      mount_ids: ['11111111-2222-3333-4444-555555555555'],
      mount_id_map: { '11111111-2222-3333-4444-555555555555': '/x' },
      mount_options: {
        data: { type: 'bind', permission: 'ro' },
        '11111111-2222-3333-4444-555555555555': { type: 'volume', subpath: 's' },
      },
      environ: { A_b: '1' },
      scaling_group: 'gpu',
      resources: { cpu: 2, mem: '4g', 'cuda.shares': 0.5 },
      resource_opts: { shmem: '64m', allow_fractional_resource_fragmentation: true },
      preopen_ports: [8000],
      agent_list: ['i-1'],
      attach_network: 'n',
    },
  })
})

test('the owner is in the query of old servers, which ignore it in the body', () => {
  expect(sent({ image: 'python', ownerAccessKey: 'AKIA' }, '20.09').query).toEqual({ owner_access_key: 'AKIA' })
  expect(sent({ image: 'python', ownerAccessKey: 'AKIA' }, '20.09').json).not.toHaveProperty('owner_access_key')
  expect(sent({ image: 'python', ownerAccessKey: 'AKIA' }, '23.09').query).toEqual({})
})

describe('what a release does not know is refused before it is sent', () => {
  test.each([
    ['20.09', { architecture: 'x86_64' }],
    ['20.09', { dependencies: ['x'] }],
    ['20.09', { callbackURL: 'http://c' }],
    ['20.09', { agents: ['i'] }],
    ['23.09', { priority: 1 }],
    ['23.09', { batchTimeout: '1h' }],
    ['23.09', { network: 'n' }],
    ['23.09', { jobPriority: 1 }],
    ['23.09', { isPreemptible: true }],
    ['23.09', { allowFractionalResourceFragmentation: true }],
    ['23.09', { mounts: [{ id: 'x' }] }],
    ['23.09', { mounts: [{ name: 'x', permission: 'ro' }] }],
  ] as const)('%s %j', (release, spec) => {
    expect(() => sent({ image: 'python', ...spec }, release)).toThrow(UnsupportedError)
  })
})

test.each([
  [{ image: '' }, "needs an 'image'"],
  [{ image: 'x', enviroment: {} }, "did you mean 'environment'?"],
  [{ image: 'x', mounts: [{}] }, "either the 'name' or the 'id'"],
  [{ image: 'x', mounts: [{ name: 'a', id: 'b' }] }, "either the 'name' or the 'id'"],
  [{ image: 'x', mounts: [{ name: 'a', permision: 'ro' }] }, "did you mean 'permission'?"],
])('%j', (spec, message) => {
  expect(() => sent(spec as SessionSpec)).toThrow(ConfigError)
  expect(() => sent(spec as SessionSpec)).toThrow(message)
})
