/** Who a request is from where people log in: the cookie of a webserver (protocol 01 §5.1–5.2). */
import { refuseUnknownKeys, type AttemptRequest, type Authenticator } from '@backend-ai-sdk/core'

import { hasCookie, readCookie } from './session-cookie.ts'

/** Where a login is kept between calls, and between programs. What is stored lets in whoever has it. */
export interface LoginStore {
  get(): string | undefined | Promise<string | undefined>
  /** Undefined: there is none any more. */
  set(login: string | undefined): void | Promise<void>
}

/** What keeps cookies of any name, such as those of a load balancer: the jar of tough-cookie is one as it is. */
export interface CookieJar {
  /** For a `Cookie` header; empty for none. */
  getCookieString(url: string): string | Promise<string>
  /** @param cookie a `Set-Cookie` header. */
  setCookie(cookie: string, url: string): unknown
}

export interface CookieOptions {
  /**
   * `cookie`: as browsers send it, and elsewhere as they would. `header`: `X-BackendAI-SessionID`, for pages of another
   * site than the webserver's, to which browsers send no cookie; since release 22.09.5, and not for sockets of a page.
   * Default `cookie`.
   */
  carrier?: 'cookie' | 'header'
  /** Default: in memory. Not used with cookies in a browser, which keeps its own. */
  store?: LoginStore
  /**
   * Keeps all cookies in place of `store`, outside browsers. A cookie for https alone, which a jar gives to no plain http,
   * goes from the store as a header even then.
   */
  jar?: CookieJar
}

/** The authenticator of a client of a webserver. */
export interface CookieAuthenticator extends Authenticator {
  /** What lets this client in, for another one; undefined where nobody is logged in, and in the browser's own keeping. */
  login(): Promise<string | undefined>
  /** Takes what another client was let in with. Undefined: forgets. */
  remember(login: string | undefined): Promise<void>
}

const optionNames = ['carrier', 'store', 'jar'] as const satisfies (keyof CookieOptions)[]

/** The webserver's own pages, and its configuration; all else is the manager's, behind `/func`. */
const ownPath = /^\/(?:server\/|config\.toml$)/

/**
 * Calls a webserver as the user that `client.auth.login()` logs in. Below its endpoint the manager is at `/func`.
 *
 * @throws ConfigError for an unknown option.
 * @example
 * const client = createClient({ endpoint: 'https://console.example.com', auth: cookie() })
 * const result = await client.auth.login({ username, password })
 * if (result.type === 'ok') console.log(result.user.role)
 */
export function cookie(options: CookieOptions = {}): CookieAuthenticator {
  refuseUnknownKeys(options, optionNames, 'the options of cookie()')
  const { carrier = 'cookie', store = memory(), jar } = options
  const isKeptByBrowser = carrier === 'cookie' && !canSetCookies()
  let address = ''
  return {
    credentials: isKeptByBrowser ? 'include' : 'omit',
    locate: (path) => (ownPath.test(path) ? path : `/func${path}`),
    async prepare({ url, headers }: AttemptRequest) {
      if (isKeptByBrowser) return
      const cookies = (await jar?.getCookieString((address = url.href))) ?? ''
      if (cookies) headers.set('Cookie', cookies)
      if (hasCookie(cookies)) return
      const login = await store.get()
      if (login === undefined) return
      const [id = '', attribute] = login.split('; ')
      // What is for https alone is no cookie on plain http (the default since 26.4.3).
      const isRefused = attribute === 'Secure' && url.protocol === 'http:'
      if (carrier === 'header' || isRefused) headers.set('X-BackendAI-SessionID', id)
      else if (!jar) headers.set('Cookie', `AIOHTTP_SESSION=${id}`)
    },
    async receive({ headers, url }: Response) {
      if (isKeptByBrowser) return
      if (jar) for (const cookie of headers.getSetCookie()) await put(jar, cookie, url || address)
      const told = readCookie(headers)
      if (told !== undefined) await store.set(told || undefined)
    },
    login: async () => (isKeptByBrowser ? undefined : store.get()),
    async remember(login) {
      if (!isKeptByBrowser) await store.set(login)
    },
  }
}

/** Some throw for a cookie that they do not take, which a browser drops without a word. */
async function put(jar: CookieJar, cookie: string, url: string): Promise<void> {
  try {
    await jar.setCookie(cookie, url)
  } catch {
    // The next call is then from nobody, or has the header.
  }
}

/** Browsers leave the header out of requests. */
const canSetCookies = (): boolean =>
  new Request('http://localhost', { headers: { Cookie: 'a=b' } }).headers.has('Cookie')

function memory(): LoginStore {
  let kept: string | undefined
  return { get: () => kept, set: (login) => void (kept = login) }
}
