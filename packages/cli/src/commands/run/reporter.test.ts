import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { Output } from '../../output.ts'
import { FakeHost } from '../../testing.ts'
import { logDirectory, type ProgramItem, shortPath, TerminalReporter } from './reporter.ts'

async function shown(...items: ProgramItem[]): Promise<string> {
  const host = new FakeHost([], {})
  const reporter = new TerminalReporter({ output: new Output(host), index: 0, quiet: false })
  for (const item of items) await reporter.item(item)
  return host.stdout.text
}

const end = '----- end of record -----\n'

describe('what is no text is framed', () => {
  test.each([
    [
      { type: 'media', mime: 'image/png', data: 'data:image/png;base64,AA==' },
      'image/png',
      'data:image/png;base64,AA==',
    ],
    [{ type: 'html', html: '<b>x</b>' }, 'html', '<b>x</b>'],
    [{ type: 'log', data: { a: 1 } }, 'log', '{"a":1}'],
  ] as const)('%j', async (item, type, data) => {
    expect(await shown(item)).toBe(`----- output record (type: ${type}) -----\n${data}\n${end}`)
  })

  test('on lines of its own', async () => {
    const html = { type: 'html', html: 'x' } as const
    expect(await shown({ type: 'stdout', text: 'a' }, html, html, { type: 'stdout', text: 'b\n' }, html)).toBe(
      `a\n----- output record (type: html) -----\nx\n${end}----- output record (type: html) -----\nx\n${end}b\n----- output record (type: html) -----\nx\n${end}`,
    )
  })
})

test.each([
  ['linux', {}, '/.cache/backend.ai/client-logs'],
  ['linux', { XDG_CACHE_HOME: '' }, '/.cache/backend.ai/client-logs'],
  ['darwin', {}, '/Library/Caches/backend.ai/client-logs'],
] as const)('logs are where caches are: %s %j', async (platform, env, path) => {
  const home = await mkdtemp(join(tmpdir(), 'backend-ai-cli-'))
  const variables = { HOME: home, ...env }
  const directory = await logDirectory(variables, platform)
  expect(directory).toBe(home + path)
  expect(shortPath(directory, variables)).toBe(`~${path}`)
  expect(shortPath('/elsewhere', variables)).toBe('/elsewhere')
  await rm(home, { recursive: true })
})
