/** `pnpm bench`: the goals of performance that ratios within one run can tell. See docs/performance.md. */
import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'

import { eventStream } from './event-stream.ts'
import { chosen, type Group } from './group.ts'
import { injectedEmulator } from './injected-emulator.ts'
import { describeMachine } from './machine.ts'
import { measure } from './measure.ts'
import { manyInFlight, oneInFlight, slowServer } from './one-call.ts'
import { tableOf, verdictOf, type Result } from './report.ts'
import { signing } from './signing.ts'
import { startUp } from './start-up.ts'
import { terminal } from './terminal.ts'
import { upload, uploadMemory } from './upload.ts'

const help = `Usage: pnpm bench [--only GOALS] [--write FILE]

  --only 1,2     these goals only, without what is shown beside them
  --write FILE   replaces the table of this file, docs/performance.md; needs all goals
  --help         this text

Measures ratios between variants that take turns. Exits with 1 where a limit is missed in the best of three runs.
Goals 15 and 16 start the built command: pnpm build comes first.`

const groups: Record<string, Group> = {
  oneInFlight,
  manyInFlight,
  slowServer,
  signing,
  eventStream,
  terminal,
  upload,
  uploadMemory,
  startUp,
  injectedEmulator,
}
const known = new Set(Object.values(groups).flatMap(({ comparisons }) => comparisons.flatMap(({ goal }) => goal ?? [])))

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    write: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
})

async function bench(): Promise<void> {
  const goals = options.only?.flatMap((text) => text.split(',').map(Number))
  const unknown = goals?.filter((goal) => !known.has(goal)) ?? []
  if (unknown.length > 0)
    throw new Error(`No such goal: ${unknown.join()}. There are ${[...known].toSorted((a, b) => a - b).join()}.`)
  if (goals && options.write) throw new Error('--write needs all goals.')

  const measured = Object.entries(groups).filter(([, group]) => chosen(group, goals).length > 0)
  for (const [, group] of measured) {
    const obstacle = group.obstacle?.()
    if (obstacle) throw new Error(obstacle)
  }

  const machine = describeMachine()
  console.log(`${machine}\n`)
  const results: Result[] = []
  for (const [name, group] of measured) {
    console.error(name)
    results.push(...(await measure(group, goals)))
  }
  // What is beside the goals comes last.
  const last = Math.max(...known) + 1
  results.sort((a, b) => (a.goal ?? last) - (b.goal ?? last))
  const table = tableOf(results)
  console.log(`\n${table}`)
  if (options.write) await replaceTable(options.write, `${machine}\n\n${table}`)
  if (results.some((result) => verdictOf(result, result.ratio) === 'missed')) process.exitCode = 1
}

async function replaceTable(file: string, text: string): Promise<void> {
  const [begin, end] = ['<!-- `pnpm bench` writes this -->', '<!-- until here -->']
  const [before, , after] = (await readFile(file, 'utf8')).split(new RegExp(`${begin}|${end}`))
  if (after === undefined) throw new Error(`${file} has no place for the table, between ${begin} and ${end}.`)
  await writeFile(file, `${before}${begin}\n\n${text}\n\n${end}${after}`)
}

try {
  if (options.help) console.log(help)
  else await bench()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
}
