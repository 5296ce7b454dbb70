/** The opening of a socket: until it is open, or with the reason why it is not. */
import { NetworkError, TimeoutError, WebSocketError, type Refusal, type Upgrade } from '@backend-ai-sdk/core'

/** What `ws` has beyond the browsers' WebSocket. */
export interface NodeSocket extends WebSocket {
  on?(event: 'unexpected-response', listener: (request: unknown, response: RefusedUpgrade) => void): void
  on?(event: 'upgrade', listener: (response: { socket?: Connection }) => void): void
  on?(event: 'pong', listener: () => void): void
  ping?(): void
  pause?(): void
  resume?(): void
  terminate?(): void
}

interface Connection {
  /** The other side has said that it is through. */
  readonly readableEnded?: boolean
  once?(event: 'error', listener: (error: unknown) => void): void
}

/** An `IncomingMessage` of Node's. */
interface RefusedUpgrade {
  statusCode?: number
  headers?: Readonly<Record<string, string | string[] | undefined>>
  on(event: 'data', listener: (chunk: Uint8Array) => void): void
  on(event: 'end' | 'error' | 'close', listener: () => void): void
}

/**
 * @throws APIError where the server says why it refuses, NetworkError where nothing tells, TimeoutError `connect`.
 */
export function opened(
  socket: NodeSocket,
  { url, timeout, left, refused }: Upgrade,
  signal: AbortSignal | undefined,
): Promise<void> {
  const place = `GET ${url.origin}${url.pathname}`
  return new Promise((resolve, reject) => {
    const timer =
      left > 0
        ? setTimeout(() => {
            const message = `The socket was not open within ${timeout} ms (${place})`
            fail(new TimeoutError(message, 'connect', timeout, { retryable: true }))
          }, left)
        : undefined
    const abort = (): void => fail(signal?.reason)

    function settle(): void {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      socket.removeEventListener('open', open)
      socket.removeEventListener('close', close)
    }
    function open(): void {
      settle()
      resolve()
    }
    function fail(error: unknown): void {
      settle()
      reject(error)
      terminate(socket)
    }
    function close({ code, reason }: CloseEvent): void {
      fail(new WebSocketError(`The socket closed before it was open (${place})`, code, reason, { retryable: true }))
    }

    signal?.addEventListener('abort', abort, { once: true })
    socket.addEventListener('open', open)
    socket.addEventListener('close', close)
    // Stays: an error after the end of the handshake has no other listener, which would end a Node process.
    socket.addEventListener('error', (event) => {
      const cause: unknown = (event as Event & { error?: unknown }).error ?? event
      const message = cause instanceof Error && cause.message ? cause.message : 'the platform gives no reason'
      fail(new NetworkError(`No answer: ${message} (${place})`, { cause, retryable: true }))
    })
    socket.on?.('unexpected-response', (_request, response) => {
      void readRefusal(response).then((refusal) => fail(refused(refusal)))
    })
  })
}

/** The problem document of a refusal, or its text. */
function readRefusal(response: RefusedUpgrade): Promise<Refusal> {
  const headers = new Headers()
  for (const [name, value] of Object.entries(response.headers ?? {}))
    if (value !== undefined) headers.set(name, String(value))
  return new Promise((resolve) => {
    const decoder = new TextDecoder()
    let text = ''
    response.on('data', (chunk) => {
      if (text.length < 65_536) text += decoder.decode(chunk, { stream: true })
    })
    const done = (): void => resolve({ status: response.statusCode ?? 0, headers, body: parse(text) })
    response.on('end', done)
    response.on('error', done)
    response.on('close', done)
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Without a goodbye, where the platform can. */
export function terminate(socket: NodeSocket): void {
  if (socket.terminate) socket.terminate()
  else socket.close()
}
