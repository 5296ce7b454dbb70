import { afterEach, describe, expect, test } from 'vitest'

import { type Cluster, idleKernels, openCluster } from '../../testing.ts'

let cluster: Cluster
afterEach(() => cluster[Symbol.asyncDispose]())

test.each(['20.09', '23.09', '26.9'] as const)('tells of a session and its containers: %s', async (profile) => {
  cluster = openCluster({ ...idleKernels, profile })
  await cluster.run(['start', '-q', '-t', 'train-1', '--tag', 'mine', 'python'])
  const { code, stdout, stderr } = await cluster.run(['info', 'train-1'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const date = String.raw`\d{4}-\d\d-\d\dT[\d:.]+\+00:00`
  const uuid = String.raw`[\da-f-]{36}`
  expect(stdout.split('\n')).toEqual(
    [
      /^Session Name: {7}train-1$/,
      new RegExp(`^Session ID: {9}${cluster.idOf('train-1')}$`),
      new RegExp(`^Kernel/Task ID: {5}${uuid}$`),
      /^Image: {14}cr\.backend\.ai\/stable\/python:3\.9-ubuntu20\.04$/,
      /^Tag: {16}mine$/,
      new RegExp(`^Created At: {9}${date}$`),
      /^Terminated At: {6}None$/,
      /^Status: {13}RUNNING$/,
      /^Status Info:/,
      /^Status Data: {8}(None|\{\})$/,
      /^Occupied Resource: {2}\{"cpu": "1", "mem": "\d+"\}$/,
      /^Containers:$/,
      new RegExp(`^ {2}\\+ ${uuid}$`),
      /^ {4}- cluster_role: {5}\w+$/,
      /^ {4}- cluster_idx: {6}[01]$/,
      /^ {4}- cluster_hostname: \w+$/,
      /^ {4}- agent: {12}i-local$/,
      /^ {4}- status: {11}RUNNING$/,
      /^ {4}- status_info:/,
      /^ {4}- status_data: {6}(None|\{\})$/,
      new RegExp(`^ {4}- status_changed: {3}${date}$`),
      /^ {4}- occupied_slots: {3}\{"cpu": "1", "mem": "\d+"\}$/,
      /^ {4}\+ live_stat: \(unavailable\)$/,
      /^ {4}\+ last_stat: \(unavailable\)$/,
      /^$/,
      /^Dependencies:$/,
      /^ {2}- \(There are no dependency tasks\)$/,
      /^$/,
    ].map((line) => expect.stringMatching(line)),
  )
})

describe('finds a session', () => {
  test('by its id', async () => {
    cluster = openCluster(idleKernels)
    await cluster.run(['start', '-q', '-t', 'train-1', 'python'])
    const { stdout } = await cluster.run(['info', cluster.idOf('train-1')])
    expect(stdout).toMatch(/^Session Name: {7}train-1\n/)
  })

  test('that has ended', async () => {
    cluster = openCluster(idleKernels)
    await cluster.run(['start', '-q', '-t', 'train-1', 'python'])
    await cluster.run(['rm', 'train-1'])
    expect((await cluster.run(['info', 'train-1'])).stdout).toContain('\nStatus:             TERMINATED\n')
  })

  test.each(['nosuch', '00000000-0000-4000-8000-000000000000'])(
    'or tells that there is none: %s',
    async (reference) => {
      cluster = openCluster(idleKernels)
      expect(await cluster.run(['info', reference])).toEqual({
        code: 1,
        stdout: '',
        stderr: '✘ There is no such compute session.\n',
      })
      expect(await cluster.run(['--output', 'json', 'info', reference])).toEqual({
        code: 1,
        stdout: '{"count": 0, "total_count": 0, "items": []}\n',
        stderr: '',
      })
    },
  )
})

test('names the sessions it depends on', async () => {
  cluster = openCluster(idleKernels)
  await cluster.run(['start', '-q', '-t', 'first', 'python'])
  const id = cluster.idOf('first')
  await cluster.run(['start', '-q', '-t', 'second', '--enqueue-only', '--depends', id, 'python'])
  const { stdout } = await cluster.run(['info', 'second'])
  expect(stdout).toContain(
    `\nDependencies:\n  + first (${id})\n    - type:             INTERACTIVE\n    - status:           RUNNING\n`,
  )
})

test('as JSON', async () => {
  cluster = openCluster(idleKernels)
  await cluster.run(['start', '-q', '-t', 'train-1', 'python'])
  const { code, stdout } = await cluster.run(['--output', 'json', 'info', 'train-1'])
  expect(code).toBe(0)
  const { count, total_count: total, items } = JSON.parse(stdout)
  expect([count, total]).toEqual([1, 1])
  expect(items[0]).toMatchObject({
    name: 'train-1',
    session_id: cluster.idOf('train-1'),
    status: 'RUNNING',
    terminated_at: null,
    occupying_slots: { cpu: '1', mem: '335544320' },
    containers: [{ cluster_role: 'main', cluster_idx: 1 }],
    dependencies: [],
  })
})

test('needs an argument', async () => {
  cluster = openCluster(idleKernels)
  expect(await cluster.run(['info'])).toEqual({
    code: 2,
    stdout: '',
    stderr: `Usage: backend.ai info [OPTIONS] SESSION\nTry 'backend.ai info -h' for help.\n\nError: Missing argument 'SESSION'.\n`,
  })
})
