import { afterEach, expect, test } from 'vitest'

import { type Cluster, idleKernels, openCluster } from '../../testing.ts'

let cluster: Cluster
afterEach(() => cluster[Symbol.asyncDispose]())

const open = async (...names: string[]): Promise<void> => {
  cluster = openCluster(idleKernels)
  for (const name of names) await cluster.run(['start', '-q', '-t', name, 'python'])
}

const waiting = '⋯ Terminating the session(s)...\n'
const notFound = `✘ BackendAPIError: 404 Not Found
  No such session.
∙ If you are an admin, use "-o" / "--owner" option to terminate other user's session.
`

test.each(['rm', 'kill', 'terminate', 'destroy'])('%s ends sessions by name and by id', async (word) => {
  await open('train-1', 'train-2')
  expect(await cluster.run([word, 'train-1', cluster.idOf('train-2')])).toEqual({
    code: 0,
    stdout: '',
    stderr: `${waiting}✔ Done.\n`,
  })
  expect([cluster.statusOf('train-1'), cluster.statusOf('train-2')]).toEqual(['TERMINATED', 'TERMINATED'])
})

test('goes on after a failure', async () => {
  await open('train-1')
  expect(await cluster.run(['rm', 'nosuch', 'train-1'])).toEqual({ code: 1, stdout: '', stderr: waiting + notFound })
  expect(cluster.statusOf('train-1')).toBe('TERMINATED')
})

test('does not end a session twice', async () => {
  await open('train-1')
  await cluster.run(['rm', 'train-1'])
  expect(await cluster.run(['rm', 'train-1'])).toEqual({ code: 1, stdout: '', stderr: waiting + notFound })
})

test('wants to know which', async () => {
  await open()
  expect(await cluster.run(['rm'])).toEqual({
    code: 4,
    stdout: '',
    stderr: '∙ Specify at least one session ID. Check usage with "-h" option.\n',
  })
})

test('tells what was used, where the server tells it', async () => {
  await open('train-1')
  const { code, stdout } = await cluster.run(['rm', '-s', 'train-1'])
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'Statistics is not available.\n' })
})

test('ends the sessions of others for an administrator', async () => {
  cluster = openCluster({ ...idleKernels, role: 'superadmin' })
  const user = cluster.emulator.users.find(({ role }) => role === 'user')!
  const env = { BACKEND_ACCESS_KEY: user.accessKey, BACKEND_SECRET_KEY: user.secretKey }
  await cluster.run(['start', '-q', '-t', 'train-1', 'python'], { env })
  expect((await cluster.run(['rm', 'train-1'])).code).toBe(1)
  expect((await cluster.run(['rm', '-o', user.accessKey, 'train-1'])).code).toBe(0)
  await expect.poll(() => cluster.statusOf('train-1')).toBe('TERMINATED')
})

test('as JSON', async () => {
  await open('train-1')
  const { code, stdout, stderr } = await cluster.run(['--output', 'json', 'rm', 'train-1', 'nosuch'])
  expect(code).toBe(1)
  expect(JSON.parse(stdout)).toEqual({
    ok: false,
    msg: 'Some sessions could not be terminated.',
    sessions: [
      { session: 'train-1', ok: true, stats: {} },
      { session: 'nosuch', ok: false, error: 'BackendAPIError: 404 Not Found\nNo such session.' },
    ],
  })
  expect(stderr).toBe(waiting + notFound)
})
