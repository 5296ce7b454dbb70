import { readdirSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { commandGroups } from './help.ts'
import { runCommand } from './testing.ts'

test('each command is in one group of the help', () => {
  const commands = readdirSync(join(import.meta.dirname, 'commands'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
  expect(Object.values(commandGroups).flat().toSorted()).toEqual(commands.toSorted())
})

test('all of it fits 80 columns', async () => {
  const { code, stdout } = await runCommand(['--help'])
  expect(code).toBe(0)
  for (const names of Object.values(commandGroups))
    for (const name of names) expect(stdout).toMatch(new RegExp(`^  ${name} .*\\S$`, 'm'))
  for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
})
