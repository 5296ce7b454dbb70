/**
 * Request signing of the manager's API, one function per step of the protocol (protocol §2).
 *
 *     k1        = HMAC(secret key, YYYYMMDD)
 *     k2        = HMAC(k1, host)
 *     signature = hex(HMAC(k2, string to sign))
 */
import { builtinModule, toHex } from './runtime.ts'

/** The hashes that WebCrypto offers; servers accept more (protocol §2.7). */
export const hashNames = ['SHA-256', 'SHA-1', 'SHA-384', 'SHA-512'] as const
export type HashName = (typeof hashNames)[number]

/** What of a request is signed. All texts are those that travel, byte for byte. */
export interface SignedParts {
  method: string
  /** Path and query as in the request line, percent-encoded. */
  target: string
  /** Text of the date header. */
  date: string
  /** Value of the `Host` header: lower case, with the port unless it is the scheme's default. */
  host: string
  /** The `Content-Type` header, or null where none is sent. */
  contentType: string | null
  /** Value of the version header, `v6.20200815`. */
  version: string
  /** The servers before 2019 named it `x-sorna-version`. */
  versionHeader?: string
}

const utf8 = new TextEncoder()

/**
 * The seven signed lines. The last is the hash of the empty string whatever the body is: bodies are not
 * signed since API v4.20181215 (protocol §2.1).
 */
export function stringToSign(parts: SignedParts, emptyHash: string): string {
  return [
    parts.method.toUpperCase(),
    parts.target,
    parts.date,
    `host:${parts.host}`,
    `content-type:${mediaType(parts.contentType)}`,
    `${parts.versionHeader ?? 'x-backendai-version'}:${parts.version}`,
    emptyHash,
  ].join('\n')
}

/** Lower-case type without parameters; what is missing or unreadable counts as bytes (protocol §2.5). */
export function mediaType(contentType: string | null): string {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  return /^[^/\s]+\/[^/\s]+$/.test(type) ? type : 'application/octet-stream'
}

/** `YYYYMMDD` of an ISO-8601 date in UTC, as {@link stringToSign}'s date is written by this SDK. */
export const keyDay = (isoDate: string): string => isoDate.slice(0, 10).replaceAll('-', '')

export function importKey(bytes: BufferSource, hash: HashName): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash }, false, ['sign'])
}

export const hmac = async (key: CryptoKey, message: string): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await crypto.subtle.sign('HMAC', key, utf8.encode(message)))

/** Lower-case hex HMAC of a text. */
export type Sign = (text: string) => string | Promise<string>

/** A secret key that signs and does not show itself. */
export interface SecretKey {
  /** Hash of the empty string, lower-case hex. */
  readonly emptyHash: string
  /** With k2, the key of one day and host. */
  signer(day: string, host: string): Sign | Promise<Sign>
}

/** For WebCrypto, or for the runtime's own crypto module, which need not wait for another thread. */
export async function importSecret(secretKey: string, hash: HashName): Promise<SecretKey> {
  const bytes = utf8.encode(secretKey)
  const builtin = builtinModule('node:crypto')
  if (builtin) return (await import('./builtin-crypto.ts')).importSecret(builtin, bytes, hash)
  const empty = crypto.subtle.digest(hash, new Uint8Array())
  const key = await importKey(bytes, hash)
  return {
    emptyHash: toHex(new Uint8Array(await empty)),
    async signer(day, host) {
      const k1 = await importKey(await hmac(key, day), hash)
      const k2 = await importKey(await hmac(k1, host), hash)
      return async (text) => toHex(await hmac(k2, text))
    },
  }
}

/** Value of the `Authorization` header. */
export function authorization(hash: HashName, accessKey: string, signature: string): string {
  return `BackendAI signMethod=HMAC-${hash.replace('-', '')}, credential=${accessKey}:${signature}`
}
