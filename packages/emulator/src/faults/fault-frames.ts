/** Frames that no server should send. */
import type { ServerSocket } from '../sockets/sockets.ts'
import type { LargeMessageFault } from './fault-options.ts'

/** By what is wrong with them; all as bytes on the connection, behind the frames that came before. */
const frames = {
  // FIN, RSV1 (which nobody negotiated) and text, two bytes long.
  'reserved-bits': () => new Uint8Array([0xc1, 2, 0x68, 0x69]),
  // 3 is a data frame of the future.
  opcode: () => new Uint8Array([0x83, 2, 0x68, 0x69]),
  utf8: () => new Uint8Array([0x81, 2, 0xc3, 0x28]),
  // A control frame of 126 bytes and more is not allowed.
  control: () => new Uint8Array([0x89, 126, 0, 126]),
  // Servers do not mask.
  masked: () => new Uint8Array([0x81, 0x82, 1, 2, 3, 4, 0x69, 0x6b]),
  // More than any receiver holds: 2^53 bytes.
  length: () => new Uint8Array([0x82, 127, 0, 32, 0, 0, 0, 0, 0, 0]),
  // An answer of HTTP in the middle of everything, as of a proxy.
  http: () => new TextEncoder().encode('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n'),
  half: () => new Uint8Array([0x82, 126, 4, 0, 1, 2, 3]),
} satisfies Record<string, () => Uint8Array>

export type GarbageFrame = keyof typeof frames
export const garbageFrames = Object.keys(frames) as GarbageFrame[]

export function sendGarbage(socket: ServerSocket, frame: GarbageFrame = 'reserved-bits'): void {
  socket.sendRaw(frames[frame]())
  // Half of a frame is what is left where a connection breaks within it.
  if (frame === 'half') socket.terminate()
}

const sixteenMebibytes = 16 * 1024 * 1024

export function sendLarge(socket: ServerSocket, { bytes = sixteenMebibytes, text = false }: LargeMessageFault): void {
  socket.send(text ? 'x'.repeat(bytes) : new Uint8Array(bytes))
}
