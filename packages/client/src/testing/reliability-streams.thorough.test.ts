/**
 * What streams make of each fault, on Node, Deno and Bun: tables of docs/reliability.md, which `WRITE_DOCS=1` writes
 * anew. Each runtime is one process, which meets all of them and then ends by itself.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { compareTable } from './reliability.ts'
import { openArena, type Arena, type Cell } from './stream-arena.ts'
import { sections } from './stream-faults.ts'

const root = join(import.meta.dirname, '../../../..')
const program = join(import.meta.dirname, 'stream-program.ts')
const sources = '--conditions=backend-ai-source'

const runtimes = [
  { name: 'Node', command: [process.execPath, sources] },
  { name: 'Deno', command: ['npx', '-y', 'deno@2.9.6', 'run', '-A', sources] },
  { name: 'Bun', command: ['npx', '-y', 'bun@1.4.5', sources] },
] as const

/** Milliseconds that a process whose work is done may take to end. */
const exitLimit = 3000
const runLimit = 240_000

/** By runtime, then by cell. */
const outcomes = new Map<string, Map<string, string>>()
const keyOf = ({ section, row, column }: Cell): string => [section, row, column].join(' ')

let arena: Arena
beforeAll(async () => {
  arena = await openArena()
})
afterAll(() => arena[Symbol.asyncDispose]())

test.each(runtimes)(
  'every stream meets every fault on $name, and the process ends by itself',
  async ({ name, command }) => {
    const { cells, exitCode, lastWords, msToExit } = await meetFaults(command)
    expect({ exitCode, lastWords }).toEqual({ exitCode: 0, lastWords: '' })
    expect(cells.filter(({ outcome }) => outcome.startsWith('✘'))).toEqual([])
    expect(msToExit).toBeLessThan(exitLimit)
    outcomes.set(name, new Map(cells.map((cell) => [keyOf(cell), cell.outcome])))
  },
  runLimit + 10_000,
)

test.each(sections.map(({ name }, section) => ({ name, section })))(
  'the fault table of $name',
  async ({ name, section }) => {
    const { rows, columns } = sections[section]!
    const table = rows.map(({ title }, row) => [
      title,
      ...columns.map((_column, column) => joined(keyOf({ section, row, column }))),
    ])
    const heads = ['fault', ...columns.map(({ name }) => name)]
    const { documented, measured } = await compareTable(name, [heads, ...table])
    expect(documented).toBe(measured)
  },
)

/** What all runtimes make of it, or Node, and which others do not. */
function joined(cell: string): string {
  const [[, common] = ['', 'nothing'], ...others] = runtimes.map(
    ({ name }) => [name, outcomes.get(name)?.get(cell) ?? 'nothing'] as const,
  )
  const different = others.filter(([, outcome]) => outcome !== common)
  return [common, ...different.map(([name, outcome]) => `${name}: ${outcome}`)].join('; ')
}

interface Run {
  cells: (Cell & { name: string; outcome: string })[]
  exitCode: number | null
  /** Errors, where it did not end well. */
  lastWords: string
  msToExit: number
}

async function meetFaults([file, ...args]: readonly string[]): Promise<Run> {
  const child = spawn(file!, [...args, program, arena.url], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Leads a group, which is ended whole: npx starts the runtime.
    detached: true,
  })
  const limit = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), runLimit)
  let [output, errors, doneAt] = ['', '', Number.NaN]
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    if (output.endsWith('{"done":true}\n')) doneAt = performance.now()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  try {
    const [exitCode] = (await once(child, 'close')) as [number | null]
    const lines = output.split('\n').filter((line) => line.startsWith('{"section"'))
    return {
      cells: lines.map((line) => JSON.parse(line) as Run['cells'][number]),
      exitCode,
      lastWords: exitCode === 0 ? '' : errors.slice(-2000),
      msToExit: performance.now() - doneAt,
    }
  } finally {
    clearTimeout(limit)
  }
}
