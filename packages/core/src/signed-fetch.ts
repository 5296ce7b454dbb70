/** A `fetch` that signs. */
import { ConfigError } from './errors.ts'
import { send, type Fetch } from './fetch.ts'
import type { Means } from './perform.ts'

/**
 * @param locate a path of the API.
 * @throws ConfigError for an address elsewhere: it would get the credentials.
 */
export async function signedFetch(
  means: Means,
  locate: (path: string) => URL,
  apiVersion: string,
  ...[input, init]: Parameters<Fetch>
): Promise<Response> {
  const { config, equipment, state } = means
  const { auth } = config
  const { endpoint } = state
  const address = typeof input === 'string' && input.startsWith('/') ? locate(input) : input
  const request = new Request(address, { ...init, redirect: 'manual', credentials: auth.credentials ?? 'omit' })
  const { method, headers, signal } = request
  const url = new URL(request.url)
  const root = endpoint.href.replace(/\/*$/, '/')
  if (!url.href.startsWith(root)) throw new ConfigError(`client.fetch() signs for ${root} only.`)
  headers.set('X-BackendAI-Version', apiVersion)
  const dispatch = (): Promise<Response> => (equipment.fetch ?? config.fetch ?? fetch)(request)
  const attempt = { number: 1, endpoint, url, sent: 0 }
  return send(means, { method, url, headers, signal, dispatch }, auth, attempt)
}
