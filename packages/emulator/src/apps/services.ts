/** The apps of one session: each is started once, for the first who wants to reach it. */
import { type AppOptions, type AppPlace, LaunchError, type RunningApp } from './app.ts'
import type { AppConnection } from './connection.ts'
import { checkOptions, definitionOf } from './definitions.ts'

/** As the session's table of ports has it. */
export interface ServiceAddress {
  name: string
  protocol: string
  /** Inside of the session. */
  port: number
}

export class Services {
  readonly #place: AppPlace
  readonly #running = new Map<string, RunningApp>()
  /** One start or stop at a time. */
  #last: Promise<unknown> = Promise.resolve()
  #isStopped = false

  constructor(place: AppPlace) {
    this.#place = place
  }

  /** @throws LaunchError */
  start({ name, protocol }: ServiceAddress, options: AppOptions): Promise<void> {
    return this.#alone(async () => {
      // The user starts those.
      if (protocol === 'preopen' || this.#running.has(name)) return
      const definition = definitionOf(name)
      if (!definition) throw new LaunchError(`unsupported service: ${name}`)
      checkOptions(name, definition, options)
      if (this.#isStopped) throw new LaunchError('the session has ended')
      const app = await definition.launch(this.#place, options)
      this.#running.set(name, app)
      void app.ended.then(() => {
        if (this.#running.get(name) === app) this.#running.delete(name)
      })
    })
  }

  /** @throws RefusedError where it does not listen. */
  connect({ name, port }: ServiceAddress): Promise<AppConnection> {
    return this.#running.get(name)?.connect() ?? this.#place.host.connect(port)
  }

  /** Of the loopback interface, where it can be reached from outside of the emulator; null where that is nowhere. */
  portOf({ name, protocol, port }: ServiceAddress): number | null {
    return protocol === 'preopen' ? port : (this.#running.get(name)?.port ?? null)
  }

  /** Without effect where it does not run. */
  shutdown(name: string): Promise<void> {
    return this.#alone(async () => {
      const app = this.#running.get(name)
      this.#running.delete(name)
      await app?.stop()
    })
  }

  /** Ends all; they can be started again. */
  async reset(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((name) => this.shutdown(name)))
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#last
    await this.reset()
  }

  #alone<T>(action: () => Promise<T>): Promise<T> {
    const result = this.#last.then(action)
    this.#last = result.catch(() => {})
    return result
  }
}
