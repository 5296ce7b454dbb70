/** One accepted connection and its tunnel. */
import { once } from 'node:events'
import type { Socket } from 'node:net'

import { delay, WebSocketError } from '@backend-ai-sdk/core'
import type { Tunnel } from '@backend-ai-sdk/streaming'

/** A half that the client has closed says that it waits for an answer, or that it is gone: only time tells. */
const answerLimit = 10_000
/** The same, where the app has answered and only might say more. */
const moreLimit = 1_000
/** For how long a client may take to close its half after ours. */
const lingerLimit = 2_000
/** Bytes that are kept to be sent again to an app that refuses connections. */
const keptLimit = 65_536
const refusalsBorne = 5

type Open = (signal: AbortSignal) => Promise<Tunnel>

/** Never rejects; the socket is closed when it resolves. */
export async function serveConnection(
  socket: Socket,
  open: Open,
  ending: AbortSignal,
  report: (error: unknown) => void,
): Promise<void> {
  const gone = new AbortController()
  const closed = new Promise<void>((resolve) =>
    socket.once('close', () => {
      gone.abort()
      resolve()
    }),
  )
  let failure: unknown
  // Its 'close' follows; and without a listener it would end the process.
  socket.on('error', () => {})
  try {
    await new Connection(socket, open, AbortSignal.any([ending, gone.signal])).serve()
    linger(socket)
  } catch (error) {
    failure = error
    if (!gone.signal.aborted) {
      report(failure)
      // A client that has part of an answer must not take it for the whole.
      if (socket.bytesWritten > 0) reset(socket)
      else refuse(socket, failure)
    }
  }
  await closed
}

/** The connection of a client that is not served, or whose app is not there: a text, then the end. */
export function refuse(socket: Socket, error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error)
  socket.on('error', () => {})
  socket.write(
    'HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n' +
      `WebSocket reply: ${reason}\n`,
  )
  linger(socket)
}

/** Ends our half; were the other half still full of data, closing it too would take the answer along. */
function linger(socket: Socket): void {
  socket.end()
  socket.removeAllListeners('data')
  socket.resume()
  const timer = setTimeout(() => socket.destroy(), lingerLimit)
  socket.once('end', () => socket.destroySoon())
  socket.once('close', () => clearTimeout(timer))
  if (socket.readableEnded) socket.destroySoon()
}

function reset(socket: Socket): void {
  // Not on every runtime.
  if ('resetAndDestroy' in socket) socket.resetAndDestroy()
  else (socket as Socket).destroy()
}

/** The two directions. */
class Connection {
  readonly #socket: Socket
  readonly #open: Open
  readonly #signal: AbortSignal
  /** What was sent, as long as it is all there, and nothing came back. */
  #kept: Uint8Array[] | undefined = []
  #keptSize = 0
  #refusals = 0
  /** Nothing was said that waits for an answer. */
  #isAnswered = true

  constructor(socket: Socket, open: Open, signal: AbortSignal) {
    this.#socket = socket
    this.#open = open
    this.#signal = signal
  }

  /** @throws where it did not end well. */
  async serve(): Promise<void> {
    for (;;)
      try {
        await using tunnel = await this.#open(this.#signal)
        await this.#pump(tunnel)
        return
      } catch (error) {
        if (!this.#mayTryAgain(error)) throw error
        await delay(100 * 2 ** this.#refusals++, this.#signal)
      }
  }

  /** An app that refuses connections may not be up yet, and has got nothing (protocol 02, trap 21). */
  #mayTryAgain(error: unknown): boolean {
    const isRefusal = error instanceof WebSocketError && error.closeCode === 1013
    return isRefusal && this.#kept !== undefined && this.#refusals < refusalsBorne && !this.#signal.aborted
  }

  async #pump(tunnel: Tunnel): Promise<void> {
    const writer = tunnel.writable.getWriter()
    // How the tunnel ends is what the reading tells.
    writer.closed.catch(() => {})
    const stop = this.#send(writer)
    try {
      await this.#receive(tunnel)
    } finally {
      stop()
    }
  }

  /** @returns to be called when the tunnel is gone. */
  #send(writer: WritableStreamDefaultWriter<Uint8Array>): () => void {
    const socket = this.#socket
    const write = async (bytes: Uint8Array): Promise<void> => {
      socket.pause()
      await writer.write(bytes)
      socket.resume()
    }
    const send = (bytes: Uint8Array): void => {
      this.#keep(bytes)
      this.#isAnswered = false
      write(bytes).catch(() => {})
    }
    const replay = this.#kept ?? []
    void (async () => {
      for (const bytes of replay) await writer.write(bytes)
      socket.on('data', send)
    })().catch(() => {})
    return () => socket.off('data', send).pause()
  }

  #keep(bytes: Uint8Array): void {
    if (!this.#kept) return
    this.#kept.push(bytes)
    this.#keptSize += bytes.length
    if (this.#keptSize > keptLimit) this.#kept = undefined
  }

  async #receive(tunnel: Tunnel): Promise<void> {
    const socket = this.#socket
    const reader = tunnel.readable.getReader()
    let timer: ReturnType<typeof setTimeout> | undefined
    const wait = (): void => {
      clearTimeout(timer)
      const limit = this.#isAnswered ? moreLimit : answerLimit
      if (socket.readableEnded) timer = setTimeout(() => void tunnel.close(), limit)
    }
    socket.once('end', wait)
    wait()
    try {
      for (;;) {
        const { value, done } = await reader.read()
        if (done) return
        this.#kept = undefined
        this.#isAnswered = true
        wait()
        if (!socket.write(value)) await once(socket, 'drain', { signal: this.#signal })
      }
    } finally {
      clearTimeout(timer)
      socket.off('end', wait)
    }
  }
}
