/** Goals 8 and 9: a stream of server-sent events, from its bytes to the reader's loop. */
import { anonymous, createClient } from '@backend-ai-sdk/client'
import { getBytes, getLines, getMessages } from '@microsoft/fetch-event-source/lib/cjs/parse.js'
import { createParser } from 'eventsource-parser'

import { readEvents } from '../packages/streaming/src/index.ts'
import { eventResponse, piecesOf, serverClose, sessionEvent } from '../packages/streaming/src/testing.ts'
import type { Group } from './group.ts'
import type { Variant } from './round-robin.ts'

const events = 4000
/** What one read of a socket brings. */
const pieces = piecesOf(sessionEvent().repeat(events) + serverClose(), 16_384)

/** A turn is one stream; the time is told for each event, in nanoseconds. */
const stream =
  (read: () => Promise<number>): Variant =>
  async () => {
    const start = performance.now()
    const count = await read()
    const time = (performance.now() - start) * 1e6
    if (count !== events) throw new Error(`${count} of ${events} events were read.`)
    return { calls: count, time }
  }

async function alone(): Promise<number> {
  let count = 0
  const parser = createParser({ onEvent: ({ event }) => void (event === 'session_started' && count++) })
  const decoder = new TextDecoder()
  const reader = eventResponse(pieces).body!.getReader()
  for (let part = await reader.read(); !part.done; part = await reader.read())
    parser.feed(decoder.decode(part.value, { stream: true }))
  return count
}

async function fetchEventSource(): Promise<number> {
  let count = 0
  const onMessage = ({ event }: { event: string }): void => void (event === 'session_started' && count++)
  const ignore = (): void => {}
  await getBytes(eventResponse(pieces).body!, getLines(getMessages(ignore, ignore, onMessage)))
  return count
}

export const eventStream: Group = {
  plan: { rounds: 15, turns: 4 },
  comparisons: [
    { goal: 8, title: 'event stream ÷ eventsource-parser alone', of: 'stream', to: 'alone', limit: 2.5, stretch: 2 },
    {
      goal: 9,
      title: "event stream ÷ fetch-event-source's parser",
      of: 'stream',
      to: 'fetchEventSource',
      limit: 0.5,
      stretch: 0.25,
    },
    { title: "`client.events.sessions()` ÷ fetch-event-source's parser", of: 'sessions', to: 'fetchEventSource' },
  ],
  async open() {
    const fetch = async (): Promise<Response> => eventResponse(pieces)
    const options = { endpoint: 'http://127.0.0.1:8090', auth: anonymous(), apiVersion: 'v9.20250722', fetch } as const
    const client = createClient(options)
    return {
      variants: {
        alone: stream(alone),
        fetchEventSource: stream(fetchEventSource),
        stream: stream(async () => {
          let count = 0
          for await (const { type } of readEvents(client.transport, '/events/session')) if (type === 'event') count++
          return count
        }),
        sessions: stream(async () => {
          let count = 0
          for await (const { type } of client.events.sessions()) if (type === 'session') count++
          return count
        }),
      },
      async [Symbol.asyncDispose]() {},
    }
  },
}
