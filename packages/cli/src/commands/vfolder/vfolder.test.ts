/** Folders as a whole; one cluster for all tests, and folders of its own for each. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { type Cluster, openCluster, type Outcome, runCommand } from '../../testing.ts'

let cluster: Cluster
beforeAll(() => void (cluster = openCluster()))
afterAll(() => cluster[Symbol.asyncDispose]())

const vfolder = (...args: string[]): Promise<Outcome> => cluster.run(['vfolder', ...args])

type Person = Cluster['emulator']['users'][number]
const people = (role: string): Person[] => cluster.emulator.users.filter((user) => user.role === role)
const as = (person: Person, args: readonly string[], input?: string): Promise<Outcome> =>
  cluster.run(args, {
    env: { BACKEND_ACCESS_KEY: person.accessKey, BACKEND_SECRET_KEY: person.secretKey },
    ...(input !== undefined && { input }),
  })
const admin = (...args: string[]): Promise<Outcome> => as(people('superadmin')[0]!, args)

const done = (text: string): Outcome => ({ code: 0, stdout: '', stderr: `✔ ${text}\n` })
const printed = (text: string): Outcome => ({ code: 0, stdout: `${text}\n`, stderr: '' })

let count = 0
async function newFolder(...options: string[]): Promise<string> {
  const name = `folder-${++count}`
  expect(await vfolder('create', name, ...options)).toEqual(printed(`Virtual folder "${name}" is created.`))
  return name
}

const uuid = String.raw`[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}`

async function idOf(name: string): Promise<string> {
  const { stdout } = await vfolder('info', name)
  return new RegExp(uuid).exec(stdout)![0]
}

async function statusOf(name: string): Promise<string | undefined> {
  const { stdout } = await vfolder('--output', 'json', 'list')
  const { items } = JSON.parse(stdout) as { items: { name: string; status: string }[] }
  return items.find((item) => item.name === name)?.status
}

describe('lists', () => {
  test('are a sentence without folders', async () => {
    await using empty = openCluster()
    const none = printed('There is no virtual folders created yet.')
    for (const list of ['list', 'list-own', 'list-invited', 'list-project'])
      expect(await empty.run(['vfolder', list])).toEqual(none)
  })

  test('are tables with the columns of the Python command', async () => {
    const name = await newFolder()
    const { code, stdout, stderr } = await vfolder('list')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const [header, , ...rows] = stdout.trimEnd().split('\n')
    expect(header!.split(/ {2,}/).slice(0, 10)).toEqual([
      'Name',
      'ID',
      'Volume',
      'Owner',
      'Permission',
      'Owership Type',
      'Usage Mode',
      'User',
      'Group',
      'Created At',
    ])
    const row = rows.find((line) => line.startsWith(`${name} `))
    expect(row).toMatch(
      new RegExp(`^${name} +${uuid}  local:volume1 +True +rw +user +general +${uuid} +\\d{4}-\\d\\d-\\d\\dT`),
    )
  })

  test('leave out what is not asked for', async () => {
    const name = await newFolder()
    const names = async (...args: string[]): Promise<string[]> => {
      const { items } = JSON.parse((await vfolder('--output', 'json', ...args)).stdout) as { items: { name: string }[] }
      return items.map((item) => item.name)
    }
    const all = await names('list')
    expect(all).toContain(name)
    expect(await names('list-own')).toEqual(all)
    expect(await names('list-invited')).toEqual([])
    expect(await names('list-project')).toEqual([])
    expect(await names('list', '--offset', String(all.length - 1))).toEqual(all.slice(-1))
    expect(await names('list', '--limit', '1')).toEqual(all.slice(0, 1))
    expect(await names('list', '--filter', `name == "${name}"`, '--order', '-name')).toEqual([name])
  })

  test('refuse nonsense', async () => {
    expect(await vfolder('list', '--limit', '0')).toEqual({
      code: 4,
      stdout: '',
      stderr: '✘ --offset is 0 or more, and --limit 1 or more.\n',
    })
  })
})

test('hosts and types', async () => {
  expect(await vfolder('list-hosts')).toEqual(
    printed('Default vfolder host: local:volume1\nUsable hosts: local:volume1'),
  )
  const types = await vfolder('list-allowed-types')
  expect(types.stdout.trimEnd().split('\n').toSorted()).toEqual(['group', 'user'])
})

describe('create', () => {
  test('takes a host, a mode and a permission', async () => {
    const name = await newFolder('local:volume1', '-m', 'data', '-p', 'ro', '--allow-clone', '-q', '0')
    const { stdout } = await vfolder('info', name)
    expect(stdout).toMatch(
      new RegExp(
        [
          `^Virtual folder "${name}" \\(ID: ${uuid}\\)`,
          '- Owner: True',
          // The owner's own, since 26.9.
          '- Permission: r[ow]',
          '- Number of files: 0',
          '- Ownership Type: user',
          '- Permission: r[ow]',
          '- Usage Mode: data',
          '- Group ID: None',
          `- User ID: ${uuid}`,
          '- Clone Allowed: True',
        ].join('\n'),
      ),
    )
  })

  test('tells JSON', async () => {
    const { stdout, stderr } = await vfolder('--output', 'json', 'create', 'as-json')
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual({
      ok: true,
      msg: 'Virtual folder "as-json" is created.',
      vfolder: { name: 'as-json', id: await idOf('as-json') },
    })
  })

  test.each([
    [['create'], 2, `Error: Missing argument 'NAME'.\n`],
    [['create', 'x', '-m', 'nosuch'], 2, `'nosuch' is not one of 'general', 'data', 'model'.\n`],
    [['create', 'x', '-q', '10mb'], 2, `Invalid value for '-q' / '--quota': '10mb' is not a size: 512, 64k, 1.5g.\n`],
    [['create', 'x', '-q', '10g'], 4, '✘ Users and projects have quotas'],
    [['create', 'x', '--unmanaged'], 4, '✘ With --unmanaged, HOST is the path.\n'],
    [['create', '.bashrc'], 1, '✘ BackendAPIError: 400 Bad Request\n'],
  ])('refuses %j', async (args, code, text) => {
    const outcome = await vfolder(...args)
    expect(outcome).toMatchObject({ code, stdout: '' })
    expect(outcome.stderr).toContain(text)
  })
})

test('a folder that is not there', async () => {
  for (const args of [['info'], ['ls'], ['delete'], ['rename', 'x'], ['leave']]) {
    const [command, ...more] = args
    const { code, stderr } = await vfolder(command!, 'nosuch', ...more)
    expect(code).toBe(1)
    expect(stderr).toContain('✘ BackendAPIError: 404 Not Found\n')
  }
})

test('rename and update-options', async () => {
  const name = await newFolder()
  expect(await vfolder('rename', name, `${name}-new`)).toEqual(done('Renamed.'))
  expect(await vfolder('update-options', `${name}-new`, '-p', 'ro', '--set-cloneable', 'Yes')).toEqual(done('Updated.'))
  const { stdout } = await vfolder('info', `${name}-new`)
  expect(stdout).toContain('- Clone Allowed: True\n')
  expect(await vfolder('update-options', `${name}-new`)).toMatchObject({ code: 4 })
  expect((await vfolder('update-options', `${name}-new`, '--set-cloneable', 'perhaps')).stderr).toContain(
    `Invalid value for '--set-cloneable': 'perhaps' is not a valid boolean.`,
  )
})

describe('the trash', () => {
  test('takes folders, gives them back, and is emptied', async () => {
    const name = await newFolder()
    expect(await vfolder('delete-trash', name)).toEqual({
      code: 1,
      stdout: '',
      stderr: `✘ The folder "${name}" is not in the trash.\n`,
    })
    expect(await vfolder('delete', name)).toEqual(done('Deleted.'))
    expect(await statusOf(name)).toBe('delete-pending')
    for (const word of ['restore', 'recover']) {
      expect(await vfolder(word, name)).toEqual(done('Restored.'))
      expect(await statusOf(name)).toBe('ready')
      await vfolder('delete', name)
    }
    expect(await vfolder('delete-trash', name)).toEqual(done('Delete completed.'))
    await expect.poll(() => statusOf(name)).toBeUndefined()
  })

  test('is forgotten by administrators', async () => {
    const name = await newFolder()
    const id = await idOf(name)
    await vfolder('delete', name)
    expect((await vfolder('purge', name)).code).toBe(1)
    expect(await admin('vfolder', 'purge', id)).toEqual(done('Purged.'))
    expect(await statusOf(name)).toBeUndefined()
  })

  test('is not there before release 24.03', async () => {
    await using old = openCluster({ profile: '23.09' })
    await old.run(['vfolder', 'create', 'data-1'])
    const { code, stderr } = await old.run(['vfolder', 'restore', 'data-1'])
    expect(code).toBe(1)
    expect(stderr).toContain("does not support 'vfolder-trash'")
    expect(await old.run(['vfolder', 'delete', 'data-1'])).toEqual(done('Deleted.'))
  })
})

describe('clone', () => {
  test('waits until all is there', async () => {
    const name = await newFolder('--cloneable')
    await vfolder('mkdir', name, 'a')
    expect(await vfolder('clone', name, `${name}-copy`, 'local:volume1')).toEqual(
      done('Cloning the vfolder is complete.'),
    )
    expect((await vfolder('ls', `${name}-copy`)).stdout).toMatch(/^a +\d/m)
  })

  test('is refused where the folder does not allow it', async () => {
    const name = await newFolder()
    expect(await vfolder('clone', name, `${name}-copy`)).toEqual({
      code: 1,
      stdout: '',
      stderr: "✘ Clone is not allowed for this virtual folder. Please update the 'cloneable' option.\n",
    })
  })
})

describe('invitations', () => {
  const invite = async (): Promise<{ name: string; guest: Person; id: string }> => {
    const guest = people('user')[1]!
    const name = await newFolder()
    expect(await vfolder('invite', name, guest.email, '-p', 'ro')).toEqual(
      printed(`Invitation sent to:\n\t- ${guest.email}`),
    )
    return { name, guest, id: await idOf(name) }
  }
  const question = 'Choose invitation number to manage: '
  const actions = 'Choose action. (a)ccept, (r)eject, (c)ancel: '

  test('are none at first', async () => {
    expect(await vfolder('invitations')).toEqual(printed('No invitations.'))
  })

  test('are listed, rejected, and accepted', async () => {
    const { name, guest, id } = await invite()
    const host = people('user')[0]!
    const listed = `List of invitations (inviter, vfolder id, permission):\n[1] ${host.email}, ${id}, read-only\n`
    expect(await as(guest, ['vfolder', 'invitations'], 'q\n')).toEqual({
      code: 0,
      stdout: listed + question,
      stderr: '',
    })
    expect(await as(guest, ['vfolder', 'invitations'], '1\nc\n')).toEqual({
      code: 0,
      stdout: listed + question + actions,
      stderr: '',
    })
    expect(await as(guest, ['vfolder', 'invitations'], '1\nr\n')).toEqual({
      code: 0,
      stdout: `${listed}${question}${actions}vfolder invitation rejected: ${name} (${id})\n`,
      stderr: '',
    })
    await vfolder('invite', name, guest.email, '-p', 'ro')
    expect(await as(guest, ['vfolder', 'invitations'], '1\na\n')).toEqual({
      code: 0,
      stdout: `${listed}${question}${actions}You can now access vfolder ${name} (${id})\n`,
      stderr: '',
    })
    expect((await as(guest, ['vfolder', 'list-invited'])).stdout).toContain(`\n${name} `)

    expect((await admin('admin', 'vfolder', 'shared-vfolder-info', id)).stdout).toContain(guest.email)
    expect((await admin('admin', 'vfolder', 'list-shared-vfolders')).stdout).toContain(id)
    expect(await admin('admin', 'vfolder', 'update-shared-vf-permission', id, guest.id, '-p', 'rw')).toEqual(
      done('Updated.'),
    )
    expect(await as(guest, ['vfolder', 'leave', name])).toEqual(printed(`Left the shared virtual folder "${name}".`))
    expect((await as(guest, ['vfolder', 'list-invited'])).stdout).not.toContain(`\n${name} `)
  })

  test('need somebody to invite', async () => {
    const name = await newFolder()
    expect(await vfolder('invite', name)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("Error: Missing argument 'EMAILS...'.\n") as string,
    })
  })

  test('do not come to an end by leaving what is one’s own', async () => {
    const name = await newFolder()
    expect(await vfolder('leave', name)).toEqual({
      code: 1,
      stdout: '',
      stderr: '✘ You cannot leave a virtual folder you own. Consider using delete instead.\n',
    })
  })
})

test('folders of projects are shared by administrators', async () => {
  const { email } = people('user')[0]!
  expect(await admin('vfolder', 'create', 'project-data', '-g', 'default')).toEqual(
    printed('Virtual folder "project-data" is created.'),
  )
  expect((await vfolder('list-project')).stdout).toMatch(/^project-data .* group /m)
  expect((await vfolder('list-project', '-g', 'default')).stdout).toContain('\nproject-data ')
  expect(await vfolder('list-project', '-g', 'nosuch')).toMatchObject({ code: 1, stdout: '' })
  expect(await admin('vfolder', 'share', 'project-data', email, '-p', 'ro')).toEqual(
    printed(`Shared with:\n\t- ${email}`),
  )
  expect(await admin('vfolder', 'unshare', 'project-data', email)).toEqual(printed(`Unshared with:\n\t- ${email}`))
  expect(await vfolder('leave', 'project-data')).toMatchObject({
    code: 1,
    stderr: '✘ You cannot leave a group virtual folder.\n',
  })
})

describe('for administrators', () => {
  test('the folders of all, by both names of the group', async () => {
    const name = await newFolder()
    const { stdout } = await admin('admin', 'vfolder', 'list')
    expect(stdout.split('\n')[0]!.split(/ {2,}/)).toEqual([
      'Name',
      'ID',
      'Host',
      'Group',
      'Creator',
      'Permission',
      'Usage Mode',
      'Ownership Type',
      'Status',
      'Created At',
    ])
    expect(stdout).toContain(`\n${name} `)
    expect((await admin('admin', 'vfolders')).stdout).toBe(stdout)
    expect((await admin('admin', 'vfolders', '--filter', `name == "${name}"`)).stdout.split('\n')).toHaveLength(4)
    expect((await admin('admin', 'vfolders', '--filter', 'name == "nosuch"')).stdout).toBe(
      'There are no matching vfolders.\n',
    )
  })

  test('hosts and mounts', async () => {
    expect(await admin('admin', 'vfolder', 'list-hosts')).toEqual(
      printed('Default vfolder host: local:volume1\nMounted hosts: local:volume1'),
    )
    const { code, stdout } = await admin('admin', 'vfolder', 'list-mounts')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^manager\n {2}success : True\n/)
    expect((await admin('admin', 'vfolder', 'get-fstab-contents')).code).toBe(0)
  })

  test('another owner', async () => {
    const name = await newFolder()
    const id = await idOf(name)
    const { email } = people('user')[1]!
    expect(await admin('admin', 'vfolder', 'change-vfolder-ownership', id, email)).toEqual(
      done(`The folder "${name}" belongs to ${email} now.`),
    )
    expect(await statusOf(name)).toBeUndefined()
  })
})

test('cp says what there is instead', async () => {
  const { code, stdout, stderr } = await vfolder('cp', 'a', 'b:c')
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toContain('vfolder upload NAME FILES...')
})

test('the group alone is its help', async () => {
  const { code, stdout } = await vfolder()
  expect(code).toBe(0)
  expect(stdout).toContain('Usage: backend.ai vfolder [OPTIONS] COMMAND [ARGS]...\n')
  expect(stdout).toContain('\n  rm (delete-file) ')
  expect(stdout).not.toMatch(/^ {2}cp /m)
})

test('a cluster that is away is told of once', async () => {
  const unhandled: unknown[] = []
  const listener = (reason: unknown): void => void unhandled.push(reason)
  process.on('unhandledRejection', listener)
  try {
    const { code, stderr } = await runCommand(['vfolder', 'list'], {
      env: { ...cluster.env, BACKEND_ENDPOINT: 'http://127.0.0.1:1' },
    })
    expect({ code, unhandled }).toEqual({ code: 1, unhandled: [] })
    expect(stderr).toContain('Request to the API endpoint has failed.')
  } finally {
    process.off('unhandledRejection', listener)
  }
})
