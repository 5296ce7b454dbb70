/** Reads that are asked for while the same is under way get its answer. */
import { abortable } from './abort.ts'
import type { Answered, Call } from './call.ts'

interface Flight {
  readonly answer: Promise<Answered<unknown>>
  readonly controller: AbortController
  passengers: number
}

export class Flights {
  readonly #flights = new Map<string, Flight>()

  /**
   * One caller's abort takes only that caller away; the request ends with the last. Callers share the data: they must
   * not change it.
   */
  async share<T>(call: Call, ask: (call: Call) => Promise<Answered<T>>): Promise<Answered<T>> {
    const { signal, ...rest } = call
    signal?.throwIfAborted()
    const name = JSON.stringify(rest)
    let flight = this.#flights.get(name)
    if (!flight) {
      const controller = new AbortController()
      const answer = ask({ ...rest, signal: controller.signal })
      const started: Flight = { answer, controller, passengers: 0 }
      const remove = (): void => void (this.#flights.get(name) === started && this.#flights.delete(name))
      answer.then(remove, remove)
      this.#flights.set(name, (flight = started))
    }
    flight.passengers++
    try {
      return (await abortable(flight.answer, signal)) as Answered<T>
    } finally {
      flight.passengers--
      if (flight.passengers === 0 && signal?.aborted) {
        this.#flights.delete(name)
        flight.controller.abort(signal.reason)
      }
    }
  }
}
