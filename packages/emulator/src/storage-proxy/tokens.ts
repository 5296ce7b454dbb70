/** Tokens of the storage proxy: what one may do with one file, until a time (protocol 03 §2.2). */
import { keyedHash, sameText } from '../auth/hmac.ts'
import { part, toBase64URL } from '../auth/json-web-token.ts'
import { escapeNonASCII, type Json, type JsonObject } from '../formats/json.ts'

export interface UploadClaims {
  op: 'upload'
  volume: string
  /** Ends with the folder's id. */
  vfid: string
  relpath: string
  size: number
  session: string
}

interface DownloadClaims {
  op: 'download'
  volume: string
  vfid: string
  relpath: string
}

interface ArchiveClaims {
  operation: 'download'
  volume: string
  virtual_folder_id: string
  files: readonly string[]
  filename: string | null
}

export type Claims = UploadClaims | DownloadClaims | ArchiveClaims

/** Why a token is none, in the words of PyJWT. */
export class TokenError extends Error {}

const utf8 = new TextEncoder()

export class Tokens {
  readonly #secret: Uint8Array<ArrayBuffer>
  readonly #clock: () => number
  readonly #lifetime: number
  #expired = -Infinity
  #issued = 0

  constructor(clock: () => number, lifetime: number, secret?: string) {
    this.#secret = secret === undefined ? crypto.getRandomValues(new Uint8Array(32)) : utf8.encode(secret)
    this.#clock = clock
    this.#lifetime = lifetime
  }

  /** Those that were issued until now are over. */
  expireAll(): void {
    this.#expired = this.#issued
  }

  async issue(claims: Claims): Promise<string> {
    this.#issued += 1
    const payload = { ...claims, exp: Math.floor((this.#clock() + this.#lifetime) / 1000), jti: this.#issued }
    const text = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(payload)}`
    return `${text}.${await this.#sign(text)}`
  }

  /** @throws TokenError */
  async verify(token: string): Promise<JsonObject> {
    const [header = '', payload, signature] = token.split('.')
    if (payload === undefined || signature === undefined) throw new TokenError('Not enough segments')
    const claims = part(payload)
    if (part(header)?.['alg'] !== 'HS256' || !claims) throw new TokenError('Invalid header padding')
    if (!sameText(await this.#sign(`${header}.${payload}`), signature))
      throw new TokenError('Signature verification failed')
    const { exp, jti } = claims as { exp: number; jti: number }
    if (exp * 1000 <= this.#clock() || jti <= this.#expired) throw new TokenError('Signature has expired')
    return claims
  }

  async #sign(text: string): Promise<string> {
    const hash = await keyedHash('sha256', this.#secret, utf8.encode(text), undefined)
    return toBase64URL(hash ?? new Uint8Array())
  }
}

const encode = (value: Json): string => toBase64URL(utf8.encode(escapeNonASCII(JSON.stringify(value))))
