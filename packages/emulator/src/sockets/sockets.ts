/** The server's side of a WebSocket, the same on a real socket and in process. */

export interface ServerSocket {
  send(data: string | Uint8Array): void
  close(code?: number, reason?: string): void
  /** Without a close frame: the other side sees 1006. */
  terminate(): void
  /** Bytes past the protocol: no frame, so that the other side fails. In process it fails at once. */
  sendRaw(bytes: Uint8Array): void
  /** Says and hears nothing more, not even pings and the close of the other side; only {@link terminate} is left. */
  mute(): void
  /** Takes no more messages, so that the other side has to wait. Answers to pings go on where that is possible. */
  pause(): void
  resume(): void
  /** Bytes that are not sent yet. */
  readonly bufferedAmount: number
  onmessage: ((data: string | Uint8Array) => void) | null
  /** Called once, whoever closed. */
  onclose: ((code: number, reason: string) => void) | null
}

/** Takes over a socket that was let in. */
export interface SocketHandler {
  (socket: ServerSocket): void
  /** Headers of the 101 answer. */
  headers?: Readonly<Record<string, string>>
}
