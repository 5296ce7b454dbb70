/** The streams of the fault tables, each read as the same three labels, on Node, Deno and Bun. */
import { once } from 'node:events'
import { connect } from 'node:net'

import { delay } from '@backend-ai-sdk/core'

import type { Client } from '../client.ts'
import { listen } from '../node.ts'
import type { ComputeSession } from '../sessions/compute-session.ts'
import type { SceneFacts } from './stream-arena.ts'

/** What was read: the stream is there (again), something cannot be read or was reported, or something that happened. */
export type Label = 'opened' | 'unreadable' | 'item'

export interface Scene {
  readonly client: Client
  readonly facts: SceneFacts
  readonly signal: AbortSignal
}

type Read = (scene: Scene) => AsyncIterable<Label>

/** Milliseconds of silence that an event stream bears here, and for which a lost connection is looked for. */
const patient = { silence: 1500, patience: 8000 }
/** Milliseconds for which a lost terminal is looked for, and for the opening. */
const patience = 4000
const timeout = 4000
/** Milliseconds of silence that a socket bears here; and a run, whose polls are answered every 2 s. */
const idle = 1500
const runIdle = 4000

const labelOf = (type: string): Label =>
  type === 'opened' || type === 'synced' || type === 'resynced'
    ? 'opened'
    : type === 'unreadable'
      ? 'unreadable'
      : 'item'

const sessionOf = ({ client, facts }: Scene, limit = idle): Promise<ComputeSession> =>
  client.with({ timeouts: { idle: limit } }).sessions.get(facts.sessionId)

interface Carrier extends AsyncDisposable {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array | string>
}

/** Reads what is typed again and again. */
async function* readEcho(carrier: Carrier, heard: Label[] = []): AsyncGenerator<Label, void, undefined> {
  const writer = carrier.writable.getWriter()
  writer.closed.catch(() => {})
  const ticks = setInterval(() => void writer.write(new TextEncoder().encode('x')).catch(() => {}), 50)
  try {
    for await (const _ of carrier.readable) {
      yield* heard.splice(0)
      yield 'item'
    }
  } finally {
    clearInterval(ticks)
    await carrier[Symbol.asyncDispose]()
  }
}

const readTerminal = (kind: 'pty' | 'terminal'): Read =>
  async function* (scene) {
    const session = await sessionOf(scene)
    const heard: Label[] = []
    const terminal = await session[kind]({
      signal: scene.signal,
      timeout,
      patience,
      gapMarker: false,
      onState: ({ type }) => void (type === 'open' && heard.push('opened')),
      onUnreadable: () => heard.push('unreadable'),
    })
    yield* readEcho(terminal, heard)
  }

/** A program that connects again, a little later, where a connection has ended; of two that fail one after the other, the error. */
const readListener: Read = async function* (scene) {
  const errors: unknown[] = []
  const session = await sessionOf(scene)
  const { signal } = scene
  const listener = await listen(session, 'echo', { signal, timeout, onError: (error) => errors.push(error) })
  try {
    for (let failures = 0; failures < 2; await delay(500, signal)) {
      const socket = connect(listener.port, listener.host)
      socket.on('error', () => {})
      const ticks = setInterval(() => socket.write('x'), 50)
      let isOpen = false
      try {
        await once(socket, 'connect', { signal })
        for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
          // Of a connection that could not be made, it says why.
          if (String(chunk).startsWith('HTTP')) continue
          if (!isOpen) yield 'opened'
          isOpen = true
          failures = 0
          yield 'item'
        }
      } catch {
        // It was reset, and the listener told why.
      } finally {
        clearInterval(ticks)
        socket.destroy()
      }
      if (!isOpen || errors.length > 0) failures++
      if (errors.length > 0 && failures < 2) yield 'unreadable'
    }
    throw errors.at(-1)
  } finally {
    await listener.close()
  }
}

const readRun = (resumable: boolean): Read =>
  async function* (scene) {
    const session = await sessionOf(scene, runIdle)
    let isOpen = false
    for await (const { type } of session.run('tick', { resumable, signal: scene.signal })) {
      if (type === 'finished') return
      if (!isOpen) yield 'opened'
      isOpen = true
      yield 'item'
    }
  }

export const streams: Readonly<Record<string, Read>> = {
  '`events.sessions()`': async function* ({ client, signal }) {
    for await (const { type } of client.events.sessions({ ...patient, signal })) yield labelOf(type)
  },
  '`tasks.events()`': async function* ({ client, facts, signal }) {
    const options = { ...patient, signal, firstEventWithin: 20_000 }
    for await (const { type } of client.tasks.events(facts.taskId, options)) yield labelOf(type)
  },
  '`sessions.watch()`': async function* ({ client, signal }) {
    for await (const { type } of client.sessions.watch({ ...patient, signal })) yield labelOf(type)
  },
  '`waitFor()`': async function* ({ client, facts, signal }) {
    const session = await client.sessions.get(facts.sessionId)
    yield 'opened'
    await session.waitFor('CANCELLED', { signal, timeout: 6000 })
    // It is there: what is left of the time is not waited for.
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 1000))
      yield 'item'
    }
  },
  '`pty()`': readTerminal('pty'),
  '`terminal()` by ttyd': readTerminal('terminal'),
  '`tunnel()`': async function* (scene) {
    const session = await sessionOf(scene)
    yield* readEcho(await session.tunnel('echo', { signal: scene.signal, timeout }), ['opened'])
  },
  '`listen()`': readListener,
  '`run()`': readRun(false),
  '`run()` by polls': readRun(true),
}
