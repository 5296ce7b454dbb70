import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { fromClusterDocument, toClusterDocument } from './cluster-template.ts'
import { fromTaskDocument, toTaskDocument, type TaskTemplate } from './task-template.ts'
import { formatDocument, nodeOf, parseDocuments } from './template-documents.ts'

const newest = { release: '26.9.6', apiVersion: 'v9.20250722' } as const
const oldest = { release: '20.09.20', apiVersion: 'v6.20200815' } as const

const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((text) => text.isWellFormed())
/** Names that do not mean something else to JavaScript. */
const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_. -]{0,9}$/)
const tricky = fc.constantFrom(
  '1.10',
  'yes',
  'null',
  '~',
  '0644',
  'true',
  '- a',
  'a: b',
  '#',
  '"',
  "'",
  'a\nb\n',
  ' a ',
)
/** Absent and empty are the same to servers. */
const value = fc.oneof(word, tricky).filter((text) => !['', '~', 'null'].includes(text))

const template: fc.Arbitrary<TaskTemplate> = fc.record(
  {
    name: value,
    image: value,
    tag: value,
    type: fc.constantFrom('interactive', 'batch', 'inference', 'system'),
    environment: fc.dictionary(name, fc.oneof(word, tricky), { maxKeys: 4 }),
    bootstrapScript: value,
    startupCommand: value,
    git: fc.record(
      { repository: value, commit: value, branch: value, directory: value },
      { requiredKeys: ['repository'] },
    ),
    slots: fc.dictionary(name, value, { maxKeys: 4 }),
    resourceGroup: value,
    agents: fc.array(value, { maxLength: 3 }),
  },
  { requiredKeys: ['name', 'image'] },
)

test('a template survives its text, whatever looks like something else to YAML', async () => {
  await fc.assert(
    fc.asyncProperty(template, fc.constantFrom('yaml', 'json'), async (given, format) => {
      const document: unknown = JSON.parse(JSON.stringify(toTaskDocument(given, newest)))
      const [read] = await parseDocuments(await formatDocument(document, format))
      expect(fromTaskDocument(read)).toMatchObject(given)
      // As it comes back from a server.
      expect(fromTaskDocument(nodeOf(document))).toMatchObject(given)
    }),
  )
})

test('all spellings mean the same', async () => {
  const spellings = [
    ['api_version', 'type', 'startup', 'destination_dir', 'scaling_group', 'agent_list'],
    ['apiVersion', 'sessionType', 'startup_command', 'destinationDir', 'scalingGroup', 'agentList'],
    ['api_version', 'session_type', 'startupCommand', 'dest_dir', 'scaling_group', 'agent_list'],
  ] as const
  for (const [version, type, startup, directory, group, agents] of spellings) {
    const [document] = await parseDocuments(`
${version}: 1
kind: taskTemplate
metadata: {name: a}
spec:
  ${type}: batch
  kernel: {image: b, run: {${startup}: c}, git: {repository: d, ${directory}: e}}
  ${group}: f
  ${agents}: [g]
`)
    expect(fromTaskDocument(document)).toEqual({
      name: 'a',
      image: 'b',
      type: 'batch',
      startupCommand: 'c',
      git: { repository: 'd', directory: 'e' },
      resourceGroup: 'f',
      agents: ['g'],
    })
  }
})

test('old releases get no keys that they refuse, and paths for all mounts', () => {
  const given: TaskTemplate = {
    name: 'a',
    image: 'b',
    architecture: 'x86_64',
    resourceGroup: 'c',
    agents: ['d'],
    mounts: { data: '', other: '/home/work/there' },
  }
  const text = (server: typeof oldest | typeof newest): unknown =>
    JSON.parse(JSON.stringify(toTaskDocument(given, server)))
  expect(text(oldest)).toMatchObject({
    spec: { mounts: { data: '/home/work/data', other: '/home/work/there' } },
  })
  expect(JSON.stringify(text(oldest))).not.toMatch(/architecture|scaling_group|agent_list/)
  expect(text(newest)).toMatchObject({
    spec: { kernel: { architecture: 'x86_64' }, scaling_group: 'c', agent_list: ['d'], mounts: { data: null } },
  })
})

test('a cluster', async () => {
  const given = {
    name: 'a',
    mode: 'multi-node',
    environment: { A: 'b' },
    nodes: [
      { role: 'main', sessionTemplate: 'c', replicas: 1 },
      { role: 'sub', sessionTemplate: 'd', replicas: 3 },
    ],
  } as const
  const [read] = await parseDocuments(await formatDocument(toClusterDocument(given), 'yaml'))
  expect(fromClusterDocument(read)).toMatchObject(given)
})

test.each([
  ['a: &x [1]\nb: *y', /no YAML.*Unresolved alias/s],
  ['a: b: c', /no YAML.*line 1/s],
  ['- a', /the document of the template is to be an object/],
  ['kind: other', /kind of the template is to be one of/],
  ['metadata: {name: x}\nspec: {kernel: {image: a}, typ: batch}', /Unknown key 'typ' in .*: did you mean 'type'/],
  ['metadata: {}\nspec: {kernel: {image: a}}', /lacks .*name/],
  ['metadata: {name: x}\nspec: {kernel: {image: a, environ: [a]}}', /environ .* an object of texts/],
])('%j is refused with a reason', async (text, reason) => {
  const read = async () => (await parseDocuments(text)).map(fromTaskDocument)
  await expect(read()).rejects.toThrow(reason)
  await expect(read()).rejects.toMatchObject({ name: 'ConfigError' })
})

test('aliases that would grow without limit are refused', async () => {
  const lines = Array.from({ length: 30 }, (_, at) => `l${at}: &l${at} [${at ? `*l${at - 1},*l${at - 1}` : 'x'}]`)
  await expect(parseDocuments(lines.join('\n'))).rejects.toThrow('no YAML')
})
