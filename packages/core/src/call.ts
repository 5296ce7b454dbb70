/** A call, in the manager's own terms, and what comes back. */
import type { RetryOptions } from './retry.ts'

export type QueryValue = string | number | boolean | null | undefined
export type Query = Readonly<Record<string, QueryValue | readonly QueryValue[]>>

/** What every call takes. */
export interface CallOptions {
  /** Ends the call; its reason is thrown as it is. */
  signal?: AbortSignal | undefined
  /** Milliseconds for the whole call, in place of the client's `timeouts.total`; 0 is no limit. */
  timeout?: number | undefined
}

/** One call. */
export interface Call extends CallOptions {
  /** Default `GET`. */
  method?: string
  /** Below the endpoint, as the `path` tag makes it. */
  path: string
  /** Lists become repeated keys; null and undefined are left out. */
  query?: Query | undefined
  json?: unknown
  body?: BodyInit | null
  headers?: Readonly<Record<string, string>>
  /** Sends neither credentials nor a version. */
  anonymous?: boolean
  /** In place of the client's. */
  retry?: RetryOptions | false
  /** In place of the client's. */
  maxResponseBytes?: number
}

/** The answer of a call, and how it came about. */
export interface Answered<T> {
  readonly data: T
  /** Its body is read already. */
  readonly response: Response
  /** How often the call was sent. */
  readonly attempts: number
}
