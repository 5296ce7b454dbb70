/**
 * Apps through an app proxy, for pages: they can open no ports (protocol 02 §4.6). Loaded with the first use.
 *
 * An app proxy is another origin. Nothing that proves who asks goes there, but the one-time token of the manager; only the
 * proxies of the first version want keys, and get those that the caller names.
 */
import {
  APIError,
  ConfigError,
  NetworkError,
  NotFoundError,
  path,
  refuseUnknownKeys,
  TimeoutError,
  toAPIError,
  type CallOptions,
  type Transport,
} from '@backend-ai-sdk/core'
import { startParameters, type TunnelOptions } from '@backend-ai-sdk/streaming'

import { listApps, startService } from './session-apps.ts'
import { requireSession } from './session-info.ts'

/** A proxy of the first version, which makes the connections itself, in the caller's name. */
export interface AppProxyV1 {
  /** `http://127.0.0.1:5050`, where the desktop application has it. */
  address: string
  /** What it gets to sign with, or the value of the login cookie `AIOHTTP_SESSION`. */
  credentials: { accessKey: string; secretKey: string } | { session: string }
}

export interface OpenAppOptions extends Omit<TunnelOptions, 'app'> {
  /** Path at the app that is opened, such as `/lab/tree/a.ipynb`. */
  redirect?: string
  /** In place of what `apps()` says of the app. */
  protocol?: string
  /** Used where the resource group has none of its own. */
  proxy?: AppProxyV1
  /** Of a login at the webserver, which then ends the connections that it allowed. Second version only. */
  loginSessionToken?: string
  /** Anyone who knows the address may connect. Second version only. Default false. */
  openToPublic?: boolean
  /** Addresses and networks that may connect. Second version only. */
  allowedClientIPs?: readonly string[]
  /** The first label of its host name. Second version only. */
  subdomain?: string
  /** Takes a place of its own, where there is one already. Second version only. Default false. */
  noReuse?: boolean
}

const optionNames = [
  'port',
  'arguments',
  'environ',
  'redirect',
  'protocol',
  'proxy',
  'loginSessionToken',
  'openToPublic',
  'allowedClientIPs',
  'subdomain',
  'noReuse',
  'signal',
  'timeout',
] as const satisfies (keyof OpenAppOptions)[]

/** An app that can be reached. */
export interface OpenedApp {
  /** To go to. Whoever has it can reach the app: it is a secret. */
  url: string
  /** Of the app proxy. */
  version: 'v1' | 'v2'
}

export async function openApp(
  transport: Transport,
  session: string,
  app: string,
  options: OpenAppOptions,
): Promise<OpenedApp> {
  refuseUnknownKeys(options, optionNames, 'the options of openApp()')
  const call = { signal: options.signal, timeout: options.timeout }
  const { name, project, resourceGroup } = await requireSession(transport, session, call)
  const protocol = options.protocol ?? (await protocolOf(transport, session, app, call))
  const { redirect, port } = options
  const { arguments: args, envs } = startParameters(options.arguments, options.environ)
  const query = { app, protocol, port, envs, args }
  if ((await versionOf(transport, resourceGroup, project, call)) === 'v2') {
    const { token, proxyAddress } = await startService(transport, session, app, {
      ...call,
      ...(port !== undefined && { port }),
      ...(options.arguments && { arguments: options.arguments }),
      ...(options.environ && { environ: options.environ }),
      ...(options.loginSessionToken !== undefined && { loginSessionToken: options.loginSessionToken }),
    })
    const { url } = await ask(transport, proxyAddress, path`/v2/proxy/${token}/${session}/add`, call, {
      query: {
        ...query,
        subdomain: options.subdomain,
        open_to_public: options.openToPublic || undefined,
        allowed_client_ips: options.allowedClientIPs?.join(','),
        redirect,
        no_reuse: options.noReuse || undefined,
      },
    })
    return { url: toAddress(url), version: 'v2' }
  }
  const { proxy } = options
  if (!proxy)
    throw new ConfigError(
      `Resource group '${resourceGroup}' has no app proxy: name one with the option 'proxy', or use session.tunnel().`,
    )
  const { token } = await ask(transport, proxy.address, '/conf', call, { conf: await toConf(transport, proxy) })
  const { url } = await ask(transport, proxy.address, path`/proxy/${String(token)}/${name}/add`, call, { query })
  const address = new URL(toAddress(url))
  if (redirect !== undefined) address.searchParams.set('redirect', redirect)
  return { url: address.href, version: 'v1' }
}

async function protocolOf(transport: Transport, session: string, name: string, call: CallOptions): Promise<string> {
  const app = (await listApps(transport, session, call)).find((app) => app.name === name)
  // What the code listens with is not known; of what pages can open, it is this.
  return app && app.protocol !== 'preopen' ? app.protocol : 'http'
}

async function versionOf(
  transport: Transport,
  resourceGroup: string | undefined,
  project: string | undefined,
  call: CallOptions,
): Promise<string> {
  if (!resourceGroup || !(await transport.supports('session-start-service', call))) return 'v1'
  try {
    const { wsproxy_version } = await transport.request<{ wsproxy_version: string }>({
      path: path`/scaling-groups/${resourceGroup}/wsproxy-version`,
      query: { group: project },
      ...call,
    })
    return wsproxy_version
  } catch (error) {
    // The first releases of 21.09 start services, and cannot say where.
    if (error instanceof NotFoundError && error.problemType.endsWith('/url-not-found')) return 'v1'
    throw error
  }
}

async function toConf(transport: Transport, { credentials }: AppProxyV1): Promise<Record<string, unknown>> {
  const common = {
    endpoint: transport.config.endpoint.href.replace(/\/$/, ''),
    api_version: Number.parseInt((await transport.server()).apiVersion.slice(1)),
  }
  return 'session' in credentials
    ? { mode: 'SESSION', session: credentials.session, ...common }
    : { access_key: credentials.accessKey, secret_key: credentials.secretKey, ...common }
}

/** What an app proxy says is short. */
const answerLimit = 65_536

interface Question {
  query?: Readonly<Record<string, string | number | boolean | undefined>>
  conf?: Readonly<Record<string, unknown>>
}

/** @throws APIError by the code in the answer, which comes with status 200 too (protocol 02 §4.6). */
async function ask(
  transport: Transport,
  address: string,
  below: string,
  { signal, timeout = transport.config.timeouts.total }: CallOptions,
  { query = {}, conf }: Question,
): Promise<Record<string, unknown>> {
  const url = new URL(address.replace(/\/+$/, '') + below)
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, String(value))
  const method = conf ? 'PUT' : 'GET'
  // Its path has the token.
  const place = `${url.origin}/…${below.slice(below.lastIndexOf('/'))}`
  const limit = new AbortController()
  const timer = timeout > 0 ? setTimeout(() => limit.abort(), timeout) : undefined
  try {
    const response = await (transport.config.fetch ?? fetch)(url, {
      method,
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      headers: { Accept: 'application/json', ...(conf && { 'Content-Type': 'application/json' }) },
      ...(conf && { body: JSON.stringify(conf) }),
      signal: signal ? AbortSignal.any([signal, limit.signal]) : limit.signal,
    })
    const body = parse(await readText(response))
    const code = response.ok && typeof body === 'object' ? Number(body['code'] ?? response.status) : response.status
    if (response.ok && code === 200 && typeof body === 'object') return body
    throw refusal(code, method, place, body)
  } catch (error) {
    if (signal?.aborted) throw signal.reason
    if (error instanceof APIError) throw error
    if (limit.signal.aborted)
      throw new TimeoutError(`No answer within ${timeout} ms (${method} ${place})`, 'total', timeout)
    throw new NetworkError(`The app proxy cannot be reached (${method} ${place})`, {
      cause: error,
      retryable: 'unknown',
    })
  } finally {
    clearTimeout(timer)
  }
}

async function readText({ body }: Response): Promise<string> {
  const decoder = new TextDecoder()
  const reader = body?.getReader()
  let text = ''
  for (;;) {
    const { value, done } = (await reader?.read()) ?? { done: true }
    if (done || !value) return text
    text += decoder.decode(value, { stream: true })
    if (text.length <= answerLimit) continue
    await reader?.cancel()
    return text
  }
}

function parse(text: string): Record<string, unknown> | string {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : text
  } catch {
    return text
  }
}

function refusal(status: number, method: string, url: string, body: Record<string, unknown> | string): APIError {
  // Where there is no problem document, a text says it under one of these names.
  const said = typeof body === 'string' ? undefined : (body['title'] ?? body['message'] ?? body['error'])
  const title = typeof said === 'string' ? said : 'The app proxy gives no reason.'
  return toAPIError({ status, method, url, body: typeof body === 'string' ? body : { ...body, title } })
}

/** A page may go to it: an address with a script in it would run with the page's rights. */
function toAddress(url: unknown): string {
  const address = typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined
  if (!address || !/^(https?|s?ftp|ssh|tcp|vnc|rdp):$/.test(address.protocol))
    throw new NetworkError('The app proxy answers with what is no address.')
  return address.href
}
