/** Why a signature may have been refused: what our side signed, and what usually lies behind it. */
import type { AuthenticationError, SignatureExplanation } from './errors.ts'
import { redactURL } from './redact.ts'
import { mediaType } from './signing.ts'

/** @returns undefined for requests that were not signed with keys. */
export function explainSignature(
  { msg = '', code }: AuthenticationError,
  { method, url, headers }: { method: string; url: URL; headers: Headers },
  clockOffset: number,
): SignatureExplanation | undefined {
  if (!headers.get('Authorization')?.startsWith('BackendAI signMethod=')) return undefined
  const { host, pathname, search } = url
  const signed = [
    method,
    redactURL(pathname + search),
    headers.get('X-BackendAI-Date') ?? '',
    `host:${host}`,
    `content-type:${mediaType(headers.get('Content-Type'))}`,
    `x-backendai-version:${headers.get('X-BackendAI-Version') ?? ''}`,
  ].join('\n')
  return { signed, host, clockOffset, causes: [...causes(msg, code, host, pathname)] }
}

function* causes(msg: string, code: string, host: string, pathname: string): Generator<string> {
  if (code === 'ERR_CLOCK_SKEW') {
    yield 'The clocks differ by 15 minutes or more, and the answer had no Date header to learn from.'
    return
  }
  if (/access key not found/i.test(msg)) {
    yield 'The access key is not known there, or it is inactive.'
    yield `${host} belongs to another cluster.`
    return
  }
  if (/allow/i.test(msg)) yield 'The user may not come from this address.'
  yield 'The secret key is not the one of the access key.'
  yield `A proxy passes another Host header on than ${host}.`
  if (!/^\/(session|admin|auth|resource|manager|folders|config|events|stream)\b/.test(pathname))
    yield 'The path of the endpoint is cut off or changed on the way to the manager.'
}
