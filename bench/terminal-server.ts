/**
 * A raw TCP echo, and a manager with one terminal that echoes too, or prints 4 KiB messages: all in one process of its
 * own. The terminal speaks the wire of release 26.9 (protocol 02 §4.2).
 */
import { createServer as createHTTPServer } from 'node:http'
import { createServer, type AddressInfo, type Server } from 'node:net'

import { WebSocketServer, type WebSocket } from 'ws'

import { flood, messages, messageSize } from './terminal-wire.ts'

const output = Buffer.from(JSON.stringify({ type: 'out', data: Buffer.alloc(messageSize, 'x').toString('base64') }))
const highWater = 1024 * 1024

const begin = '{"type":"stdin","chars":"'
const asked = btoa(flood)

async function print(socket: WebSocket): Promise<void> {
  for (let sent = 0; sent < messages; sent++) {
    socket.send(output)
    if (socket.bufferedAmount > highWater) await new Promise((resolve) => setImmediate(resolve))
  }
}

const echo = createServer((socket) => {
  socket.setNoDelay()
  socket.pipe(socket)
})

const manager = createHTTPServer()
new WebSocketServer({ server: manager, perMessageDeflate: false }).on('connection', (socket) => {
  // As little as may be: what is measured is the client.
  socket.on('message', (data: Buffer) => {
    const text = data.toString('latin1')
    if (!text.startsWith(begin)) return
    const chars = text.slice(begin.length, -2)
    if (chars === asked) void print(socket)
    else socket.send(Buffer.from(`{"type":"out","data":"${chars}"}`, 'latin1'))
  })
})

const listen = (server: Server): Promise<number> =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)))

const [tcp, web] = await Promise.all([listen(echo), listen(manager)])
process.send!({ tcp, web })
process.once('disconnect', () => process.exit())
