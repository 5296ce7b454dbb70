/** When a stream that was lost is looked for again. */
import { APIError, NetworkError, StreamError, WebSocketError } from '@backend-ai-sdk/core'

import type { Close } from './socket.ts'

/** Not a refusal: the same may work later. */
export const isTemporary = (error: unknown): boolean =>
  error instanceof NetworkError ||
  (error instanceof StreamError && error.retryable === true) ||
  (error instanceof APIError && ((error.status >= 500 && error.status !== 501) || error.status === 429))

/** A frame that is none, or too large, ends this connection, and not the next one. */
export function asTemporary({ code, reason, cause }: Close): unknown {
  if (cause === undefined || isTemporary(cause)) return cause
  const what = cause instanceof Error ? cause.message : 'the platform gives no reason'
  return new WebSocketError(`The terminal's connection broke: ${what}`, code, reason, { cause, retryable: true })
}

export interface OutageOptions {
  /** Milliseconds that the first wait has at most; doubled for each further one. */
  least: number
  /** Milliseconds that any wait has at most. */
  most: number
  /** Milliseconds for which it is looked for. */
  patience: number
}

/** The time from the loss of a connection until it is found. */
export class Outage {
  readonly start = Date.now()
  tries = 0
  #since = performance.now()
  readonly patience: number
  readonly #least: number
  readonly #most: number

  constructor({ least, most, patience }: OutageOptions) {
    this.#least = least
    this.#most = most
    this.patience = patience
  }

  /** @returns milliseconds until the next try; undefined where they would be beyond the patience. */
  next(): number | undefined {
    // Half of it is chance: clients that were lost together do not come back together.
    const wait = Math.min(this.#least * 2 ** this.tries++, this.#most) * (0.5 + Math.random() / 2)
    return performance.now() + wait - this.#since > this.patience ? undefined : wait
  }

  /** The machine was asleep, or has a network again: what was before says nothing any more. */
  renew(): void {
    this.#since = performance.now()
    this.tries = 0
  }
}

const tick = 10_000
/** Browsers call pages in the background once a minute. */
const sleep = 90_000

/** Calls back when the machine has woken from sleep, or has a network again; returns what ends that. */
export function onWake(callback: () => void): () => void {
  let last = Date.now()
  const timer = setInterval(() => {
    const now = Date.now()
    if (now - last > sleep) callback()
    last = now
  }, tick)
  // Of browsers. The types of Deno and Bun have it too; there, it never comes.
  globalThis.addEventListener?.('online', callback)
  return () => {
    clearInterval(timer)
    globalThis.removeEventListener?.('online', callback)
  }
}
