import { afterEach, beforeEach, expect, test } from 'vitest'

import { type Cluster, idleKernels, openCluster } from '../../testing.ts'

let cluster: Cluster
beforeEach(async () => {
  cluster = openCluster(idleKernels)
  await cluster.run(['start', '-q', '-t', 'train-1', 'python'])
})
afterEach(() => cluster[Symbol.asyncDispose]())

const namesOf = (): string[] => [...cluster.emulator.sessions.all()][0]!.servicePorts!.map(({ name }) => name)

test('names alone', async () => {
  expect(await cluster.run(['apps', '-l', 'train-1'])).toEqual({
    code: 0,
    stdout: '',
    stderr: `∙ This session provides the following app services: ${namesOf().join(', ')}\n`,
  })
})

test('what they can be started with', async () => {
  const outcome = await cluster.run(['apps', 'train-1', 'sshd'])
  expect(outcome).toEqual({
    code: 0,
    stdout: '',
    stderr: '∙ Service sshd does not have customizable arguments.\n',
  })
})

test('as JSON', async () => {
  const { stdout } = await cluster.run(['--output', 'json', 'apps', 'train-1', 'sshd'])
  expect(JSON.parse(stdout)).toEqual({
    count: 1,
    total_count: 1,
    items: [
      { name: 'sshd', protocol: 'tcp', ports: [2200], url_template: null, allowed_arguments: null, allowed_envs: null },
    ],
  })
})

test('an app that there is not', async () => {
  expect(await cluster.run(['apps', 'train-1', 'nothing'])).toEqual({
    code: 1,
    stdout: '',
    stderr: `✘ The app "nothing" is not supported by the session.\n  It has ${namesOf().join(', ')}.\n`,
  })
})

test('of a session that has ended', async () => {
  await cluster.run(['rm', 'train-1'])
  const { code, stderr } = await cluster.run(['apps', cluster.idOf('train-1')])
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: `✘ Session ${cluster.idOf('train-1')} has ended (TERMINATED).\n`,
  })
})
