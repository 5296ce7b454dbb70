/** Who a request is from: one authenticator per client, asked anew for each attempt. */
import { ConfigError } from './errors.ts'
import { builtinModule } from './runtime.ts'
import { authorization, hashNames, importSecret, keyDay, stringToSign } from './signing.ts'
import type { HashName, Sign } from './signing.ts'

/** One attempt of a request, before it is sent. */
export interface AttemptRequest {
  readonly method: string
  /** The URL as it will be sent. */
  readonly url: URL
  /** To be added to in place. `X-BackendAI-Version` is set already. */
  readonly headers: Headers
  /** The server's time as far as it is known, in milliseconds since 1970: for the date of a signature. */
  readonly now: number
}

/**
 * Proves who a request is from. Implement it to take keys from elsewhere (a vault, a signing service): `prepare` may
 * wait, is called for every attempt, and adds headers.
 */
export interface Authenticator {
  prepare(request: AttemptRequest): void | Promise<void>
  /** Is given every answer, such as one that sets a cookie. Its body is not to be read. */
  receive?(response: Response): void | Promise<void>
  /** The path below the endpoint at which a path of the API is found. Default: the same. */
  locate?(path: string): string
  /** Whether the platform's `fetch` and sockets send the cookies of a browser. Default `omit`. */
  readonly credentials?: RequestCredentials
}

export interface KeypairOptions {
  accessKey: string
  secretKey: string
  /** Hash of the signature. Default `SHA-256`. */
  hash?: HashName
}

/**
 * Signs with an access and secret key (protocol §2). The secret key is held in a key object of the runtime, which nothing outside can reach.
 *
 * @throws ConfigError for an empty key, and on a page that is no secure context (plain http, other than loopback).
 * @example
 * const auth = keypair({ accessKey: 'AKIA…', secretKey: '…' })
 */
export function keypair({ accessKey, secretKey, hash = 'SHA-256' }: KeypairOptions): Authenticator {
  if (!accessKey || !secretKey) throw new ConfigError('keypair() needs accessKey and secretKey.')
  if (!hashNames.includes(hash)) throw new ConfigError(`keypair() signs with ${hashNames.join()} only.`)
  if (!builtinModule('node:crypto') && !globalThis.crypto?.subtle)
    throw new ConfigError('Signing needs WebCrypto, which plain http pages lack: use https, or session login.')
  const secret = importSecret(secretKey, hash)
  const derived = new Map<string, Promise<Sign>>()

  // Three HMACs for the first request of a day to a host, one for each later one.
  function signer(day: string, host: string): Promise<Sign> {
    const name = `${day} ${host}`
    let sign = derived.get(name)
    if (!sign) {
      sign = secret.then((secret) => secret.signer(day, host))
      if (derived.size >= 8) derived.clear() // yesterday's keys
      derived.set(name, sign)
    }
    return sign
  }

  return {
    async prepare({ method, url, headers, now }) {
      // `Date` cannot be set by pages; the other header is read everywhere (protocol §2.8).
      const date = new Date(now).toISOString()
      headers.set('X-BackendAI-Date', date)
      const text = stringToSign(
        {
          method,
          target: url.pathname + url.search,
          date,
          host: url.host,
          contentType: headers.get('Content-Type'),
          version: headers.get('X-BackendAI-Version') ?? '',
        },
        (await secret).emptyHash,
      )
      const sign = await signer(keyDay(date), url.host)
      headers.set('Authorization', authorization(hash, accessKey, await sign(text)))
    },
  }
}

/** Adds nothing: for the few public routes, such as the version document. */
export function anonymous(): Authenticator {
  return { prepare() {} }
}
