/** What terminals and tunnels make of each fault: a table of docs/reliability.md, which `WRITE_DOCS=1` writes anew. */
import { getEventListeners } from 'node:events'

import { isBackendAIError, keypair } from '@backend-ai-sdk/core'
import { demoScript, scripted, type FaultOptions, type ProfileName } from '@backend-ai-sdk/emulator'
import { serve } from '@backend-ai-sdk/emulator/node'
import { expect, test } from 'vitest'

import { createClient } from './client.ts'
import type { ComputeSession } from './compute-session.ts'
import { compareTable, inParallel } from './testing-reliability.ts'

interface Facts {
  /** How often a connection stood. */
  opened: number
  reported: boolean
}

interface Carrier extends AsyncDisposable {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array | string>
}

interface Stream {
  name: string
  profile: ProfileName
  path: RegExp
  open(session: ComputeSession, facts: Facts, signal: AbortSignal): Promise<Carrier>
}

/** Milliseconds for which a lost connection is looked for, and for the opening. */
const patience = 4000
const timeout = 4000
/** Milliseconds of silence that a socket bears here. */
const idle = 1500
/** Milliseconds after which what still comes was not lost. */
const long = 2500

const openTerminal =
  (kind: 'pty' | 'terminal'): Stream['open'] =>
  (session, facts, signal) =>
    session[kind]({
      signal,
      timeout,
      patience,
      gapMarker: false,
      onState: ({ type }) => void (type === 'open' && facts.opened++),
      onUnreadable: () => (facts.reported = true),
    })

const streams: Stream[] = [
  { name: '`pty()`', profile: '26.9', path: /\/pty$/, open: openTerminal('pty') },
  // Releases before 25.9 have no other.
  { name: '`terminal()` by ttyd', profile: '23.09', path: /\/tcpproxy/, open: openTerminal('terminal') },
  {
    name: '`tunnel()`',
    profile: '26.9',
    path: /\/tcpproxy/,
    open: (session, _facts, signal) => session.tunnel('echo', { signal, timeout }),
  },
]

const faults: { title: string; fault: FaultOptions; within?: true }[] = [
  { title: 'connection reset before the answer, once', fault: { kind: 'refuse', times: 1 } },
  { title: 'connection reset, always', fault: { kind: 'refuse' } },
  { title: '503, once', fault: { kind: 'status', status: 503, times: 1 } },
  { title: '503, always', fault: { kind: 'status', status: 503 } },
  { title: '429 with `Retry-After: 1`, once', fault: { kind: 'status', status: 429, retryAfter: 1, times: 1 } },
  { title: '403', fault: { kind: 'status', status: 403 } },
  { title: 'a page of a proxy, 502, always', fault: { kind: 'page' } },
  { title: 'a log-in page, 200', fault: { kind: 'page', status: 200, html: '<html>Log in</html>' } },
  { title: 'silence before the upgrade', fault: { kind: 'stall' } },
  { title: 'half-open, once', fault: { kind: 'half-open', afterMessages: 3, times: 1 } },
  { title: 'cut, once', fault: { kind: 'cut', afterMessages: 3, times: 1 } },
  { title: 'cut, again and again', fault: { kind: 'cut', afterMessages: 3 } },
  { title: 'a frame that breaks the protocol, once', fault: { kind: 'garbage', afterMessages: 3, times: 1 } },
  {
    title: 'half a frame, once',
    fault: { kind: 'garbage', frame: 'half', afterMessages: 3, times: 1 },
  },
  {
    title: 'HTTP instead of a frame, once',
    fault: { kind: 'garbage', frame: 'http', afterMessages: 3, times: 1 },
  },
  { title: 'bytes that are no message, 16 MiB', fault: { kind: 'large-message', afterMessages: 3, times: 1 } },
  { title: 'a restart', fault: { kind: 'restart', milliseconds: 300 }, within: true },
  { title: 'a restart that takes longer', fault: { kind: 'restart' }, within: true },
]

async function outcomeOf(stream: Stream, { fault, within }: (typeof faults)[number]): Promise<string> {
  await using cluster = await serve({ profile: stream.profile, kernels: () => scripted(demoScript()) })
  const client = createClient({
    endpoint: cluster.url,
    auth: keypair(cluster.emulator.users.find(({ role }) => role === 'user')!),
    retry: { delay: 20, maxDelay: 1500, budget: 1000 },
  })
  const { id } = await client.sessions.create({ image: 'node', slots: { cpu: 1, mem: '320m' } })
  const session = await client.with({ timeouts: { idle } }).sessions.get(id)
  const controller = new AbortController()
  const facts: Facts = { opened: 0, reported: false }
  const onlyStream = fault.kind === 'restart' ? fault : { ...fault, match: { path: stream.path } }
  const inject = (): void => void cluster.faults.inject(onlyStream)
  if (!within) inject()
  // What hangs ends with an error that is not ours.
  const limit = setTimeout(() => controller.abort(new Error('It hangs.')), 20_000)
  try {
    await using carrier = await stream.open(session, facts, controller.signal)
    return await outcomeWithin(carrier, facts, within ? inject : () => {})
  } catch (error) {
    if (!isBackendAIError(error)) throw new Error(`${stream.name} in ${JSON.stringify(fault)}`, { cause: error })
    return `\`${error.name}\``
  } finally {
    clearTimeout(limit)
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  }
}

/** Reads what is typed again and again. */
async function outcomeWithin({ readable, writable }: Carrier, facts: Facts, onOpen: () => void): Promise<string> {
  const writer = writable.getWriter()
  const ticks = setInterval(() => void writer.write(new TextEncoder().encode('x')).catch(() => {}), 50)
  const reader = readable.getReader()
  try {
    for (let openedAt: number | undefined; !(await reader.read()).done;) {
      if (openedAt === undefined) onOpen()
      openedAt ??= performance.now()
      const prefix = facts.reported ? 'reported, ' : ''
      if (facts.opened > 1) return `${prefix}resumed`
      if (performance.now() - openedAt > long) return `${prefix}goes on`
    }
    return 'ended'
  } finally {
    clearInterval(ticks)
  }
}

test('the fault table of terminals', async () => {
  const jobs = faults.flatMap((fault) => streams.map((stream) => () => outcomeOf(stream, fault)))
  // What the first one loads would be silence to the others.
  await jobs[0]!()
  const cells = await inParallel(8, jobs)
  const rows = faults.map(({ title }, row) => [title, ...cells.slice(row * streams.length, (row + 1) * streams.length)])
  const { documented, measured } = await compareTable('terminals', [
    ['fault', ...streams.map(({ name }) => name)],
    ...rows,
  ])
  expect(documented).toBe(measured)
}, 120_000)
