/**
 * Meets every fault with every stream, on the runtime that runs it: `stream-program.ts URL`, of an arena.
 * Writes a line of JSON for each cell, then one that says `done`; and nothing of it may keep the process alive then.
 */
import { isBackendAIError, keypair } from '@backend-ai-sdk/core'

import { createClient } from '../client.ts'
import { inParallel } from './reliability.ts'
import type { Cell, SceneFacts } from './stream-arena.ts'
import { happeningOf, sections } from './stream-faults.ts'
import { streams, type Label, type Scene } from './streams.ts'

/** Milliseconds after which a stream that says nothing is one that is silent, where it may be, and hangs elsewhere. */
const silentAfter = 8000
const hangsAfter = 30_000

const [arena = '', only] = process.argv.slice(2)

async function ask(path: string, body: unknown): Promise<unknown> {
  const response = await fetch(`${arena}${path}`, {
    method: 'POST',
    headers: { connection: 'close' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(await response.text())
  return response.json()
}

/** Listeners that stay at a signal, as `getEventListeners()` counts them, which only Node has. */
function countListeners(signal: AbortSignal): () => number {
  const listeners = new Set<unknown>()
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  add('abort', () => listeners.clear())
  signal.addEventListener = (type: string, listener: EventListenerOrEventListenerObject, options?: unknown) => {
    listeners.add(listener)
    add(type, listener, options as AddEventListenerOptions)
  }
  signal.removeEventListener = (type: string, listener: EventListenerOrEventListenerObject) => {
    listeners.delete(listener)
    remove(type, listener)
  }
  return () => listeners.size
}

async function outcomeOf(cell: Cell): Promise<string> {
  const { section, row, column } = cell
  if (!happeningOf(sections[section]!.rows[row]!, sections[section]!.columns[column]!)) return '–'
  const facts = (await ask('/open', cell)) as SceneFacts
  const controller = new AbortController()
  const listeners = countListeners(controller.signal)
  try {
    return await outcomeWithin(cell, facts, controller)
  } finally {
    await ask('/close', facts.id)
    if (listeners() > 0) {
      console.error(`${nameOf(cell)}: ${listeners()} listeners are left at the signal.`)
      process.exitCode = 1
    }
  }
}

async function outcomeWithin(cell: Cell, facts: SceneFacts, controller: AbortController): Promise<string> {
  const section = sections[cell.section]!
  const row = section.rows[cell.row]!
  const column = section.columns[cell.column]!
  const client = createClient({
    endpoint: facts.endpoint,
    auth: keypair(facts),
    timeouts: { headers: 4000 },
    retry: { delay: 20, maxDelay: 1500, budget: 1000 },
  })
  const { signal } = controller
  const silence = new Error('It is silent.')
  const limit = setTimeout(() => controller.abort(new Error('It hangs.')), hangsAfter)
  let quiet: ReturnType<typeof setTimeout> | undefined
  const heard = (): void => {
    clearTimeout(quiet)
    if (row.maySilence) quiet = setTimeout(() => controller.abort(silence), silentAfter)
  }
  try {
    await client.server()
    const scene: Scene = { client, facts, signal }
    return await readOutcome(streams[column.name]!(scene), section.long, {
      heard,
      opened: () => ask('/within', facts.id),
    })
  } catch (error) {
    if (error === silence) return 'silent'
    if (!isBackendAIError(error)) throw error
    return `\`${error.name}\``
  } finally {
    clearTimeout(limit)
    clearTimeout(quiet)
  }
}

async function readOutcome(
  labels: AsyncIterable<Label>,
  long: number,
  tell: { heard: () => void; opened: () => Promise<unknown> },
): Promise<string> {
  let openedAt: number | undefined
  let isAgain = false
  let reported = ''
  for await (const label of labels) {
    tell.heard()
    if (label === 'opened') {
      isAgain = openedAt !== undefined
      openedAt ??= performance.now()
      if (!isAgain) await tell.opened()
    } else if (label === 'unreadable') reported = 'reported, '
    else if (isAgain) return `${reported}resumed`
    else if (openedAt !== undefined && performance.now() - openedAt > long) return `${reported}goes on`
  }
  return 'ended'
}

const cells = sections.flatMap(({ rows, columns }, section) =>
  rows.flatMap((_row, row) => columns.map((_column, column): Cell => ({ section, row, column }))),
)
const chosen = only === undefined ? cells : cells.filter((cell) => nameOf(cell).includes(only))

function nameOf({ section, row, column }: Cell): string {
  const { rows, columns } = sections[section]!
  return `${columns[column]!.name} × ${rows[row]!.title}`
}

const jobs = chosen.map((cell) => async () => {
  const outcome = await outcomeOf(cell).catch((error: unknown) => `✘ ${String(error)}`)
  console.log(JSON.stringify({ ...cell, name: nameOf(cell), outcome }))
})
// What the first one loads would be silence to the others.
await jobs[0]?.()
await inParallel(12, jobs.slice(1))
console.log(JSON.stringify({ done: true }))
