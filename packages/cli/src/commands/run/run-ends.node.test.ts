/** How `run` ends when it does not end well. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { type Cluster, type FakeHost, openCluster, type Outcome } from '../../testing.ts'

let cluster: Cluster
beforeEach(() => void (cluster = openCluster({ pollTime: 100 })))
afterEach(() => cluster[Symbol.asyncDispose]())

const run = (...args: string[]): Promise<Outcome> => cluster.run(['run', ...args])

const sessions = () => [...cluster.emulator.sessions.all()]
const linesOf = (text: string): string[] => text.split('\n').filter(Boolean)

describe('Ctrl-C', () => {
  const pressedAt = (text: string) => (stdout: string, host: FakeHost) => {
    if (stdout.endsWith(text)) host.emit('SIGINT')
  }

  test('interrupts the program, and cleans up', async () => {
    const args = ['run', '-q', '--rm', '-c', 'echo start; sleep 100', 'shell']
    expect(await cluster.run(args, { onStdout: pressedAt('start\n') })).toEqual({
      code: 130,
      stdout: 'start\n',
      stderr: 'Interrupted!\n',
    })
    await expect.poll(() => sessions()[0]!.status).toBe('TERMINATED')
  })

  test('leaves a session that can run the next program', async () => {
    const args = ['run', '-q', '-t', 'train-1', '-c', 'echo start; sleep 100', 'shell']
    expect((await cluster.run(args, { onStdout: pressedAt('start\n') })).code).toBe(130)
    expect((await run('-q', '-t', 'train-1', '-c', 'echo next', 'shell')).stdout).toBe('next\n')
  })

  test('ends a wait for input', async () => {
    const args = ['run', '-q', '--rm', '-c', 'input("a? ")', 'python']
    expect((await cluster.run(args, { terminal: true, onStdout: pressedAt('a? ') })).code).toBe(130)
  })

  test('twice ends at once', async () => {
    let host: FakeHost | undefined
    const args = ['run', '-q', '-c', 'trap "" INT; echo start; sleep 100', 'shell']
    const running = cluster.run(args, { onHost: (made) => (host = made), onStdout: pressedAt('start\n') })
    await expect.poll(() => host!.stdout.text).toBe('start\n')
    host!.emit('SIGINT')
    expect(host!.exits).toEqual([130])
    await cluster.run(['rm', ...sessions().map(({ id }) => id)])
    await running
  })

  test('SIGTERM too', async () => {
    const onStdout = (text: string, host: FakeHost) => void (text === 'start\n' && host.emit('SIGTERM'))
    const args = ['run', '-q', '--rm', '-c', 'echo start; sleep 100', 'shell']
    expect((await cluster.run(args, { onStdout })).code).toBe(143)
  })
})

describe('a session that does not run the code', () => {
  test('is only enqueued', async () => {
    const { code, stdout, stderr } = await run('-t', 'train-1', '--enqueue-only', '--rm', '-c', 'echo', 'shell')
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    expect(linesOf(stderr)).toEqual([
      '∙ With --enqueue-only the session is kept, in spite of --rm.',
      '∙ Session name prefix: train-1',
      '∙ Session ID train-1 is enqueued for scheduling.',
    ])
    await expect.poll(() => cluster.statusOf('train-1')).toBe('RUNNING')
  })

  test('waits in the queue too long', async () => {
    await run('-q', '-t', 'first', '-r', 'cpu=16', '-c', 'echo', 'shell')
    const { code, stderr } = await run('-q', '--rm', '-t', 'second', '--max-wait', '1', '-c', 'echo', 'shell')
    expect({ code, stderr }).toEqual({ code: 3, stderr: '∙ Session ID second is still on the job queue.\n' })
    expect(cluster.statusOf('second')).toBe('CANCELLED')
  })

  test('is cancelled', async () => {
    await run('-q', '-t', 'first', '-r', 'cpu=16', '-c', 'echo', 'shell')
    const running = run('-q', '-t', 'second', '-c', 'echo', 'shell')
    await expect.poll(() => cluster.statusOf('second')).toBe('PENDING')
    await cluster.run(['rm', 'second'])
    const { code, stderr } = await running
    expect(code).toBe(1)
    expect(stderr).toMatch(/^✘ Session ID second has an error during scheduling\/startup or cancelled\.\n/)
  })

  test('ends while it runs', async () => {
    const onStdout = (text: string) => void (text === 'start\n' && cluster.run(['rm', 'train-1']))
    const args = ['run', '-q', '-t', 'train-1', '-c', 'echo start; sleep 100', 'shell']
    const { code, stderr } = await cluster.run(args, { onStdout })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^✘ \[0\] SessionEndedError: Session [\da-f-]{36} is TERMINAT/)
  })
})
