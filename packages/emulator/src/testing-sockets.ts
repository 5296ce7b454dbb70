/** What the tests of sockets share: an emulator in process or on a socket, with a session, and sockets that are signed. */
import { WebSocket as RealWebSocket } from 'ws'

import { createEmulator, type Emulator, type EmulatorOptions, type EmulatorWebSocketConstructor } from './index.ts'
import { serve } from './node.ts'
import { callerOf, endpoint, playing, signedHeaders, simpleScript, userOf } from './testing.ts'

/** What both kinds of sockets have. */
export interface Socket {
  on(event: 'message', listener: (data: Uint8Array, isBinary: boolean) => void): unknown
  on(event: 'close', listener: (code: number) => void): unknown
  on(event: 'unexpected-response', listener: (request: unknown, response: Refusal) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'open' | 'pong', listener: () => void): unknown
  send(data: string | Uint8Array): void
  close(code?: number): void
  ping(): void
  terminate(): void
}

interface Refusal {
  statusCode?: number
  headers: Record<string, unknown>
  on(event: 'data', listener: (chunk: Uint8Array) => void): unknown
  on(event: 'end', listener: () => void): unknown
}

export interface Place {
  emulator: Emulator
  url: string
  open: (path: string, email?: string) => Promise<Socket>
}

const cleanups: (() => Promise<void>)[] = []

/** For `afterEach`. */
export async function closePlaces(): Promise<void> {
  for (const cleanup of cleanups.splice(0)) await cleanup()
}

/** With the session `streams`. */
export async function place(where: 'in process' | 'on a socket', options: EmulatorOptions = {}): Promise<Place> {
  const given = { ...playing(simpleScript), ...options }
  let url = endpoint
  let emulator: Emulator
  let Constructor: EmulatorWebSocketConstructor | typeof RealWebSocket
  if (where === 'on a socket') {
    const served = await serve(given)
    cleanups.push(() => served.close())
    ;({ url, emulator } = served)
    Constructor = RealWebSocket
  } else {
    emulator = createEmulator(given)
    cleanups.push(() => emulator.stop())
    Constructor = emulator.WebSocket
  }
  const open = async (path: string, email = 'user@lablup.com'): Promise<Socket> => {
    const target = new URL(url + path)
    const headers = await signedHeaders(userOf(emulator, email), 'GET', target, { contentType: null })
    return new Constructor(target.href.replace('http', 'ws'), [], { headers })
  }
  const answer = await callerOf(emulator)('POST', '/session', { name: 'streams', image: 'python' })
  if (answer.status !== 201) throw new Error(`A session was refused with ${answer.status}.`)
  return { emulator, url, open }
}

/** The refusal of an upgrade. */
export function refusalOf(socket: Socket): Promise<{ status: number; text: string; headers: Record<string, unknown> }> {
  return new Promise((resolve) => {
    socket.on('error', () => {})
    socket.on('unexpected-response', (_request, response) => {
      let text = ''
      response.on('data', (chunk) => (text += new TextDecoder().decode(chunk)))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text, headers: response.headers }))
    })
  })
}
