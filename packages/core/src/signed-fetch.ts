/** A `fetch` that signs. */
import type { Authenticator } from './auth.ts'
import { ConfigError } from './errors.ts'
import { attemptFetch, type Fetch } from './fetch.ts'
import type { Means } from './perform.ts'

/**
 * @param root of the API, whose paths may be given without it.
 * @throws ConfigError for an address elsewhere: it would get the credentials.
 */
export async function signedFetch(
  means: Means,
  root: URL,
  apiVersion: string,
  auth: Authenticator,
  ...[input, init]: Parameters<Fetch>
): Promise<Response> {
  const isPath = typeof input === 'string' && input.startsWith('/')
  const address = isPath ? root.origin + root.pathname.slice(0, -1) + input : input
  const request = new Request(address, { ...init, redirect: 'manual', credentials: 'omit' })
  const { origin, pathname } = new URL(request.url)
  if (origin !== root.origin || !pathname.startsWith(root.pathname))
    throw new ConfigError(`client.fetch() signs for ${root.href} only.`)
  request.headers.set('X-BackendAI-Version', apiVersion)
  return attemptFetch(means, { number: 1, auth, sent: 0 })(request)
}
