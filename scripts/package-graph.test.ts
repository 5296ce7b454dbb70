/** Holds every package.json and every import against the picture of docs/architecture.md. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

import ts from 'typescript'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const scope = '@backend-ai-sdk/'

/** Which packages of ours each may import at run time, and what else. */
const allowed: Record<string, { ours: string[]; others: string[] }> = {
  core: { ours: [], others: ['ky'] },
  auth: { ours: ['core'], others: [] },
  streaming: { ours: ['core'], others: ['eventsource-parser', 'isomorphic-ws', 'ws'] },
  client: {
    ours: ['auth', 'core', 'streaming'],
    others: ['@0no-co/graphql.web', 'ignore', 'smol-toml', 'yaml', 'yauzl'],
  },
  emulator: {
    ours: ['core/signing'],
    others: ['graphql', 'yaml', 'hono', 'hono/*', '@hono/node-server', 'ws', 'msw', '@lydell/node-pty'],
  },
  cli: { ours: ['client', 'client/node', 'emulator/node'], others: ['@stricli/core', 'cli-table3'] },
}

/** Files that may import `node:` modules; everything else runs in a browser. */
const nodeFiles = [
  /^cli\//,
  /^client\/src\/node(\.ts$|\/)/,
  /^emulator\/src\/(node|python)\.ts$/,
  /^emulator\/src\/sessions\/(work-directory|session-home|session-key)\.ts$/,
  /^emulator\/src\/storage\/disk\.ts$/,
  /^emulator\/src\/(kernel|app-proxy)\//,
  /^emulator\/src\/terminal\/(index|shell|bun|node-pty)\.ts$/,
  /^emulator\/src\/apps\/(node-host|sshd)\.ts$/,
]

interface PackageJSON {
  dependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
}

const packages = readdirSync(join(root, 'packages')).toSorted()

function sourceFiles(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/\.test(-d)?\.ts$|\/testing(-[\w-]+)?\.ts$|\/testing\//.test(file))
}

/** Module names of static and dynamic imports and re-exports, types included. */
const importsOf = (text: string): string[] =>
  ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName)

const matches = (name: string, patterns: readonly string[]): boolean =>
  patterns.some((pattern) => (pattern.endsWith('/*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern))

test('the picture names every package', () => expect(packages).toEqual(Object.keys(allowed).toSorted()))

describe.each(packages)('%s', (name) => {
  const { ours, others } = allowed[name]!
  const json = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')) as PackageJSON
  const files = sourceFiles(join(root, 'packages', name, 'src'))

  test('declares only what it may import', () => {
    const declared = Object.keys({ ...json.dependencies, ...json.peerDependencies })
    const ourPackages = ours.map((entry) => scope + entry.split('/')[0]!)
    const known = new Set([...ourPackages, ...others.map((entry) => entry.replace('/*', ''))])
    expect(declared.filter((dependency) => !known.has(dependency))).toEqual([])
  })

  test('imports only what it may', () => {
    const wrong = files.flatMap((file) =>
      importsOf(readFileSync(file, 'utf8'))
        .filter((module) => !module.startsWith('.') && !module.startsWith('node:'))
        .filter((module) => !matches(module.replace(scope, ''), ours) && !matches(module, others))
        .map((module) => `${relative(root, file)} imports ${module}`),
    )
    expect(wrong).toEqual([])
  })

  test('keeps node: modules to the files that are for Node', () => {
    const wrong = files
      .map((file) => relative(join(root, 'packages'), file))
      .filter((file) => !nodeFiles.some((pattern) => pattern.test(file)))
      .filter((file) =>
        importsOf(readFileSync(join(root, 'packages', file), 'utf8')).some((module) => module.startsWith('node:')),
      )
    expect(wrong).toEqual([])
  })
})
