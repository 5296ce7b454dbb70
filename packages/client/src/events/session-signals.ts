/**
 * One event stream for all that wait for a session: a browser keeps six connections to a host, and waits that held one
 * each would leave none for the rest.
 */
import { APIError, delay, isAtLeast, type Transport } from '@backend-ai-sdk/core'

import { readSessionEvents } from './session-events.ts'

/** Milliseconds after which a stream that was lost is tried again. Polls go on meanwhile. */
const nextTry = 10_000

const signals = new WeakMap<Transport, SessionSignals>()

export function signalsOf(transport: Transport): SessionSignals {
  let known = signals.get(transport)
  if (!known) signals.set(transport, (known = new SessionSignals(transport)))
  return known
}

export class SessionSignals {
  readonly #transport: Transport
  /** By session. */
  readonly #listeners = new Map<string, Set<(name: string) => void>>()
  #reading: AbortController | undefined
  #isReliable = false
  #isRefused = false

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** The stream is there, of a server that tells everything: few polls are enough. */
  get isReliable(): boolean {
    return this.#isReliable
  }

  /**
   * Told the names of the session's events, and `opened` where some may have been missed. The stream lives as long as
   * somebody listens.
   *
   * @returns ends that.
   */
  listen(id: string, listener: (name: string) => void): () => void {
    const ofSession = this.#listeners.get(id) ?? new Set()
    this.#listeners.set(id, ofSession.add(listener))
    if (!this.#reading && !this.#isRefused) void this.#read((this.#reading = new AbortController()).signal)
    return () => {
      ofSession.delete(listener)
      if (ofSession.size === 0 && this.#listeners.get(id) === ofSession) this.#listeners.delete(id)
      if (this.#listeners.size > 0) return
      this.#reading?.abort()
      this.#reading = undefined
      this.#isReliable = false
    }
  }

  async #read(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        // Since 22.09 some events are told to nobody, until 25.13 (protocol 02 §5.2).
        const server = await this.#transport.server({ signal })
        const tellsAll = !isAtLeast(server, '22.9') || isAtLeast(server, '25.13')
        for await (const batch of readSessionEvents(this.#transport, { signal, patience: 0 })) {
          for (const item of batch) {
            if (item.type === 'opened') {
              this.#isReliable = tellsAll
              for (const ofSession of this.#listeners.values()) for (const listener of ofSession) listener('opened')
            } else if (item.type !== 'unreadable')
              for (const listener of this.#listeners.get(item.sessionId) ?? []) listener(item.name)
          }
        }
      } catch (error) {
        if (signal.aborted) return
        if (error instanceof APIError && error.status < 500 && error.status !== 429) {
          this.#isRefused = true
          this.#reading = undefined
          return
        }
      } finally {
        if (!signal.aborted) this.#isReliable = false
      }
      await delay(nextTry, signal).catch(() => {})
    }
  }
}
