import { keypair, UnsupportedError, type StreamError } from '@backend-ai-sdk/core'
import type { FaultOptions } from '@backend-ai-sdk/emulator'
import { serve, type ServedEmulator, type ServeOptions } from '@backend-ai-sdk/emulator/node'
import type { Terminal, TerminalOptions } from '@backend-ai-sdk/streaming'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'

import { createClient } from '../client.ts'
import type { ComputeSession } from './compute-session.ts'

interface Place {
  cluster: ServedEmulator
  session: ComputeSession
}

async function start(options: ServeOptions = {}): Promise<Place> {
  const cluster = await serve(options)
  const client = createClient({
    endpoint: cluster.url,
    auth: keypair(cluster.emulator.users[2]!),
    retry: { delay: 10, maxDelay: 20 },
  })
  return { cluster, session: await client.sessions.create({ image: 'shell', slots: { cpu: 1, mem: '512m' } }) }
}

/** Reads until a text has come. */
class Screen {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #writer: WritableStreamDefaultWriter<Uint8Array | string>
  readonly #decoder = new TextDecoder()
  #text = ''

  constructor(terminal: Terminal) {
    this.#reader = terminal.readable.getReader()
    this.#writer = terminal.writable.getWriter()
  }

  async type(text: string): Promise<void> {
    await this.#writer.write(text)
  }

  async until(text: string): Promise<void> {
    for (;;) {
      const at = this.#text.indexOf(text)
      if (at !== -1) {
        this.#text = this.#text.slice(at + text.length)
        return
      }
      const { done, value } = await this.#reader.read()
      if (done) throw new Error(`The terminal ended before ${JSON.stringify(text)}: ${this.#text.slice(-200)}`)
      this.#text += this.#decoder.decode(value, { stream: true })
    }
  }
}

async function open({ session }: Place, options: TerminalOptions = {}): Promise<Screen> {
  const terminal = await session.pty(options)
  onTestFinished(() => terminal.close())
  return new Screen(terminal)
}

describe('pty()', () => {
  let place: Place
  beforeAll(async () => void (place = await start()))
  afterAll(() => place.cluster.close())

  test.each<FaultOptions>([
    { kind: 'garbage', frame: 'reserved-bits', afterMessages: 1, times: 1, match: { upgrade: true } },
    { kind: 'garbage', frame: 'half', afterMessages: 1, times: 1, match: { upgrade: true } },
    { kind: 'large-message', bytes: 300 * 1024 * 1024, afterMessages: 1, times: 1, match: { upgrade: true } },
    { kind: 'cut', afterMessages: 1, times: 1, match: { upgrade: true } },
    { kind: 'status', status: 503, times: 2, match: { upgrade: true } },
    { kind: 'status', status: 429, retryAfter: 0, times: 2, match: { upgrade: true } },
  ])('stands above %j', async (fault) => {
    using injected = place.cluster.faults.inject(fault)
    const terminal = await place.session.pty()
    const screen = new Screen(terminal)
    // What is typed while the connection breaks may be lost.
    const typing = setInterval(() => void screen.type('echo fi""ne\n').catch(() => {}), 50)
    onTestFinished(async () => {
      clearInterval(typing)
      await terminal.close()
    })
    await screen.until('fine\r\n')
    expect(injected.hits).toBeGreaterThan(0)
  })

  test('a message that is none is told, and the terminal goes on', async () => {
    const errors: StreamError[] = []
    using injected = place.cluster.faults.inject({
      kind: 'large-message',
      bytes: 100,
      text: true,
      afterMessages: 1,
      times: 1,
      match: { upgrade: true },
    })
    const screen = await open(place, { onUnreadable: (error) => errors.push(error) })
    await screen.type('echo fi""ne\n')
    await screen.until('fine\r\n')
    expect(injected.hits).toBe(1)
    expect(errors).toMatchObject([{ message: expect.stringContaining('cannot be read') as string }])
  })
})

describe('servers whose terminals do not work', () => {
  test('before 25.9 are not asked', async () => {
    const place = await start({ profile: '23.09', asReleased: true })
    onTestFinished(() => place.cluster.close())
    using asked = place.cluster.faults.inject({ kind: 'refuse', match: { path: /\/pty$/, upgrade: true } })
    await expect(place.session.pty()).rejects.toThrow(UnsupportedError)
    expect(asked.hits).toBe(0)
  })

  test('that are mute are found out by the first input', { timeout: 20_000 }, async () => {
    const place = await start({ asReleased: true })
    onTestFinished(() => place.cluster.close())
    const terminal = await place.session.pty()
    const read = terminal.readable.getReader().read()
    const failure = read.catch((error: unknown) => error)
    await terminal.writable.getWriter().write('ls\n')
    expect(await failure).toBeInstanceOf(UnsupportedError)
    expect(await terminal.closed).toMatchObject({ reason: 'failed', cause: { capability: 'session-pty' } })
  })
})
