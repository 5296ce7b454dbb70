/** Writes the table of docs/interop.md from what the tests saw. */
import { readFileSync, writeFileSync } from 'node:fs'

import type { Reporter, TestModule } from 'vitest/node'

import type { Cell } from './harness.ts'
import { versions } from './python-clients.ts'

const [begin, end] = ['<!-- pnpm interop writes this -->', '<!-- until here -->']

export class TableReporter implements Reporter {
  readonly #document: string

  constructor(document: string) {
    this.#document = document
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const failed = tests.filter((test) => test.result().state === 'failed').length
    const cells = tests.flatMap((test) => test.meta().interop ?? [])
    const missing = versions.filter((version) => !cells.some((cell) => cell.version === version))
    if (failed > 0 || missing.length > 0) {
      console.error(
        `${this.#document} stays as it was: ${failed} tests failed; not tested: ${missing.join(', ') || '–'}.`,
      )
      process.exitCode = 1
      return
    }
    const sections = ['commands', 'calls'] as const
    const tables = sections.map((name) =>
      tableOf(
        name,
        cells.filter(({ table }) => table === name),
      ),
    )
    const [before, , after] = readFileSync(this.#document, 'utf8').split(new RegExp(`${begin}|${end}`))
    if (after === undefined) throw new Error(`${this.#document} has no place for the table.`)
    writeFileSync(this.#document, `${before}${begin}\n\n${tables.join('\n\n')}\n\n${end}${after}`)
  }
}

const headings = { commands: 'command', calls: 'call of `Session` and `AsyncSession`' }

function tableOf(name: Cell['table'], cells: Cell[]): string {
  // The newest has them all, so that its order is theirs.
  const newest = cells.filter(({ version }) => version === versions.at(-1))
  const calls = [...new Set([...newest, ...cells].map(({ call }) => call))]
  const rows = calls.map((call) => {
    const found = cells.filter((cell) => cell.call === call)
    return [call, ...versions.map((version) => cellOf(found, version)), found[0]!.note]
  })
  const lines = [[headings[name], ...versions, ''], ...rows]
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)))
  lines.splice(
    1,
    0,
    widths.map((width) => '-'.repeat(width)),
  )
  return lines.map((line) => `| ${line.map((text, column) => text.padEnd(widths[column]!)).join(' | ')} |`).join('\n')
}

const cellOf = (cells: Cell[], version: Cell['version']): string =>
  cells.find((cell) => cell.version === version)?.cell ?? '–'
