/** Both ends of a WebSocket inside one process. */
import type { ServerSocket } from './sockets.ts'

export interface ClientEnd {
  receive(data: string | Uint8Array): void
  closed(code: number, reason: string, wasClean: boolean): void
  /** By what is no frame. */
  failed(message: string): void
}

const sizeOf = (data: string | Uint8Array): number => data.length

/** Delivers in order, each message in a turn of its own, so that neither side runs inside the other's call. */
class Direction {
  readonly #queue: { size: number; deliver: () => void }[] = []
  #isRunning = false
  #isPaused = false
  waiting = 0

  push(size: number, deliver: () => void): void {
    this.#queue.push({ size, deliver })
    this.waiting += size
    this.#start()
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    this.#start()
  }

  #start(): void {
    if (this.#isRunning || this.#isPaused) return
    this.#isRunning = true
    queueMicrotask(() => this.#run())
  }

  #run(): void {
    if (this.#isPaused) {
      this.#isRunning = false
      return
    }
    const next = this.#queue.shift()
    if (!next) {
      this.#isRunning = false
      return
    }
    this.waiting -= next.size
    try {
      next.deliver()
    } finally {
      queueMicrotask(() => this.#run())
    }
  }
}

export class SocketPair {
  readonly #toClient = new Direction()
  readonly #toServer = new Direction()
  readonly #client: ClientEnd
  #isClosed = false
  #isMuted = false
  readonly server: ServerSocket

  constructor(client: ClientEnd) {
    this.#client = client
    const toClient = this.#toClient
    this.server = {
      onmessage: null,
      onclose: null,
      get bufferedAmount() {
        return toClient.waiting
      },
      send: (data) => this.#send(data),
      close: (code, reason) => this.#close(code ?? 1000, reason ?? '', true),
      terminate: () => this.#close(1006, '', false),
      sendRaw: () => {
        if (!this.#isClosed && !this.#isMuted)
          this.#toClient.push(0, () => this.#client.failed('Invalid WebSocket frame'))
      },
      mute: () => {
        this.#isMuted = true
        this.#toServer.pause()
      },
      pause: () => this.#toServer.pause(),
      resume: () => {
        if (!this.#isMuted) this.#toServer.resume()
      },
    }
  }

  /** Bytes that the server did not take yet. */
  get bufferedAmount(): number {
    return this.#toServer.waiting
  }

  /** Whether a ping is answered. */
  get answersPings(): boolean {
    return !this.#isMuted && !this.#isClosed
  }

  sendToServer(data: string | Uint8Array): void {
    if (this.#isClosed) return
    this.#toServer.push(sizeOf(data), () => this.server.onmessage?.(data))
  }

  /** By the client; `wasClean` is false where it just went away. */
  closeByClient(code: number, reason: string, wasClean: boolean): void {
    this.#close(code, reason, wasClean)
  }

  #send(data: string | Uint8Array): void {
    if (this.#isClosed || this.#isMuted) return
    this.#toClient.push(sizeOf(data), () => this.#client.receive(data))
  }

  #close(code: number, reason: string, wasClean: boolean): void {
    // Where nobody answers, only the end of the connection itself is noticed.
    if (this.#isClosed || (this.#isMuted && wasClean)) return
    this.#toServer.resume()
    this.#isClosed = true
    // Behind what was sent before.
    this.#toClient.push(0, () => this.#client.closed(code, reason, wasClean))
    this.#toServer.push(0, () => this.server.onclose?.(code, reason))
  }
}
