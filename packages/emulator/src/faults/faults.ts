/**
 * Faults that a test injects into a cluster: silence, cut connections, proxies, restarts, wrong clocks. This file says
 * which request meets which fault; `fault-injection.ts` does it to answers and sockets.
 */
import type { Timers } from '../timers.ts'
import { checkFault, type FaultMatch, type FaultOptions } from './fault-options.ts'

/** A fault that was injected. It is disposable: `using fault = …` ends it with the block. */
export interface Fault extends Disposable {
  /** As they were given. */
  readonly options: FaultOptions
  /** How many requests it met. A restart counts the requests (on a socket the connections) that it turned away. */
  readonly hits: number
  /**
   * Resolves once it met that many requests in all, by default one: what a test waits for before it goes on. Rejects
   * where the fault is removed before.
   */
  met(hits?: number): Promise<void>
  /** Ends it; what it held back goes on at once. Of no effect the second time. */
  remove(): void
}

/**
 * The faults of a cluster. A request meets at most one: of those that fit, the one injected first.
 *
 * @example
 * const cluster = await serve()
 * using fault = cluster.faults.inject({ kind: 'status', status: 429, retryAfter: 1, times: 2, match: { path: '/session' } })
 * await client.sessions.create({ image: 'python' })
 * fault.hits // 2
 */
export interface Faults {
  /** In effect at once. @throws TypeError for a description that cannot be meant, naming the key. */
  inject(options: FaultOptions): Fault
  /** Removes all. */
  clear(): void
}

/** Something that a fault holds back. */
interface Wait {
  readonly fault: InjectedFault
  go(): void
  cut(error: Error): void
}

interface Meeting {
  readonly hits: number
  resolve(): void
  reject(error: Error): void
}

/** A network failure as `fetch` has it on Node: a TypeError, with the reason as its cause. */
export class ConnectionFault extends TypeError {
  constructor(message: 'fetch failed' | 'terminated', reason: string) {
    super(message, { cause: Object.assign(new Error(reason), { code: 'ECONNRESET' }) })
  }
}

export class InjectedFault implements Fault {
  readonly options: FaultOptions
  readonly #onRemove: (fault: InjectedFault) => void
  readonly #meetings = new Set<Meeting>()
  #hits = 0
  #isRemoved = false

  constructor(options: FaultOptions, onRemove: (fault: InjectedFault) => void) {
    this.options = options
    this.#onRemove = onRemove
  }

  get hits(): number {
    return this.#hits
  }

  get isRemoved(): boolean {
    return this.#isRemoved
  }

  /** Has met all the requests that it was for. */
  get isSpent(): boolean {
    const { times } = this.options as { times?: number }
    return times !== undefined && this.#hits >= times
  }

  met(hits = 1): Promise<void> {
    if (this.#hits >= hits) return Promise.resolve()
    if (this.#isRemoved) return Promise.reject(this.#unmet(hits))
    return new Promise((resolve, reject) => this.#meetings.add({ hits, resolve, reject }))
  }

  remove(): void {
    if (this.#isRemoved) return
    this.#isRemoved = true
    this.#onRemove(this)
    for (const meeting of this.#meetings) meeting.reject(this.#unmet(meeting.hits))
    this.#meetings.clear()
  }

  [Symbol.dispose](): void {
    this.remove()
  }

  hit(): void {
    this.#hits += 1
    for (const meeting of this.#meetings) {
      if (this.#hits < meeting.hits) continue
      this.#meetings.delete(meeting)
      meeting.resolve()
    }
  }

  #unmet(hits: number): Error {
    return new Error(`The fault '${this.options.kind}' was removed after ${this.#hits} of ${hits} requests.`)
  }
}

/** The faults of one emulator, and what they hold back: nothing of it outlives the emulator. */
export class FaultPlan implements Faults {
  readonly #timers: Timers
  /** Until they are removed, the oldest first; one that is spent may still hold something back. */
  readonly #faults = new Set<InjectedFault>()
  readonly #waits = new Set<Wait>()
  readonly #restartListeners = new Set<() => void>()
  #isStopped = false

  constructor(timers: Timers) {
    this.#timers = timers
  }

  inject(options: FaultOptions): InjectedFault {
    checkFault(options)
    if (this.#isStopped) throw new Error('The emulator has stopped.')
    const fault = new InjectedFault({ ...options }, (removed) => this.#remove(removed))
    this.#faults.add(fault)
    if (options.kind === 'restart') this.#restart(fault, options.milliseconds)
    return fault
  }

  clear(): void {
    for (const fault of this.#faults) fault.remove()
  }

  /** Milliseconds that the cluster's clock is ahead. */
  get skew(): number {
    let sum = 0
    for (const { options } of this.#faults) if (options.kind === 'clock-skew') sum += options.milliseconds
    return sum
  }

  /** Counts a connection that comes while the cluster restarts, and says that it does. */
  turnsAway(): boolean {
    for (const fault of this.#faults) {
      if (fault.options.kind !== 'restart') continue
      fault.hit()
      return true
    }
    return false
  }

  /** The fault that a request meets, counted. */
  meet(request: Request, isUpgrade: boolean): InjectedFault | undefined {
    let met: InjectedFault | undefined
    for (const fault of this.#faults) {
      const { options } = fault
      if (options.kind === 'clock-skew') fault.hit()
      else if (!met && !fault.isSpent && options.kind !== 'restart' && fits(options, request, isUpgrade)) met = fault
    }
    met?.hit()
    return met
  }

  /** Told when all connections are to be cut; the result ends that. */
  onRestart(listener: () => void): () => void {
    this.#restartListeners.add(listener)
    return () => this.#restartListeners.delete(listener)
  }

  /**
   * Resolves when the time is up or the fault removed. Rejects with the signal's reason, or where the emulator stops.
   * Without a time it waits for the others.
   */
  hold(fault: InjectedFault, milliseconds: number | undefined, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (settled: () => void): void => {
        this.#waits.delete(wait)
        cancel()
        signal.removeEventListener('abort', abort)
        settled()
      }
      const wait: Wait = { fault, go: () => settle(resolve), cut: (error) => settle(() => reject(error)) }
      const abort = (): void => wait.cut(signal.reason as Error)
      if (this.#isStopped) return reject(stopped())
      if (signal.aborted) return reject(signal.reason as Error)
      if (fault.isRemoved) return resolve()
      const cancel = milliseconds === undefined ? () => {} : this.#timers.after(milliseconds, () => wait.go())
      this.#waits.add(wait)
      signal.addEventListener('abort', abort)
    })
  }

  /** Failures come in a turn of their own, as from a network: a loop that tries again at once lets timers have theirs. */
  turn(): Promise<void> {
    return this.#timers.sleep(0)
  }

  stop(): void {
    this.#isStopped = true
    for (const wait of this.#waits) wait.cut(stopped())
    this.clear()
    this.#restartListeners.clear()
  }

  #remove(fault: InjectedFault): void {
    this.#faults.delete(fault)
    for (const wait of this.#waits) if (wait.fault === fault) wait.go()
  }

  #restart(fault: InjectedFault, milliseconds: number | undefined): void {
    for (const listener of this.#restartListeners) listener()
    if (milliseconds === undefined) return
    const unused = new AbortController()
    void this.hold(fault, milliseconds, unused.signal).then(
      () => fault.remove(),
      () => {},
    )
  }
}

const stopped = (): ConnectionFault => new ConnectionFault('fetch failed', 'The emulator has stopped.')

type RequestFault = Exclude<FaultOptions, { kind: 'clock-skew' | 'restart' }>

function fits(options: RequestFault, request: Request, isUpgrade: boolean): boolean {
  const { kind, match = {} } = options
  // Only a socket has frames.
  if ((kind === 'half-open' || kind === 'garbage' || kind === 'large-message') && !isUpgrade) return false
  if ((kind === 'stall' || kind === 'cut') && options.afterMessages !== undefined && !isUpgrade) return false
  // Only those that send something can be stopped at it.
  if ((kind === 'stall' || kind === 'cut') && options.afterReceived !== undefined && !sends(request)) return false
  // A socket has no body that could trickle.
  if (kind === 'slow' && isUpgrade) return false
  if (kind === 'bad-event' && !new URL(request.url).pathname.startsWith('/events/')) return false
  if (kind === 'lease-lost' && !isPart(request)) return false
  return typeof match === 'function' ? match(request) : fitsMatch(match, request, isUpgrade)
}

const isPart = ({ method, url }: Request): boolean => method === 'PATCH' && new URL(url).pathname.endsWith('/upload')

const sends = ({ method }: Request): boolean => !['GET', 'HEAD', 'OPTIONS'].includes(method)

function fitsMatch({ method, path, upgrade }: FaultMatch, request: Request, isUpgrade: boolean): boolean {
  const wanted = method?.toUpperCase()
  if (wanted === undefined ? request.method === 'OPTIONS' : wanted !== request.method) return false
  if (upgrade !== undefined && upgrade !== isUpgrade) return false
  if (path === undefined) return true
  const { pathname } = new URL(request.url)
  // `search` has no memory of where it found something last, as `test` has.
  return typeof path === 'string' ? path === pathname : pathname.search(path) !== -1
}
