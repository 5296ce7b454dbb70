import { abortable, type Transport } from '@backend-ai-sdk/core'

import type { SessionSignals } from './session-signals.ts'

/** A pause that an event of a session cuts short. */
export class EventAlarm {
  readonly #transport: Transport
  readonly #id: string
  readonly #isHeard: (name: string) => boolean
  #isOpen = false
  #listening: { signals: SessionSignals; end: () => void } | undefined
  #isClosed = false
  #rang = false
  #wake: () => void = () => {}

  constructor(transport: Transport, id: string, isHeard: (name: string) => boolean) {
    this.#transport = transport
    this.#id = id
    this.#isHeard = isHeard
  }

  get areReliable(): boolean {
    return this.#listening?.signals.isReliable ?? false
  }

  /** Not waited for: without events it is a matter of time alone. */
  open(): void {
    if (this.#isOpen) return
    this.#isOpen = true
    void import('./session-signals.ts').then(
      ({ signalsOf }) => {
        if (this.#isClosed) return
        const signals = signalsOf(this.#transport)
        this.#listening = { signals, end: signals.listen(this.#id, (name) => this.#ring(name)) }
      },
      () => {},
    )
  }

  #ring(name: string): void {
    if (!this.#isHeard(name)) return
    this.#rang = true
    this.#wake()
  }

  /** What rang before is seen to now. */
  reset(): void {
    this.#rang = false
  }

  async wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
    if (this.#rang) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const rung = new Promise<void>((resolve) => {
      this.#wake = resolve
      timer = setTimeout(resolve, ms)
    })
    await abortable(rung, signal).finally(() => clearTimeout(timer))
  }

  close(): void {
    this.#isClosed = true
    this.#listening?.end()
  }
}
