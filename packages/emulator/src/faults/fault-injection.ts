/** What faults do to requests: each passes through here on its way to the cluster and back. */
import type { Profile } from '../profiles.ts'
import type { ServerSocket, SocketHandler } from '../sockets/sockets.ts'
import { pageAnswer, redirectAnswer, statusAnswer } from './fault-answers.ts'
import { type Bytes, type ByteStream, limitedRequest, split, trickle, withBody } from './fault-bodies.ts'
import { badEvents } from './fault-events.ts'
import { sendGarbage, sendLarge } from './fault-frames.ts'
import type { StallFault } from './fault-options.ts'
import { limitedHandler, type SocketLimit } from './fault-sockets.ts'
import { ConnectionFault, type FaultPlan, type InjectedFault } from './faults.ts'

export interface FaultInjectionOptions {
  plan: FaultPlan
  profile: Profile
  clock: () => number
  /** Adds what all answers of the manager have. */
  finish: (request: Request, response: Response) => Response
}

const reset = (why: string): ConnectionFault => new ConnectionFault('fetch failed', `read ECONNRESET (${why})`)

/** One request that is in flight: a restart cuts it, and so does its client. Most are over before anything asks more. */
class Connection {
  readonly #all: Set<Connection>
  #cut: { reason: unknown } | undefined
  #controller: AbortController | undefined
  #fail: (reason: unknown) => void = () => {}
  #forget: () => void = () => {}

  constructor(all: Set<Connection>) {
    this.#all = all
    all.add(this)
  }

  /** Aborted when the connection is cut. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#cut) this.#controller.abort(this.#cut.reason)
    return this.#controller.signal
  }

  /** Ends with the client's request. */
  follow(signal: AbortSignal): void {
    const abort = (): void => this.cut(signal.reason)
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort)
    this.#forget = () => signal.removeEventListener('abort', abort)
  }

  cut(reason: unknown): void {
    this.close()
    this.#cut ??= { reason }
    this.#fail(reason)
    this.#controller?.abort(reason)
  }

  /** Nothing more is to come. */
  close(): void {
    this.#all.delete(this)
    this.#forget()
  }

  /** What comes in time; the reason of the cut otherwise. */
  receive<T>(coming: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#fail = reject
      if (this.#cut) reject(this.#cut.reason)
      coming.then(resolve, reject)
    })
  }
}

const passOn = async function* (chunks: AsyncIterable<Bytes>): ByteStream {
  yield* chunks
}

export class FaultInjection {
  readonly #options: FaultInjectionOptions
  readonly #connections = new Set<Connection>()

  constructor(options: FaultInjectionOptions) {
    this.#options = options
    options.plan.onRestart(() => {
      for (const connection of this.#connections) connection.cut(reset('the cluster restarts'))
    })
  }

  /** @throws ConnectionFault where there is no answer. */
  async answer(
    request: Request,
    carryOut: (request: Request, losesLease?: boolean) => Promise<Response>,
  ): Promise<Response> {
    const connection = await this.#open()
    try {
      const fault = this.#options.plan.meet(request, false)
      if (fault) connection.follow(request.signal)
      const response = await connection.receive(
        fault ? this.#answerFaulty(fault, request, carryOut, connection) : carryOut(request),
      )
      const lead = this.#body(fault, connection)
      const isStream = response.headers.get('Content-Type')?.startsWith('text/event-stream')
      if (!lead && !isStream) {
        connection.close()
        return response
      }
      return await withBody(response, lead ?? passOn, connection.signal, (reason) =>
        // Cancelled by its reader: what holds it back has nothing to wait for.
        reason === undefined ? connection.close() : connection.cut(reason),
      )
    } catch (error) {
      connection.close()
      throw error
    }
  }

  /** The same for a request that asks for a WebSocket. */
  async upgrade(
    request: Request,
    carryOut: () => Promise<Response | SocketHandler>,
  ): Promise<Response | SocketHandler> {
    const connection = await this.#open()
    try {
      const fault = this.#options.plan.meet(request, true)
      if (!fault) return await connection.receive(carryOut())
      connection.follow(request.signal)
      const answer = await connection.receive(this.#answerWith(fault, request, carryOut, connection))
      return answer instanceof Response ? answer : this.#limited(answer, fault)
    } finally {
      connection.close()
    }
  }

  async #open(): Promise<Connection> {
    const { plan } = this.#options
    if (!plan.turnsAway()) return new Connection(this.#connections)
    await plan.turn()
    throw reset('the cluster restarts')
  }

  /** Faults in what is received, and all others. */
  async #answerFaulty(
    fault: InjectedFault,
    request: Request,
    carryOut: (request: Request, losesLease?: boolean) => Promise<Response>,
    connection: Connection,
  ): Promise<Response> {
    const { options } = fault
    if (options.kind === 'lease-lost') return carryOut(request, true)
    const after = options.kind === 'cut' || options.kind === 'stall' ? options.afterReceived : undefined
    if (after === undefined) return this.#answerWith(fault, request, () => carryOut(request), connection)
    let isCut = false
    const limited = limitedRequest(request, after, async () => {
      if (options.kind === 'stall') return this.#options.plan.hold(fault, options.milliseconds, connection.signal)
      isCut = true
      throw reset("the fault 'cut'")
    })
    try {
      const response = await carryOut(limited)
      if (!isCut) return response
    } catch (error) {
      if (!isCut) throw error
    }
    throw reset("the fault 'cut'")
  }

  async #answerWith<T>(
    fault: InjectedFault,
    request: Request,
    carryOut: () => Promise<T | Response>,
    connection: Connection,
  ): Promise<T | Response> {
    const { plan, profile, clock, finish } = this.#options
    const { options } = fault
    if ('carriedOut' in options && options.carriedOut) await carryOut()
    switch (options.kind) {
      case 'refuse':
        await plan.turn()
        throw reset("the fault 'refuse'")
      case 'status':
        return finish(request, statusAnswer(options, profile))
      case 'page':
        return pageAnswer(options, clock())
      case 'redirect':
        return redirectAnswer(options, request, clock())
      case 'stall':
        if (limitOf(options) === null) await plan.hold(fault, options.milliseconds, connection.signal)
        return carryOut()
      case 'cut':
      case 'slow':
      case 'half-open':
      case 'garbage':
      case 'large-message':
      case 'bad-event':
      case 'lease-lost':
      case 'clock-skew':
      case 'restart':
      default:
        return carryOut()
    }
  }

  #body(
    fault: InjectedFault | undefined,
    { signal }: Connection,
  ): ((chunks: AsyncIterable<Bytes>) => ByteStream) | undefined {
    const { plan } = this.#options
    const options = fault?.options
    if (!fault || !options || ('afterReceived' in options && options.afterReceived !== undefined)) return undefined
    if (options.kind === 'slow') {
      return (chunks) => trickle(chunks, options.bytes, () => plan.hold(fault, options.every, signal))
    }
    if (options.kind === 'bad-event') {
      const pause = (): Promise<void> => plan.hold(fault, 1, signal)
      return (chunks) => badEvents(chunks, options, () => fault.isRemoved, pause)
    }
    if (options.kind === 'cut') {
      return (chunks) =>
        split(chunks, options.afterBytes ?? 0, () =>
          Promise.reject(new ConnectionFault('terminated', "other side closed (the fault 'cut')")),
        )
    }
    if (options.kind !== 'stall' || options.afterBytes === undefined) return undefined
    const { afterBytes, milliseconds } = options
    return (chunks) => split(chunks, afterBytes, () => plan.hold(fault, milliseconds, signal))
  }

  #limited(handler: SocketHandler, fault: InjectedFault): SocketHandler {
    const { options } = fault
    const at = (reached: Parameters<typeof limitedHandler>[2], limit?: SocketLimit | null): SocketHandler =>
      limitedHandler(handler, limit ?? { bytes: Infinity, messages: 0 }, reached)
    switch (options.kind) {
      case 'stall': {
        const limit = limitOf(options)
        return limit ? at((socket) => this.#silence(socket, fault, options.milliseconds), limit) : handler
      }
      case 'cut':
        return at(null, limitOf(options))
      case 'half-open':
        return at(async (socket) => {
          socket.mute()
          await this.#silence(socket, fault, undefined)
          throw reset("the fault 'half-open' is removed")
        }, limitOf(options))
      case 'garbage':
        return at(async (socket) => sendGarbage(socket, options.frame), limitOf(options))
      case 'large-message':
        return at(async (socket) => sendLarge(socket, options), limitOf(options))
      case 'refuse':
      case 'status':
      case 'page':
      case 'redirect':
      case 'slow':
      case 'bad-event':
      case 'lease-lost':
      case 'clock-skew':
      case 'restart':
      default:
        return handler
    }
  }

  /** Ends with the socket, whoever closes it. */
  async #silence(socket: ServerSocket, fault: InjectedFault, milliseconds: number | undefined): Promise<void> {
    const gone = new AbortController()
    // After the handler's turn, which sets its own.
    await Promise.resolve()
    const { onclose } = socket
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- it has no listeners
    socket.onclose = (code, reason) => {
      gone.abort(reset('the socket is closed'))
      onclose?.(code, reason)
    }
    await this.#options.plan.hold(fault, milliseconds, gone.signal)
  }
}

/** Null: before the answer. */
function limitOf({ afterBytes, afterMessages }: Pick<StallFault, 'afterBytes' | 'afterMessages'>): SocketLimit | null {
  return afterBytes === undefined && afterMessages === undefined
    ? null
    : { bytes: afterBytes ?? Infinity, messages: afterMessages ?? Infinity }
}
