/** What is loaded for what: start-up is felt at each command. */
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { serve } from '@backend-ai-sdk/emulator/node'
import { afterAll, beforeAll, expect, test } from 'vitest'

const bin = join(import.meta.dirname, 'bin.ts')
const hook = `
import { registerHooks } from 'node:module'
import { writeFileSync } from 'node:fs'
const loaded = []
registerHooks({
  load(url, context, next) {
    loaded.push(url)
    return next(url, context)
  },
})
process.on('exit', () => writeFileSync(process.env.LOADED, loaded.join('\\n')))
`

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'backend-ai-cli-'))
  await writeFile(join(directory, 'hook.mjs'), hook)
})
afterAll(() => rm(directory, { recursive: true }))

/** Files of the package by name, and the names of other packages. */
async function loadedBy(args: readonly string[], env: Record<string, string> = {}): Promise<string[]> {
  const { readFile } = await import('node:fs/promises')
  const list = join(directory, 'loaded')
  const flags = ['--conditions=backend-ai-source', '--import', join(directory, 'hook.mjs')]
  await promisify(execFile)(process.execPath, [...flags, bin, ...args], {
    env: { ...process.env, ...env, LOADED: list },
  }).catch(() => {})
  const urls = (await readFile(list, 'utf8')).split('\n').filter((url) => url.startsWith('file:'))
  return urls.map((url) =>
    url.replace(/^.*\/packages\/(\w+)\/src\//, '$1/').replace(/^.*\/node_modules\/((@[^/]+\/)?[^/]+)\/.*$/, '$1'),
  )
}

const always = [
  'cli/arguments.ts',
  'cli/bin.ts',
  'cli/command.ts',
  'cli/attachment/escape-flag.ts',
  'cli/commands/admin/command.ts',
  'cli/commands/admin/vfolder/command.ts',
  'cli/commands/app/binding.ts',
  'cli/commands/app/command.ts',
  'cli/commands/app/start-argument.ts',
  'cli/commands/apps/command.ts',
  'cli/commands/attach/command.ts',
  'cli/commands/config/command.ts',
  'cli/commands/dev/command.ts',
  'cli/commands/doctor/command.ts',
  'cli/commands/dotfile/command.ts',
  'cli/commands/download/command.ts',
  'cli/commands/events/command.ts',
  'cli/commands/info/command.ts',
  'cli/commands/login/command.ts',
  'cli/commands/logout/command.ts',
  'cli/commands/logs/command.ts',
  'cli/commands/ls/command.ts',
  'cli/commands/ps/command.ts',
  'cli/commands/resume/command.ts',
  'cli/commands/run/command.ts',
  'cli/commands/run/decimals.ts',
  'cli/commands/run/ranges.ts',
  'cli/commands/scp/command.ts',
  'cli/commands/session-flags.ts',
  'cli/commands/session-template/command.ts',
  'cli/commands/ssh/command.ts',
  'cli/commands/start-template/command.ts',
  'cli/commands/start/command.ts',
  'cli/commands/terminate/command.ts',
  'cli/commands/update-password/command.ts',
  'cli/commands/upload/command.ts',
  'cli/commands/vfolder/command.ts',
  'cli/commands/vfolder/files.ts',
  'cli/commands/vfolder/folders.ts',
  'cli/commands/vfolder/sharing.ts',
  'cli/failures.ts',
  'cli/main.ts',
  'cli/mounts.ts',
  'cli/nearest.ts',
  'cli/output.ts',
  'cli/parameters.ts',
  'cli/usage.ts',
  'cli/values.ts',
  'cli/version.ts',
  '@stricli/core',
]

const ownAndPackages = (loaded: readonly string[]): string[] =>
  loaded.filter((name) => !name.endsWith('package.json')).toSorted()

test.each([
  [['--version'], []],
  [['--help'], ['cli/help.ts']],
  [['run', '--help'], ['cli/help.ts']],
  [['nosuch'], []],
  [['run', '--nosuch'], []],
])('%j loads no client, no emulator and no tables', async (args, more) => {
  expect(ownAndPackages(await loadedBy(args))).toEqual([...always, ...more].toSorted())
})

test('a command loads what it needs', async () => {
  const loaded = await loadedBy(['config'])
  expect(loaded).toEqual(expect.arrayContaining(['cli/commands/config/config.ts', 'client/index.ts']))
  expect(
    loaded
      .filter((name) => /^(emulator|streaming)\/|cli\/table|commands\/(?!config)\w+\/(?!command)/.test(name))
      .toSorted(),
  ).toEqual([
    'cli/commands/admin/vfolder/command.ts',
    'cli/commands/app/binding.ts',
    'cli/commands/app/start-argument.ts',
    'cli/commands/run/decimals.ts',
    'cli/commands/run/ranges.ts',
    'cli/commands/vfolder/files.ts',
    'cli/commands/vfolder/folders.ts',
    'cli/commands/vfolder/sharing.ts',
  ])
})

test('ps loads nothing for failures or streams, and no package but that of all commands', async () => {
  await using cluster = await serve()
  const { accessKey, secretKey } = cluster.emulator.users[0]!
  const env = { BACKEND_ENDPOINT: cluster.url, BACKEND_ACCESS_KEY: accessKey, BACKEND_SECRET_KEY: secretKey }
  const loaded = await loadedBy(['ps'], env)
  expect(loaded).toContain('cli/commands/ps/ps.ts')
  expect(loaded.filter((name) => /^cli\/terminal|^core\/recovery|^streaming\//.test(name))).toEqual([])
  const packages = loaded.filter((name) => !name.endsWith('.ts') && !name.endsWith('package.json'))
  expect([...new Set(packages)].toSorted()).toEqual(['@stricli/core'])
})
