import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { type Cluster, type FakeHost, openCluster } from '../../testing.ts'

let cluster: Cluster
beforeEach(() => void (cluster = openCluster()))
afterEach(() => cluster[Symbol.asyncDispose]())

const batch = (name: string, command: string) =>
  cluster.run(['start', '-q', '-t', name, '--type', 'batch', '-c', command, 'python'])

test('are shown, of a session that has ended too', async () => {
  await batch('batch-1', 'echo one; echo two')
  await expect.poll(() => cluster.statusOf('batch-1')).toBe('TERMINATED')
  const { code, stdout, stderr } = await cluster.run(['logs', 'batch-1'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '⋯ Retrieving live container logs...\n✔ End of logs.\n' })
  expect(stdout).toContain('one\ntwo\n')
  const json = await cluster.run(['--output', 'json', 'logs', 'batch-1'])
  expect(JSON.parse(json.stdout)).toEqual({ session_id: cluster.idOf('batch-1'), logs: stdout.slice(0, -1) })
})

test('of nothing', async () => {
  expect(await cluster.run(['logs', 'nobody'])).toEqual({
    code: 1,
    stdout: '',
    stderr: '✘ There is no such compute session.\n',
  })
})

describe('--follow', () => {
  test('shows all once, as it comes, until the session ends', async () => {
    await batch('batch-1', 'echo one; sleep 1.5; echo two')
    let host: FakeHost | undefined
    const following = cluster.run(['logs', '-f', 'batch-1'], { onHost: (made) => (host = made) })
    await expect.poll(() => host!.stdout.text, { timeout: 5000 }).toContain('one\n')
    expect(host!.stdout.text).not.toContain('two')
    const { code, stdout, stderr } = await following
    expect({ code, stderr }).toEqual({ code: 0, stderr: '∙ Session batch-1 has ended (TERMINATED).\n' })
    expect(stdout.match(/one|two/g)).toEqual(['one', 'two'])
  })

  test('waits until the session runs', async () => {
    await cluster[Symbol.asyncDispose]()
    cluster = openCluster({ policy: { concurrentSessions: 1 } })
    await cluster.run(['start', '-q', '-t', 'first', 'python'])
    await cluster.run(['start', '-q', '--enqueue-only', '-t', 'second', '--type', 'batch', '-c', 'echo two', 'python'])
    let host: FakeHost | undefined
    const following = cluster.run(['logs', '-f', 'second'], { terminal: true, onHost: (made) => (host = made) })
    await expect.poll(() => host!.stderr.text).toContain('Session second is PENDING')
    await cluster.run(['rm', 'first'])
    expect((await following).stdout).toContain('two\n')
  })

  test('outlives a server that restarts', async () => {
    await batch('batch-1', 'echo one; sleep 3; echo two')
    let host: FakeHost | undefined
    const following = cluster.run(['logs', '-f', 'batch-1'], { terminal: true, onHost: (made) => (host = made) })
    await expect.poll(() => host!.stdout.text, { timeout: 5000 }).toContain('one\n')
    const outage = cluster.emulator.faults.inject({ kind: 'refuse', times: 20 })
    await expect.poll(() => host!.stderr.text, { timeout: 10_000 }).toContain('The server does not answer')
    outage.remove()
    const { code, stdout } = await following
    expect(code).toBe(0)
    expect(stdout.match(/one|two/g)).toEqual(['one', 'two'])
  }, 30_000)

  test('ends with Ctrl-C', async () => {
    await cluster.run(['start', '-q', '-t', 'train-1', 'python'])
    let host: FakeHost | undefined
    const following = cluster.run(['logs', '-f', 'train-1'], { onHost: (made) => (host = made) })
    await expect.poll(() => host!.listenerCount('SIGINT')).toBe(1)
    host!.emit('SIGINT')
    expect(await following).toEqual({ code: 130, stdout: '', stderr: 'Interrupted!\n' })
  })
})
