/** What a program can listen to: every attempt, every repetition, every failure, every stream. */
import type { BackendAIError } from './errors.ts'

/** An attempt, before it is signed. */
export interface RequestEvent {
  readonly method: string
  readonly url: URL
  /** To be added to: a `traceparent`, for example. Without the credentials, which come afterwards. */
  readonly headers: Headers
  /** Counted from 1. */
  readonly attempt: number
}

/** The headers of an answer have come, whatever its status. */
export interface ResponseEvent {
  readonly method: string
  readonly url: URL
  readonly status: number
  readonly headers: Headers
  readonly attempt: number
  /** Milliseconds from sending to the headers. */
  readonly duration: number
}

/** A call will be sent again. */
export interface RetryEvent {
  readonly method: string
  readonly url: URL
  readonly error: BackendAIError
  /** The one that failed. */
  readonly attempt: number
  /** Milliseconds until the next. */
  readonly delay: number
}

/** A call has ended. */
export interface CallEvent {
  readonly method: string
  readonly url: URL
  readonly attempts: number
  /** Milliseconds of the whole call. */
  readonly duration: number
}

/** A call has failed for good. The caller's own abort is no failure. */
export interface ErrorEvent extends CallEvent {
  readonly error: unknown
}

export interface StreamEvent {
  readonly url: URL
  readonly state: 'connecting' | 'open' | 'closed'
  /** Of one that was closed by a failure. */
  readonly error?: unknown
}

/**
 * Functions that are told what happens, in the order in which it happens. The next step waits for `request` and
 * `response`; what a hook throws, the call throws.
 */
export interface Hooks {
  request?(event: RequestEvent): void | Promise<void>
  response?(event: ResponseEvent): void | Promise<void>
  retry?(event: RetryEvent): void
  success?(event: CallEvent): void
  error?(event: ErrorEvent): void
  stream?(event: StreamEvent): void
}

/** One number of a call that has ended, for a metrics system. */
export interface Metric {
  readonly name: 'call'
  readonly method: string
  /** Path of the URL. */
  readonly path: string
  /** `ok`, or the code of the error. */
  readonly outcome: string
  readonly attempts: number
  /** Milliseconds of the whole call. */
  readonly duration: number
}

/** `console`, or what has the same methods. */
export type Logger = Pick<Console, 'debug' | 'info' | 'warn' | 'error'>

/** From the one that says most to the one that says nothing. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]
