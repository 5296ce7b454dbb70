/** What plain calls make of each fault: the table of docs/reliability.md, which `WRITE_DOCS=1` writes anew. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { isBackendAIError, keypair, type BackendAIError } from '@backend-ai-sdk/core'
import { demoScript, scripted, type FaultOptions } from '@backend-ai-sdk/emulator'
import { serve, type ServedEmulator } from '@backend-ai-sdk/emulator/node'
import { expect, test } from 'vitest'

import { createClient, type Client } from '../client.ts'

const document = join(import.meta.dirname, '../../../../docs/reliability.md')

const slots = { cpu: 1, mem: '320m' }

function openCluster(): Promise<ServedEmulator> {
  const policy = { concurrentSessions: 1000, containersPerSession: 1 }
  return serve({ kernels: () => scripted(demoScript()), policy, capacity: { cpu: 1000, mem: '1t' } })
}

/** A new one for each call: nothing is learnt, and its budget is whole. */
function openClient({ url, emulator }: ServedEmulator, onAttempts: (attempts: number) => void): Client {
  const user = emulator.users.find(({ role }) => role === 'user')!
  return createClient({
    endpoint: url,
    auth: keypair(user),
    timeouts: { headers: 700, idle: 700, total: 8000 },
    retry: { delay: 20, maxDelay: 1500 },
    hooks: { success: ({ attempts }) => onAttempts(attempts) },
  })
}

let names = 0
const newName = (): string => `name-${names++}`

/** What comes before a call, when all is well. */
type Prepare = (client: Client) => Promise<() => Promise<unknown>>
const calls: [string, Prepare][] = [
  ['`GET`', async (client) => () => client.request({ path: '/auth/role' })],
  ['query', async (client) => () => client.sessions.list().page()],
  [
    'getOrCreate',
    async (client) => () => client.sessions.getOrCreate({ image: 'python', name: newName(), slots }, { wait: false }),
  ],
  [
    '`POST`',
    async (client) => {
      const session = await client.sessions.create({ image: 'python', slots })
      return () => session.rename(newName())
    },
  ],
]

const faults: [string, FaultOptions][] = [
  ['connection reset before the answer, once', { kind: 'refuse', times: 1 }],
  ['the same, but what was asked for was done', { kind: 'refuse', times: 1, carriedOut: true }],
  ['connection reset, always', { kind: 'refuse' }],
  ['cut within the answer, once', { kind: 'cut', afterBytes: 5, times: 1 }],
  ['cut within the answer, always', { kind: 'cut', afterBytes: 5 }],
  ['silence before the headers, once', { kind: 'stall', times: 1 }],
  ['silence before the headers, always', { kind: 'stall' }],
  ['silence within the answer, once', { kind: 'stall', afterBytes: 5, times: 1 }],
  ['slow bytes', { kind: 'slow', bytes: 200, every: 10 }],
  ['429 with `Retry-After: 1`, once', { kind: 'status', status: 429, retryAfter: 1, times: 1 }],
  ['429 with `Retry-After: 60`', { kind: 'status', status: 429, retryAfter: 60 }],
  ['429 without, once', { kind: 'status', status: 429, times: 1 }],
  ['503, once', { kind: 'status', status: 503, times: 1 }],
  ['503, always', { kind: 'status', status: 503 }],
  ['a page of a proxy, 502, once', { kind: 'page', times: 1 }],
  ['a page of a proxy, 502, always', { kind: 'page' }],
  ['a log-in page, 200', { kind: 'page', status: 200, html: '<html>Log in</html>' }],
  ['a redirect to another host', { kind: 'redirect', host: 'elsewhere.example' }],
  ["the server's clock is two hours ahead", { kind: 'clock-skew', milliseconds: 7_200_000 }],
  ["the server's clock is two hours behind", { kind: 'clock-skew', milliseconds: -7_200_000 }],
  ['a restart that takes longer', { kind: 'restart' }],
]

interface Outcome {
  attempts: number
  error?: BackendAIError
}

async function outcomeOf(cluster: ServedEmulator, fault: FaultOptions, prepare: Prepare): Promise<Outcome> {
  let most = 0
  const client = openClient(cluster, (attempts) => (most = Math.max(most, attempts)))
  await client.server()
  const call = await prepare(client)
  most = 0
  using injected = cluster.faults.inject(fault)
  const start = performance.now()
  const error = await call().then(
    () => undefined,
    (reason: unknown) => reason as BackendAIError,
  )
  // A connection that was open is cut before a request meets the restart.
  expect(injected.hits > 0 || fault.kind === 'restart').toBe(true)
  // Nothing hangs: the limit is eight seconds.
  expect(performance.now() - start).toBeLessThan(10_000)
  expect(error === undefined || isBackendAIError(error)).toBe(true)
  return { attempts: error?.attempts ?? most, ...(error && { error }) }
}

const cellOf = ({ attempts, error }: Outcome): string => {
  if (!error) return attempts === 1 ? 'done' : `done by attempt ${attempts}`
  const again = error.retryable === 'unknown' ? ', outcome unknown' : ''
  return `\`${error.name}\` after ${attempts}${again}`
}

/** What it says, without the call that it names, and with one word for what platforms call a broken connection. */
const messageOf = ({ error }: Outcome): string[] =>
  error
    ? [
        error.message
          .replace(/ \([A-Z]+ [^)]*\)$/, '')
          .replaceAll(/\s+/g, ' ')
          .slice(0, 90),
      ]
    : []

test('the fault table', async () => {
  // A cluster for each kind of call, so that they need not wait for each other.
  const columns = await Promise.all(
    calls.map(async ([, prepare]) => {
      await using cluster = await openCluster()
      const outcomes: Outcome[] = []
      for (const [, fault] of faults) outcomes.push(await outcomeOf(cluster, fault, prepare))
      return outcomes
    }),
  )
  const rows = faults.map(([title], row) => {
    const outcomes = columns.map((column) => column[row]!)
    const messages = [...new Set(outcomes.flatMap(messageOf))].join('; ')
    return [title, ...outcomes.map(cellOf), messages && `\`${messages}\``]
  })
  const heads = ['fault', ...calls.map(([name]) => name), 'what the error says']
  const table = [heads, heads.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
  const [begin, end] = ['<!-- reliability.node.test.ts writes this -->', '<!-- until here -->']
  const content = await readFile(document, 'utf8')
  const [before, written, after] = content.split(new RegExp(`${begin}|${end}`))
  const isToBeWritten = Boolean(process.env['WRITE_DOCS'])
  if (isToBeWritten) await writeFile(document, `${before}${begin}\n\n${table}\n\n${end}${after}`)
  expect(plain(isToBeWritten ? table : written!)).toBe(plain(table))
}, 60_000)

/** Without what a formatter changes. */
const plain = (markdown: string): string =>
  markdown
    .replaceAll(/ +(?=\|)/g, ' ')
    .replaceAll(/-{3,}/g, '---')
    .replaceAll(/\|\s+/g, '| ')
    .trim()
