/** Why nothing works: each cause told from the others by what a few harmless requests show. */
import {
  abortable,
  APIError,
  AuthenticationError,
  BackendAIError,
  MaintenanceError,
  PermissionDeniedError,
  UnsupportedError,
  type CallOptions,
  type ServerInfo,
  type Transport,
} from '@backend-ai-sdk/core'

export type FindingCode =
  /** Keys at a webserver, or a login at a manager. */
  | 'wrong-mode'
  | 'name-not-found'
  | 'refused'
  | 'timeout'
  | 'tls'
  | 'unreachable'
  /** The server answers, and does not let this page see it. */
  | 'cors'
  /** A page by https calls plain http. */
  | 'mixed-content'
  /** Something is in front of it, a proxy or the webserver, and what is behind does not answer. */
  | 'down'
  | 'not-backend-ai'
  | 'unsupported-version'
  /** Corrected by the client; other programs of this machine fail. */
  | 'clock'
  | 'frozen'
  | 'not-logged-in'
  /** A page of another site, to which the browser sends no cookie. */
  | 'cookie-blocked'
  | 'credentials'

export interface Finding {
  readonly code: FindingCode
  /** An `error` is why calls fail; a `warning` may be why some do. */
  readonly severity: 'error' | 'warning'
  /** What it is and what to do, in a sentence or two. */
  readonly message: string
  readonly cause?: unknown
}

export interface Diagnosis {
  /** Without an error among the findings. */
  readonly isHealthy: boolean
  readonly findings: readonly Finding[]
  readonly endpoint: string
  /** How this client proves who it is: signed with keys, or logged in at a webserver. */
  readonly mode: 'keys' | 'login'
  /** Undefined where it did not answer as one. */
  readonly server: ServerInfo | undefined
  /** Milliseconds that the server's clock is ahead. */
  readonly clockOffset: number
}

/** Clocks that differ by more are told of: signatures fail from 15 minutes on. */
const notableOffset = 60_000

/** Milliseconds for each probe. */
const patience = 10_000

export async function diagnose(known: Transport, { signal, timeout = patience }: CallOptions): Promise<Diagnosis> {
  const { endpoint, endpoints, auth } = known.config
  // What was learnt, or said, of the server is asked anew.
  const transport = known.with({ endpoint: endpoints, apiVersion: undefined })
  const mode = auth.locate ? 'login' : 'keys'
  const findings: Finding[] = []
  const report = (code: FindingCode, message: string, cause?: unknown, severity: Finding['severity'] = 'error'): void =>
    void findings.push({ code, severity, message, ...(cause !== undefined && { cause }) })
  const conclude = (server?: ServerInfo): Diagnosis => ({
    isHealthy: findings.every(({ severity }) => severity === 'warning'),
    findings,
    endpoint: endpoint.href,
    mode,
    server,
    clockOffset: transport.clockOffset,
  })
  const options = { signal, timeout }

  if (isMixed(endpoint)) {
    report(
      'mixed-content',
      `A page that came by https may not call ${endpoint.origin}: serve the cluster by https too.`,
    )
    return conclude()
  }
  let server: ServerInfo
  try {
    server = await abortable(transport.server({ signal: deadline(options) }), signal)
  } catch (error) {
    signal?.throwIfAborted()
    await explainSilence(transport, mode, error, report, options)
    return conclude()
  }
  if (Math.abs(transport.clockOffset) >= notableOffset) {
    const minutes = Math.round(Math.abs(transport.clockOffset) / 60_000)
    const side = transport.clockOffset > 0 ? 'behind' : 'ahead of'
    report(
      'clock',
      `This machine's clock is ${minutes} min ${side} the server's. The client corrects for it.`,
      undefined,
      'warning',
    )
  }
  await checkWho(transport, mode, report, options)
  await checkFrozen(transport, report, options)
  return conclude(server)
}

type Report = (code: FindingCode, message: string, cause?: unknown, severity?: Finding['severity']) => void

const deadline = ({ signal, timeout = patience }: CallOptions): AbortSignal =>
  AbortSignal.any([AbortSignal.timeout(timeout), ...(signal ? [signal] : [])])

const isLoopback = (host: string): boolean => /^(?:localhost|127\.[\d.]+|\[::1\])$|\.localhost$/.test(host)

/** Where this runs in a page. */
const page = (): { protocol: string; hostname: string; origin: string } | undefined =>
  (globalThis as { location?: { protocol: string; hostname: string; origin: string } }).location

const isMixed = ({ protocol, hostname }: URL): boolean =>
  page()?.protocol === 'https:' && protocol === 'http:' && !isLoopback(hostname)

async function explainSilence(
  transport: Transport,
  mode: Diagnosis['mode'],
  error: unknown,
  report: Report,
  options: CallOptions,
): Promise<void> {
  const { endpoint } = transport.config
  if (error instanceof UnsupportedError) return report('unsupported-version', error.message, error)
  const otherMode = mode === 'keys' ? 'login' : 'keys'
  if (await answersAs(transport, otherMode, options))
    return report(
      'wrong-mode',
      mode === 'keys'
        ? `${endpoint.origin} is a webserver, where people log in; keys go to the manager, which has another address. Or log in: \`auth: cookie()\`.`
        : `${endpoint.origin} is a manager, which takes keys; people log in at its webserver, which has another address.`,
      error,
    )
  if (isDown(error))
    return report('down', `${endpoint.origin} answers, and what is behind it does not: status ${error.status}.`, error)
  // Something answers, in whatever way.
  if (error instanceof BackendAIError && !isNetworkFailure(error))
    return report('not-backend-ai', `${endpoint.origin} answers, and not as Backend.AI does: ${error.message}`, error)
  if (page() && (await answersBlindly(transport, options)))
    return report('cors', `${endpoint.origin} answers, and does not allow pages of ${page()?.origin} to see it.`, error)
  const [code, reason] = unreachableBecause(error)
  report(code, `${endpoint.host} ${reason}.`, error)
}

/** As proxies say it, and webservers of their manager. */
const isDown = (error: unknown): error is APIError =>
  error instanceof APIError && [502, 503, 504].includes(error.status)

const isNetworkFailure = (error: BackendAIError): boolean => /^ERR_(?:NETWORK|TIMEOUT)/.test(error.code)

/** By the names that Node, Deno and Bun have for it; pages are told nothing. */
function unreachableBecause(error: unknown): [code: FindingCode, reason: string] {
  let text = ''
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
    text += ` ${cause.name} ${(cause as { code?: string }).code ?? ''} ${cause.message}`
  if (/ENOTFOUND|EAI_AGAIN|dns error|getaddrinfo|name resolution/i.test(text))
    return ['name-not-found', 'is no name that is known here']
  if (/ECONNREFUSED|ConnectionRefused|connection refused/i.test(text))
    return ['refused', 'refuses connections: nothing listens there, or a firewall says no']
  if (/CERT|certificate|SSL|TLS|UNABLE_TO_VERIFY|SELF_SIGNED/i.test(text))
    return ['tls', 'shows a certificate that is not trusted here, or speaks no TLS']
  if (/Timeout|ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT/i.test(text)) return ['timeout', 'does not answer in time']
  return ['unreachable', 'cannot be reached']
}

/** Whether there is a version where a client of the other kind would look for it. */
async function answersAs(transport: Transport, mode: Diagnosis['mode'], options: CallOptions): Promise<boolean> {
  const { endpoint, fetch = globalThis.fetch } = transport.config
  const prefix = endpoint.pathname.replace(/\/+$/, '')
  const url = new URL(`${endpoint.origin}${prefix}${mode === 'login' ? '/func/' : '/'}`)
  try {
    const response = await fetch(
      new Request(url, { signal: deadline(options), redirect: 'manual', credentials: 'omit' }),
    )
    const document = (await response.json()) as { version?: unknown } | null
    return typeof document?.version === 'string'
  } catch {
    options.signal?.throwIfAborted()
    return false
  }
}

/** Whether anything answers, without looking at it: what pages may do everywhere. */
async function answersBlindly(transport: Transport, options: CallOptions): Promise<boolean> {
  try {
    const init = { mode: 'no-cors', credentials: 'omit', signal: deadline(options) } as const
    await globalThis.fetch(transport.config.endpoint, init)
    return true
  } catch {
    return false
  }
}

async function checkWho(
  transport: Transport,
  mode: Diagnosis['mode'],
  report: Report,
  options: CallOptions,
): Promise<void> {
  const { endpoint } = transport.config
  try {
    const { Auth } = await import('@backend-ai-sdk/auth')
    const isKnown = mode === 'keys' || (await new Auth(transport).loginCheck(options)).isLoggedIn
    // The webserver knows who is logged in; whether the manager is there, and agrees, only a call tells.
    if (isKnown) return void (await transport.request({ path: '/auth/role', ...options }))
    const origin = page()
    const isForeign = origin !== undefined && siteOf(origin.hostname) !== siteOf(endpoint.hostname)
    if (isForeign && transport.config.auth.credentials === 'include')
      report(
        'cookie-blocked',
        `Browsers send no cookie from ${origin.hostname} to ${endpoint.hostname}: \`cookie({ carrier: 'header' })\` works between sites.`,
        undefined,
        'warning',
      )
    report('not-logged-in', 'Nobody is logged in: `client.auth.login()`.')
  } catch (error) {
    options.signal?.throwIfAborted()
    if (isDown(error))
      return report(
        'down',
        `${endpoint.origin} answers, and what is behind it does not: status ${error.status}.`,
        error,
      )
    if (error instanceof BackendAIError && isNetworkFailure(error)) {
      const [code, reason] = unreachableBecause(error)
      return report(code, `${endpoint.host} ${reason}.`, error)
    }
    report(
      'credentials',
      error instanceof AuthenticationError
        ? `The server does not accept who this is: ${error.message}`
        : `Who this is could not be asked: ${String(error)}`,
      error,
    )
  }
}

/** The last two labels; what the public suffix list knows better is no more than a hint here. */
const siteOf = (hostname: string): string =>
  /^[\d.]+$|:/.test(hostname) ? hostname : hostname.split('.').slice(-2).join('.')

async function checkFrozen(transport: Transport, report: Report, options: CallOptions): Promise<void> {
  const isFrozen = await isFrozenNow(transport, options)
  options.signal?.throwIfAborted()
  if (!isFrozen) return
  const message = 'The manager is frozen for maintenance: nothing can be created or changed.'
  report('frozen', message, undefined, 'warning')
}

async function isFrozenNow(transport: Transport, options: CallOptions): Promise<boolean> {
  try {
    const { status } = await transport.request<{ status?: string }>({ path: '/manager/status', ...options })
    return status === 'frozen'
  } catch (error) {
    if (!(error instanceof PermissionDeniedError)) return false
  }
  // Told to superadmins alone on 26.9.6 (observed); to others by how it refuses a session without an image.
  const nothing = { method: 'POST', path: '/session', json: {}, retry: false } as const
  return transport.request({ ...nothing, ...options }).then(
    () => false,
    (error: unknown) => error instanceof MaintenanceError,
  )
}
