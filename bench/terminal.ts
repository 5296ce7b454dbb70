/** Goals 10 and 11: a terminal, beside the sockets that are below it. */
import { once } from 'node:events'
import { connect } from 'node:net'

import { WebSocket } from 'ws'

import { openPty } from '../packages/streaming/src/index.ts'
import { clientOf } from './client.ts'
import type { Group } from './group.ts'
import { start } from './process.ts'
import { medianOf, type Variant } from './round-robin.ts'
import { flood, messages, messageSize } from './terminal-wire.ts'

const keys = Buffer.alloc(64, 'k')
const typed = JSON.stringify({ type: 'stdin', chars: keys.toString('base64') })
const trips = 200

/**
 * A turn is so many round trips of 64 bytes, one after the other; the median of them in microseconds, as the goal was
 * set: the few that wait for another program of the machine say nothing of the echo.
 */
const echo =
  (trip: () => Promise<void>): Variant =>
  async () => {
    const times: number[] = []
    for (let count = 0; count < trips; count++) {
      const start = performance.now()
      await trip()
      times.push((performance.now() - start) * 1000)
    }
    return { calls: 1, time: medianOf(times) }
  }

/** A turn is one output; microseconds for each message. */
const output =
  (read: () => Promise<void>): Variant =>
  async () => {
    const start = performance.now()
    await read()
    return { calls: messages, time: (performance.now() - start) * 1000 }
  }

/** The least that a terminal of web streams is on top of a socket. */
function streamsOf(socket: WebSocket) {
  const writable = new WritableStream<Uint8Array>({
    write: (keys) => socket.send(`{"type":"stdin","chars":"${Buffer.from(keys).toString('base64')}"}`),
  })
  const readable = new ReadableStream<Uint8Array>({
    start: (output) =>
      void socket.on('message', (message: Buffer) => {
        const { data } = JSON.parse(message.toString()) as { data: string }
        output.enqueue(Buffer.from(data, 'base64'))
      }),
  })
  return { writer: writable.getWriter(), reader: readable.getReader() }
}

export const terminal: Group = {
  plan: { rounds: 15, turns: 4 },
  comparisons: [
    { goal: 10, title: 'PTY echo of 64 bytes ÷ raw TCP echo', of: 'pty', to: 'tcp', limit: 1.3, stretch: 1.15 },
    { title: 'the same messages with bare `ws` ÷ raw TCP echo', of: 'ws', to: 'tcp' },
    { title: 'PTY echo of 64 bytes ÷ bare `ws`', of: 'pty', to: 'ws' },
    { title: 'PTY echo of 64 bytes ÷ bare `ws` behind two web streams', of: 'pty', to: 'wsStreams' },
    {
      goal: 11,
      // Nothing can be shown of a message that is not decoded.
      title: 'PTY output in 4 KiB messages ÷ bare `ws`, `JSON.parse` and `Buffer.from`',
      of: 'ptyOutput',
      to: 'wsOutput',
      limit: 1.3,
      stretch: 1.15,
    },
    { title: 'the same ÷ bare `ws` that looks at no message', of: 'ptyOutput', to: 'wsUnread' },
  ],
  async open() {
    const server = await start<{ tcp: number; web: number }>(import.meta.resolve('./terminal-server.ts'))
    const { tcp, web } = server.message
    const endpoint = `http://127.0.0.1:${web}`
    const pty = await openPty(clientOf(endpoint).transport, 'bench')
    const writer = pty.writable.getWriter()
    const reader = pty.readable.getReader()
    const streamed = new WebSocket(endpoint.replace('http', 'ws'), { perMessageDeflate: false })
    const streams = streamsOf(streamed)
    const raw = connect(tcp, '127.0.0.1').setNoDelay()
    const bare = new WebSocket(endpoint.replace('http', 'ws'), { perMessageDeflate: false })
    await Promise.all([once(raw, 'connect'), once(bare, 'open'), once(streamed, 'open')])

    async function read(size: number): Promise<void> {
      for (let left = size; left > 0;) {
        const { value } = await reader.read()
        left -= value!.length
      }
    }
    const receive = (sizeOf: (message: Buffer) => number): Promise<void> =>
      new Promise((resolve) => {
        let left = messages * messageSize
        const take = (data: Buffer): void => {
          left -= sizeOf(data)
          if (left > 0) return
          bare.off('message', take)
          resolve()
        }
        bare.on('message', take)
        bare.send(JSON.stringify({ type: 'stdin', chars: btoa(flood) }))
      })
    return {
      variants: {
        tcp: echo(
          () =>
            new Promise((resolve) => {
              let left = keys.length
              const take = (chunk: Buffer): void => {
                left -= chunk.length
                if (left > 0) return
                raw.off('data', take)
                resolve()
              }
              raw.on('data', take)
              raw.write(keys)
            }),
        ),
        ws: echo(
          () =>
            new Promise((resolve) => {
              bare.once('message', () => resolve())
              bare.send(typed)
            }),
        ),
        wsStreams: echo(async () => {
          void streams.writer.write(keys)
          await streams.reader.read()
        }),
        pty: echo(async () => {
          void writer.write(keys)
          await read(keys.length)
        }),
        wsOutput: output(() =>
          receive((data) => Buffer.from((JSON.parse(data.toString()) as { data: string }).data, 'base64').length),
        ),
        wsUnread: output(() => receive(() => messageSize)),
        ptyOutput: output(async () => {
          void writer.write(flood)
          await read(messages * messageSize)
        }),
      },
      async [Symbol.asyncDispose]() {
        raw.destroy()
        bare.terminate()
        streamed.terminate()
        await pty.close()
        await server[Symbol.asyncDispose]()
      },
    }
  },
}
