/**
 * A raw TCP echo, and a manager with one terminal that echoes too, or prints 4 KiB messages: all in one process of its
 * own. The terminal speaks the wire of release 26.9 (protocol 02 §4.2), and does as little for it as may be, each
 * answer in one write: what is measured is the client.
 */
import { createHash } from 'node:crypto'
import { createServer as createHTTPServer } from 'node:http'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'

import { flood, messages, messageSize } from './terminal-wire.ts'

const echo = createServer((socket) => {
  socket.setNoDelay()
  socket.pipe(socket)
})

const begin = '{"type":"stdin","chars":"'
const asked = btoa(flood)
const opcodes = { text: 1, binary: 2, close: 8 } as const

/** An unmasked frame of less than 64 KiB. */
function frameOf(opcode: number, payload: string): Buffer {
  const size = payload.length
  const headerSize = size < 126 ? 2 : 4
  const frame = Buffer.allocUnsafe(headerSize + size)
  frame[0] = 0x80 | opcode
  if (size < 126) frame[1] = size
  else {
    frame[1] = 126
    frame.writeUInt16BE(size, 2)
  }
  frame.write(payload, headerSize, 'latin1')
  return frame
}

const output = frameOf(
  opcodes.binary,
  JSON.stringify({ type: 'out', data: Buffer.alloc(messageSize, 'x').toString('base64') }),
)

async function print(socket: Socket): Promise<void> {
  for (let sent = 0; sent < messages; sent++)
    if (!socket.write(output)) await new Promise((resolve) => socket.once('drain', resolve))
}

function hear(socket: Socket, text: string): void {
  if (!text.startsWith(begin)) return
  const chars = text.slice(begin.length, -2)
  if (chars === asked) void print(socket)
  else socket.write(frameOf(opcodes.binary, `{"type":"out","data":"${chars}"}`))
}

/** Masked frames of less than 64 KiB, one or several in what is read at a time. */
function serve(socket: Socket): void {
  let held: Buffer = Buffer.alloc(0)
  socket.setNoDelay()
  socket.on('error', () => {})
  socket.on('data', (bytes: Buffer) => {
    held = held.length > 0 ? Buffer.concat([held, bytes]) : bytes
    for (;;) {
      if (held.length < 8) return
      const [first = 0, second = 0] = held
      const isLong = (second & 0x7f) === 126
      const start = isLong ? 8 : 6
      const end = start + (isLong ? held.readUInt16BE(2) : second & 0x7f)
      if (held.length < end) return
      for (let at = start; at < end; at++) held[at]! ^= held[start - 4 + ((at - start) & 3)]!
      const payload = held.toString('latin1', start, end)
      held = held.subarray(end)
      if ((first & 0x0f) === opcodes.text) hear(socket, payload)
      else if ((first & 0x0f) === opcodes.close) socket.end(frameOf(opcodes.close, ''))
    }
  })
}

const manager = createHTTPServer().on('upgrade', ({ headers }, socket) => {
  const key = `${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`
  const accept = createHash('sha1').update(key).digest('base64')
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  )
  serve(socket as Socket)
})

const listen = (server: Server): Promise<number> =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)))

const [tcp, web] = await Promise.all([listen(echo), listen(manager)])
process.send!({ tcp, web })
process.once('disconnect', () => process.exit())
