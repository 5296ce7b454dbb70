/** One run of code over `/stream/session/…/execute` (protocol 02 §4.3): the connection is the run. */
import { path, StreamError, WebSocketError, type CallOptions, type Transport } from '@backend-ai-sdk/core'

import { openSocket, type Message, type Socket } from './socket.ts'

export interface ExecuteRequest {
  mode: 'query' | 'batch'
  code: string
  options: Readonly<Record<string, unknown>>
}

/** What the server says of a run, by polling and over the socket alike (protocol 02 §3.2). */
export interface ExecuteResult {
  status:
    | 'continued'
    | 'clean-finished'
    | 'build-finished'
    | 'waiting-input'
    | 'finished'
    | 'exec-timeout'
    | 'error'
    | 'server-restarting'
  console: readonly (readonly [kind: string, payload: unknown])[]
  exitCode: number | null
  options: { is_password?: boolean } | null
  /** Of `error` and `server-restarting`, which only the socket has. */
  msg?: string
}

/** Milliseconds, where the client's `timeouts.idle` says nothing. The server sends something every 0.2 s, also while the code is silent. */
const silenceLimit = 30_000

/** Observed 23.9.10 and 26.9.6. */
const relayHint =
  ' A webserver passes on no more than 4 MiB of output at a time: runs with { resumable: true } have no such limit.'

/** Sends the request as soon as the socket stands. */
export async function openExecution(
  transport: Transport,
  session: string,
  request: ExecuteRequest,
  options?: CallOptions,
): Promise<Execution> {
  const probe = path`/session/${session}`
  const socket = await openSocket(transport, path`/stream/session/${session}/execute`, { ...options, probe })
  await socket.send(JSON.stringify(request))
  const { auth, timeouts } = transport.config
  return new Execution(socket, { isRelayed: auth.locate !== undefined, silence: timeouts.idle || silenceLimit })
}

export class Execution {
  readonly #socket: Socket
  readonly #isRelayed: boolean
  readonly #silence: number

  /**
   * @param facts.isRelayed through a webserver, which stops at a message of more than 4 MiB, and says no word of it.
   * @param facts.silence milliseconds without a message that end it.
   */
  constructor(socket: Socket, { isRelayed, silence }: { isRelayed: boolean; silence: number }) {
    this.#socket = socket
    this.#isRelayed = isRelayed
    this.#silence = silence
  }

  /** @throws WebSocketError where the socket ends without a final result, or is silent for longer than the limit. */
  async next(): Promise<ExecuteResult> {
    let timer: ReturnType<typeof setTimeout> | undefined
    const silence = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        const message = `The execute socket was silent for ${this.#silence} ms.${this.#isRelayed ? relayHint : ''}`
        reject(new WebSocketError(message, 1006, '', { retryable: 'unknown' }))
        void this.#socket.close()
      }, this.#silence)
    })
    try {
      const message = await Promise.race([this.#socket.next(), silence])
      if (message !== undefined) return parseExecuteResult(message)
    } finally {
      clearTimeout(timer)
    }
    const { code, reason, cause } = await this.#socket.closed
    const why = reason || (cause instanceof Error && cause.message) || 'no reason given'
    throw new WebSocketError(`The execute socket closed without a result (${code}: ${why}).`, code, reason, {
      retryable: 'unknown',
      ...(cause !== undefined && { cause }),
    })
  }

  /** Answers `waiting-input`, as the raw text: after the first message nothing is JSON any more. */
  input(text: string): Promise<void> {
    return this.#socket.send(text)
  }

  /** Before the end of the run: the server interrupts the code. */
  async close(): Promise<void> {
    await this.#socket.close()
  }
}

/** @throws StreamError for what is no result. */
export function parseExecuteResult(message: Message): ExecuteResult {
  const text = typeof message === 'string' ? message : new TextDecoder().decode(message)
  try {
    const result = JSON.parse(text) as Partial<ExecuteResult> | null
    if (typeof result?.status !== 'string') throw new TypeError('no status')
    return {
      ...result,
      status: result.status,
      console: result.console ?? [],
      exitCode: result.exitCode ?? null,
      options: result.options ?? null,
    }
  } catch (cause) {
    throw new StreamError(`The execute socket sent what is no result: ${text.slice(0, 200)}`, { cause })
  }
}
