import { afterEach, describe, expect, test } from 'vitest'

import { type Cluster, idleKernels, openCluster, type Outcome } from '../../testing.ts'

let cluster: Cluster
afterEach(() => cluster[Symbol.asyncDispose]())

const open = async (...names: string[]): Promise<void> => {
  cluster = openCluster(idleKernels)
  await Promise.all(names.map((name) => cluster.run(['start', '-q', '-t', name, 'python'])))
}

const image = 'cr.backend.ai/stable/python:3.9-ubuntu20.04'
const headerOf = ({ stdout }: Outcome): string[] => stdout.split('\n')[0]!.split(/ {2,}/)
const rowsOf = ({ stdout }: Outcome): string[][] =>
  stdout
    .trimEnd()
    .split('\n')
    .slice(2)
    .map((line) => line.split(/ {2,}/))

const none = { code: 0, stdout: 'There are no matching sessions.\n', stderr: '' }

test('without sessions there is a sentence', async () => {
  await open()
  expect(await cluster.run(['ps'])).toEqual(none)
})

test('the table', async () => {
  await open('train-1')
  const outcome = await cluster.run(['ps', '-f', 'name,occupied_slots,status,image'])
  expect(outcome).toEqual({
    code: 0,
    stdout: [
      'Session Name    Occupied Resource                 Status    Image',
      '--------------  --------------------------------  --------  -------------------------------------------',
      `train-1         {"cpu": "1", "mem": "335544320"}  RUNNING   ${image}`,
      '',
    ].join('\n'),
    stderr: '',
  })
})

describe('columns', () => {
  const standard = [
    'Session Name',
    'Session ID',
    'Project/Group',
    'Kernel/Task ID',
    'Image',
    'Type',
    'Status',
    'Status Info',
    'Last updated',
    'Result',
  ]

  test('by themselves', async () => {
    await open('train-1')
    expect(headerOf(await cluster.run(['ps']))).toEqual(standard)
  })

  test('in detail', async () => {
    await open('train-1')
    expect(headerOf(await cluster.run(['ps', '--detail']))).toEqual([
      ...standard,
      'Tag',
      'Created At',
      'Occupied Resource',
      'Used Memory (MiB)',
      'Max Used Memory (MiB)',
      'CPU Using (%)',
    ])
  })

  test('with the owner for administrators', async () => {
    cluster = openCluster({ ...idleKernels, role: 'superadmin' })
    await cluster.run(['start', '-q', '-t', 'train-1', 'python'])
    const outcome = await cluster.run(['ps'])
    expect(headerOf(outcome).slice(0, 3)).toEqual(['Session Name', 'Owner', 'Session ID'])
    expect(rowsOf(outcome)[0]![1]).toBe(cluster.env['BACKEND_ACCESS_KEY'])
    const { stdout } = await cluster.run(['--output', 'json', 'ps'])
    expect(JSON.parse(stdout).items[0].access_key).toBe(cluster.env['BACKEND_ACCESS_KEY'])
  })

  const known = [
    'id,status,status_info,created_at,last_updated,result,image,type,task_id,tag,occupied_slots',
    'used_memory,max_used_memory,cpu_using,kernel_id,session_id,status_data,terminated_at,group,owner,cluster_hostname',
    'main_kernel_id,registry,cluster_template,cluster_mode,cluster_size,domain_name,group_name,group_id,agent_ids',
    'user_email,user_id,access_key,created_user_email,created_user_id,status_changed,starts_at,scheduled_at',
    'startup_command,resource_opts,scaling_group,service_ports,mounts,occupying_slots,dependencies,abusing_reports',
    'idle_checks,priority,vfolder_mounts,requested_slots,architecture',
  ]

  test.each(['20.09', '23.09', '26.9'] as const)('of all releases are known to %s', async (profile) => {
    cluster = openCluster({ ...idleKernels, profile })
    await cluster.run(['start', '-q', '-t', 'train-1', 'python'])
    for (const names of known) {
      const { code, stderr, stdout } = await cluster.run(['ps', '--plain', '-f', `name,${names}`])
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(stdout).toContain('train-1')
    }
  })

  test('that do not exist are named with those that do', async () => {
    await open()
    const { code, stdout, stderr } = await cluster.run(['ps', '-f', 'name,nope'])
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
    expect(stderr).toMatch(/^✘ There is no such format option: nope\n {2}There are abusing_reports, /)
  })
})

test('names alone', async () => {
  await open('train-1', 'train-2')
  const { stdout } = await cluster.run(['ps', '--name-only'])
  expect(stdout.trimEnd().split('\n').toSorted()).toEqual(['train-1', 'train-2'])
  expect((await cluster.run(['ps', '--id-only'])).stdout).toBe(stdout)
  expect(await cluster.run(['ps', '--name-only', '--dead'])).toEqual({
    code: 0,
    stdout: '',
    stderr: '∙ There are no matching sessions.\n',
  })
})

test('states', async () => {
  await open('living', 'dead')
  await cluster.run(['rm', 'dead'])
  const namesOf = async (...args: string[]) =>
    (await cluster.run(['ps', '--name-only', ...args])).stdout.split('\n').filter(Boolean).toSorted()
  expect(await namesOf()).toEqual(['living'])
  expect(await namesOf('--running')).toEqual(['living'])
  expect(await namesOf('--dead')).toEqual(['dead'])
  expect(await namesOf('--dead', '--running', '-s', 'ALL')).toEqual(['dead'])
  expect(await namesOf('-s', 'TERMINATED')).toEqual(['dead'])
  expect(await namesOf('--status=ALL')).toEqual(['dead', 'living'])
  expect(await namesOf('--all')).toEqual(['living'])
})

describe('parts of the list', () => {
  test('are left out, limited, filtered and ordered', async () => {
    await open('train-1', 'train-2', 'other')
    const namesOf = async (...args: string[]) =>
      (await cluster.run(['ps', '--name-only', '--order', 'name', ...args])).stdout
    expect(await namesOf()).toBe('other\ntrain-1\ntrain-2\n')
    expect(await namesOf('--offset', '1')).toBe('train-1\ntrain-2\n')
    expect(await namesOf('--offset', '1', '--limit', '1')).toBe('train-1\n')
    expect(await namesOf('--filter', 'name ilike "train%"')).toBe('train-1\ntrain-2\n')
    expect((await cluster.run(['ps', '--limit', '0'])).code).toBe(4)
  })

  test('have no header when they are plain', async () => {
    await open('train-1')
    expect((await cluster.run(['ps', '--plain', '-f', 'name,status'])).stdout).toBe('train-1  RUNNING\n')
  })
})

describe('as JSON', () => {
  test('values are what they are', async () => {
    await open('train-1')
    const { code, stdout } = await cluster.run([
      '--output=json',
      'ps',
      '-f',
      'name,occupied_slots,cluster_size,terminated_at',
    ])
    expect(code).toBe(0)
    expect(stdout).toBe(
      `${JSON.stringify(
        {
          count: 1,
          total_count: 1,
          items: [
            { name: 'train-1', occupied_slots: { cpu: '1', mem: '335544320' }, cluster_size: 1, terminated_at: null },
          ],
        },
        null,
        2,
      )}\n`,
    )
  })

  test('there is one page, unless all are asked for', async () => {
    const names = Array.from({ length: 22 }, (_, index) => `train-${index}`)
    await open(...names)
    const { count, total_count: total } = JSON.parse((await cluster.run(['--output', 'json', 'ps'])).stdout)
    expect([count, total]).toEqual([20, 22])
    expect(JSON.parse((await cluster.run(['--output', 'json', 'ps', '--all'])).stdout).count).toBe(22)
    expect(JSON.parse((await cluster.run(['--output', 'json', 'ps', '--limit', '3'])).stdout).items).toHaveLength(3)
  })

  test('without sessions it is an empty list', async () => {
    await open()
    expect(JSON.parse((await cluster.run(['--output', 'json', 'ps'])).stdout)).toEqual({
      count: 0,
      total_count: 0,
      items: [],
    })
  })
})

describe('on a terminal', () => {
  const names = Array.from({ length: 25 }, (_, index) => `train-${String(index).padStart(2, '0')}`)
  const atColon = (keys: string) => {
    let count = 0
    return (text: string, host: { type(key: string): void }): void => {
      if (text.split('\n').at(-1) === ':' && text.endsWith(':')) host.type(keys[count++] ?? 'q')
    }
  }

  test('it waits after each page', async () => {
    await open(...names)
    const options = { terminal: true, onStdout: atColon(' ') }
    const { code, stdout } = await cluster.run(['ps', '-f', 'name,status', '--order', 'name'], options)
    const lines = stdout.split('\n')
    expect(code).toBe(0)
    expect(lines.slice(0, 3)).toEqual(['Session Name    Status', '--------------  --------', 'train-00        RUNNING'])
    // A screen of 24 lines has room for 21 rows beside header, rule and colon; the next page keeps the widths.
    expect(lines[23]).toBe(':\r\u001B[Ktrain-21        RUNNING')
    expect(lines.at(-2)).toBe('train-24        RUNNING')
  })

  test('it ends where it is told to', async () => {
    await open(...names)
    const { stdout } = await cluster.run(['ps', '-f', 'name'], { terminal: true, onStdout: atColon('q') })
    expect(stdout.split('\n')).toHaveLength(24)
    expect(stdout.endsWith(':\r\u001B[K')).toBe(true)
  })

  test('Ctrl-C is an interruption', async () => {
    await open(...names)
    const { code, stderr } = await cluster.run(['ps', '-f', 'name'], { terminal: true, onStdout: atColon('\u0003') })
    expect({ code, stderr }).toEqual({ code: 130, stderr: 'Interrupted!\n' })
  })

  test('all are shown at once where that is asked for', async () => {
    await open(...names)
    const { stdout } = await cluster.run(['ps', '-a', '-f', 'name'], { terminal: true })
    expect(stdout).not.toContain(':')
    expect(stdout.trimEnd().split('\n')).toHaveLength(27)
  })
})

test('filters need a server that knows them', async () => {
  cluster = openCluster({ ...idleKernels, profile: '20.09' })
  expect(await cluster.run(['ps', '--filter', 'name == "x"'])).toEqual({
    code: 1,
    stdout: '',
    stderr: '✘ BackendAPIVersionError: Release 20.09.20 of the server does not know --filter and --order.\n',
  })
})
