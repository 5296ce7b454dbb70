/** What the webserver keeps of a socket's two ends apart. */
import { expect, test, vi } from 'vitest'

import type { ServerSocket } from '../sockets/sockets.ts'
import { relayed } from './relay.ts'

const limit = 4 * 1024 * 1024

function start(keepsOpen = false) {
  const send = vi.fn<ServerSocket['send']>()
  const close = vi.fn<ServerSocket['close']>()
  const client: ServerSocket = {
    bufferedAmount: 0,
    onmessage: null,
    onclose: null,
    send,
    close,
    terminate() {},
    sendRaw() {},
    mute() {},
    pause() {},
    resume() {},
  }
  const manager = relayed(client, keepsOpen)
  const onclose = vi.fn<NonNullable<ServerSocket['onclose']>>()
  const onmessage = vi.fn<NonNullable<ServerSocket['onmessage']>>()
  Object.assign(manager, { onclose, onmessage })
  return { client, send, close, manager, onclose, onmessage }
}

test('messages go both ways, and closes lose their codes', () => {
  const { client, send, close, manager, onmessage, onclose } = start()
  manager.send('x'.repeat(limit))
  expect(send).toHaveBeenCalledOnce()
  client.onmessage?.('answer')
  expect(onmessage).toHaveBeenCalledWith('answer')
  manager.close(1001, 'the app has ended')
  expect(close).toHaveBeenCalledWith(1000)
  client.onclose?.(1000, '')
  expect(onclose).toHaveBeenCalledWith(1000, '')
})

test.each([
  ['text', 'x'.repeat(limit + 1)],
  ['bytes', new Uint8Array(limit + 1)],
])('a %s that is too large ends the relay without a word to the client', (_name, message) => {
  const { client, send, close, manager, onmessage, onclose } = start()
  manager.send(message)
  expect(onclose.mock.calls).toEqual([[1009, '']])
  manager.send('more')
  manager.close(1000)
  client.onmessage?.('asked')
  client.onclose?.(1006, '')
  expect([send.mock.calls, close.mock.calls, onmessage.mock.calls]).toEqual([[], [], []])
  expect(onclose).toHaveBeenCalledOnce()
})

test('released webservers leave the client connected when the manager closes', () => {
  const { close, manager } = start(true)
  manager.close(1000)
  expect(close).not.toHaveBeenCalled()
})
