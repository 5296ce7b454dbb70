/** GET with a body, by the HTTP client that Node, Deno and Bun have built in: `fetch` refuses to send one. */
import {
  BackendAIError,
  builtinModule,
  NetworkError,
  ResponseTooLargeError,
  TimeoutError,
  type Call,
  type Transport,
} from '@backend-ai-sdk/core'

/** As much of `node:http` as is used. */
interface HTTPClient {
  request(
    url: URL,
    options: { method: string; headers: Record<string, string>; signal: AbortSignal },
    answered: (answer: Answer) => void,
  ): { on(event: 'error', listener: (error: unknown) => void): void; end(body: string): void }
}

interface Answer extends AsyncIterable<Uint8Array<ArrayBuffer>> {
  statusCode: number
  headers: Record<string, string | string[] | undefined>
}

const largestAnswer = 16 * 1024 * 1024

/**
 * @returns the successful answer; undefined where only a `fetch` can be had: in browsers, and where the client was given
 *   one.
 */
export async function getWithBody(
  transport: Transport,
  call: Call,
  body: unknown,
): Promise<{ headers: Headers; bytes: Uint8Array<ArrayBuffer> } | undefined> {
  if (transport.config.fetch) return undefined
  const { protocol } = transport.url(call.path)
  const client = builtinModule(protocol === 'https:' ? 'node:https' : 'node:http') as HTTPClient | undefined
  if (!client) return undefined
  return transport.upgrade(call, async ({ url, headers, left, timeout, refused }) => {
    const limit = left > 0 ? [AbortSignal.timeout(Math.ceil(left))] : []
    const signal = AbortSignal.any([...(call.signal ? [call.signal] : []), ...limit])
    const text = JSON.stringify(body)
    // Without a type, which would have to be signed: servers do not look at it.
    const sent = { ...Object.fromEntries(headers), 'Content-Length': String(new TextEncoder().encode(text).length) }
    try {
      const answer = await new Promise<Answer>((resolve, reject) => {
        const request = client.request(url, { method: 'GET', headers: sent, signal }, resolve)
        request.on('error', reject)
        request.end(text)
      })
      const bytes = await bytesOf(answer)
      const read = headersOf(answer)
      if (answer.statusCode === 200) return { headers: read, bytes }
      throw refused({ status: answer.statusCode, headers: read, body: problemOf(bytes) })
    } catch (error) {
      call.signal?.throwIfAborted()
      if (signal.aborted) throw new TimeoutError('The server did not answer in time.', 'total', timeout)
      if (error instanceof BackendAIError) throw error
      throw new NetworkError('The request failed below HTTP.', { cause: error, retryable: true })
    }
  })
}

async function bytesOf(answer: Answer): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let size = 0
  for await (const chunk of answer) {
    chunks.push(chunk)
    size += chunk.length
    if (size > largestAnswer)
      throw new ResponseTooLargeError(`The answer has more than ${largestAnswer} bytes.`, largestAnswer)
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer())
}

function problemOf(bytes: Uint8Array): unknown {
  const text = new TextDecoder().decode(bytes)
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function headersOf({ headers }: Answer): Headers {
  const read = new Headers()
  for (const [name, value] of Object.entries(headers)) if (typeof value === 'string') read.set(name, value)
  return read
}
