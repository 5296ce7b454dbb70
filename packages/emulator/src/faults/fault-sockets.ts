/** Sockets that fall silent or are gone after so much was said. */
import type { ServerSocket, SocketHandler } from '../sockets/sockets.ts'

export interface SocketLimit {
  bytes: number
  messages: number
}

const utf8 = new TextEncoder()

/**
 * The handler on a socket that sends no more than the limit. What is over it waits for `reached`, which is called once;
 * with `null` the connection is cut there.
 */
export function limitedHandler(
  handler: SocketHandler,
  limit: SocketLimit,
  reached: ((socket: ServerSocket) => Promise<void>) | null,
): SocketHandler {
  const limited = (socket: ServerSocket): void => handler(limitedSocket(socket, limit, reached))
  return handler.headers ? Object.assign(limited, { headers: handler.headers }) : limited
}

function limitedSocket(
  socket: ServerSocket,
  limit: SocketLimit,
  reached: ((socket: ServerSocket) => Promise<void>) | null,
): ServerSocket {
  let { bytes, messages } = limit
  /** What is over the limit, in order; null before that and after it. */
  let held: (() => void)[] | null = null
  let heldBytes = 0
  const reach = (): void => {
    bytes = messages = Infinity
    if (!reached) {
      socket.terminate()
      return
    }
    held = []
    const go = (): void => {
      const waiting = held ?? []
      held = null
      heldBytes = 0
      for (const action of waiting) action()
    }
    reached(socket).then(go, () => socket.terminate())
  }
  const act = (action: () => void, size = 0): void => {
    if (!held) return action()
    held.push(action)
    heldBytes += size
  }
  if (bytes === 0 || messages === 0) reach()
  return {
    get onmessage() {
      return socket.onmessage
    },
    set onmessage(listener) {
      // oxlint-disable-next-line unicorn/prefer-add-event-listener -- it has no listeners
      socket.onmessage = listener
    },
    get onclose() {
      return socket.onclose
    },
    set onclose(listener) {
      // oxlint-disable-next-line unicorn/prefer-add-event-listener
      socket.onclose = listener
    },
    get bufferedAmount() {
      return socket.bufferedAmount + heldBytes
    },
    send(data) {
      const size = typeof data === 'string' ? utf8.encode(data).length : data.length
      // A message is sent whole or not at all.
      if (size > bytes) reach()
      act(() => socket.send(data), size)
      bytes -= size
      messages -= 1
      if (bytes === 0 || messages === 0) reach()
    },
    // A close frame is a message too.
    close: (code, reason) => act(() => socket.close(code, reason)),
    terminate: () => socket.terminate(),
    sendRaw: (data) => act(() => socket.sendRaw(data), data.length),
    mute: () => socket.mute(),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
  }
}
