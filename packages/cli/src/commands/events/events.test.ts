import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { type Cluster, type FakeHost, idleKernels, openCluster, type Outcome } from '../../testing.ts'

let cluster: Cluster
beforeEach(() => void (cluster = openCluster(idleKernels)))
afterEach(() => cluster[Symbol.asyncDispose]())

const start = (name: string, ...more: string[]): Promise<Outcome> =>
  cluster.run(['start', '-q', '-t', name, ...more, 'python'])

/** Runs `events` until it follows, does something, and waits for its end. */
async function following(args: readonly string[], act: () => Promise<unknown>, terminal = false): Promise<Outcome> {
  let host: FakeHost | undefined
  const outcome = cluster.run(['events', ...args], { terminal, onHost: (made) => (host = made) })
  await expect.poll(() => host!.stderr.text).toMatch(/ is RUNNING\.|Waiting for/)
  await act()
  return outcome
}

const namesIn = ({ stdout }: Outcome): string[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' ')[0]!)

describe('a session', () => {
  test.each(['name', 'id'])('by its %s, to its end', async (by) => {
    await start('train-1')
    const id = cluster.idOf('train-1')
    const reference = by === 'id' ? id : 'train-1'
    const outcome = await following([reference], async () => {
      await start('other-1')
      await cluster.run(['rm', 'other-1', 'train-1'])
    })
    expect(outcome).toMatchObject({ code: 0, stderr: `∙ Session ${reference} is RUNNING.\n` })
    expect(namesIn(outcome)).toEqual(['session_terminating', 'kernel_terminated', 'session_terminated'])
    const [, data] = /^session_terminated (.*)$/m.exec(outcome.stdout)!
    expect(JSON.parse(data!)).toMatchObject({ sessionId: id, sessionName: 'train-1' })
  })

  test('that begins later', async () => {
    const outcome = await following(['later-1'], async () => {
      await start('later-1')
      await cluster.run(['rm', 'later-1'])
    })
    expect(outcome).toMatchObject({ code: 0, stderr: '∙ Waiting for a session named later-1.\n' })
    expect(namesIn(outcome)).toEqual(expect.arrayContaining(['kernel_started', 'session_started']))
  })

  test('that has ended', async () => {
    await start('train-1')
    await cluster.run(['rm', 'train-1'])
    const id = cluster.idOf('train-1')
    expect(await cluster.run(['events', id])).toEqual({
      code: 0,
      stdout: '',
      stderr: `∙ Session ${id} has ended (TERMINATED).\n`,
    })
  })

  test('that there is not', async () => {
    const { code, stderr } = await cluster.run(['events', '00000000-0000-4000-8000-000000000000'])
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^✘ BackendAPIError: 404 Not Found\n/) })
  })
})

test('names have a colour on terminals alone', async () => {
  await start('train-1')
  const { stdout } = await following(['train-1'], () => cluster.run(['rm', 'train-1']), true)
  expect(stdout).toMatch(/^\u001B\[96;1msession_terminating\u001B\[0m \{/)
})

test('as JSON', async () => {
  await start('train-1')
  let host: FakeHost | undefined
  const running = cluster.run(['--output', 'json', 'events', '--scope', 'session', 'train-1'], {
    onHost: (made) => (host = made),
  })
  await expect.poll(() => host!.stderr.text).toContain('RUNNING')
  await cluster.run(['rm', 'train-1'])
  const lines = (await running).stdout.trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { event: 'session_terminating', data: { sessionName: 'train-1' } },
    { event: 'session_terminated', data: { sessionName: 'train-1' } },
  ])
})

describe('--wait', () => {
  test('ends with the event', async () => {
    const args = ['-q', '--wait', 'session_started', 'later-1']
    const running = cluster.run(['events', ...args])
    await start('later-1')
    expect(await running).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  test('ends with what is so already', async () => {
    await start('train-1')
    expect((await cluster.run(['events', '-q', '--wait', 'session_started', 'train-1'])).code).toBe(0)
  })

  test('fails where the session ends before', async () => {
    await start('train-1')
    const outcome = await following(['--wait', 'session_success', 'train-1'], () => cluster.run(['rm', 'train-1']))
    expect(outcome.code).toBe(1)
    expect(outcome.stderr).toMatch(/✘ Session train-1 has ended before session_success came\.\n$/)
  })

  test.each([
    ['exit 0', 0],
    ['exit 3', 1],
  ])('the result of a batch: %s', async (command, code) => {
    await cluster[Symbol.asyncDispose]()
    cluster = openCluster()
    const running = cluster.run(['events', '-q', '--wait', 'batch_session_result', 'batch-1'])
    await cluster.run(['start', '-q', '-t', 'batch-1', '--type', 'batch', '-c', command, 'python'])
    expect((await running).code).toBe(code)
  })
})

test('ends with Ctrl-C', async () => {
  await start('train-1')
  const onStderr = (text: string, host: FakeHost) => void (text.includes('RUNNING') && host.emit('SIGINT'))
  expect(await cluster.run(['events', 'train-1'], { onStderr })).toMatchObject({ code: 130, stdout: '' })
})

test('a scope that is none', async () => {
  expect(await cluster.run(['events', '--scope', 'cluster', 'train-1'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(
      "Error: Invalid value for '--scope': 'cluster' is not one of '*', 'session', 'kernel'.",
    ),
  })
})
