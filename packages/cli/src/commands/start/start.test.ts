import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, describe, expect, test } from 'vitest'

import { type Cluster, type FakeHost, idleKernels, openCluster } from '../../testing.ts'

let cluster: Cluster
afterEach(() => cluster[Symbol.asyncDispose]())

test('tells the id and the services, on stderr', async () => {
  cluster = openCluster(idleKernels)
  const { code, stdout, stderr } = await cluster.run(['start', '-t', 'train-1', 'python'])
  const services = [...cluster.emulator.sessions.all()][0]!.servicePorts!.map(({ name }) => name)
  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stdout: '',
    stderr: `∙ Session ID ${cluster.idOf('train-1')} is created and ready.\n∙ This session provides the following app services: ${services.join(', ')}\n`,
  })
})

test('takes a living session of the name, unless that is forbidden', async () => {
  cluster = openCluster(idleKernels)
  await cluster.run(['start', '-t', 'train-1', 'python'])
  const id = cluster.idOf('train-1')
  expect((await cluster.run(['start', '-t', 'train-1', 'python'])).stderr).toContain(
    `∙ Session ID ${id} is already running and ready.\n`,
  )
  expect(await cluster.run(['start', '-t', 'train-1', '--no-reuse', 'python'])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(
      new RegExp(`^✘ BackendAPIError: 400 Bad Request\\n  .*\\n  - Existing session ID: ${id}\\n$`),
    ),
  })
})

test('prints the id alone', async () => {
  cluster = openCluster(idleKernels)
  const outcome = await cluster.run(['create', '-q', '--name', 'train-1', 'python'])
  expect(outcome).toEqual({ code: 0, stdout: `${cluster.idOf('train-1')}\n`, stderr: '' })
})

test('names it when nobody else does', async () => {
  cluster = openCluster(idleKernels)
  await cluster.run(['start', '-q', 'python'])
  expect((await cluster.run(['ps', '--name-only'])).stdout).toMatch(/^pysdk-[\da-f]{10}\n$/)
})

test('as JSON', async () => {
  cluster = openCluster(idleKernels)
  const { code, stdout } = await cluster.run(['--output', 'json', 'start', '-q', '-t', 'train-1', 'python'])
  const id = cluster.idOf('train-1')
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    ok: true,
    msg: `Session ID ${id} is created and ready.`,
    session: { session_id: id, name: 'train-1', status: 'RUNNING', created: true },
  })
})

describe('a session that does not run yet', () => {
  const full = { ...idleKernels, policy: { concurrentSessions: 1 } }

  test('is enqueued', async () => {
    cluster = openCluster(full)
    await cluster.run(['start', '-q', '-t', 'first', 'python'])
    const { code, stderr } = await cluster.run(['start', '-t', 'second', '--enqueue-only', 'python'])
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: `∙ Session ID ${cluster.idOf('second')} is enqueued for scheduling.\n`,
    })
  })

  test('is waited for only so long', async () => {
    cluster = openCluster(full)
    await cluster.run(['start', '-q', '-t', 'first', 'python'])
    const { code, stderr } = await cluster.run(['start', '-t', 'second', '--max-wait', '1', 'python'])
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: `∙ Session ID ${cluster.idOf('second')} is still on the job queue.\n`,
    })
  })

  test('may be cancelled', async () => {
    cluster = openCluster(full)
    await cluster.run(['start', '-q', '-t', 'first', 'python'])
    const starting = cluster.run(['start', '-t', 'second', 'python'])
    await expect.poll(() => cluster.statusOf('second')).toBe('PENDING')
    const id = cluster.idOf('second')
    expect((await cluster.run(['rm', 'second'])).code).toBe(0)
    const { code, stderr } = await starting
    expect(code).toBe(1)
    expect(stderr).toMatch(new RegExp(`^✘ Session ID ${id} has an error during scheduling/startup or cancelled\\.\\n`))
  })

  test('is given up when the user interrupts', async () => {
    cluster = openCluster(full)
    await cluster.run(['start', '-q', '-t', 'first', 'python'])
    const host: { current?: FakeHost } = {}
    const starting = cluster.run(['start', '-t', 'second', 'python'], { onHost: (made) => (host.current = made) })
    await expect.poll(() => cluster.statusOf('second')).toBe('PENDING')
    host.current!.emit('SIGINT')
    expect(await starting).toEqual({ code: 130, stdout: '', stderr: 'Interrupted!\n' })
    expect(cluster.statusOf('second')).toBe('CANCELLED')
  })
})

describe('options', () => {
  test('become the session', async () => {
    cluster = openCluster(idleKernels)
    const script = join(tmpdir(), `bootstrap-${process.pid}.sh`)
    await writeFile(script, 'echo 안녕\n')
    const { code, stderr } = await cluster.run(
      ['start', '-t', 'train-1', '-r', 'cpu=2', '-r', 'mem=512', '-e', 'A=1', '-e', 'B=x=y', '--tag', 'mine']
        .concat(['--resource-opts', 'shmem=128m', '--bootstrap-script', script, '-g', 'default', '-d', 'default'])
        .concat(['--preopen', '9000,9001', '--cluster-size', '2', '--sgroup', 'default', '--priority', '20', 'python']),
    )
    expect({ code, stderr }).toMatchObject({ code: 0 })
    const { spec } = [...cluster.emulator.sessions.all()][0]!
    expect(spec).toMatchObject({
      name: 'train-1',
      tag: 'mine',
      clusterSize: 2,
      clusterMode: 'single-node',
      resourceGroup: 'default',
      priority: 20,
      preopenPorts: [9000, 9001],
      slots: { cpu: 2, mem: 512 * 1024 ** 2 },
      sharedMemory: 128 * 1024 ** 2,
      environ: { A: '1', B: 'x=y' },
      bootstrapScript: 'echo 안녕\n',
    })
  })

  test.each([
    [['-t', 'abc'], 4, '✘ Client session token should be 4 to 64 characters long.\n'],
    [['--max-wait', '-1'], 4, '✘ --max-wait is 0 seconds or more.\n'],
    [
      ['--resource-opts', 'nope=1'],
      4,
      "✘ There is no resource option 'nope', only shmem and allow_fractional_resource_fragmentation.\n",
    ],
    [
      ['--bootstrap-script', '/nonexistent/x'],
      4,
      expect.stringMatching(/^✘ The bootstrap script "\/nonexistent\/x" cannot be read: /),
    ],
    [
      ['-r', 'cpu'],
      2,
      expect.stringMatching(
        /\n\nError: Invalid value for '-r' \/ '--resources' \/ '--resource': 'cpu' is not written as KEY=VALUE\.\n$/,
      ),
    ],
    [
      ['--cluster-mode', 'both'],
      2,
      expect.stringMatching(
        /Error: Invalid value for '--cluster-mode': 'both' is not one of 'single-node', 'multi-node'\.\n$/,
      ),
    ],
  ])('that cannot work: %j', async (args, code, stderr) => {
    cluster = openCluster(idleKernels)
    expect(await cluster.run(['start', ...args, 'python'])).toEqual({ code, stdout: '', stderr })
    expect([...cluster.emulator.sessions.all()]).toEqual([])
  })
})
