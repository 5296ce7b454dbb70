/**
 * The official Python client beside ours, on a real cluster of release 26.9.
 *
 *     REAL_CLUSTER_DIR=… pnpm compare:official [--write docs/official-client.md]
 *
 * Each cell of the table is a process of its own with a session of its own, so that nothing that hangs disturbs another.
 * Exits with 1 where ours is not right.
 */
import { spawn, spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { parseArgs, stripVTControlCharacters } from 'node:util'

import { randomHex, type RunResult } from '@backend-ai-sdk/client'

import { clientOf, openTargets } from '../targets.ts'
import { nothing, scenarios, type Scenario, type Step } from './scenarios.ts'

const { values: options } = parseArgs({
  options: {
    /** Names of scenarios; default: all. */
    only: { type: 'string', multiple: true },
    /** A file whose table is replaced; it needs all scenarios. */
    write: { type: 'string' },
    /** Seconds, after which a process is killed. */
    limit: { type: 'string', default: '60' },
  },
})
const cluster = process.env['REAL_CLUSTER_DIR']
if (!cluster) throw new Error('REAL_CLUSTER_DIR must be the directory of real-cluster/26.9, with its official client.')
if (options.write && options.only) throw new Error('--write needs all scenarios.')
const limit = Number(options.limit)

const python = join(cluster, 'venv/bin/python')
const official = join(import.meta.dirname, 'official.py')
const ours = join(import.meta.dirname, 'ours.ts')

interface Contender {
  title: string
  command: readonly [string, ...string[]]
}
const contenders: Contender[] = [
  { title: 'official, `backend.ai run`', command: [python, official, 'socket'] },
  { title: 'official, `ComputeSession.execute`', command: [python, official, 'polling'] },
  { title: 'official, v2 `SessionClient.execute`', command: [python, official, 'v2-polling'] },
  { title: 'ours, socket', command: [process.execPath, '--conditions=backend-ai-source', ours, 'socket'] },
  { title: 'ours, polling', command: [process.execPath, '--conditions=backend-ai-source', ours, 'polling'] },
]

interface Verdict {
  outcome: 'right' | 'wrong' | 'hangs' | 'error'
  seconds: number
  detail: string
}
/** A line that official.py or ours.ts wrote. */
type StepReport = Partial<RunResult> & { seconds: number; error?: string }

const [target] = await openTargets('real-26.9')
// Not the keys of the suite, which may be running and has sessions of its own: there is a limit per key.
const account = 'otherUser'
const { accessKey, secretKey } = target!.keys[account]!
const client = clientOf(target!, account)
const env = {
  ...process.env,
  BACKEND_ENDPOINT: target!.endpoint,
  BACKEND_ENDPOINT_TYPE: 'api',
  BACKEND_ACCESS_KEY: accessKey,
  BACKEND_SECRET_KEY: secretKey,
}
// Ends the processes and the sessions too.
const interrupted = new AbortController()
process.once('SIGINT', () => interrupted.abort(new Error('interrupted')))
const { signal } = interrupted

/** In a fresh session, which is gone afterwards. */
async function judge(scenario: Scenario, { command }: Contender): Promise<Verdict> {
  const spec = { image: target!.pythonImage, slots: { cpu: 1, mem: '512m' }, name: `official-${randomHex(5)}` }
  const session = await client.sessions.create(spec, { signal })
  try {
    const [program, ...args] = command
    const child = spawn(program, [...args, session.id], { env, timeout: limit * 1000, killSignal: 'SIGKILL', signal })
    const ended = new Promise<NodeJS.Signals | null>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (_code, killedBy) => resolve(killedBy))
    })
    child.stdin.end(JSON.stringify(scenario.steps))
    const [lines, errors, killedBy] = await Promise.all([text(child.stdout), text(child.stderr), ended])
    const reports = lines
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as StepReport)
    return verdictOf(scenario.steps, reports, killedBy !== null, errors)
  } finally {
    // A session with a run that is stuck, too.
    await session.destroy({ forced: true })
  }
}

function verdictOf(steps: Step[], reports: StepReport[], killed: boolean, errors: string): Verdict {
  const seconds = reports.reduce((sum, report) => sum + report.seconds, 0)
  for (const [index, step] of steps.entries()) {
    const where = steps.length > 1 ? `step ${index + 1} of ${steps.length}: ` : ''
    const report = reports[index]
    if (!report && killed) return { outcome: 'hangs', seconds: limit, detail: `${where}no end within ${limit} s` }
    if (!report) return { outcome: 'error', seconds, detail: where + errors.trim().split('\n').at(-1) }
    const expected = 'upload' in step ? {} : step.expect && { ...nothing, ...step.expect }
    if (!expected) continue
    if (report.error !== undefined) return { outcome: 'error', seconds, detail: where + report.error }
    for (const [field, value] of Object.entries(expected)) {
      const [is, should] = [report[field as keyof RunResult], value].map((value) => JSON.stringify(value))
      // IPython breaks base64 into lines.
      if (is?.replaceAll(String.raw`\n`, '') !== should!.replaceAll(String.raw`\n`, ''))
        return { outcome: 'wrong', seconds, detail: `${where}${field} ${brief(is)}, expected ${should}` }
    }
  }
  if (killed) return { outcome: 'hangs', seconds: limit, detail: 'all was done, but the process did not end' }
  return { outcome: 'right', seconds, detail: '' }
}

/** Tracebacks come in colours; what went wrong is at their end. */
function brief(value: string | undefined): string | undefined {
  if (!value?.startsWith('"')) return value
  return JSON.stringify(
    stripVTControlCharacters(JSON.parse(value) as string)
      .trim()
      .split('\n')
      .at(-1),
  )
}

interface Row {
  scenario: Scenario
  /** In the order of the contenders. */
  verdicts: Verdict[]
}

async function compare(scenario: Scenario): Promise<Row> {
  const verdicts: Verdict[] = []
  // One session at a time: it is a small cluster.
  for (const contender of contenders) {
    const verdict = await judge(scenario, contender)
    console.error(JSON.stringify({ scenario: scenario.name, client: contender.title, ...verdict }))
    verdicts.push(verdict)
  }
  return { scenario, verdicts }
}

function tableOf(rows: Row[]): string {
  const lines = [
    ['', ...contenders.map(({ title }) => title)],
    ...rows.map(({ scenario, verdicts }) => [
      scenario.title,
      ...verdicts.map(({ outcome, seconds }) => (outcome === 'right' ? `${seconds.toFixed(2)} s` : `**${outcome}**`)),
    ]),
  ]
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)))
  lines.splice(
    1,
    0,
    widths.map((width) => '-'.repeat(width)),
  )
  return lines.map((line) => `| ${line.map((text, column) => text.padEnd(widths[column]!)).join(' | ')} |`).join('\n')
}

function failuresOf(rows: Row[]): string {
  const lines = rows.flatMap(({ scenario, verdicts }) =>
    verdicts.map(({ outcome, detail }, index) =>
      outcome === 'right' ? '' : `- ${scenario.title}; ${contenders[index]!.title}: **${outcome}**, ${detail}`,
    ),
  )
  return lines.filter(Boolean).join('\n')
}

async function versions(): Promise<string> {
  const { stdout } = spawnSync(python, [official, '--version'], { encoding: 'utf8' })
  const ownPackage = new URL(import.meta.resolve('@backend-ai-sdk/client/package.json'))
  const { version } = JSON.parse(await readFile(ownPackage, 'utf8')) as { version: string }
  const date = new Date().toISOString().slice(0, 10)
  const { release } = await client.server()
  return `${date}: cluster ${release}; official client ${stdout.trim()}; ours ${version} (Node ${process.versions.node}).`
}

const rows: Row[] = []
for (const scenario of scenarios) if (options.only?.includes(scenario.name) ?? true) rows.push(await compare(scenario))

const report = [await versions(), tableOf(rows), 'What the clients that failed brought:', failuresOf(rows)].join('\n\n')
console.log(report)
if (options.write) {
  const [begin, end] = ['<!-- compare.ts writes this -->', '<!-- until here -->']
  const [before, , after] = (await readFile(options.write, 'utf8')).split(new RegExp(`${begin}|${end}`))
  await writeFile(options.write, `${before}${begin}\n\n${report}\n\n${end}${after}`)
}
if (rows.some(({ verdicts }) => verdicts.slice(-2).some(({ outcome }) => outcome !== 'right'))) process.exitCode = 1
