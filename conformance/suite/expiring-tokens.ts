/** A `fetch` whose storage tokens expire when a test wants it: the storage proxy itself finds that their time is over. */
import { createHmac } from 'node:crypto'

import type { ClientOptions } from '@backend-ai-sdk/client'

import type { Target } from '../targets.ts'

/** Seconds since 1970. */
const longAgo = 1_000_000_000

interface Life {
  /** Requests for data (`PATCH`, `GET`) that a token is good for. */
  requests: number
  /** Tokens that expire, in the order of their use. Default: all. */
  tokens?: number
  /** The line is lost with the last of its requests: of a `PATCH` all of it, of a `GET` what is beyond so many bytes. */
  lost?: { after: number }
}

export interface ExpiringTokens {
  readonly fetch: NonNullable<ClientOptions['fetch']>
  /** What was refused: method and status. */
  readonly refusals: readonly string[]
  /** Tokens that were used. */
  readonly count: number
}

/** @param secret of the storage proxy. */
export function expiringTokens(target: Target, secret: string, life: Life): ExpiringTokens {
  const send = target.fetch ?? fetch
  const uses = new Map<string, number>()
  const refusals: string[] = []
  let permits = 0

  /** Two permits of one second may have the same token. */
  async function toldApart(response: Response, { pathname }: URL, seconds: number): Promise<Response> {
    if (!/request-(up|down)load$/.test(pathname) || !response.ok) return response
    const { token, ...rest } = (await response.json()) as { token: string }
    const signed = signedAnew(token, secret, ({ exp }) => exp + seconds)
    return Response.json({ ...rest, token: signed }, { headers: { Date: response.headers.get('Date') ?? '' } })
  }

  async function passOn(request: Request): Promise<Response> {
    const url = new URL(request.url)
    const token = url.searchParams.get('token')
    if (token === null) return toldApart(await send(request), url, ++permits)
    const used = uses.get(token) ?? 0
    uses.set(token, used)
    const isMortal = [...uses.keys()].indexOf(token) < (life.tokens ?? Infinity)
    if (isMortal && used >= life.requests) {
      url.searchParams.set(
        'token',
        signedAnew(token, secret, () => longAgo),
      )
      const response = await send(new Request(url, request))
      if (!response.ok) refusals.push(`${request.method} ${response.status}`)
      return response
    }
    if (request.method === 'HEAD') return send(request)
    uses.set(token, used + 1)
    const isLost = isMortal && life.lost !== undefined && used + 1 === life.requests
    if (isLost && request.method === 'PATCH') throw new TypeError('The line was lost.')
    const response = await send(request)
    return isLost ? brokenOff(response, life.lost!.after) : response
  }

  return {
    fetch: (input, init) => passOn(new Request(input, init)),
    refusals,
    get count() {
      return uses.size
    },
  }
}

/** The same token, with another end. */
function signedAnew(token: string, secret: string, end: (claims: { exp: number }) => number): string {
  const [header, payload] = token.split('.')
  const claims = JSON.parse(Buffer.from(payload!, 'base64url').toString()) as { exp: number }
  const text = `${header}.${Buffer.from(JSON.stringify({ ...claims, exp: end(claims) })).toString('base64url')}`
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}

function brokenOff(response: Response, after: number): Response {
  let left = after
  const cut = new TransformStream<Uint8Array, Uint8Array>({
    transform(bytes, controller) {
      controller.enqueue(bytes.subarray(0, left))
      left -= bytes.byteLength
      if (left <= 0) controller.error(new TypeError('The line was lost.'))
    },
  })
  return new Response(response.body!.pipeThrough(cut), response)
}
