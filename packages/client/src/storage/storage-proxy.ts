/**
 * Requests to a storage proxy: another origin, which gets neither a signature nor a cookie, only the token in its URL
 * (protocol 03 §2).
 */
import {
  BackendAIError,
  ConfigError,
  NetworkError,
  TimeoutError,
  toAPIError,
  type APIError,
  type Transport,
} from '@backend-ai-sdk/core'

import type { Permit } from './transfer-folder.ts'

/** @throws ConfigError for an address that is none, of the manager or of the option `storageProxies`. */
export function permittedURL({ config }: Transport, { url, token }: Permit, query: Record<string, string> = {}): URL {
  const located = new URL(relocate(url, config.storageProxies))
  if (!/^https?:$/.test(located.protocol))
    throw new ConfigError(`The address of the storage proxy, ${located.origin}, is neither http nor https.`)
  located.searchParams.set('token', token)
  for (const [name, value] of Object.entries(query)) located.searchParams.set(name, value)
  return located
}

/**
 * Of `X1=Y1,X2=Y2`: a whole URL is replaced as the Python client does it, an origin with what stands below it kept.
 */
function relocate(url: string, map: Readonly<Record<string, string>>): string {
  const whole = map[url]
  if (whole !== undefined) return whole
  if (!URL.canParse(url)) throw new ConfigError("The manager's answer has no address of a storage proxy.")
  const { origin, pathname, search } = new URL(url)
  const [, other] = Object.entries(map).find(([from]) => from.replace(/\/+$/, '') === origin) ?? []
  return other === undefined ? url : other.replace(/\/+$/, '') + pathname + search
}

export interface ProxyRequest {
  method: 'GET' | 'HEAD' | 'OPTIONS' | 'PATCH'
  url: URL
  headers?: Readonly<Record<string, string>>
  body?: BodyInit
  signal?: AbortSignal | undefined
  /** Ends a request that makes no progress; its milliseconds begin again with {@link Silence.break}. */
  silence: Silence
}

/** How long nothing may be heard. */
export class Silence {
  readonly #controller = new AbortController()
  readonly ms: number
  #timer: ReturnType<typeof setTimeout> | undefined

  /** @param ms 0 is no limit. */
  constructor(ms: number) {
    this.ms = ms
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Something was heard, or will be waited for. */
  break(ms = this.ms): void {
    this.end()
    if (ms > 0) this.#timer = setTimeout(() => this.#controller.abort(silent(ms)), ms)
  }

  end(): void {
    clearTimeout(this.#timer)
  }
}

const silent = (ms: number): TimeoutError =>
  new TimeoutError(`The storage proxy was silent for ${ms} ms.`, 'idle', ms, { retryable: true })

/** Not only because of its age: whatever is wrong with a token, another one is the remedy (protocol 03 §2.4). */
export const isTokenRefused = ({ status, data }: APIError): boolean =>
  status === 400 && typeof data === 'object' && data !== null && 'token' in data

/** As Node and Bun call it, and as Deno writes it; pages are told nothing. Trying again is of no use. */
export function isUntrusted(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (
      /CERT|UNABLE_TO_(VERIFY|GET)/.test(String((cause as { code?: unknown }).code)) ||
      /peer certificate/.test(cause.message)
    )
      return true
  return false
}

export const untrusted = (transport: Transport, { url }: Permit): string =>
  `The certificate of the storage proxy, ${permittedURL(transport, { url, token: '' }).origin}, is not trusted.`

/** Of the body of a refusal. */
const problemLimit = 65_536

/**
 * One attempt. The silence ends with the headers; whoever reads the body goes on with it.
 *
 * @throws APIError for a refusal; {@link NetworkError} where there is no answer that can be read, which in pages hides
 *   every refusal of an upload (protocol 03 §2.8); the reason of the signal.
 */
export async function askStorageProxy(transport: Transport, request: ProxyRequest, attempt = 1): Promise<Response> {
  const { method, url, body, silence } = request
  const headers = new Headers(request.headers)
  const hooks = await transport.hooks()
  // Hooks see a copy: the storage proxy's CORS allows no further headers.
  await hooks?.request?.({ method, url: new URL(url), headers: new Headers(headers), attempt })
  const init: RequestInit & { duplex?: 'half' } = {
    method,
    headers,
    credentials: 'omit',
    redirect: 'manual',
    cache: 'no-store',
    referrerPolicy: 'no-referrer',
    signal: request.signal ? AbortSignal.any([request.signal, silence.signal]) : silence.signal,
  }
  if (body !== undefined) init.body = body
  if (body instanceof ReadableStream) init.duplex = 'half'
  const place = `${method} ${url.origin}${url.pathname}`
  const start = performance.now()
  silence.break()
  let response: Response
  try {
    const send = transport.config.fetch
    response = await (send ? send(new Request(url, init)) : fetch(url, init))
  } catch (cause) {
    request.signal?.throwIfAborted()
    if (silence.signal.aborted) throw silence.signal.reason
    if (cause instanceof BackendAIError) throw cause
    throw new NetworkError(`No answer of the storage proxy (${place})`, { cause, retryable: true })
  } finally {
    silence.end()
  }
  const { status } = response
  await hooks?.response?.({
    method,
    url: new URL(url),
    status,
    headers: response.headers,
    attempt,
    duration: performance.now() - start,
  })
  if (response.ok) return response
  throw toAPIError({ status, method, url: url.origin + url.pathname, body: await readProblem(response, request) })
}

async function readProblem(response: Response, { silence, signal }: ProxyRequest): Promise<unknown> {
  const decoder = new TextDecoder()
  const reader = response.body?.getReader()
  let text = ''
  silence.break()
  try {
    for (;;) {
      const { value } = (await reader?.read()) ?? {}
      if (!value || text.length > problemLimit) break
      text += decoder.decode(value, { stream: true })
    }
    await reader?.cancel()
  } catch {
    // The status says enough.
    signal?.throwIfAborted()
  } finally {
    silence.end()
  }
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
