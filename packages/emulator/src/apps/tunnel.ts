/** One WebSocket = one connection to an app: binary messages are chunks of its bytes (protocol 02 §4.5). */
import type { ServerSocket } from '../sockets/sockets.ts'
import type { Timers } from '../timers.ts'
import { RefusedError } from './app.ts'
import type { AppConnection } from './connection.ts'

export interface TunnelOptions {
  connect: () => Promise<AppConnection>
  timers: Timers
  /** How the end of the app's side is told: a close frame with 1001, or none (23.9: 149). */
  appEnd: 'going-away' | 'no-frame'
  /** Called when it is over, whoever ended it. */
  onEnd: () => void
}

/** Of what the client did not read yet; above it the app has to wait. */
const highWater = 1024 * 1024

const goingAway = 1001
const internalError = 1011
const tryAgainLater = 1013

export async function tunnel(socket: ServerSocket, options: TunnelOptions): Promise<void> {
  const state: { connection?: AppConnection; isOver: boolean } = { isOver: false }
  const end = (close: () => void): void => {
    if (state.isOver) return
    state.isOver = true
    // A socket that is held back would not hear the other side's close.
    socket.resume()
    close()
    state.connection?.close()
    options.onEnd()
  }
  // What is sent before there is a connection waits for it.
  socket.pause()
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- it has no listeners
  socket.onclose = () => end(() => {})
  try {
    state.connection = await options.connect()
  } catch (error) {
    return end(() => socket.close(error instanceof RefusedError ? tryAgainLater : internalError))
  }
  const opened = state.connection
  if (state.isOver) return opened.close()
  // oxlint-disable-next-line unicorn/prefer-add-event-listener
  socket.onmessage = (message) => {
    // Text is ignored.
    if (typeof message !== 'string' && !state.isOver && !opened.write(message)) socket.pause()
  }
  opened.ondrain = () => socket.resume()
  opened.ondata = (bytes) => {
    socket.send(bytes)
    if (socket.bufferedAmount > highWater) void hold()
  }
  opened.onend = () => end(() => (options.appEnd === 'no-frame' ? socket.terminate() : socket.close(goingAway)))
  socket.resume()
  opened.resume()

  async function hold(): Promise<void> {
    const { timers } = options
    opened.pause()
    while (socket.bufferedAmount > highWater && !state.isOver && !timers.isStopped) await timers.sleep(5)
    opened.resume()
  }
}
