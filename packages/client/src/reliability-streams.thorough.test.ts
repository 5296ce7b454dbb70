/**
 * What streams make of each fault: tables of docs/reliability.md, which `WRITE_DOCS=1` writes anew. A section is a list of
 * faults and of streams; each has its place in the document, between `<!-- streams: NAME -->` and `<!-- until here -->`.
 */
import { getEventListeners } from 'node:events'

import { isBackendAIError, keypair } from '@backend-ai-sdk/core'
import { demoScript, scripted, type FaultOptions } from '@backend-ai-sdk/emulator'
import { serve, type ServedEmulator } from '@backend-ai-sdk/emulator/node'
import { expect, test } from 'vitest'

import { createClient, type Client } from './client.ts'
import { compareTable, inParallel } from './testing-reliability.ts'

/** What was read: the stream is there (again), something cannot be read, or something that happened. */
type Label = 'opened' | 'unreadable' | 'item'

interface Scene {
  client: Client
  cluster: ServedEmulator
  signal: AbortSignal
}

interface Stream {
  name: string
  /** Reads until it is left. */
  read(scene: Scene): AsyncIterable<Label>
  /** Lets something happen that the stream tells of. Called again and again. */
  happen(scene: Scene): void
}

interface StreamFault {
  title: string
  fault: FaultOptions
  /** Injected when the stream is there; else before. */
  within?: true
}

interface Section {
  name: string
  streams: readonly Stream[]
  faults: readonly StreamFault[]
}

/** Milliseconds of silence that a stream bears here, and for which a lost connection is looked for. */
const patient = { silence: 1500, patience: 8000 }
/** Milliseconds in which silence is noticed and a connection made again; what still comes then was not lost. */
const long = 6000
/** More than there is: the session waits, and costs nothing. */
const slots = { cpu: 999, mem: '1g' }

const labelOf = (type: string): Label =>
  type === 'opened' || type === 'synced' || type === 'resynced'
    ? 'opened'
    : type === 'unreadable'
      ? 'unreadable'
      : 'item'

function newSession({ client }: Scene): void {
  void client.sessions.create({ image: 'shell', slots }, { wait: false }).catch(() => {})
}

const tasks = new WeakMap<ServedEmulator, ReturnType<ServedEmulator['emulator']['tasks']['start']>>()
function taskOf({ cluster }: Scene) {
  const task = tasks.get(cluster) ?? cluster.emulator.tasks.start()
  tasks.set(cluster, task)
  return task
}

let steps = 0

const events: Section = {
  name: 'events',
  streams: [
    {
      name: '`events.sessions()`',
      async *read({ client, signal }) {
        for await (const { type } of client.events.sessions({ ...patient, signal })) yield labelOf(type)
      },
      happen: newSession,
    },
    {
      name: '`tasks.events()`',
      async *read(scene) {
        const options = { ...patient, signal: scene.signal, firstEventWithin: 20_000 }
        for await (const { type } of scene.client.tasks.events(taskOf(scene).id, options)) yield labelOf(type)
      },
      happen: (scene) => taskOf(scene).progress({ current: steps++ }),
    },
    {
      name: '`sessions.watch()`',
      async *read({ client, signal }) {
        for await (const { type } of client.sessions.watch({ ...patient, signal })) yield labelOf(type)
      },
      happen: newSession,
    },
    {
      name: '`waitFor()`',
      async *read({ client, cluster, signal }) {
        const session = await client.sessions.create(
          { image: 'shell', slots: { cpu: 999, mem: '1g' } },
          { wait: false },
        )
        yield 'opened'
        const { sessions } = cluster.emulator
        // Well after it has begun to listen.
        const end = setTimeout(() => sessions.end(sessions.get(session.id)!, 'user-requested'), 1500)
        await session.waitFor('CANCELLED', { signal, timeout: 6000 }).finally(() => clearTimeout(end))
        await new Promise((resolve) => setTimeout(resolve, long))
        yield 'item'
      },
      happen: () => {},
    },
  ],
  faults: [
    { title: 'connection reset before the answer, once', fault: { kind: 'refuse', times: 1 } },
    { title: 'connection reset, always', fault: { kind: 'refuse' } },
    { title: '503, once', fault: { kind: 'status', status: 503, times: 1 } },
    { title: '503, always', fault: { kind: 'status', status: 503 } },
    { title: '403', fault: { kind: 'status', status: 403 } },
    { title: 'a page of a proxy, 502, always', fault: { kind: 'page' } },
    { title: 'a log-in page, 200', fault: { kind: 'page', status: 200, html: '<html>Log in</html>' } },
    { title: 'silence before the headers, once', fault: { kind: 'stall', times: 1 } },
    { title: 'silence in the stream, once', fault: { kind: 'stall', afterBytes: 1000, times: 1 } },
    { title: 'silence in the stream, always', fault: { kind: 'stall', afterBytes: 0 } },
    { title: 'signs of life alone', fault: { kind: 'bad-event', event: 'none', afterEvents: 3, times: 1 } },
    { title: 'cut in the stream, once', fault: { kind: 'cut', afterBytes: 1000, times: 1 } },
    { title: 'cut in the stream, again and again', fault: { kind: 'cut', afterBytes: 1000 } },
    { title: 'slow bytes', fault: { kind: 'slow', bytes: 200, every: 5 } },
    { title: 'an event whose JSON ends in the middle', fault: { kind: 'bad-event', event: 'broken', afterEvents: 2 } },
    { title: 'bytes that are no text', fault: { kind: 'bad-event', event: 'garbage', afterEvents: 2 } },
    { title: 'a line that does not end', fault: { kind: 'bad-event', event: 'endless', afterEvents: 2 } },
    { title: 'a restart', fault: { kind: 'restart', milliseconds: 300 }, within: true },
    { title: 'a restart that takes longer', fault: { kind: 'restart' }, within: true },
  ],
}

function openCluster(): Promise<ServedEmulator> {
  const policy = { concurrentSessions: 10_000, containersPerSession: 1 }
  return serve({ kernels: () => scripted(demoScript()), policy, capacity: { cpu: 10, mem: '10g' } })
}

async function outcomeOf(stream: Stream, { fault, within }: StreamFault): Promise<string> {
  await using cluster = await openCluster()
  const client = createClient({
    endpoint: cluster.url,
    auth: keypair(cluster.emulator.users.find(({ role }) => role === 'user')!),
    timeouts: { headers: 2000 },
    retry: { delay: 20, maxDelay: 1500, budget: 1000 },
  })
  await client.server()
  const controller = new AbortController()
  const scene: Scene = { client, cluster, signal: controller.signal }
  const onlyStream = fault.kind === 'restart' ? fault : { ...fault, match: { path: /^\/events\// } }
  const inject = (): void => void cluster.faults.inject(onlyStream)
  if (!within) inject()
  const ticks = setInterval(() => stream.happen(scene), 100)
  // What hangs ends with an error that is not ours.
  const limit = setTimeout(() => controller.abort(new Error('It hangs.')), 30_000)
  try {
    return await readOutcome(stream.read(scene), within ? inject : () => {})
  } catch (error) {
    if (!isBackendAIError(error)) throw new Error(`${stream.name} in ${JSON.stringify(fault)}`, { cause: error })
    return `\`${error.name}\``
  } finally {
    clearTimeout(limit)
    clearInterval(ticks)
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  }
}

async function readOutcome(labels: AsyncIterable<Label>, onOpen: () => void): Promise<string> {
  let openedAt: number | undefined
  let isAgain = false
  let reported = ''
  for await (const label of labels) {
    if (label === 'opened') {
      isAgain = openedAt !== undefined
      openedAt ??= performance.now()
      if (!isAgain) onOpen()
    } else if (label === 'unreadable') reported = 'reported, '
    else if (isAgain) return `${reported}resumed`
    else if (openedAt !== undefined && performance.now() - openedAt > long) return `${reported}goes on`
  }
  return 'ended'
}

test.each([events])(
  'the fault table of $name',
  async ({ name, streams, faults }) => {
    const jobs = faults.flatMap((fault) => streams.map((stream) => () => outcomeOf(stream, fault)))
    // What the first one loads would be silence to the others.
    await jobs[0]!()
    const cells = await inParallel(12, jobs)
    const rows = faults.map(({ title }, row) => [
      title,
      ...cells.slice(row * streams.length, (row + 1) * streams.length),
    ])
    const heads = ['fault', ...streams.map((stream) => stream.name)]
    const { documented, measured } = await compareTable(name, [heads, ...rows])
    expect(documented).toBe(measured)
  },
  120_000,
)
