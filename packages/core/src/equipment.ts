/** What only some clients have: hooks, logging, metrics, limits of silence, a limiter, shared reads. */
import type { Config } from './config.ts'
import { ConfigError } from './errors.ts'
import type { Attempt, Fetch, Outgoing } from './fetch.ts'
import { Flights } from './flights.ts'
import { logLevels, type Hooks } from './hooks.ts'
import { Limiter } from './limiter.ts'
import { observingHooks } from './logging.ts'
import { fetchWithin } from './silence.ts'

export interface Equipment {
  readonly hooks?: Hooks
  readonly limiter?: Limiter | undefined
  readonly flights?: Flights | undefined
  readonly fetch?: Fetch | undefined
  beforeAttempt?(outgoing: Outgoing, attempt: Attempt): Promise<void>
  afterAttempt?(outgoing: Outgoing, response: Response, attempt: Attempt): Promise<void>
}

/** @throws ConfigError for options of it that cannot work. */
export function equipmentFor(config: Config): Equipment {
  const { limiter, logLevel, shareReads, timeouts } = config
  if (!logLevels.includes(logLevel)) throw new ConfigError(`logLevel must be one of ${logLevels.join(', ')}.`)
  const hooks = observingHooks(config)
  const isLimited = timeouts.idle > 0 || timeouts.headers > 0
  return {
    hooks,
    limiter: limiter && new Limiter(limiter),
    flights: shareReads ? new Flights() : undefined,
    fetch: isLimited ? (input) => fetchWithin(config.fetch ?? globalThis.fetch, input as Request, timeouts) : undefined,
    async beforeAttempt({ method, url, headers }, attempt) {
      await hooks.request?.({ method, url: new URL(url), headers, attempt: attempt.number })
    },
    async afterAttempt({ method, url }, { status, headers }, { number, sent }) {
      const duration = (config.clock ?? Date.now)() - sent
      await hooks.response?.({ method, url: new URL(url), status, headers, attempt: number, duration })
    },
  }
}
