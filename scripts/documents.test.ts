/** Holds what the documents say against what is there. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { describe, expect, test } from 'vitest'

import * as core from '../packages/core/src/index.ts'

const root = join(import.meta.dirname, '..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')
const documents = globSync('{*.md,docs/**/*.md,packages/*/README.md,conformance/real-cluster/*/README.md}', {
  cwd: root,
})

describe.each(documents)('%s', (document) => {
  const text = read(document)

  test('links to files that exist', () => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link]) => link!)
    expect(links.filter((link) => !existsSync(join(root, dirname(document), link)))).toEqual([])
  })

  test('names scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    const known = new Set([...Object.keys(scripts), 'exec', 'install', 'changeset'])
    const named = [...text.matchAll(/npx -y pnpm@12 ([\w:]+)|`(check:\w+)`/g)].map(([, a, b]) => a ?? b!)
    expect(named.filter((name) => !known.has(name))).toEqual([])
  })
})

test('README.md shows the examples as they are', () => {
  const blocks = [...read('README.md').matchAll(/<!-- (examples\/\S+) -->\s*```ts\n([^]*?)```/g)]
  expect(blocks.map(([, file]) => file)).toEqual(
    ['node', 'deno', 'bun', 'browser'].map((runtime) => `examples/${runtime}/main.ts`),
  )
  for (const [, file, code] of blocks) expect(code).toBe(read(file!))
})

test('docs/errors.md lists every error with its code', () => {
  const rows = [...read('docs/errors.md').matchAll(/^\| `(\w+)`.*?\| `(ERR_\w+)`/gm)].map(([, name, code]) => ({
    name,
    code,
  }))
  const { BackendAIError } = core
  const values: unknown[] = Object.values(core)
  const expected = values.flatMap((value) => {
    if (typeof value !== 'function' || !(value.prototype instanceof BackendAIError)) return []
    const error: unknown = Reflect.construct(BackendAIError, ['message'], value)
    return error instanceof BackendAIError ? [{ name: error.name, code: error.code }] : []
  })
  expect(rows.toSorted(byName)).toEqual(expected.toSorted(byName))
})

const byName = (a: { name?: string | undefined }, b: { name?: string | undefined }): number =>
  (a.name ?? '').localeCompare(b.name ?? '')
